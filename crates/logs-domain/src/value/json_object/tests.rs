use proptest::prelude::*;
use serde_json::{Value, json};

use super::JsonObject;

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

fn nested(levels: usize) -> String {
    let inner = levels - 1;
    format!("{{\"a\":{}{}}}", "[".repeat(inner), "]".repeat(inner))
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
fn numbers_take_the_form_of_ecmascript() {
    for (given, kept) in [
        ("-0", "0"),
        ("-0.0", "0"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("1E+2", "100"),
        ("5e-324", "5e-324"),
        ("1e16", "10000000000000000"),
        ("1e21", "1e+21"),
        ("1e23", "1e+23"),
        ("333333333.33333329", "333333333.3333333"),
        ("0.000001", "0.000001"),
        ("1e-7", "1e-7"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
        ("9007199254740992", "9007199254740992"),
        ("-9007199254740992", "-9007199254740992"),
    ] {
        assert_eq!(
            canonical(&format!("{{\"n\":{given}}}")),
            format!("{{\"n\":{kept}}}")
        );
    }
}

#[test]
fn numbers_that_others_would_round_or_lose_are_refused() {
    for number in [
        "9007199254740993",
        "-9007199254740993",
        "10000000000000000",
        "1".repeat(400).as_str(),
    ] {
        let expected = refusal(&format!("{{\"n\":{number}}}"));
        assert!(
            expected.contains("2^53") || expected.contains("double"),
            "{number}: {expected}"
        );
    }
    assert!(refusal("{\"n\":1e400}").contains("double"));
    assert!(refusal("{\"n\":-1e400}").contains("double"));
}

#[test]
fn a_large_double_reads_back_from_its_canonical_form_and_a_rounded_integer_does_not() {
    for number in ["1e16", "1e20", "123456789012345680000.0", "-1e17"] {
        let object = JsonObject::parse(&format!("{{\"n\":{number}}}")).unwrap();
        assert_eq!(JsonObject::from_canonical(object.as_str()).unwrap(), object);
        let json = serde_json::to_string(&object).unwrap();
        assert_eq!(json, object.as_str());
        assert_eq!(
            serde_json::from_str::<JsonObject>(&format!(" {json} ")).unwrap(),
            object
        );
    }
    assert!(JsonObject::from_canonical("{\"n\":9007199254740993}").is_err());
    assert!(serde_json::from_str::<JsonObject>("{\"n\":9007199254740993}").is_err());
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
    assert!(refusal(r#"{"a":1,"a":1}"#).contains("duplicate keys (at byte 7)"));
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
    assert!(refusal(r#"{"a":"\ud800"}"#).contains("surrogates"));
    assert!(refusal(r#"{"a":"\udc00\ud800"}"#).contains("surrogates"));
    assert_eq!(
        canonical(r#"{"a":"\ud83d\ude00\n\u001f\/"}"#),
        "{\"a\":\"\u{1f600}\\n\\u001f/\"}"
    );
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
    assert!(refusal(&of(65_537)).contains("65536 bytes in canonical form, not 65537"));
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

proptest! {
    #[test]
    fn the_canonical_form_is_a_fixed_point(value in values()) {
        let object = JsonObject::from_value(&json!({"v": value})).unwrap();
        prop_assert_eq!(&JsonObject::from_canonical(object.as_str()).unwrap(), &object);
        let json = serde_json::to_string_pretty(&object).unwrap();
        prop_assert_eq!(&serde_json::from_str::<JsonObject>(&json).unwrap(), &object);
    }

    #[test]
    fn no_text_panics_and_what_is_accepted_is_json(text in "[\\{\\}\\[\\],:\"\\\\0-9eE.+a\\-tru ]{0,24}") {
        for text in [text.clone(), format!("{{\"a\":{text}}}")] {
            if JsonObject::parse(&text).is_ok() {
                prop_assert!(serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
            } else if let Ok(Value::Object(_)) = serde_json::from_str::<Value>(&text) {
                // The library accepts it: one of the stricter rules must have refused it.
                let expected = JsonObject::parse(&text).unwrap_err().expected().to_owned();
                let stricter = ["duplicate", "2^53", "double", "levels", "NUL"];
                prop_assert!(stricter.iter().any(|rule| expected.contains(rule)), "{}: {}", text, expected);
            }
        }
    }
}
