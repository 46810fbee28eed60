//! The file, the environment and the flags of `logs serve`, and what `--check` says of them.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// How `logs serve --check` ended, and what it said.
#[derive(Debug)]
struct Checked {
    code: i32,
    out: String,
    err: String,
}

/// Runs `logs serve --check` in a folder, with this environment and these flags.
fn check(folder: &Path, environment: &[(&str, &str)], flags: &[&str]) -> Checked {
    let output = Command::new(env!("CARGO_BIN_EXE_logs"))
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .args(["serve", "--check"])
        .args(flags)
        .output()
        .unwrap();
    Checked {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder with a file of configuration.
fn folder(configuration: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("logs.toml"), configuration).unwrap();
    folder
}

const FILE: [&str; 2] = ["--config", "logs.toml"];

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let folder = folder(
        "listen = [\"127.0.0.1:40001\", \"127.0.0.1:40002\"]\nadmin = \"127.0.0.1:40003\"\n",
    );
    let variable = ("LOGS_LISTEN", "127.0.0.1:40004,127.0.0.1:40005");
    let named = ("LOGS_CONFIG", "logs.toml");
    for (environment, flags, addresses) in [
        (&[][..], &FILE[..], &[40001, 40002, 40003][..]),
        (&[named], &[], &[40001, 40002, 40003]),
        (&[named, variable], &[], &[40004, 40005, 40003]),
        (
            &[named, variable],
            &["--listen", "127.0.0.1:40006"],
            &[40006, 40003],
        ),
        (
            &[],
            &["--listen", "127.0.0.1:40006", "--config", "logs.toml"],
            &[40006, 40003],
        ),
        (
            &[variable],
            &["--admin=127.0.0.1:40007"],
            &[40004, 40005, 40007],
        ),
    ] {
        let checked = check(folder.path(), environment, flags);
        assert_eq!(checked.code, 0, "{checked:?}");
        let ports = checked
            .out
            .lines()
            .filter_map(|line| line.split_once("127.0.0.1:"));
        let ports: Vec<u16> = ports.map(|(_, port)| port.parse().unwrap()).collect();
        assert_eq!(ports, addresses, "{environment:?} {flags:?}");
    }
}

#[test]
fn every_option_is_a_key_of_the_file() {
    let folder = folder(
        r#"
        store = "memory:"
        tenant = "acme"
        listen = "127.0.0.1:40001"
        allowed_origin = ["https://a.example", "https://b.example"]
        agent_calls = "spans"
        synthetic_environment = ["test"]
        key_requests = 1
        key_burst = "2"
        tenant_items = 3
        tenant_reads = 4
        failed_keys = 5
        notice = 6
        drain = 7
        log_level = "warn"
        log_format = "json"
        "#,
    );
    let checked = check(folder.path(), &[], &FILE);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.out.contains("store: memory"), "{}", checked.out);
    assert!(checked.out.contains("tenant `acme`"), "{}", checked.out);
    let open = check(folder.path(), &[("LOGS_TENANT", "other")], &FILE);
    assert!(open.out.contains("tenant `other`"), "{}", open.out);
}

