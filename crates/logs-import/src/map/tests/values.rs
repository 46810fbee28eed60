//! What programs compute, and what they refuse to.

use super::{shown, value};
use crate::Map;

#[test]
fn integers_of_any_size_and_digits_of_decimals_are_exact() {
    let record = r#"{"a":9007199254740993,"b":123456789012345678901234567890,"c":0.1234567890123456789,"d":-0.10}"#;
    for (expression, text) in [
        (".a|tostring", "9007199254740993"),
        (".a + 1|tostring", "9007199254740994"),
        (".b * 10 - 1|tostring", "1234567890123456789012345678899"),
        (".c|tostring", "0.1234567890123456789"),
        (".d|tojson", "-0.10"),
        ("[.c]|tojson", "[0.1234567890123456789]"),
        ("\"9007199254740993\"|tonumber|tostring", "9007199254740993"),
        (
            "\"[0.1234567890123456789]\"|fromjson|tostring",
            "[0.1234567890123456789]",
        ),
        ("[.a, 9007199254740992]|unique|length|tostring", "2"),
    ] {
        assert_eq!(
            value(expression, record),
            format!("\"{text}\""),
            "{expression}"
        );
    }
    // What objects refuse, they refuse of maps too.
    assert!(value(".a", record).starts_with("trace.attributes: got"));
    assert!(value(".c", record).starts_with("trace.attributes: got"));
    assert_eq!(value("exact|.c", record), "\"0.1234567890123456789\"");
    assert_eq!(value("exact|.a", record), "\"9007199254740993\"");
    assert_eq!(value("{x: 5, y: 0.5}|exact|.x + .y", record), "5.5");
}

#[test]
fn words_of_jq_that_the_library_lacks_are_there() {
    let record = r#"{"a":"x","b":["x","y"],"c":[{"id":1},{"id":"z"}]}"#;
    for (expression, found) in [
        (
            "[(.a | IN(\"x\", \"y\")), (.a | IN(\"y\")), IN(.b[]; \"y\"), IN(.b[]; \"z\")] | tojson",
            "[true,false,true,false]",
        ),
        (
            "[.c | INDEX(.id) | keys[]] | tojson",
            "[\\\"1\\\",\\\"z\\\"]",
        ),
        (
            "[(.a | toarray), (.b | toarray | length)] | tojson",
            "[[\\\"x\\\"],2]",
        ),
        ("\"-x-\" | trimstr(\"-\")", "x"),
    ] {
        assert_eq!(
            value(expression, record),
            format!("\"{found}\""),
            "{expression}"
        );
    }
}

#[test]
fn arithmetic_that_leaves_the_numbers_is_refused() {
    assert!(value("1e308 * 10", "0").contains("a finite number"));
    assert!(value("nan", "0").contains("a finite number"));
}

