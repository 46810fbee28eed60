//! One file, one purpose: a long file has several.

use super::Violations;
use super::files::collect;
use crate::process;

const MOST_LINES: usize = 400;

/// Counts the lines of every Rust file.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let mut files = Vec::new();
    for folder in ["crates", "examples", "tests", "xtask"] {
        collect(&root.join(folder), "rs", &mut files)?;
    }
    let mut violations = Vec::new();
    for file in files {
        let lines = std::fs::read_to_string(&file)?.lines().count();
        if lines > MOST_LINES {
            let path = file.strip_prefix(&root).unwrap_or(&file);
            violations.push(format!(
                "{}: {lines} lines, at most {MOST_LINES}",
                path.display()
            ));
        }
    }
    Ok(violations)
}
