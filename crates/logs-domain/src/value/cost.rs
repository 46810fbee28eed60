//! Money, exact to the nano-dollar.

use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::InvalidValue;

const NANOS_PER_USD: i64 = 1_000_000_000;
const NANOS_PER_CENT: i64 = 10_000_000;

/// What something cost: whole nano-dollars (10⁻⁹ USD) from 0 to `i64::MAX`.
///
/// One model call costs about 0.00006 USD, which whole cents would store as 0. The JSON field is
/// `cost_nano_usd`, a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cost(i64);

crate::field::field_value!(
    Cost,
    crate::field::ValueType::Integer { max: i64::MAX },
    Integer,
    nano_usd,
    Self::from_nano_usd
);

impl Cost {
    /// Makes a cost of so many nano-dollars.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is negative.
    pub fn from_nano_usd(nano_usd: i64) -> Result<Self, InvalidValue> {
        if nano_usd < 0 {
            let expected = format!("0 to {} nano-dollars", i64::MAX);
            return Err(InvalidValue::new("cost_nano_usd", nano_usd, expected));
        }
        Ok(Self(nano_usd))
    }

    /// Reads a decimal number of dollars such as `0.00006`, exactly; digits beyond the ninth are
    /// rounded half to even.
    ///
    /// # Errors
    /// [`InvalidValue`] when the text is no plain decimal number (digits with at most one point
    /// and an optional exponent), is negative or too large.
    pub fn parse_usd(text: &str) -> Result<Self, InvalidValue> {
        parse_decimal_nanos(text).map(Self).ok_or_else(|| {
            InvalidValue::new("cost", text, "dollars from 0 to 9223372036.854775807")
        })
    }

    /// Takes a floating-point number of dollars, rounded half to even to nano-dollars as its
    /// shortest decimal form says.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is negative, not finite or too large.
    pub fn from_usd(usd: f64) -> Result<Self, InvalidValue> {
        // The shortest form is what the producer wrote: 0.1 is ten cents, not the nearest double.
        Self::parse_usd(&usd.to_string())
    }

    /// Nano-dollars.
    #[must_use]
    pub const fn nano_usd(self) -> i64 {
        self.0
    }

    /// Whole cents, rounded half to even.
    #[must_use]
    pub const fn cost_cents(self) -> i64 {
        round_half_even(self.0 as i128, NANOS_PER_CENT as i128) as i64
    }
}

impl fmt::Display for Cost {
    /// Dollars with up to nine digits after the point, such as `0.00006`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_usd(formatter, i128::from(self.0))
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_nano_usd(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A sum of costs in nano-dollars, exact however many are added; rounded once, at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostSum(i128);

impl CostSum {
    /// A sum of so many nano-dollars.
    ///
    /// # Errors
    /// A negative number.
    pub fn from_nano_usd(nano_usd: i128) -> Result<Self, InvalidValue> {
        if nano_usd < 0 {
            let expected = "nano-dollars, 0 or more";
            return Err(InvalidValue::new("cost_nano_usd", nano_usd, expected));
        }
        Ok(Self(nano_usd))
    }

    /// Nano-dollars.
    #[must_use]
    pub const fn nano_usd(self) -> i128 {
        self.0
    }

    /// Whole cents, rounded half to even.
    #[must_use]
    pub const fn cost_cents(self) -> i128 {
        round_half_even(self.0, NANOS_PER_CENT as i128)
    }
}

impl Sum<Cost> for CostSum {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Self {
        Self(costs.map(|cost| i128::from(cost.0)).sum())
    }
}

impl AddAssign<Cost> for CostSum {
    fn add_assign(&mut self, cost: Cost) {
        self.0 += i128::from(cost.0);
    }
}

impl AddAssign for CostSum {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Serialize for CostSum {
    /// Nano-dollars, as a whole number.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i128(self.0)
    }
}

impl fmt::Display for CostSum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_usd(formatter, self.0)
    }
}

/// `value / unit`, rounded half to even; neither is negative.
const fn round_half_even(value: i128, unit: i128) -> i128 {
    let (whole, rest) = (value / unit, value % unit);
    if rest * 2 > unit || (rest * 2 == unit && whole % 2 == 1) {
        whole + 1
    } else {
        whole
    }
}

fn write_usd(formatter: &mut fmt::Formatter<'_>, nano_usd: i128) -> fmt::Result {
    let unit = i128::from(NANOS_PER_USD);
    let fraction = format!("{:09}", nano_usd % unit);
    let fraction = fraction.trim_end_matches('0');
    let whole = nano_usd / unit;
    if fraction.is_empty() {
        formatter.pad(&whole.to_string())
    } else {
        formatter.pad(&format!("{whole}.{fraction}"))
    }
}

