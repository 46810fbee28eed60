//! The pinned toolchain is the oldest one that the crates promise to build with: so every job of CI
//! tests that promise, and newer compilers keep it by Rust's own.

use anyhow::Context;

use super::Violations;
use crate::process;

/// Compares `rust-toolchain.toml` with `rust-version` of the workspace.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let read = |file: &str, key: &str| -> anyhow::Result<String> {
        let text = std::fs::read_to_string(root.join(file))?;
        value(&text, key).with_context(|| format!("{key} in {file}"))
    };
    let (pinned, promised) = (
        read("rust-toolchain.toml", "channel")?,
        read("Cargo.toml", "rust-version")?,
    );
    if is_release_of(&pinned, &promised) {
        return Ok(Vec::new());
    }
    let violation = format!("rust-toolchain.toml pins {pinned}, rust-version is {promised}");
    Ok(vec![violation])
}

fn is_release_of(pinned: &str, promised: &str) -> bool {
    let parts = pinned.rsplit_once('.');
    parts.is_some_and(|(minor, patch)| minor == promised && patch.parse::<u32>().is_ok())
}

/// The text behind `key = ` at the beginning of a line.
fn value(text: &str, key: &str) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(key));
    let value = lines.find_map(|line| line.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_release_of, value};

    #[test]
    fn only_a_release_of_the_promised_version_fits() {
        assert!(is_release_of("1.95.0", "1.95"));
        for other in ["1.96.0", "1.9.5", "1.95", "stable", "1.95.x"] {
            assert!(!is_release_of(other, "1.95"), "{other}");
        }
    }

    #[test]
    fn values_are_found_at_the_beginning_of_a_line() {
        let text = "# channel = \"a\"\n[toolchain]\nchannel = \"1.95.0\"\nchannels = \"b\"";
        assert_eq!(value(text, "channel").as_deref(), Some("1.95.0"));
        assert_eq!(value(text, "version"), None);
    }
}
