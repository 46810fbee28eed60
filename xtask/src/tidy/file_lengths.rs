//! One file, one purpose: a long file has several.

use std::path::{Path, PathBuf};

use super::Violations;
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

/// The files below `folder` with this ending; build output is left out. No folder, no files.
pub(super) fn collect(
    folder: &Path,
    ending: &str,
    files: &mut Vec<PathBuf>,
) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if entry.file_name() != "target" {
                collect(&path, ending, files)?;
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(())
}
