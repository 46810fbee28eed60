//! A verifier that nobody here wrote: Go's sumdb packages, on bundles of ours. It runs where `go` and
//! Debian's golang-golang-x-mod-dev are, or can be installed; elsewhere the run says that it did not.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod folder;
#[path = "../../logs-ledger/tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use folder::write;
use logs_ledger::MemoryBundle;
use support::{Log, reseal};

const SOURCES: &str = "/usr/share/gocode";

/// Whether `go` and the packages are there, now or after they were installed.
fn at_hand() -> bool {
    let there = || {
        let packages = Path::new(SOURCES).join("src/golang.org/x/mod/sumdb/tlog");
        packages.is_dir() && Command::new("go").arg("version").output().is_ok()
    };
    if there() {
        return true;
    }
    let install = "test \"$(id -u)\" = 0 && export DEBIAN_FRONTEND=noninteractive && \
                   { apt-get install -y -q golang-go golang-golang-x-mod-dev || \
                     { apt-get update -q && \
                       apt-get install -y -q golang-go golang-golang-x-mod-dev; }; }";
    let installed = Command::new("sh").args(["-c", install]).output();
    installed.is_ok_and(|output| output.status.success()) && there()
}

/// Builds the verifier.
fn built(folder: &Path) -> PathBuf {
    let binary = folder.join("verify");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/go/verify.go");
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&binary)
        .arg(source)
        .env("GO111MODULE", "off")
        .env("GOPATH", SOURCES)
        .env("GOCACHE", folder.join("cache"))
        .env("GOFLAGS", "")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    binary
}

fn shown(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn an_independent_verifier_says_the_same() {
    if !at_hand() {
        println!("NOT RUN: there is no `go` with golang.org/x/mod here, and none can be installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let binary = built(folder.path());
    let log = Log::with_redactions(3000);
    let older = [1, 256, 777, 2999];
    let range = log.bundle(3000, 0, 3000, &older).unwrap();
    // The redacted ones among them, and the entries that record it.
    let chosen = [0, 255, 1000, 1500, 2047, 2998, 2999].map(|index| (index, "step"));
    let selection = log.selection(3000, &chosen, &older).unwrap();
    let common = [
        "checkpoint",
        "checkpoints/777",
        "consistency/777",
        "entries.ndjson",
    ];
    let tiles = ["tile/0/000", "tile/0/011.p/184", "tile/1/000.p/11"];
    for (bundle, entries, files) in [
        (range, 3000, [&common[..], &tiles].concat()),
        (selection, 7, common.to_vec()),
    ] {
        let refused = judged_alike(&binary, &log, &bundle, entries, &files);
        println!(
            "the independent verifier accepted a bundle of {entries} entries and refused {refused} mutants \
             and a fork"
        );
    }
}

/// Their verifier and ours accept a bundle, and refuse it with any of these files touched: how many mutants.
fn judged_alike(
    binary: &Path,
    log: &Log,
    bundle: &MemoryBundle,
    entries: u64,
    files: &[&str],
) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("bundle");
    write(bundle, &dir);
    let trusted = folder.path().join("trusted");
    std::fs::write(&trusted, log.note(777).to_text()).unwrap();
    let key = log.signer.verifier().to_text();
    let theirs = || {
        let mut command = Command::new(binary);
        command.arg(&key).arg(&dir).arg(&trusted).output().unwrap()
    };
    let ours = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_logs-verify"));
        command.args(["--key", &key]).arg(&dir);
        let output = command.arg("--trusted-checkpoint").arg(&trusted).output();
        output.unwrap().status.code()
    };
    let output = theirs();
    assert_eq!(
        (output.status.code(), shown(&output).as_str(), ours()),
        (
            Some(0),
            format!("intact: {entries} entries, 4 older checkpoints\n").as_str(),
            Some(0)
        )
    );
    // What it covers, touched in many places under sums that fit: both refuse.
    let mut refused = 0;
    for file in files {
        let content = bundle.files[*file].clone();
        // Not the last bytes: those of base64 have bits that mean nothing.
        for byte in [0, content.len() / 3, content.len() / 2, content.len() - 4] {
            let mut touched = bundle.clone();
            touched.files.get_mut(*file).unwrap()[byte] ^= 1;
            reseal(&mut touched);
            write(&touched, &dir);
            let output = theirs();
            assert_eq!(
                output.status.code(),
                Some(1),
                "{file} {byte}: {}",
                shown(&output)
            );
            assert!(matches!(ours(), Some(1 | 2)), "{file} {byte}");
            refused += 1;
        }
    }
    write(bundle, &dir);
    assert_eq!(theirs().status.code(), Some(0), "the control");
    // Another history up to the trusted checkpoint.
    let mut other = log.entries.clone();
    other[700].content = "{}".to_owned();
    let fork = Log::with(log.tenant, other);
    std::fs::write(&trusted, fork.note(777).to_text()).unwrap();
    assert_eq!((theirs().status.code(), ours()), (Some(1), Some(1)));
    refused
}
