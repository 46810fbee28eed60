use proptest::prelude::*;

use super::{Swap, parse};

fn shown(text: &str) -> String {
    parse(text.as_bytes(), Swap::None).unwrap().0.to_string()
}

/// The paths and expectations of the faults.
fn faults(bytes: &[u8]) -> Vec<String> {
    let (_, faults) = parse(bytes, Swap::None).unwrap();
    faults
        .iter()
        .map(|fault| fault.to_error().to_string())
        .collect()
}

#[test]
fn digits_and_order_stay_as_written() {
    let text = r#"{"b":9007199254740993,"a":[1e400,-0.10,true,null,"é\n"],"c":{},"d":-123456789012345678901234567890}"#;
    assert_eq!(shown(text), text);
    assert!(faults(text.as_bytes()).is_empty());
}

#[test]
fn what_json_does_not_allow_is_replaced_and_told() {
    let text = br#"{"a":{"t":["cut \ud83d"]},"n":NaN,"o":01,"e":"\q","c":"x
y","u":"\u12","good":"\ud83d\ude00"}"#;
    assert_eq!(
        faults(text),
        [
            r"a.t[0]: got `cut \ud83d`, expected a text without half of a surrogate pair",
            "n: got `NaN`, expected a JSON number of at most 1000 characters",
            "o: got `01`, expected a JSON number of at most 1000 characters",
            r"e: got `\q`, expected a text with valid escapes",
            r"c: got `x\ny`, expected a text without raw control characters",
            r"u: got `\u12`, expected a text with valid escapes",
        ]
    );
    let (value, _) = parse(text, Swap::None).unwrap();
    assert!(value.to_string().contains("\"good\":\"😀\""));
    assert_eq!(faults(b"[\"\xff\"]")[0].split(": ").next(), Some("[0]"));
}

#[test]
fn a_swap_gives_one_fault_its_other_replacement() {
    let text = r#"["\ud83d",NaN,"\ud83d"]"#.as_bytes();
    let read = |swap| parse(text, swap).unwrap().0.to_string();
    assert_eq!(read(Swap::None), "[\"\u{fffd}\",null,\"\u{fffd}\"]");
    assert_eq!(read(Swap::One(0)), "[\"?\",null,\"\u{fffd}\"]");
    assert_eq!(
        read(Swap::One(1)),
        "[\"\u{fffd}\",\"\u{fffd}\",\"\u{fffd}\"]"
    );
    assert_eq!(read(Swap::All), "[\"?\",\"\u{fffd}\",\"?\"]");
}

#[test]
fn the_first_of_two_members_with_one_name_stays_until_swapped() {
    let text = r#"{"x":{"a":1,"\u0061":2}}"#.as_bytes();
    assert_eq!(
        faults(text),
        ["x.a: got `2`, expected a name that occurs once in its object"]
    );
    let read = |swap| parse(text, swap).unwrap().0.to_string();
    assert_eq!(read(Swap::None), r#"{"x":{"a":1}}"#);
    assert_eq!(read(Swap::All), "{\"x\":{\"a\":\"\u{fffd}\"}}");
}

#[test]
fn a_broken_structure_is_refused_with_its_place() {
    for text in [
        "",
        "{",
        "[1,]",
        "{} {}",
        "{\"a\" 1}",
        "{a:1}",
        "\"x",
        "[1 2]",
        "\"\\",
        "\u{feff}1",
    ] {
        let error = parse(text.as_bytes(), Swap::None).unwrap_err();
        assert!(
            error.expected().starts_with("valid JSON"),
            "{text:?}: {error}"
        );
    }
    let error = parse(br#"{"a":1 "b":2}"#, Swap::None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "record: got `\"b\":2}`, expected valid JSON: a comma or the end of an object at byte 7"
    );
}

#[test]
fn depth_and_number_of_values_are_limited() {
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(shown(&nested(128)), nested(128));
    for levels in [129, 20_000] {
        let error = parse(nested(levels).as_bytes(), Swap::None).unwrap_err();
        assert!(error.expected().contains("128 levels"), "{error}");
    }
    let items = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
    assert!(parse(items(1_000_000).as_bytes(), Swap::None).is_ok());
    let error = parse(items(1_000_001).as_bytes(), Swap::None).unwrap_err();
    assert!(error.expected().contains("1000000 values"), "{error}");
}

#[test]
fn a_number_of_a_million_digits_is_a_fault() {
    let text = "9".repeat(1_000_000);
    assert!(faults(text.as_bytes())[0].contains("at most 1000 characters"));
    assert_eq!(shown(&"9".repeat(1000)), "9".repeat(1000));
}

proptest! {
    #[test]
    fn whatever_the_bytes_the_reader_ends(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes, Swap::None);
    }

    #[test]
    fn whatever_looks_like_json_the_reader_ends(text in "[\\[\\]{}\",:\\\\u0-9a-fnN. \u{1}é-]{0,80}") {
        let _ = parse(text.as_bytes(), Swap::All);
    }

    #[test]
    fn what_serde_reads_is_read_the_same(value in json(), pretty in any::<bool>()) {
        let text = if pretty {
            serde_json::to_string_pretty(&value)
        } else {
            serde_json::to_string(&value)
        };
        let (found, faults) = parse(text.unwrap().as_bytes(), Swap::None).unwrap();
        prop_assert!(faults.is_empty());
        let found: serde_json::Value = serde_json::from_str(&found.to_string()).unwrap();
        prop_assert_eq!(found, value);
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|members| {
                members
                    .into_iter()
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}
