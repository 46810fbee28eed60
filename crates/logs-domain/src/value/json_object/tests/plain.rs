//! Text that is recognised without being read is what the strict reader makes of it.

use proptest::prelude::*;

use super::super::{Integers, JsonObject, parser, plain};
use super::values;

/// What the strict reader makes of `text`, when it accepts it.
fn read_strictly(text: &str) -> Option<JsonObject> {
    let value = parser::parse(text, Integers::UpTo53Bits).ok()?;
    JsonObject::canonical(text, value).ok()
}

fn agree(text: &str) {
    if plain::is_canonical(text) {
        let strict = read_strictly(text).map(|object| object.as_str().to_owned());
        assert_eq!(strict.as_deref(), Some(text));
    }
}

#[test]
fn what_stores_keep_is_plain() {
    for text in [
        "{}",
        r#"{"a":{},"b":[]}"#,
        r#"{"A":-12,"a":[1,{"c":null}],"b":{"d":"é\u007f","e":true},"c":false,"z":0}"#,
        r#"{"n":999999999999999}"#,
    ] {
        let text = text.replace("\\u007f", "\u{7f}");
        assert!(plain::is_canonical(&text), "{text}");
        agree(&text);
    }
}

#[test]
fn what_is_not_canonical_or_not_simple_is_left_to_the_strict_reader() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(plain::is_canonical(&deep(JsonObject::MAX_DEPTH - 1)));
    for text in [
        "",
        "[]",
        "{",
        "{}}",
        "{} ",
        "{\"a\":1,}",
        "{\"a\" :1}",
        "{\"a\":}",
        "{\"a\":tru}",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":1}",
        "{\"é\":1}",
        "{\"a\":\"\\n\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":-0}",
        "{\"a\":-}",
        "{\"a\":01}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":9007199254740992}",
        "{\"a\":[1,]}",
        "{\"a\":[1 ]}",
        &deep(JsonObject::MAX_DEPTH),
        &format!("{{\"a\":\"{}\"}}", "x".repeat(JsonObject::MAX_BYTES)),
    ] {
        assert!(!plain::is_canonical(text), "{text}");
    }
}

proptest! {
    #[test]
    fn agrees_with_the_strict_reader_on_canonical_text(value in values()) {
        let object = serde_json::json!({ "top": value });
        if let Ok(object) = JsonObject::from_value(&object) {
            agree(object.as_str());
        }
    }

    #[test]
    fn agrees_with_the_strict_reader_on_any_text(text in "\\{\"a\":[\\{\\}\\[\\],:\"\\\\0-9e.a\\-tru ]{0,16}\\}") {
        agree(&text);
    }
}
