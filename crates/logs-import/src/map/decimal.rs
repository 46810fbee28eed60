//! Decimal numbers as texts, without doubles.

/// The largest exponent, in either direction, of a number that makes sense here.
const FARTHEST: u32 = 40;

/// The same number without an exponent: `12`, `-0.5`, and `1767225600` for `1.7672256e9`.
pub(super) fn expanded(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, unsigned) = match mantissa.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", mantissa),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty()
        || unsigned.ends_with('.')
        || exponent.unsigned_abs() > FARTHEST
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let moved = "0".repeat(usize::try_from(exponent.unsigned_abs()).ok()?);
    let (digits, point) = if exponent < 0 {
        (format!("{moved}{digits}"), whole.len())
    } else {
        (format!("{digits}{moved}"), whole.len() + moved.len())
    };
    let (whole, fraction) = digits.split_at_checked(point)?;
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn an_exponent_moves_the_point_and_no_more() {
        for (text, plain) in [
            ("12", "12"),
            ("12.0", "12"),
            ("-0.50", "-0.5"),
            ("1.7672256e9", "1767225600"),
            ("1767225600.123456789", "1767225600.123456789"),
            ("1.5E+1", "15"),
            ("1.25e1", "12.5"),
            ("15e-1", "1.5"),
            ("1.5e-2", "0.015"),
            ("1200e-2", "12"),
            ("0e40", "0"),
            ("007", "7"),
        ] {
            assert_eq!(expanded(text).as_deref(), Some(plain), "{text}");
        }
        for text in [
            "", "-", ".5", "5.", "1e41", "1e", "e1", "1,5", "--1", "0x1", "1e1e1", "NaN",
        ] {
            assert_eq!(expanded(text), None, "{text}");
        }
    }
}