#[test]
fn an_error_names_the_file_the_key_the_value_and_what_was_expected() {
    for (content, expected) in [
        (
            "lisen = 1",
            "logs.toml: lisen: unknown, expected one of admin, agent_calls, ",
        ),
        (
            "tls-key = \"k\"",
            "logs.toml: tls-key: unknown, expected one of ",
        ),
        ("config = \"x\"", "logs.toml: config: unknown, "),
        ("check = true", "logs.toml: check: unknown, "),
        ("[limits]\nkey_burst = 1", "logs.toml: limits: unknown, "),
        (
            "listen = \"here\"",
            "logs.toml: listen: got `here`, expected an IP address and a port",
        ),
        (
            "listen = [\"127.0.0.1:1\", 5]",
            "logs.toml: listen: got `5`, expected an IP address",
        ),
        (
            "listen = [[]]",
            "logs.toml: listen: got `[[]]`, expected a text or a list of texts",
        ),
        (
            "admin = [\"127.0.0.1:1\"]",
            "logs.toml: admin: got `[\"127.0.0.1:1\"]`, expected a text or",
        ),
        (
            "key_burst = 0",
            "logs.toml: key_burst: got `0`, expected a whole number from 1 to 4294967295",
        ),
        (
            "key_burst = 1.5",
            "logs.toml: key_burst: got `1.5`, expected a text or a whole number",
        ),
        (
            "drain = 3601",
            "logs.toml: drain: got `3601`, expected whole seconds from 0 to 3600",
        ),
        (
            "agent_calls = \"both\"",
            "logs.toml: agent_calls: got `both`, expected one of events, spans",
        ),
        (
            "allowed_origin = \"*\"",
            "logs.toml: allowed_origin: got `*`, expected an origin such as",
        ),
        ("tenant = \"\"", "logs.toml: tenant: got ``, expected "),
        ("drain = 1\ndrain", "logs.toml: line 2: expected TOML: "),
    ] {
        let folder = folder(content);
        let checked = check(folder.path(), &[], &FILE);
        assert_eq!((checked.code, checked.out.as_str()), (2, ""), "{checked:?}");
        assert!(checked.err.contains(expected), "{content}: {}", checked.err);
        assert_eq!(checked.err.lines().count(), 1, "{}", checked.err);
    }
    // A wrong value is an error, also where a flag wins.
    let folder = folder("admin = \"x\"");
    let won = check(
        folder.path(),
        &[],
        &["--config", "logs.toml", "--admin", "127.0.0.1:1"],
    );
    assert_eq!(won.code, 2, "{won:?}");
    let missing = check(folder.path(), &[], &["--config", "none.toml"]);
    assert!(
        missing.err.contains("none.toml: No such file"),
        "{}",
        missing.err
    );
}

#[test]
fn an_error_of_the_environment_names_the_variable() {
    let folder = folder("");
    let checked = check(folder.path(), &[("LOGS_KEY_BURST", "many")], &[]);
    assert_eq!(checked.code, 2);
    assert!(
        checked.err.contains("LOGS_KEY_BURST: invalid value 'many'"),
        "{}",
        checked.err
    );
    let flag = check(
        folder.path(),
        &[("LOGS_KEY_BURST", "1")],
        &["--key-burst", "many"],
    );
    assert!(!flag.err.contains("LOGS_KEY_BURST: "), "{}", flag.err);
}

#[test]
fn no_error_shows_a_secret() {
    let secret = "hunter2";
    for content in [
        format!("store = \"postgres://logs:{secret}@127.0.0.1:1/logs\""),
        format!("store = \"postgres://logs:{secret}@127.0.0.1:1/logs\" x"),
        format!("store = [\"postgres://logs:{secret}@127.0.0.1:1/logs\"]"),
        format!("store = \"nowhere://logs:{secret}@127.0.0.1:1/logs\""),
    ] {
        let folder = folder(&content);
        let checked = check(folder.path(), &[], &FILE);
        assert_ne!(checked.code, 0, "{checked:?}");
        assert!(
            !checked.err.contains(secret) && !checked.err.is_empty(),
            "{}",
            checked.err
        );
    }
}

/// Makes `pepper`, and a key in `logs.db`.
fn make_keys(folder: &Path) {
    let issued = Command::new(env!("CARGO_BIN_EXE_logs"))
        .current_dir(folder)
        .env_clear()
        .args(["keys", "issue", "--pepper", "pepper"])
        .args(["--for", "acme", "--role", "ingest"])
        .output();
    assert!(issued.unwrap().status.success());
}

