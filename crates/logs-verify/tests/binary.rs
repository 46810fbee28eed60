//! The binary on bundles in folders.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod folder;
#[path = "../../logs-ledger/tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Command, Output};

use folder::write;
use support::{Log, reseal, signer};

fn verify(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_logs-verify"))
        .args(words)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

struct Scene {
    log: Log,
    folder: tempfile::TempDir,
    key: String,
}

impl Scene {
    /// A bundle of all of a log of 3000 entries, in the folder `bundle`.
    fn new() -> Self {
        let log = Log::with_redactions(3000);
        let folder = tempfile::tempdir().unwrap();
        let bundle = log.bundle(3000, 0, 3000, &[1000, 2500]).unwrap();
        write(&bundle, &folder.path().join("bundle"));
        let key = log.signer.verifier().to_text();
        Self { log, folder, key }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Checks the bundle with its key and these words.
    fn verify(&self, words: &[&str]) -> Output {
        let bundle = self.path("bundle");
        verify(&[&["--key", &self.key, &bundle], words].concat())
    }

    fn trusted(&self, size: u64) -> String {
        let path = self.path("trusted");
        std::fs::write(&path, self.log.note(size).to_text()).unwrap();
        path
    }
}

#[test]
fn an_intact_bundle_is_told_in_words_that_a_lawyer_reads() {
    let scene = Scene::new();
    let trusted = scene.trusted(1234);
    let output = scene.verify(&["--trusted-checkpoint", &trusted]);
    let root = format!("{:?}", scene.log.roots[3000]);
    let id = u32::from_be_bytes(scene.log.signer.key_id());
    let expected = format!(
        "log          logs.example/acme, of acme\n\
         size         3000 entries at the checkpoint\n\
         root         {root}\n\
         signed by    logs.example/acme+{id:08x}\n\
         entries      all from 0 to 2999\n\
         records      2998 present, 2 redacted, 0 expired\n\
         recorded     2023-11-14T22:13:20.000000Z to 2023-11-14T22:13:20.002999Z, as the records say\n\
         checkpoints  2 older ones, which the log extends\n\
         trusted      the log extends the trusted checkpoint of 1234 entries\n\
         verdict      INTACT: nothing was changed, inserted, removed or reordered\n"
    );
    assert_eq!(text(&output.stdout), expected);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let output = scene.verify(&["--json"]);
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&summary["verdict"], &summary["present"]),
        (&"intact".into(), &2998.into())
    );
}

#[test]
fn an_altered_entry_is_named_one_line_for_each() {
    let scene = Scene::new();
    let mut bundle = scene.log.bundle(3000, 0, 3000, &[1000, 2500]).unwrap();
    let file = bundle.files.get_mut("entries.ndjson").unwrap();
    let entries = String::from_utf8(file.clone()).unwrap();
    let altered = entries.replace("\"ada-77\"", "\"bob-77\"");
    *file = altered
        .replace("\"limit/2000\"", "\"limit/2001\"")
        .into_bytes();
    reseal(&mut bundle);
    write(&bundle, &scene.folder.path().join("bundle"));
    let output = scene.verify(&[]);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stdout);
    let bad: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("bad"))
        .collect();
    let line = |entry: u16, tile: &str| {
        format!(
            "bad  entry {entry} (audit_entry 018f4e5c-8f4e-7c3a-8b4e-00000000{entry:04x}): it was \
             altered: its leaf is not the one in tile/0/{tile}"
        )
    };
    assert_eq!(bad, [line(77, "000"), line(2000, "007")]);
    assert!(
        told.ends_with("verdict      ALTERED: 2 things are wrong, told above\n"),
        "{told}"
    );
    let json = scene.verify(&["--json"]);
    let lines: Vec<serde_json::Value> = text(&json.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["entry"], &lines[0]["kind"], &lines[2]["verdict"]),
        (&77.into(), &"audit_entry".into(), &"altered".into())
    );
}

