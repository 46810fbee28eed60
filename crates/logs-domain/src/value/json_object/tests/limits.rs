use serde_json::{Value, json};

use super::super::JsonObject;
use super::{canonical, refusal};

fn nested(levels: usize) -> String {
    let inner = levels - 1;
    format!("{{\"a\":{}{}}}", "[".repeat(inner), "]".repeat(inner))
}

#[test]
fn thirty_two_levels_and_no_stack_overflow_beyond() {
    assert!(JsonObject::parse(&nested(32)).is_ok());
    assert!(refusal(&nested(33)).contains("32 levels"));
    assert!(refusal(&format!("{{\"a\":{}", "[".repeat(1_000_000))).contains("32 levels"));
    assert!(refusal(&"{\"a\":".repeat(1_000_000)).contains("32 levels"));
}

#[test]
fn sixty_four_kibibytes_of_canonical_form_and_not_a_byte_more() {
    let of = |bytes: usize| {
        format!(
            "{{\"a\": \"{}\"}}",
            "x".repeat(bytes - "{\"a\":\"\"}".len())
        )
    };
    assert_eq!(canonical(&of(65_536)).len(), 65_536);
    let beyond = refusal(&of(65_537));
    assert!(
        beyond.starts_with("at most 65536 bytes in canonical form"),
        "{beyond}"
    );
    // An escape takes six bytes in the canonical form and one in the text that it stands for.
    let escapes = |count: usize, rest: usize| {
        let (escapes, rest) = ("\\u0001".repeat(count), "x".repeat(rest));
        format!("{{\"a\":\"{escapes}{rest}\"}}")
    };
    assert_eq!(canonical(&escapes(10_921, 2)).len(), 65_536);
    assert_eq!(
        refusal(&escapes(10_921, 3)),
        "at most 65536 bytes in canonical form, not 65537"
    );
    // Text that is larger only as text passes.
    let spaced = format!("{}{{\"a\":1.{}}}", " ".repeat(70_000), "0".repeat(70_000));
    assert_eq!(canonical(&spaced), r#"{"a":1}"#);
    let unescaped = format!("{{\"a\":\"{}\"}}", "\\u0041".repeat(60_000));
    assert_eq!(canonical(&unescaped).len(), 60_008);
}

#[test]
fn reading_stops_at_what_cannot_fit() {
    let text = "x".repeat(65_535);
    for (never_ends, from, to) in [
        (
            format!("{{\"a\":[{}", "0,".repeat(200_000)),
            130_000,
            132_000,
        ),
        (
            format!("{{\"a\":[{}", "null,".repeat(200_000)),
            300_000,
            330_000,
        ),
        (
            format!("{{\"a\":[{}", "[],".repeat(200_000)),
            90_000,
            99_000,
        ),
        (
            format!("{{\"a\":[{}", "\"\",".repeat(200_000)),
            90_000,
            99_000,
        ),
        (format!("{{\"a\":\"{text}\",!"), 5, 6),
        (format!("{{\"{text}\"!"), 1, 2),
    ] {
        let expected = refusal(&never_ends);
        let at = expected
            .strip_prefix("at most 65536 bytes in canonical form (at byte ")
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or_else(|| panic!("{expected}"));
        let at: usize = at.parse().unwrap();
        assert!((from..to).contains(&at), "{at}");
    }
    // The same values, as many as fit.
    for (item, count) in [("0", 32_764), ("[]", 21_843), ("\"\"", 21_843)] {
        let items = vec![item; count].join(",");
        assert!(canonical(&format!("{{\"a\":[{items}]}}")).len() > 65_530);
    }
}

#[test]
fn a_value_of_thirty_two_levels_and_no_stack_overflow_beyond() {
    let in_arrays = |levels| {
        let inner = (1..levels).fold(json!(1), |inner, _| json!([inner]));
        json!({ "a": inner })
    };
    let in_objects = |levels| (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }));
    for levels in [1, 31, 32] {
        assert!(JsonObject::from_value(&in_arrays(levels)).is_ok());
        assert!(JsonObject::from_value(&in_objects(levels)).is_ok());
    }
    for levels in [33, 34] {
        for value in [in_arrays(levels), in_objects(levels)] {
            let error = JsonObject::from_value(&value).unwrap_err();
            assert_eq!(error.expected(), "at most 32 levels");
        }
    }
    let hostile = (0..100_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let hostile = Value::Object([("a".to_owned(), hostile)].into_iter().collect());
    assert!(JsonObject::from_value(&hostile).is_err());
    // Dropping the value would recurse as deep as it is.
    std::mem::forget(hostile);
}
