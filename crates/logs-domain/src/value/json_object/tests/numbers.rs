use serde_json::json;

use super::super::JsonObject;
use super::{canonical, refusal};

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
fn the_published_table_of_rfc_8785() {
    for (bits, text) in [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] {
        let double = f64::from_bits(bits);
        let kept = format!("{{\"n\":{text}}}");
        assert_eq!(canonical(&format!("{{\"n\":{double:e}}}")), kept);
        assert_eq!(canonical(&format!("{{\"n\":{double:.30e}}}")), kept);
        let object = JsonObject::from_value(&json!({ "n": double })).unwrap();
        assert_eq!(object.as_str(), kept);
        assert_eq!(JsonObject::from_canonical(&kept).unwrap(), object);
        assert_eq!(object.to_value()["n"].as_f64(), Some(double));
    }
}

#[test]
fn an_integer_beyond_the_limit_is_reread_only_as_the_canonical_text_of_its_double() {
    for (number, is_reread) in [
        ("9007199254740992", true),
        ("9007199254740993", false),
        ("9007199254740994", true),
        ("9007199254740995", false),
        ("-9007199254740993", false),
        ("-9007199254740994", true),
        ("9223372036854775807", false),
        ("9223372036854775808", false),
        ("9223372036854776000", true),
        ("18446744073709552000", true),
        ("100000000000000000000", true),
        ("100000000000000000001", false),
        ("999999999999999900000", true),
        ("1000000000000000000000", false),
    ] {
        let text = format!("{{\"n\":{number}}}");
        let spaced = format!("{{ \"n\" :\n{number} }}");
        assert_eq!(
            JsonObject::from_canonical(&text).is_ok(),
            is_reread,
            "{number}"
        );
        let read: Result<JsonObject, _> = serde_json::from_str(&spaced);
        assert_eq!(read.is_ok(), is_reread, "{number}");
        let within = number.trim_start_matches('-') == "9007199254740992";
        assert_eq!(JsonObject::parse(&text).is_ok(), within, "{number}");
    }
    // Only the integer form is judged so: other forms of a double are read as anywhere.
    let read: JsonObject = serde_json::from_str("{\"n\":1E16}").unwrap();
    assert_eq!(read.as_str(), "{\"n\":10000000000000000}");
    for not_canonical in ["-0", "1.0", "1e16", "1E+21", "1e21"] {
        let text = format!("{{\"n\":{not_canonical}}}");
        assert!(JsonObject::from_canonical(&text).is_err(), "{text}");
    }
}

#[test]
fn numbers_of_the_view_are_integers_up_to_2_53_and_doubles_beyond() {
    let text = r#"{"n":[1,-9007199254740992,9007199254740992,1e16,0.5,-0,7.0]}"#;
    let object = JsonObject::parse(text).unwrap();
    let view = object.to_value();
    assert_eq!(
        view,
        json!({"n": [1, -9_007_199_254_740_992_i64, 9_007_199_254_740_992_i64, 1e16, 0.5, 0, 7]})
    );
    assert_eq!(JsonObject::from_value(&view).unwrap(), object);
}
