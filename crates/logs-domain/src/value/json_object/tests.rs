use proptest::prelude::*;
use serde_json::{Value, json};

use super::JsonObject;

mod limits;
mod numbers;
mod plain;

fn canonical(text: &str) -> String {
    JsonObject::parse(text)
        .unwrap_or_else(|error| panic!("{error}"))
        .as_str()
        .to_owned()
}

fn refusal(text: &str) -> String {
    match JsonObject::parse(text) {
        Ok(object) => panic!("{text} was accepted as {object}"),
        Err(error) => error.expected().to_owned(),
    }
}

#[test]
fn members_are_ordered_by_utf16_code_units_and_white_space_is_dropped() {
    assert_eq!(
        canonical(" {\t\"b\" : 1 ,\r\n\"a\":[ true , null ]} "),
        r#"{"a":[true,null],"b":1}"#
    );
    // U+1F600 is D83D DE00 in UTF-16, before U+FB33; as code points the order is the other one.
    assert_eq!(
        canonical("{\"\u{fb33}\":1,\"\u{1f600}\":2,\"\u{20ac}\":3}"),
        "{\"\u{20ac}\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
    );
}

#[test]
fn what_is_kept_must_be_canonical_to_the_byte() {
    assert!(JsonObject::from_canonical("{\"a\":1,\"b\":2}").is_ok());
    for text in [
        "{\"b\":2,\"a\":1}",
        "{\"a\": 1}",
        "{\"a\":1.0}",
        "{\"a\":\"\\u0041\"}",
        "{}\n",
    ] {
        assert!(JsonObject::from_canonical(text).is_err(), "{text}");
    }
}

