use std::io::{BufReader, Cursor, Read};

use proptest::prelude::*;

use super::read;

fn shown_of(reader: Box<dyn std::io::BufRead + Send>, path: &[&str]) -> Vec<String> {
    let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
    let mut shown = Vec::new();
    let ended = read(reader, &path, &mut |found| {
        shown.push(match found {
            Ok(record) => {
                let text = String::from_utf8_lossy(&record.bytes);
                format!("{}: {text}", record.location)
            }
            Err((bad, _)) => bad.to_string(),
        });
        true
    });
    shown.extend(ended.err().map(|broken| broken.to_string()));
    shown
}

fn shown(text: &str, path: &[&str]) -> Vec<String> {
    // A buffer of a few bytes: values begin and end anywhere.
    let bytes = Cursor::new(text.to_owned().into_bytes());
    let small = shown_of(Box::new(BufReader::with_capacity(3, bytes.clone())), path);
    let whole = shown_of(Box::new(bytes), path);
    let same = |one: &String, other: &String| {
        one.split("got").next() == other.split("got").next() || one == other
    };
    assert!(
        small
            .iter()
            .zip(&whole)
            .all(|(one, other)| same(one, other)),
        "{small:?}"
    );
    whole
}

#[test]
fn items_of_an_array_at_any_place_are_records() {
    let text = "{\"x\":[1],\"a\":{\"y\":\"}\",\"Records\":[ {\"n\":\n 1},{\"n\":2.0},3, \"]\\\"\" ]},\"y\":2}";
    assert_eq!(
        shown(text, &["a", "Records"]),
        [
            "record 0: {\"n\":1}",
            "record 1: {\"n\":2.0}",
            "record 2: 3",
            "record 3: \"]\\\"\""
        ]
    );
    assert_eq!(shown("[{\"n\":1}]", &[]), ["record 0: {\"n\":1}"]);
    assert_eq!(shown("{\"n\":1}", &[]), ["record 0: {\"n\":1}"]);
    assert!(shown("[ ]", &[]).is_empty());
}

#[test]
fn a_record_that_is_no_json_costs_no_other() {
    let text = "[{\"n\":1},{\"n\":\"\\ud83d\"},{\"n\":NaN},{\"n\" 1},{\"n\":4}]";
    let found = shown(text, &[]);
    assert_eq!(found.len(), 5, "{found:?}");
    assert_eq!(found[4], "record 4: {\"n\":4}");
}

#[test]
fn a_truncated_document_gives_its_whole_records_and_an_error() {
    let found = shown(r#"{"Records":[{"n":1},{"n":"#, &["Records"]);
    assert_eq!(found[0], "record 0: {\"n\":1}");
    assert!(
        found[1].contains("record 1") && found[1].contains("end of the file"),
        "{}",
        found[1]
    );
    assert_eq!(found.len(), 2);
    assert!(shown("[1,2", &[])[2].contains("a comma or the end of the array"));
}

#[test]
fn a_path_that_leads_nowhere_is_an_error_that_names_what_is_there() {
    assert!(shown("{\"a\":1,\"data\":2}", &["Records"])[0].ends_with("the document has a, data"));
    assert!(shown("[]", &["Records"])[0].contains("\"Records\""));
    assert!(shown("", &[])[0].contains("at its end"));
    assert!(shown("{\"a\":[],\"a\":[]}", &["a"])[0].contains("once"));
    assert!(shown("{\"a\":[,1]}", &["a"])[0].contains("a value"));
}

#[test]
fn documents_may_follow_each_other() {
    let two = ["record 0: 1", "record 1: 2"];
    assert_eq!(shown("1\n2\n", &[]), two);
    assert_eq!(shown("[1]\n[2]", &[]), two);
    assert_eq!(shown("{\"a\":[1]}{\"a\":[]} {\"a\":[2]}", &["a"]), two);
    let found = shown("{\"a\":[1]}\n{\"b\":[]}", &["a"]);
    assert!(found[1].ends_with("the document has b"), "{found:?}");
}

#[test]
fn a_comma_behind_the_last_item_and_null_for_the_array_are_no_records() {
    assert_eq!(shown("[1,\n]", &[]), ["record 0: 1"]);
    assert!(shown("{\"a\":null,\"b\":1}", &["a"]).is_empty());
    assert!(shown("{\"a\":null}", &["a", "b"]).is_empty());
}

#[test]
fn a_record_that_is_too_long_is_refused_without_keeping_it() {
    let huge = std::io::repeat(b'x').take(100 << 20);
    let (start, rest): (&[u8], &[u8]) = (b"[{\"a\":\"", b"\"},{\"b\":1}]");
    let found = shown_of(Box::new(BufReader::new(start.chain(huge).chain(rest))), &[]);
    assert!(found[0].contains("at most 32 MiB"), "{}", found[0]);
    assert_eq!(found[1], "record 1: {\"b\":1}");
}

proptest! {
    #[test]
    fn whatever_the_text_the_walk_ends(text in "[\\[\\]{}\",:\\\\a1 \n]{0,60}") {
        shown(&text, &[]);
        shown(&text, &["a"]);
    }
}
