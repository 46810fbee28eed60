//! A file of any size takes the same memory: what is read ahead is bounded by what is appended.

use std::process::Command;

use super::project;

/// Imports, as a process of its own, what a generator writes to its standard input, and tells the
/// most memory that it took, in bytes.
#[cfg(target_os = "linux")]
fn most_memory(records: usize) -> u64 {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_logs"))
        .args([
            "import",
            "-",
            "--tenant",
            "acme",
            "--dry-run",
            "--store",
            &store,
        ])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = std::io::BufWriter::new(child.stdin.take().unwrap());
    let details = "x".repeat(900);
    for n in 0..records {
        let id = format!("018f4e5c-8f4e-7c3a-8b4e-{n:012x}");
        writeln!(
            input,
            "{{\"system_record\":{{\"id\":\"{id}\",\"component\":\"api\",\"event_type\":\"ERROR\",\
             \"severity\":\"INFO\",\"summary\":\"s\",\"details\":{{\"d\":\"{details}\"}}}}}}"
        )
        .unwrap();
    }
    // Everything that is written is read, and the input is still open: the most is known by now.
    input.flush().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.starts_with(&format!("{records} records would be stored")),
        "{told}"
    );
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn ten_times_the_records_take_no_more_memory() {
    let (few, many) = (most_memory(5_000), most_memory(50_000));
    // The difference in size is 45 MB; a few MB of it may be noise of the allocator.
    assert!(many < few + 16_000_000, "{few} and {many} bytes");
}

#[test]
fn standard_input_is_a_file_with_a_hyphen_for_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let sample = std::fs::File::open(project("examples/sample/agent-run.ndjson")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_logs"))
        .args(["import", "-", "--tenant", "acme", "--store", &store])
        .stdin(sample)
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "16 records stored, 0 already stored, 0 refused\n");
}

#[test]
fn an_import_that_failed_does_not_wait_for_who_writes_its_input() {
    use std::io::{Read, Write};
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("logs.db").display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_logs"))
        .args(["import", "-", "--tenant", "acme", "--store", &store])
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Enough bad lines that some are handed over while the input is still open.
    let mut input = child.stdin.take().unwrap();
    let lines = b"{no record}\n".repeat(1_000);
    input.write_all(&lines).unwrap();
    let mut error = String::new();
    let mut err = child.stderr.take().unwrap();
    err.read_to_string(&mut error).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{error}");
    assert!(error.contains("standard input: line 1: "), "{error}");
    drop(input);
}

/// A pipe cannot be read twice: neither its digest nor its form may be looked up first.
#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_once_and_needs_a_name_for_ids() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (pipe, store) = (path("pipe"), format!("sqlite:{}", path("logs.db")));
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let mapping = project("examples/mappings/mooncake.jq");
    let sample = project("examples/mappings/samples/mooncake.jsonl");
    let words = ["import", &pipe, "--tenant", "acme", "--map", &mapping];
    let import = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_logs"));
        command.args(words).args(["--store", &store]).args(more);
        command
    };
    let unnamed = import(&[]).output().unwrap();
    let error = String::from_utf8(unnamed.stderr).unwrap();
    assert_eq!(unnamed.status.code(), Some(2), "{error}");
    assert!(error.contains("name it with --source"), "{error}");
    let child = import(&["--source", "mooncake"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::fs::write(&pipe, std::fs::read(sample).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "2 records stored, 0 already stored, 0 refused\n");
}
