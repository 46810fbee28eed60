//! Commands and files that the documentation names exist.

use clap::CommandFactory;

use super::Violations;
use super::files::documents;
use crate::{Arguments, process};

/// Folders at the root: what begins with one of them between backticks is a path.
const FOLDERS: [&str; 4] = ["crates/", "docs/", "examples/", "xtask/"];

/// Looks at every `cargo xtask …`, every relative link, and every path between backticks.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let files = documents(&root, &["docs", "examples"])?;
    let mut violations = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let path = file
            .strip_prefix(&root)
            .unwrap_or(&file)
            .display()
            .to_string();
        for command in xtask_commands(&text) {
            if Arguments::command().find_subcommand(&command).is_none() {
                violations.push(format!("{path}: there is no `cargo xtask {command}`"));
            }
        }
        for named in paths(&text) {
            if !root.join(&named).exists() {
                violations.push(format!("{path}: there is no {named}"));
            }
        }
        let folder = file.parent().unwrap_or(&root);
        for link in links(&text) {
            if !folder.join(&link).exists() {
                violations.push(format!("{path}: there is no file {link}"));
            }
        }
    }
    Ok(violations)
}

fn xtask_commands(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter_map(|line| line.split_once("cargo xtask "));
    let words = lines.filter_map(|(_, rest)| {
        rest.split(|character: char| !character.is_ascii_alphanumeric() && character != '-')
            .next()
    });
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The relative targets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let relative = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    relative
        .filter_map(|target| target.split('#').next())
        .map(str::to_owned)
        .collect()
}

/// The paths between backticks.
fn paths(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |quoted: &&str| {
        let begins = FOLDERS.iter().any(|folder| quoted.starts_with(folder));
        begins && !quoted.contains([' ', '*', '\n', '…'])
    };
    quoted.filter(is_path).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{links, paths, xtask_commands};

    #[test]
    fn commands_and_links_are_found() {
        let text = "$ cargo xtask test\nrun `cargo xtask tidy`, see [a](docs/a.md#x) [b](#c)";
        assert_eq!(xtask_commands(text), ["test", "tidy"]);
        assert_eq!(links(text), ["docs/a.md"]);
        let text =
            "`crates/a/src` and `a/b`, `crates/*/a.rs`; ```console\ncrates/x\n``` `docs/b.md`";
        assert_eq!(paths(text), ["crates/a/src", "docs/b.md"]);
    }
}