/// Makes `tls.crt` and `tls.key`.
fn make_certificate(folder: &Path) {
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned()];
    let certificate = rcgen::CertificateParams::new(names)
        .unwrap()
        .self_signed(&key);
    fs::write(folder.join("tls.crt"), certificate.unwrap().pem()).unwrap();
    fs::write(folder.join("tls.key"), key.serialize_pem()).unwrap();
}

/// The example names files of a machine that it is deployed to; flags name others here.
#[test]
fn the_example_for_deployments_is_read() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/logs.toml");
    let folder = folder("");
    make_keys(folder.path());
    make_certificate(folder.path());
    let flags = [
        "--config",
        file,
        "--store",
        "sqlite:logs.db",
        "--pepper",
        "pepper",
    ];
    let tls = ["--tls-certificate", "tls.crt", "--tls-key", "tls.key"];
    let checked = check(folder.path(), &[], &[&flags[..], &tls].concat());
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked.out.contains("listen: 0.0.0.0:4317"),
        "{}",
        checked.out
    );
    assert!(
        checked.out.contains("admin: 127.0.0.1:9318"),
        "{}",
        checked.out
    );
}

#[test]
fn a_check_reads_everything_and_changes_nothing() {
    let folder = folder("");
    let path = folder.path();
    let checked = check(path, &[], &["--listen", "127.0.0.1:0"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked.out.contains("not there yet: serving makes it"),
        "{}",
        checked.out
    );
    assert!(!path.join("logs.db").exists());
    // With a pepper, the keys are counted.
    make_keys(path);
    make_certificate(path);
    let before = fs::read(path.join("logs.db")).unwrap();
    let tls = ["--tls-certificate", "tls.crt", "--tls-key", "tls.key"];
    let all = [&["--pepper", "pepper", "--listen", "0.0.0.0:0"][..], &tls].concat();
    let checked = check(path, &[], &all);
    assert_eq!(checked.code, 0, "{checked:?}");
    for line in [
        "store: sqlite, its schema fits",
        "callers: only holders of keys are let in",
        "keys: 1 of 1 are valid",
        "tls: the key fits, certificates: 1",
        "listen: 0.0.0.0:0",
    ] {
        assert!(checked.out.contains(line), "{line} in {}", checked.out);
    }
    assert!(!checked.out.contains("warning"), "{}", checked.out);
    let plain = check(path, &[], &["--pepper", "pepper", "--listen", "0.0.0.0:0"]);
    assert!(
        plain
            .out
            .contains("warning: keys reach 0.0.0.0:0 in plain text"),
        "{}",
        plain.out
    );
    assert_eq!(fs::read(path.join("logs.db")).unwrap(), before);
    // An address that a service has now is no fault, and other addresses of others are.
    let taken = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let held = TcpListener::bind(taken).unwrap();
    let in_use = check(path, &[], &["--listen", &taken.to_string()]);
    assert!(
        in_use.out.contains(&format!("listen: {taken}, in use now")),
        "{in_use:?}"
    );
    drop(held);
    for (flags, code, expected) in [
        (
            &["--listen", "0.0.0.0:0"][..],
            2,
            "without keys listens on 127.0.0.1",
        ),
        (
            &["--listen", "192.0.2.1:0", "--pepper", "pepper"],
            2,
            "192.0.2.1:0",
        ),
        (&["--admin", "192.0.2.1:0"], 2, "--admin: 192.0.2.1:0"),
        (&["--tls-key", "tls.key"], 2, "need each other"),
        (&["--keys-tenant", "k"], 2, "needs --pepper"),
        (&["--pepper", "nothing"], 1, "the pepper nothing"),
        (
            &["--tls-certificate", "tls.key", "--tls-key", "tls.key"],
            1,
            "tls.key: expected certificates",
        ),
        (&["--store", "postgres://127.0.0.1:1/x"], 3, ""),
    ] {
        let checked = check(path, &[], flags);
        assert_eq!(checked.code, code, "{flags:?} {checked:?}");
        assert!(checked.err.contains(expected), "{flags:?} {}", checked.err);
    }
}
