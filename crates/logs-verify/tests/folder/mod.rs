//! Bundles in folders.

use std::path::Path;

use logs_ledger::MemoryBundle;

/// Writes the files of a bundle.
pub(crate) fn write(bundle: &MemoryBundle, folder: &Path) {
    for (path, bytes) in &bundle.files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}
