//! Every crate inherits the lints of the workspace.

use super::Violations;
use crate::process;

/// Looks for the two lines in each manifest.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let mut violations = Vec::new();
    for package in super::dependencies::packages()? {
        let manifest = std::fs::read_to_string(&package.manifest)?;
        if !inherits(&manifest) {
            let path = package
                .manifest
                .strip_prefix(&root)
                .unwrap_or(&package.manifest);
            violations.push(format!(
                "{}: add `[lints]` with `workspace = true`",
                path.display()
            ));
        }
    }
    Ok(violations)
}

fn inherits(manifest: &str) -> bool {
    manifest
        .split("\n[")
        .any(|table| table.trim_end() == "lints]\nworkspace = true")
}

#[cfg(test)]
mod tests {
    use super::inherits;

    #[test]
    fn the_table_must_stand_there() {
        assert!(inherits(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(!inherits(
            "[package]\nname = \"a\"\n\n[lints.rust]\nunsafe_code = \"warn\"\n"
        ));
        assert!(!inherits("[package]\nname = \"a\"\nworkspace = true\n"));
    }
}
