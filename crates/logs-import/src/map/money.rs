//! Money as people write it.

use logs_domain::Cost;

/// The text of a plain decimal number: without the sign of the dollar, separators of thousands and
/// white space, and with a digit before the point.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    let text = ["US$", "USD", "$"]
        .iter()
        .find_map(|sign| text.strip_prefix(sign))
        .or_else(|| text.strip_suffix("USD"))
        .unwrap_or(text)
        .trim();
    let (whole, rest) = match text.find(['.', 'e', 'E']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let separated = whole.contains(',');
    if separated && (first.is_empty() || first.len() > 3 || !groups.all(|group| group.len() == 3)) {
        return None;
    }
    let whole = whole.replace(',', "");
    Some(if whole.is_empty() && rest.starts_with('.') {
        format!("0{rest}")
    } else {
        format!("{whole}{rest}")
    })
}

/// Whole nano-dollars of an amount in so many parts of a dollar: 1 for dollars, 100 for cents.
pub(super) fn nano_usd(text: &str, parts: i64) -> Result<i64, String> {
    let (name, exponent) = match parts {
        1 => ("dollars", 0),
        100 => ("cents", -2),
        _ => return Err("1 for dollars or 100 for cents as the second argument of usd".into()),
    };
    let refused = || format!("{name} of at least 0, such as 0.0012; a credit is no cost");
    let plain = plain(text).ok_or_else(refused)?;
    let scaled = match (exponent, plain.split_once(['e', 'E'])) {
        (0, _) => plain,
        (_, None) => format!("{plain}e{exponent}"),
        (_, Some((digits, own))) => {
            let own: i32 = own.parse().map_err(|_| refused())?;
            format!("{digits}e{}", own.saturating_add(exponent))
        }
    };
    let cost = Cost::parse_usd(&scaled).map_err(|_| refused())?;
    Ok(cost.nano_usd())
}

#[cfg(test)]
mod tests {
    use super::nano_usd;

    #[test]
    fn amounts_are_exact_however_people_write_them() {
        for (text, nanos) in [
            ("$0.0012", 1_200_000),
            ("1,234.50", 1_234_500_000_000),
            (".5", 500_000_000),
            ("US$ 3", 3_000_000_000),
            ("6e-5", 60_000),
            ("0.1 USD", 100_000_000),
            ("1234567.000000001", 1_234_567_000_000_001),
        ] {
            assert_eq!(nano_usd(text, 1), Ok(nanos), "{text}");
        }
        assert_eq!(nano_usd("4.5", 100), Ok(45_000_000));
        assert_eq!(nano_usd("4.5e1", 100), Ok(450_000_000));
    }

    #[test]
    fn what_is_no_cost_is_refused() {
        for text in [
            "<$0.01", "-4.5", "1,23", ",123", "1,2345", "€5", "", "$", "1.", "NaN",
        ] {
            assert!(nano_usd(text, 1).is_err(), "{text}");
        }
        assert!(nano_usd("1", 10).is_err());
        assert!(nano_usd("-4.5", 100).unwrap_err().contains("cents"));
    }
}
