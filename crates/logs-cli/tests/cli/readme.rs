//! The README shows what the command really answers: every `logs` line of it is run, in order, and
//! its output compared to the letter.

use std::path::Path;

use crate::support::backends;

/// The command lines of the README with the output that follows each.
fn shown() -> Vec<(String, String)> {
    let readme = include_str!("../../../../README.md");
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut in_console = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) {
            shown.push((command.to_owned(), String::new()));
        } else if let Some((_, output)) = shown.last_mut().filter(|_| in_console) {
            output.push_str(line);
            output.push('\n');
        }
    }
    // A service goes on until somebody ends it, and the ledger is opened by its URL: other tests run these.
    let elsewhere = ["logs serve", "logs ledger"];
    let answers = |command: &str| {
        command.starts_with("logs ") && !elsewhere.iter().any(|words| command.starts_with(words))
    };
    shown.retain(|(command, _)| answers(command));
    shown
}

#[tokio::test]
async fn the_readme_shows_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = tempfile::tempdir().unwrap();
    let commands = shown();
    assert!(commands.len() >= 7, "{commands:?}");
    for backend in backends(&folder).await {
        for (command, output) in &commands {
            // Files are named from the root of the project, and the tenant as `export` says.
            let words: Vec<String> = command
                .split(' ')
                .skip(1)
                .map(|word| match root.join(word) {
                    file if file.is_file() => file.display().to_string(),
                    _ => word.to_owned(),
                })
                .chain(["--tenant".to_owned(), "acme".to_owned()])
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let outcome = backend.logs(&words).await;
            assert_eq!(outcome.shown(), *output, "{command} on {}", backend.name);
        }
    }
}
