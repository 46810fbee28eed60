//! The command in little room: what it holds at once is bounded, however much there is to read.

use std::process::{Command, Output};

use logs_domain::{Draft, LogsStore, StoreLifecycle};

use crate::support::open;

/// Runs the command in so many KiB of address space. The allocator and the runtime keep address space
/// for each thread that they might use, so they are told to use few.
pub(crate) fn in_room(kibibytes: usize, words: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", "ulimit -v \"$0\" && exec \"$@\""])
        .arg(kibibytes.to_string())
        .arg(env!("CARGO_BIN_EXE_logs"))
        .args(words)
        .env("MALLOC_ARENA_MAX", "1")
        .env("TOKIO_WORKER_THREADS", "2")
        .env_remove("LOGS_STORE_URL")
        .output()
        .unwrap()
}

/// How many large records are stored, and how many of them one command skips.
const RECORDS: usize = 4_000;
const SKIPPED: &str = "3990";
/// The bytes of a text in each.
const TEXT: usize = 60_000;
/// KiB of address space.
const ROOM: usize = 192 * 1024;

const _: () = assert!(
    RECORDS * TEXT > ROOM * 1024,
    "the skipped records have no room"
);

#[tokio::test]
async fn an_offset_costs_no_memory_for_the_records_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let backend = open("sqlite", &store).await;
    let text = "x".repeat(TEXT);
    let record = |number: usize| {
        let json = format!(
            r#"{{"system_record":{{"id":"018f4e5c-8f4e-7c3a-8b4e-{number:012x}",
                "component":"api","event_type":"ERROR","severity":"INFO","summary":"{number}",
                "details":{{"x":"{text}"}},"correlation_id":"c",
                "occurred_at":"2026-03-02T10:15:00Z"}}}}"#
        );
        Draft::from_json(&json).unwrap()
    };
    for numbers in (0..RECORDS).collect::<Vec<_>>().chunks(200) {
        let drafts = numbers.iter().map(|number| record(*number)).collect();
        backend.append("acme", drafts).await;
    }
    let closing: &dyn LogsStore = &**backend.store();
    StoreLifecycle::close(closing).await.unwrap();
    let place = ["--offset", SKIPPED, "--limit", "2"];
    let window = [
        "--from",
        "2026-03-02T10:00:00Z",
        "--to",
        "2026-03-02T11:00:00Z",
    ];
    for words in [
        [&["system", "list"][..], &place].concat(),
        [&["system", "by-correlation", "c"][..], &place].concat(),
        [&["system", "window"][..], &window, &place].concat(),
        [&["replay"][..], &window, &place].concat(),
    ] {
        let common = ["--tenant", "acme", "--store", &store];
        let output = in_room(ROOM, &[&words[..], &common].concat());
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{words:?}: {told}");
        assert!(told.contains("2 of 4000"), "{words:?}: {told}");
    }
}
