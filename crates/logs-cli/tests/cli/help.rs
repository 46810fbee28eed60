//! What the command says about itself.

use logs_cli::{Dependencies, ExitStatus};

use crate::support::run;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["runs"],
    &["runs", "list"],
    &["runs", "show"],
    &["usage"],
    &["trace"],
    &["trace", "list"],
    &["trace", "show"],
    &["trace", "steps"],
    &["trace", "list-steps"],
    &["replay"],
    &["governance"],
    &["system"],
    &["system", "list"],
    &["system", "show"],
    &["system", "window"],
    &["system", "by-correlation"],
    &["audit"],
    &["audit", "list"],
    &["audit", "show"],
    &["exports"],
    &["exports", "show"],
    &["import"],
    &["export"],
    &["serve"],
    &["keys"],
    &["keys", "issue"],
    &["keys", "list"],
    &["keys", "revoke"],
    &["ledger"],
    &["ledger", "verify"],
    &["doctor"],
    &["migrate"],
    &["backup"],
    &["reset-clock"],
    &["completions"],
];

#[tokio::test]
async fn every_command_explains_itself() {
    let mut golden = String::new();
    for command in COMMANDS {
        let words = [*command, &["--help"][..]].concat();
        let outcome = run(&words, Dependencies::default()).await;
        assert_eq!(
            (outcome.status, outcome.err.as_str()),
            (ExitStatus::Done, "")
        );
        golden.push_str(&format!("$ logs {}\n{}\n", words.join(" "), outcome.out));
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("help", golden);
    });
}

#[tokio::test]
async fn every_question_has_an_example() {
    for command in COMMANDS.iter().filter(|command| command.len() != 1) {
        let words = [*command, &["--help"][..]].concat();
        let outcome = run(&words, Dependencies::default()).await;
        assert!(outcome.out.contains("Examples:\n  "), "{command:?}");
    }
}

#[tokio::test]
async fn completions_know_commands_and_words() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = run(&["completions", shell], Dependencies::default()).await;
        assert_eq!(outcome.status, ExitStatus::Done);
        for word in [
            "by-correlation",
            "--requested-by",
            "--oldest-first",
            "--before",
        ] {
            assert!(
                outcome.out.contains(word.trim_start_matches('-')),
                "{shell} {word}"
            );
        }
    }
    let bash = run(&["completions", "bash"], Dependencies::default()).await;
    assert!(bash.out.contains("SUCCEEDED FAILED ABORTED TIMEOUT"));
}
