//! `SHA256SUMS`: the digest of each file, as `sha256sum -c` reads it.

use std::cmp::Ordering;
use std::io::Read;

use sha2::{Digest, Sha256};

use super::{BundleSource, Problem, Unreadable};

/// The longest line: a digest, two blanks, the longest path and the end of the line.
const MAX_LINE_BYTES: u64 = 64 + 2 + 256 + 1;
const BUFFER_BYTES: usize = 64 * 1024;

/// The order of paths: part by part between slashes, as a walk through folders goes.
pub(super) fn by_parts(one: &str, other: &str) -> Ordering {
    one.split('/').cmp(other.split('/'))
}

/// A digest in hexadecimal.
pub(super) fn hex(digest: impl AsRef<[u8]>) -> String {
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// One line, with its end.
pub(super) fn line(digest: &str, path: &str) -> String {
    format!("{digest}  {path}\n")
}

/// The digest of all that a reader gives.
pub(super) fn digest_of(mut reader: impl Read) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(hasher.finalize()));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
}

/// Compares the files of a bundle with its sums, both in the order of their paths, so that neither
/// list is ever in memory. The two files that the sums cannot name are passed over. How many files
/// the sums name.
pub(super) fn compare(
    source: &impl BundleSource,
    report: &mut dyn FnMut(Problem),
) -> Result<u64, Unreadable> {
    let sums = source
        .open(super::SUMS_PATH)
        .map_err(|error| Unreadable::new(super::SUMS_PATH, error))?;
    let mut lines = Lines(std::io::BufReader::new(sums), 0);
    let mut named = lines.next()?;
    let paths = source
        .paths()
        .map_err(|error| Unreadable::new(".", error))?;
    for path in paths {
        let path = path.map_err(|error| Unreadable::new(".", error))?;
        if [super::MANIFEST_PATH, super::SUMS_PATH].contains(&path.as_str()) {
            continue;
        }
        // Whatever is named before this file is not there.
        while let Some((_, missing)) = &named
            && by_parts(missing, &path) == Ordering::Less
        {
            report(Problem::FileMissing {
                path: missing.clone(),
            });
            named = lines.next()?;
        }
        match &named {
            Some((digest, same)) if *same == path => {
                let file = source.open(&path);
                let found = file.and_then(digest_of);
                if found.map_err(|error| Unreadable::new(&path, error))? != *digest {
                    report(Problem::FileAltered { path });
                }
                named = lines.next()?;
            }
            Some(_) | None => report(Problem::FileUnexpected { path }),
        }
    }
    while let Some((_, path)) = named {
        report(Problem::FileMissing { path });
        named = lines.next()?;
    }
    Ok(lines.1)
}

/// The lines of the sums, digest and path, in order; and how many there were.
struct Lines<R>(R, u64);

impl<R: std::io::BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<(String, String)>, Unreadable> {
        let refused = |reason: &dyn ToString| Unreadable::new(super::SUMS_PATH, reason.to_string());
        let mut bytes = Vec::new();
        let mut limited = self.0.by_ref().take(MAX_LINE_BYTES);
        std::io::BufRead::read_until(&mut limited, b'\n', &mut bytes)
            .map_err(|error| refused(&error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let form = "each line is a SHA-256, two blanks and a path";
        let text = std::str::from_utf8(&bytes).map_err(|_| refused(&form))?;
        let split = text
            .strip_suffix('\n')
            .and_then(|text| text.split_once("  "));
        let (digest, path) = split.ok_or_else(|| refused(&form))?;
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digest.len() != 64 || !digest.bytes().all(digit) {
            return Err(refused(&form));
        }
        self.1 += 1;
        Ok(Some((digest.to_owned(), path.to_owned())))
    }
}
