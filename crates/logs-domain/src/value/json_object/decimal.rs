//! Whether a double keeps the number that was written.
//!
//! Readers of JSON take a number for the nearest double. What was written is lost then, in silence,
//! unless it is one of the ways to write that double.

/// Decimals of so many digits are told apart by doubles, except by those close to zero.
const SURE_DIGITS: usize = 15;

/// No double has more digits than this when it is written out to the last one.
const MOST_DIGITS: usize = 767;

/// Whether `double`, the nearest one to the JSON number `text`, keeps it: `canonical`, the canonical
/// form of the double, is the same decimal number; or `text` is no whole number beyond ±2^53 and
/// holds the double's exact value, rounded to as many digits as it has. The latter are longer ways
/// to write a double, such as C's `%.17g` makes: `0.10000000000000001` is the double of `0.1`.
pub(super) fn keeps(double: f64, text: &str, canonical: impl FnOnce() -> Option<String>) -> bool {
    let Some(written) = Decimal::of(text) else {
        return false;
    };
    if written.digits.len() <= SURE_DIGITS && double.is_normal() {
        return true;
    }
    if canonical().and_then(|text| Decimal::of(&text)).as_ref() == Some(&written) {
        return true;
    }
    let digits = written.digits.len();
    if digits == 0 || digits > MOST_DIGITS || written.is_whole() {
        return false;
    }
    let rounded = format!("{double:.*e}", digits - 1);
    if Decimal::of(&rounded).as_ref() == Some(&written) {
        return true;
    }
    // In the middle between two, some take the even one, as above, and some the one farther from zero.
    let exact = Decimal::of(&format!("{double:.*e}", MOST_DIGITS - 1));
    written.less_a_half() == exact
}

/// A decimal number: its sign, and its digits behind a point that is moved to the right.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// Without zeros at either end; none for zero.
    digits: String,
    point: i64,
}

impl Decimal {
    /// Whether it is a whole number. One whose digits a double keeps only in a longer form than the
    /// canonical one is beyond ±2^53.
    fn is_whole(&self) -> bool {
        i64::try_from(self.digits.len()).is_ok_and(|digits| digits <= self.point)
    }

    /// The number half a last digit closer to zero.
    fn less_a_half(&self) -> Option<Self> {
        let (before, digit) = self
            .digits
            .split_at_checked(self.digits.len().checked_sub(1)?)?;
        // It is not zero: zeros at the end are not kept.
        let below = digit.parse::<u8>().ok()?.checked_sub(1)?;
        let sign = if self.negative { "-" } else { "" };
        Self::of(&format!("{sign}0.{before}{below}5e{}", self.point))
    }

    /// The number that `text`, a JSON number, says; `None` when its exponent is beyond all reason.
    fn of(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let unsigned = mantissa.strip_prefix('-');
        let (whole, fraction) = unsigned
            .unwrap_or(mantissa)
            .split_once('.')
            .unwrap_or((unsigned.unwrap_or(mantissa), ""));
        let digits = [whole, fraction].concat();
        let without_leading = digits.trim_start_matches('0');
        let leading = digits.len() - without_leading.len();
        let digits = without_leading.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                digits: String::new(),
                point: 0,
            });
        }
        let exponent: i64 = exponent.parse().ok()?;
        let before = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        Some(Self {
            negative: unsigned.is_some(),
            digits: digits.to_owned(),
            point: exponent.checked_add(before)?,
        })
    }
}
