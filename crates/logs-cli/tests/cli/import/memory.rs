//! The largest records, and those that try to be larger in memory than they are in a file: an import
//! takes a small multiple of the largest record, or refuses it by a limit that it names.

use crate::room::in_room;

/// How many KiB of address space a process may have: twelve times the largest record.
const ROOM: usize = 12 * 32 * 1024;

/// A step of each item, with this as further members.
fn map(more: &str) -> String {
    format!(
        r#". as $all | .items | to_entries[] | {{trace_step: {{trace_id: "t", key: {{position: .key}},
            timestamp: "2026-01-01T00:00:00Z", skill_name: "s", status: "SUCCEEDED", outcome_category: "ok",
            duration_ms: 1 {more}}}}}"#
    )
}

/// A map that takes the long text for each item.
fn with_attributes() -> String {
    map(", attributes: ($all | {a})")
}

/// A record with an array of so many of these items, and a text that makes it as long as it may be.
fn record(item: &str, count: usize, text_bytes: usize) -> String {
    let items = vec![item; count].join(",");
    format!(r#"{{"items":[{items}],"a":"{}"}}"#, "x".repeat(text_bytes))
}

fn import(name: &str, content: &str, map: Option<&str>, more: &[&str]) -> (Option<i32>, String) {
    import_in(ROOM, name, content, map, more)
}

/// Imports the file in little room, and gives the end and what was said.
fn import_in(
    room: usize,
    name: &str,
    content: &str,
    map: Option<&str>,
    more: &[&str],
) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path(name), content).unwrap();
    let (file, store) = (path(name), format!("sqlite:{}", path("logs.db")));
    let mut words = vec!["import", &file, "--tenant", "acme", "--store", &store];
    let program = path("map.jq");
    if let Some(map) = map {
        std::fs::write(&program, map).unwrap();
        words.extend(["--map", &program]);
    }
    let refused = path("refused");
    if more.contains(&"--skip-bad") {
        words.extend(["--skip-bad", &refused]);
    }
    let output = in_room(room, &words);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

const MEBIBYTE: usize = 1024 * 1024;

#[test]
fn the_largest_record_with_many_items_is_stored() {
    let content = record(r#"{"k":"v"}"#, 20_000, 31 * MEBIBYTE);
    let (code, said) = import("one.json", &content, Some(&map("")), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("20000 records stored"), "{said}");
}

#[test]
fn a_record_of_more_values_than_bytes_of_text_is_refused() {
    let content = record("0", 15 * MEBIBYTE, 0);
    let (code, said) = import("one.json", &content, Some(&with_attributes()), &[]);
    assert_eq!(code, Some(1), "{said}");
    let expected = "line 1: record: got `more`, expected a record of at most 1000000 values";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_record_that_is_too_long_is_refused() {
    let content = record("0", 1, 33 * MEBIBYTE);
    let (code, said) = import("one.json", &content, Some(&with_attributes()), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a line of at most 32 MiB"), "{said}");
}

#[test]
fn a_text_that_goes_into_each_of_many_drafts_is_refused_before_it_fills_the_memory() {
    let content = record("1", 100_000, 60_000);
    let (code, said) = import("one.json", &content, Some(&with_attributes()), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("drafts take at most 64 MiB of memory"),
        "{said}"
    );
    // As much of it as has room is stored.
    let content = record("1", 500, 60_000);
    let (code, said) = import("one.json", &content, Some(&with_attributes()), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("500 records stored"), "{said}");
}

#[test]
fn a_text_that_no_object_holds_is_refused_and_not_copied_for_each_item() {
    let content = record("1", 100_000, 30 * MEBIBYTE);
    let (code, said) = import("one.json", &content, Some(&with_attributes()), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("attributes: "), "{said}");
    assert!(said.contains("at most 65536 bytes"), "{said}");
    // A map may look at it.
    let looks = format!("select(.a == \"y\") | {}", map(""));
    let (code, said) = import("one.json", &content, Some(&looks), &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no record made a draft"), "{said}");
}

#[test]
fn many_large_records_wait_one_by_one() {
    let one = record("0", 1, 31 * MEBIBYTE);
    let content = format!("[{}]", vec![one; 7].join(","));
    let steps = map("").replace(".key}", "$ordinal}");
    let (code, said) = import("many.json", &content, Some(&steps), &["--skip-bad"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("7 records stored"), "{said}");
}

#[test]
fn lines_that_are_mostly_blanks_wait_by_their_bytes() {
    let blanks = " ".repeat(MEBIBYTE - 400);
    let line = |number: usize| {
        let id = format!("018f4e5c-8f4e-7c3a-8b4e-{number:012x}");
        format!(
            "{{\"system_record\":{{\"id\":\"{id}\",\"component\":\"api\",\"event_type\":\"ERROR\",\
             \"severity\":\"INFO\",{blanks}\"summary\":\"s\"}}}}\n"
        )
    };
    let content: String = (0..250).map(line).collect();
    let (code, said) = import_in(ROOM / 2, "lines.ndjson", &content, None, &["--skip-bad"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("250 records stored"), "{said}");
}

#[test]
fn a_trace_of_a_million_observations_is_refused() {
    let trace = r#""trace":{"id":"t","timestamp":"2026-01-01T00:00:00Z"}"#;
    let content = format!(
        "{{{trace},\"observations\":[{}{{}}]}}",
        "{},".repeat(1_000_000)
    );
    let (code, said) = import("trace.json", &content, None, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("at most 1000000 values"), "{said}");
}

/// The control: other work of the command needs a fraction of the room, and the limit is there.
#[test]
fn the_room_is_what_it_seems() {
    let sample = super::project("examples/sample/agent-run.ndjson");
    let words = ["import", &sample, "--tenant", "acme", "--dry-run"];
    let output = in_room(ROOM / 2, &words);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let output = in_room(1024, &words);
    assert_ne!(
        output.status.code(),
        Some(0),
        "no program fits into a megabyte"
    );
}
