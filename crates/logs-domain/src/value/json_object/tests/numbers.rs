use proptest::prelude::*;
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
        ("333333333.33333331", "333333333.3333333"),
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
fn a_number_is_taken_when_a_double_keeps_it() {
    for number in [
        "0.1",
        "0.30000000000000004",
        // The same doubles in 17 and more digits, as C, older .NET and PostgreSQL write them.
        "0.10000000000000001",
        "0.29999999999999999",
        "0.1000000000000000055511151231257827021181583404541015625",
        "1424953923781206.25",
        // Its double is in the middle of these two.
        "1424953923781206.2",
        "1424953923781206.3",
        "2.2250738585072014E-308",
        "4.9E-324",
        "4.9406564584124654e-324",
        "1e23",
        "1e300",
        "1.7976931348623157e308",
        "9007199254740992.0",
        "9007199254740994.0",
        "9.007199254740994e15",
        "1152921504606847000.0",
        "100000000000000000000000e-1",
        "0e-400",
        "-0.0e99999999999999999999",
        "1000000000000000000000000e-20",
        "0.00000000000000000000001e23",
    ] {
        let text = format!("{{\"n\":{number}}}");
        let object = JsonObject::parse(&text).unwrap_or_else(|error| panic!("{number}: {error}"));
        let read: f64 = number.parse().unwrap();
        assert_eq!(object.to_value()["n"].as_f64(), Some(read), "{number}");
        let signed = format!("{{\"n\":-{}}}", number.trim_start_matches('-'));
        assert!(JsonObject::parse(&signed).is_ok(), "{signed}");
    }
}

#[test]
fn a_number_is_refused_when_a_double_would_change_it() {
    for number in [
        // Whole numbers beyond 2^53, whatever their form.
        "9007199254740993.0",
        "9007199254740993.000",
        "9.007199254740993e15",
        "9007199254740993e0",
        "90071992547409930e-1",
        "9007199254740993E+0",
        "18014398509481985.0",
        // A double, but not the number that its canonical form says.
        "1152921504606846976.0",
        "1.152921504606846976e18",
        // Between two doubles.
        "9007199254740992.5",
        "123456789012345678.5",
        "1234567890123456.7",
        "0.12345678901234567890",
        "0.12345678901234567",
        "1764169000.123456789",
        "333333333.33333329",
        "1.00000000000000000000000000000000000000000000001",
        // Too small for any double.
        "1e-400",
        "2e-324",
        "3e-324",
        "-1e-99999999999999999999",
        "1.5e-323456",
    ] {
        for number in [
            number.to_owned(),
            format!("-{}", number.trim_start_matches('-')),
        ] {
            let text = format!("{{\"n\":{number}}}");
            let said = refusal(&text);
            assert!(
                said.starts_with("a number that a double keeps"),
                "{number}: {said}"
            );
            assert!(
                serde_json::from_str::<JsonObject>(&text).is_err(),
                "{number}"
            );
            let written = format!("{{\"n\":\"{number}\"}}");
            assert_eq!(canonical(&written), written, "as a text it is kept");
        }
    }
    let long = format!("0.{}", "1234567890".repeat(6_000));
    assert!(refusal(&format!("{{\"n\":{long}}}")).contains("double"));
    let shifted = format!("0.{}1e60001", "0".repeat(60_000));
    assert_eq!(canonical(&format!("{{\"n\":{shifted}}}")), r#"{"n":1}"#);
}

proptest! {
    #[test]
    fn every_way_to_write_a_double_is_taken(double in any::<f64>(), digits in 16..800_usize) {
        prop_assume!(double.is_finite());
        for text in [format!("{double:?}"), format!("{double:e}")] {
            let object = JsonObject::parse(&format!("{{\"n\":{text}}}"));
            let whole_digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            prop_assert!(object.is_ok() || whole_digits, "{}", text);
        }
        let longer = format!("{double:.digits$e}");
        let object = JsonObject::parse(&format!("{{\"n\":{longer}}}"));
        prop_assert!(object.is_ok() || double.abs() > 9_007_199_254_740_992.0, "{}", longer);
    }

    /// The rule in other words, by whole numbers without a limit.
    #[test]
    fn a_whole_number_is_taken_exactly_when_its_canonical_form_says_it(
        whole in any::<i128>(),
        shift in 0..120_u32,
    ) {
        let whole = whole >> shift;
        let text = format!("{{\"n\":{whole}.0}}");
        let same = format!("{}", whole as f64) == whole.to_string();
        prop_assert_eq!(JsonObject::parse(&text).is_ok(), same, "{}", text);
    }
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
        // To the last digit, where no reader takes it for a whole number and another one.
        if double.fract() != 0.0 {
            assert_eq!(canonical(&format!("{{\"n\":{double:.800e}}}")), kept);
            assert_eq!(canonical(&format!("{{\"n\":{double:.16e}}}")), kept);
        }
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