#[test]
fn a_selection_is_told_with_its_question_and_its_bad_entries() {
    let scene = Scene::new();
    let mut log = Log::with_redactions(3000);
    log.minimum_index = 10;
    log.entries[9].gone = true;
    let chosen = [
        (9, "step"),
        (77, "run"),
        (1000, "step"),
        (2998, "redaction"),
    ];
    let bundle = log.selection(3000, &chosen, &[1234]).unwrap();
    let folder = scene.folder.path().join("selection");
    write(&bundle, &folder);
    let trusted = scene.trusted(1234);
    let path = scene.path("selection");
    let words = ["--key", &scene.key, "--trusted-checkpoint", &trusted, &path];
    let output = verify(&words);
    let told = text(&output.stdout);
    let (_, told) = told.split_once("question ").unwrap();
    assert_eq!(
        told,
        "    {\"run_id\":\"run-1\"}, as the bundle says\n\
         entries      chosen: 1 redaction, 1 run, 2 step\n\
         records      2 present, 1 redacted, 1 expired, below entry 10, as the bundle says\n\
         recorded     2023-11-14T22:13:20.000077Z to 2023-11-14T22:13:20.002998Z, as the records say\n\
         checkpoints  1 older one, which the log extends\n\
         trusted      the log extends the trusted checkpoint of 1234 entries\n\
         verdict      INTACT: each record is intact and in the log; others may have been left out\n"
    );
    assert_eq!(output.status.code(), Some(0));
    let json = verify(&[&words[..], &["--json"]].concat());
    let summary: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(summary["answers"]["step"], 2);

    let mut altered = bundle;
    let file = altered.files.get_mut("entries.ndjson").unwrap();
    let lines = String::from_utf8(file.clone()).unwrap();
    *file = lines.replace("\"ada-77\"", "\"bob-77\"").into_bytes();
    reseal(&mut altered);
    write(&altered, &folder);
    let output = verify(&words);
    let bad = "bad  entry 77 (audit_entry 018f4e5c-8f4e-7c3a-8b4e-00000000004d): it was altered";
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with(bad));
}

#[test]
fn a_receipt_is_checked_with_its_record() {
    let scene = Scene::new();
    let receipt = scene.log.receipt(77, 3000).to_text();
    let path = scene.path("receipt");
    std::fs::write(&path, &receipt).unwrap();
    let trusted = scene.trusted(3000);
    let words = ["--key", &scene.key, "--trusted-checkpoint", &trusted, &path];
    let output = verify(&words);
    let told = text(&output.stdout);
    let (_, told) = told.split_once("receipt ").unwrap();
    assert_eq!(
        told,
        "     of entry 77 (audit_entry 018f4e5c-8f4e-7c3a-8b4e-00000000004d)\n\
         recorded     2023-11-14T22:13:20.000077Z, as the record says\n\
         trusted      the log extends the trusted checkpoint of 3000 entries\n\
         verdict      INTACT: the record is intact and in the log\n"
    );
    assert_eq!(output.status.code(), Some(0));
    let json = verify(&["--key", &scene.key, "--json", &path]);
    let summary: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&summary["verdict"], &summary["kind"], &summary["entry"]),
        (&"intact".into(), &"audit_entry".into(), &77.into())
    );
    std::fs::write(&path, receipt.replace("index 77\n", "index 78\n")).unwrap();
    let output = verify(&words);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("bad  entry 78 (audit_entry"));
    std::fs::write(&path, [0xff]).unwrap();
    assert_eq!(verify(&words).status.code(), Some(2));
}