fn parse_decimal_nanos(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let digits_only = digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits_only || (fraction.is_empty() && mantissa.contains('.')) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    // The value in nano-dollars is `digits` with the point moved by `shift` places.
    let shift = i64::from(exponent) + 9 - fraction.len() as i64;
    if digits.len() as i64 + shift > 19 {
        return None;
    }
    if shift >= 0 {
        let zeros = "0".repeat(usize::try_from(shift).ok()?);
        return format!("{digits}{zeros}").parse().ok();
    }
    let cut = digits.len() as i64 + shift;
    if cut < 0 {
        return Some(0);
    }
    let (kept, dropped) = digits.split_at(usize::try_from(cut).ok()?);
    let kept: i64 = if kept.is_empty() {
        0
    } else {
        kept.parse().ok()?
    };
    let half = format!("5{}", "0".repeat(dropped.len() - 1));
    let up = dropped > half.as_str() || (dropped == half && kept % 2 == 1);
    kept.checked_add(i64::from(up))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cost, CostSum};

    fn nanos(text: &str) -> Option<i64> {
        Cost::parse_usd(text).ok().map(Cost::nano_usd)
    }

    #[test]
    fn dollars_are_read_exactly() {
        assert_eq!(nanos("0.00006"), Some(60_000));
        assert_eq!(nanos("1"), Some(1_000_000_000));
        assert_eq!(nanos("6e-5"), Some(60_000));
        assert_eq!(nanos("1.5E2"), Some(150_000_000_000));
        assert_eq!(nanos("0"), Some(0));
        assert_eq!(nanos("000.000"), Some(0));
        assert_eq!(nanos("9223372036.854775807"), Some(i64::MAX));
        assert_eq!(nanos("1e-400"), Some(0));
    }

    #[test]
    fn digits_beyond_the_ninth_are_rounded_half_to_even() {
        assert_eq!(nanos("0.0000000005"), Some(0));
        assert_eq!(nanos("0.0000000015"), Some(2));
        assert_eq!(nanos("0.0000000025"), Some(2));
        assert_eq!(nanos("0.00000000250000001"), Some(3));
        assert_eq!(nanos("0.0000000009"), Some(1));
        assert_eq!(nanos("0.00000000009"), Some(0));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "-1",
            "+1",
            "1.",
            ".5",
            "1e",
            "1e400",
            "NaN",
            "inf",
            "1,5",
            " 1",
            "0x1",
            "1.2.3",
            "9223372036.854775808",
            "1e99999999999",
        ] {
            assert_eq!(nanos(text), None, "{text:?}");
        }
        assert!(Cost::from_usd(f64::NAN).is_err());
        assert!(Cost::from_usd(f64::INFINITY).is_err());
        assert!(Cost::from_usd(-0.01).is_err());
        assert!(Cost::from_nano_usd(-1).is_err());
    }

    #[test]
    fn cents_are_rounded_half_to_even() {
        let cents = |nanos| Cost::from_nano_usd(nanos).unwrap().cost_cents();
        assert_eq!(cents(4_999_999), 0);
        assert_eq!(cents(5_000_000), 0);
        assert_eq!(cents(5_000_001), 1);
        assert_eq!(cents(15_000_000), 2);
        assert_eq!(cents(25_000_000), 2);
        assert_eq!(cents(i64::MAX), 922_337_203_685);
    }

    #[test]
    fn a_sum_does_not_overflow_and_is_rounded_once() {
        let largest = Cost::from_nano_usd(i64::MAX).unwrap();
        let sum: CostSum = [largest, largest, largest].into_iter().sum();
        assert_eq!(sum.nano_usd(), 3 * i128::from(i64::MAX));
        let mut one_by_one = CostSum::default();
        for _ in 0..3 {
            one_by_one += largest;
        }
        assert_eq!(one_by_one, sum);
        let third_of_a_cent = Cost::from_nano_usd(3_333_334).unwrap();
        let sum: CostSum = [third_of_a_cent; 3].into_iter().sum();
        assert_eq!(sum.cost_cents(), 1);
    }

    #[test]
    fn people_see_dollars_and_json_has_nano_dollars() {
        let cost = Cost::from_nano_usd(1_500_060_000).unwrap();
        assert_eq!(cost.to_string(), "1.50006");
        assert_eq!(Cost::from_nano_usd(2_000_000_000).unwrap().to_string(), "2");
        assert_eq!(serde_json::to_string(&cost).unwrap(), "1500060000");
        assert!(serde_json::from_str::<Cost>("-5").is_err());
        assert!(serde_json::from_str::<Cost>("1.0").is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(nanos in 0..=i64::MAX) {
            let cost = Cost::from_nano_usd(nanos).unwrap();
            prop_assert_eq!(Cost::parse_usd(&cost.to_string()).unwrap(), cost);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = Cost::parse_usd(&text);
        }

        #[test]
        fn doubles_are_within_half_a_nano_dollar(usd in 0.0..1e6_f64) {
            let cost = Cost::from_usd(usd).unwrap();
            prop_assert!((cost.nano_usd() as f64 / 1e9 - usd).abs() <= 0.500_1e-9 + usd * 1e-15);
        }
    }
}
