//! The files that the rules look at.

use std::io;
use std::path::{Path, PathBuf};

/// The documentation: Markdown at the root and below these folders.
pub(super) fn documents(root: &Path, folders: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == "md") {
            files.push(path);
        }
    }
    for folder in folders {
        collect(&root.join(folder), "md", &mut files)?;
    }
    Ok(files)
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