#[test]
fn what_cannot_be_judged_and_what_is_asked_wrongly_have_codes_of_their_own() {
    let scene = Scene::new();
    let bundle = scene.path("bundle");
    let stranger = signer(9).verifier().to_text();
    let output = verify(&["--key", &stranger, &bundle]);
    assert_eq!(output.status.code(), Some(1), "a key that signed nothing");
    assert!(text(&output.stdout).contains("bad  the checkpoint is not to be trusted"));

    let missing = scene.path("absent");
    let no_note = scene.path("bundle/manifest.json");
    let output = verify(&["--key", &scene.key, &no_note]);
    assert_eq!(output.status.code(), Some(2), "a file that is no receipt");
    assert!(text(&output.stdout).contains("verdict      UNREADABLE: receipt: line 1"));
    for words in [
        &[][..],
        &["--key", "no key", &bundle],
        &["--key", &scene.key],
        &["--key", &scene.key, &missing],
        &[
            "--key",
            &scene.key,
            &bundle,
            "--trusted-checkpoint",
            &missing,
        ],
        &[
            "--key",
            &scene.key,
            &bundle,
            "--trusted-checkpoint",
            &no_note,
        ],
        &["--key", &scene.key, &bundle, "--what"],
    ] {
        let output = verify(words);
        assert_eq!(output.status.code(), Some(64), "{words:?}");
        assert_eq!(text(&output.stdout), "", "{words:?}");
        assert!(!output.stderr.is_empty());
    }
    let help = verify(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("64 wrong usage"));

    // A fork: the trusted checkpoint has another root at a size that the bundle passes.
    let mut entries = scene.log.entries.clone();
    entries[3].content = "{}".to_owned();
    let fork = Log::with(scene.log.tenant, entries);
    let trusted = scene.path("fork");
    std::fs::write(&trusted, fork.note(500).to_text()).unwrap();
    let output = scene.verify(&["--trusted-checkpoint", &trusted]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("trusted checkpoint of size 500: it has another root"));

    std::fs::remove_file(scene.path("bundle/tile/0/004")).unwrap();
    let output = scene.verify(&[]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stdout);
    assert!(told.contains("bad  tile/0/004 is missing"), "{told}");
    assert!(
        told.contains("verdict      UNREADABLE: tile/0/004: "),
        "{told}"
    );
}

#[test]
#[cfg(unix)]
fn a_link_in_the_folder_is_refused_and_an_answer_that_is_lost_is_no_intact() {
    let scene = Scene::new();
    let full = Path::new("/dev/full");
    if full.exists() {
        let out = std::fs::OpenOptions::new().write(true).open(full).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_logs-verify"));
        command.args(["--key", &scene.key, &scene.path("bundle")]);
        let output = command.stdout(out).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("cannot be written"));
    }
    let crowd = scene.path("bundle/checkpoints/");
    for number in 0..5_001 {
        std::fs::write(format!("{crowd}x{number}"), "").unwrap();
    }
    let output = scene.verify(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("holds more than a bundle"));
    let link = scene.path("bundle/FORMAT.link");
    std::os::unix::fs::symlink("/etc/hostname", link).unwrap();
    let output = scene.verify(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("neither a file nor a folder"));
}

/// Bundles of 45 MB are checked by a process that may have 24 MB of memory.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat_on_a_bundle_of_any_size() {
    let mut log = Log::of(20_000);
    for entry in &mut log.entries {
        entry.content = format!("{{\"x\":\"{}\"}}", "x".repeat(2_000));
    }
    let log = Log::with(log.tenant, log.entries);
    let chosen: Vec<(u64, &str)> = (0..20_000).map(|index| (index, "step")).collect();
    for bundle in [
        log.bundle(20_000, 0, 20_000, &[]).unwrap(),
        log.selection(20_000, &chosen, &[]).unwrap(),
    ] {
        let bytes: usize = bundle.files.values().map(Vec::len).sum();
        assert!(bytes > 45_000_000, "{bytes}");
        let folder = tempfile::tempdir().unwrap();
        write(&bundle, folder.path());
        let key = log.signer.verifier().to_text();
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 24000; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_logs-verify"))
            .args(["--key", &key])
            .arg(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}