#[test]
fn a_key_stands_once_in_an_object_however_it_is_written() {
    assert_eq!(
        refusal(r#"{"a":1,"a":1}"#),
        r#"no duplicate keys ("a" at byte 7)"#
    );
    assert!(refusal(r#"{"a":1,"\u0061":2}"#).contains("duplicate"));
    assert!(refusal(r#"{"x":[{"b":1,"b":2}]}"#).contains("duplicate"));
    assert_eq!(
        canonical(r#"{"a":{"a":1},"A":1}"#),
        r#"{"A":1,"a":{"a":1}}"#
    );
}

#[test]
fn nul_and_lone_surrogates_and_raw_control_characters_are_refused() {
    assert!(refusal(r#"{"a":"x\u0000"}"#).contains("NUL"));
    assert!(refusal(r#"{"\u0000":1}"#).contains("NUL"));
    assert!(refusal("{\"a\":\"\0\"}").contains("control"));
    assert!(refusal("{\"a\":\"\n\"}").contains("control"));
    assert!(refusal("{\"a\":\"\u{1f}\"}").contains("control"));
    assert!(refusal(r#"{"a":"\ud800"}"#).contains("surrogates"));
    assert!(refusal(r#"{"a":"\udc00\ud800"}"#).contains("surrogates"));
    assert_eq!(
        canonical(r#"{"a":"\ud83d\ude00\n\u001f\/"}"#),
        "{\"a\":\"\u{1f600}\\n\\u001f/\"}"
    );
}

#[test]
fn a_refusal_shows_the_place() {
    for (text, value, expected) in [
        ("", "", "a JSON object (at byte 0)"),
        (" 7", "7", "a JSON object (at byte 1)"),
        ("{} x", "x", "nothing after the object (at byte 3)"),
        (
            r#"{"a" 1}"#,
            "1}",
            "`:` after the name of a member (at byte 5)",
        ),
        (
            r#"{"a":1 2}"#,
            "2}",
            "`,` or `}` after a member (at byte 7)",
        ),
        (
            r#"{"a":[1 2]}"#,
            "2]}",
            "`,` or `]` after an item (at byte 8)",
        ),
        (r#"{"a":1,}"#, "}", "a member in quotes (at byte 7)"),
        (
            r#"{"é":[9007199254740993]}"#,
            "9007199254740993]}",
            "whole numbers from -2^53 to 2^53 (at byte 7)",
        ),
        (
            r#"{"a":"b\u0000"}"#,
            r#""b\u0000"}"#,
            "text without NUL (at byte 5)",
        ),
        (
            "{\"a\":\"\u{1}\"}",
            "\\u{1}\"}",
            "control characters written as escapes (at byte 6)",
        ),
        (
            r#"{"a":{"\n":1,"\u000a":2}}"#,
            r#""\u000a":2}}"#,
            r#"no duplicate keys ("\n" at byte 13)"#,
        ),
    ] {
        let error = JsonObject::parse(text).unwrap_err();
        assert_eq!(error.field(), "json");
        assert_eq!(error.value(), value);
        assert_eq!(error.expected(), expected);
    }
    let key = "k".repeat(100);
    assert_eq!(
        refusal(&format!("{{\"{key}\":1,\"{key}\":2}}")),
        format!("no duplicate keys (\"{}\" at byte 106)", "k".repeat(32))
    );
}

#[test]
fn the_published_examples_of_rfc_8785() {
    // The number in the example of the RFC, 333333333.33333329, is one that its form changes.
    assert!(refusal(r#"{"a":333333333.33333329}"#).contains("double"));
    assert_eq!(
        canonical(
            r#"{"numbers":[333333333.33333331,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals":[null,true,false]}"#
        ),
        concat!(
            r#"{"literals":[null,true,false],"#,
            r#""numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        )
    );
    assert_eq!(
        canonical(
            r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
                "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",
                "\u00f6":"Latin Small Letter O With Diaeresis"}"#
        ),
        concat!(
            r#"{"\r":"Carriage Return","1":"One","#,
            "\"\u{80}\":\"Control\",",
            r#""ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","#,
            "\"\u{1f600}\":\"Emoji: Grinning Face\",",
            "\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        )
    );
}

#[test]
fn everything_that_is_no_json_object_is_refused() {
    for text in [
        "",
        " ",
        "[]",
        "1",
        "null",
        "\"a\"",
        "{",
        "{}{}",
        "{} x",
        "{a:1}",
        "{'a':1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":+1}",
        "{\"a\":1e}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":tru}",
        "{\"a\":\"x}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\",
        "\u{feff}{}",
        "{\"a\" 1}",
        "{\"a\":1 2}",
        "{\"a\":nullx}",
        "{\"a\":0x1}",
        "{//\n}",
    ] {
        refusal(text);
    }
}

#[test]
fn a_value_of_serde_json_passes_the_same_checks() {
    let object = JsonObject::from_value(&json!({"b": 1.5, "a": {"c": "é"}})).unwrap();
    assert_eq!(object.as_str(), r#"{"a":{"c":"é"},"b":1.5}"#);
    assert_eq!(object.to_value(), json!({"a": {"c": "é"}, "b": 1.5}));
    assert!(JsonObject::from_value(&json!([1])).is_err());
    assert!(JsonObject::from_value(&json!({"a": u64::MAX})).is_err());
    assert!(JsonObject::from_value(&json!({"a": 1e17})).is_ok());
    assert!(JsonObject::from_value(&json!({"a": "\0"})).is_err());
    assert!(JsonObject::from_value(&json!({"\0": 1})).is_err());
}

#[test]
fn the_private_names_of_serde_json_are_names_like_others() {
    for name in [
        "$serde_json::private::RawValue",
        "$serde_json::private::Number",
    ] {
        for member in [r#"{"run_id":"other"}"#, "17", "no json"] {
            let object = JsonObject::from_value(&json!({ name: member })).unwrap();
            assert_eq!(object.get_str("run_id"), None);
            assert_eq!(object.get_str(name).as_deref(), Some(member));
            assert_eq!(object.to_value(), json!({ name: member }));
            let text = serde_json::to_string(&[&object]).unwrap();
            assert_eq!(text, format!("[{}]", object.as_str()));
            let read: [JsonObject; 1] = serde_json::from_str(&text).unwrap();
            assert_eq!(read, [object]);
        }
    }
}

#[test]
fn only_texts_at_the_top_are_found_by_key() {
    let object = JsonObject::parse(r#"{"run_id":"r","n":1,"in":{"x":"y"}}"#).unwrap();
    assert_eq!(object.get_str("run_id").as_deref(), Some("r"));
    assert_eq!(object.get_str("n"), None);
    assert_eq!(object.get_str("x"), None);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |n| n.is_finite())
            .prop_map(Value::from),
        "[^\0]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[^\0]{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// What is accepted is JSON to the library, with the same content; what only the library accepts
/// breaks one of the stricter rules.
fn agrees_with_the_library(text: &str) -> Result<(), TestCaseError> {
    let library = serde_json::from_str::<Value>(text);
    match (JsonObject::parse(text), library) {
        (Ok(object), Ok(value)) => {
            let theirs = serde_json_canonicalizer::to_string(&value).unwrap();
            prop_assert_eq!(object.as_str(), theirs);
        }
        (Err(error), Ok(Value::Object(_))) => {
            let expected = error.expected();
            let stricter = ["duplicate", "2^53", "double", "levels", "NUL"];
            prop_assert!(
                stricter.iter().any(|rule| expected.contains(rule)),
                "{}: {}",
                text,
                expected
            );
        }
        (Ok(_), Err(error)) => prop_assert!(false, "{}: {}", text, error),
        (Err(_), Ok(_) | Err(_)) => {}
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_canonical_form_is_a_fixed_point(value in values()) {
        let object = JsonObject::from_value(&json!({"v": value})).unwrap();
        prop_assert_eq!(&JsonObject::from_canonical(object.as_str()).unwrap(), &object);
        let json = serde_json::to_string_pretty(&object).unwrap();
        prop_assert_eq!(&serde_json::from_str::<JsonObject>(&json).unwrap(), &object);
        prop_assert_eq!(&JsonObject::from_value(&object.to_value()).unwrap(), &object);
    }

    #[test]
    fn a_change_anywhere_does_not_panic_and_is_judged_as_the_library_does(
        value in values(),
        place in any::<prop::sample::Index>(),
        removed in 0..3_usize,
        put in "[\\{\\}\\[\\],:\"\\\\0-9eE.+a\\-\u{1} \u{e9}]{0,2}",
    ) {
        let mut text: Vec<char> = json!({"v": value, "n": [-1.5e3, "\\", {}]}).to_string().chars().collect();
        let at = place.index(text.len());
        text.splice(at..text.len().min(at + removed), put.chars());
        agrees_with_the_library(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_text_does_not_panic(text in any::<String>()) {
        agrees_with_the_library(&text)?;
        agrees_with_the_library(&format!("{{\"a\":\"{text}\"}}"))?;
    }

    #[test]
    fn no_text_panics_and_what_is_accepted_is_json(text in "[\\{\\}\\[\\],:\"\\\\0-9eE.+a\\-tru ]{0,24}") {
        agrees_with_the_library(&text)?;
        agrees_with_the_library(&format!("{{\"a\":{text}}}"))?;
    }
}
