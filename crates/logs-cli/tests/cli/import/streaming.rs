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
