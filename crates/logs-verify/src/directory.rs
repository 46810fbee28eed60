//! A bundle in a folder.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use logs_ledger::BundleSource;

/// How deep folders may lie: the longest path of a tile has eight.
const MOST_FOLDERS: usize = 12;
/// How much a folder may hold: those of tiles have two thousand, the one of older checkpoints 4096.
const MOST_ENTRIES: usize = 5_000;

/// The files below a folder. Links are refused: what is checked is in the folder itself.
#[derive(Debug)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// # Errors
    /// When it is no folder.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }
}

impl BundleSource for Directory {
    fn paths(&self) -> io::Result<Box<dyn Iterator<Item = io::Result<String>> + '_>> {
        let mut walk = Walk {
            root: &self.0,
            open: Vec::new(),
        };
        walk.enter(String::new())?;
        Ok(Box::new(walk))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(File::open(self.0.join(path))?))
    }
}

/// A walk through folders, one of them listed at a time on each level.
struct Walk<'a> {
    root: &'a Path,
    /// What is left to visit on each level, the next one last.
    open: Vec<Vec<(String, bool)>>,
}

impl Walk<'_> {
    /// Lists a folder, whose path ends with a slash or is empty.
    fn enter(&mut self, folder: String) -> io::Result<()> {
        if self.open.len() == MOST_FOLDERS {
            return Err(io::Error::other(format!("{folder} lies too deep")));
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(self.root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|name| {
                io::Error::other(format!("{folder}{} is no text", name.display()))
            })?;
            let kind = entry.file_type()?;
            let path = format!("{folder}{name}");
            if !kind.is_dir() && !kind.is_file() {
                let reason = format!("{path} is neither a file nor a folder");
                return Err(io::Error::other(reason));
            }
            found.push((path, kind.is_dir()));
            if found.len() > MOST_ENTRIES {
                let reason = format!("{folder} holds more than a bundle has in any folder");
                return Err(io::Error::other(reason));
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        self.open.push(found);
        Ok(())
    }
}

impl Iterator for Walk<'_> {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<io::Result<String>> {
        loop {
            let Some((path, folder)) = self.open.last_mut()?.pop() else {
                self.open.pop();
                continue;
            };
            if !folder {
                return Some(Ok(path));
            }
            if let Err(error) = self.enter(format!("{path}/")) {
                self.open.clear();
                return Some(Err(error));
            }
        }
    }
}