#[test]
fn times_durations_and_money_are_exact() {
    let record =
        r#"{"a":"2026-01-24 09:20:46.5","b":"2026-01-24T09:20:47.9999Z","n":1769246446500,"e":""}"#;
    for (expression, text) in [
        (
            r#".a|time("%Y-%m-%d %H:%M:%S%.f"; "Europe/Berlin")"#,
            "\"2026-01-24T08:20:46.500000Z[Europe/Berlin]\"",
        ),
        (
            r#".b|time(["%Y-%m-%d %H:%M:%S%.f", "rfc3339"])"#,
            "\"2026-01-24T09:20:47.999900Z\"",
        ),
        (r#".n|time("ms")"#, "\"2026-01-24T09:20:46.500000Z\""),
        (r#".e|time("ms")"#, "null"),
        (
            r#"duration_ms(.a|time("%Y-%m-%d %H:%M:%S%.f"; "UTC"); .b)"#,
            "1500",
        ),
        ("duration_ms(.b; null)", "null"),
        ("usd(\"$1,234.5\")", "1234500000000"),
        ("usd(\"4.5\"; 100)", "45000000"),
        ("usd(0.00006)", "60000"),
        ("usd(null)", "null"),
        ("usd(0.1) + usd(0.2)", "300000000"),
    ] {
        assert_eq!(value(expression, record), text, "{expression}");
    }
    for (expression, said) in [
        ("usd(0.1 + 0.2)", "usd: got `0.30000000000000004`"),
        (
            "usd(-4.5; 100)",
            "usd: got `-4.5`, expected cents of at least 0",
        ),
        (
            "duration_ms(.b; \"2026-01-24T09:20:46Z\")",
            "duration_ms: got `2026-01-24T09:20:46Z`",
        ),
        (
            r#".a|time(["ms", "rfc3339"])"#,
            "time: got `2026-01-24 09:20:46.5`, expected a time like one of milliseconds",
        ),
        (r#".a|time("ms"; "Mars")"#, "time: got `Mars`"),
        (
            r#"{}|time("ms")"#,
            "time: got `{}`, expected a text or a number",
        ),
        ("id_of([.x])", "id_of: got `[null]`"),
    ] {
        let found = value(expression, record);
        assert!(found.starts_with(said), "{expression}: {found}");
    }
}

#[test]
fn a_fault_costs_what_depends_on_its_value() {
    let program =
        "{trace: {trace_id: .id}}, {trace: {trace_id: (.id + \"2\"), attributes: {text}}}";
    let cut = r#"{"id":"a","text":"cut \ud83d"}"#;
    let found = shown(program, &[cut]);
    assert_eq!(found[0], r#"acme {"trace":{"trace_id":"a"}}"#);
    assert_eq!(
        found[1],
        r"text: got `cut \ud83d`, expected a text without half of a surrogate pair"
    );
    assert_eq!(
        shown(
            "{trace: {trace_id: (.text|if startswith(\"cut\") then \"c\" else \"d\" end)}}",
            &[cut]
        )
        .len(),
        1
    );
    for record in [
        r#"{"id":"a","x":NaN}"#,
        r#"{"id":"a","x":1,"x":2}"#,
        r#"{"id":"a","x":["\q"]}"#,
    ] {
        assert_eq!(
            shown("{trace: {trace_id: .id}}", &[record]),
            [r#"acme {"trace":{"trace_id":"a"}}"#]
        );
        let found = shown("{trace: {trace_id: .id, attributes: {x}}}", &[record]);
        assert!(found.len() == 1 && found[0].starts_with("x"), "{found:?}");
    }
    let found = shown("{trace: {trace_id: .id}}", &[r#"{"id":"a","id":"a"}"#]);
    assert_eq!(
        found,
        ["id: got `\"a\"`, expected a name that occurs once in its object"]
    );
}

#[test]
fn a_text_is_cut_visibly() {
    assert_eq!(value("cut(30)", "\"short\""), "\"short\"");
    let long = format!("{{\"a\":[\"{}\"]}}", "é".repeat(100));
    assert_eq!(value("cut(30)|.a[0]", &long), "\"éééééééé…[200 bytes]\"");
    assert_eq!(value("cut(1)|.a[0]|length", &long), "12");
}

#[test]
fn a_value_is_cut_to_what_an_object_of_a_draft_holds() {
    let items = format!(
        "[{}]",
        "{\"n\":\"item\"},".repeat(10_000).trim_end_matches(',')
    );
    let record = format!("{{\"code\":200,\"object\":{{\"kind\":\"List\",\"items\":{items}}}}}");
    let kept = value("cut(4096)|[.code, .object.kind, .object.items]", &record);
    assert_eq!(kept, r#"[200,"List","…[130001 bytes]"]"#);
    // Texts share the room, and small ones leave more to the others.
    let texts = format!(
        "{{\"a\":\"short\",\"b\":\"{0}\",\"c\":\"{0}\"}}",
        "x".repeat(40_000)
    );
    let kept = value("cut(50000)", &texts);
    assert!(
        kept.contains("\"a\":\"short\"")
            && kept.contains("\"b\":\"…[40002 bytes]\"")
            && kept.len() < 62_000,
        "{kept:.200}"
    );
    let many: Vec<String> = (0..20_000).map(|n| format!("\"{n}\":{n}")).collect();
    let kept = value("cut(10)", &format!("{{{}}}", many.join(",")));
    assert_eq!(kept, r#"{"…":"…[257781 bytes]"}"#);
}

#[test]
fn a_program_is_checked_before_the_first_record() {
    for (program, said) in [
        ("{trace: ", "map: got"),
        (
            ".a | foo",
            "map: got `foo`, expected a known filter at line 1",
        ),
        ("\n$x", "map: got `$x`, expected a known variable at line 2"),
        ("now", "a known filter"),
        ("env", "a known filter"),
        ("input", "a known filter"),
        ("halt", "a known filter"),
        ("$ENV", "a known variable"),
        ("import \"a\" as a; .", "without import"),
        (
            "{a: (.b\n | time(\"%Y-%m-%d\"))}",
            "time: got `%Y-%m-%d`, expected a pattern with a date and a time of day (line 2",
        ),
        (
            "\"\\(.b|time([\"rfc3339\", \"%Y %Z\"]; \"UTC\"))\"",
            "time: got `%Y %Z`, expected a pattern without %Z",
        ),
        (
            "{a: 1,\n b: {c: 1, \"c\": 2}}",
            "map: got `c`, expected each name once in an object (line 2 of the map)",
        ),
        ("{a, a: 2}", "map: got `a`"),
        (
            "[.a]\nb = 1",
            "map: got `b`, expected the end of the jq program",
        ),
        ("time(\"minutes\")", "time: got `minutes`"),
    ] {
        let error = Map::parse(program).err().unwrap().to_string();
        assert!(error.contains(said), "{program}: {error}");
    }
    // A form that is no plain text is known only when it is used.
    assert!(Map::parse("time(if .x then \"ms\" else .form end)").is_ok());
}

#[test]
fn of_several_forms_the_one_that_fits_says_what_is_wrong() {
    let zone = r#"time(["rfc3339", "%F %T", "%d/%m/%Y %T"]; "Europe/Berlin")"#;
    let twice = value(zone, "\"2025-10-26 02:30:00\"");
    assert!(
        twice.contains("%d/%m/%Y %T (a time that occurs once in Europe/Berlin"),
        "{twice}"
    );
    let none = value(zone, "\"tomorrow\"");
    assert!(
        none.ends_with("2026-01-31T12:00:00Z, %F %T, %d/%m/%Y %T"),
        "{none}"
    );
}
