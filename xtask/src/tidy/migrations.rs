//! Migrations are forward-only: a released one never changes, and none rewrites or empties a
//! table of records.

use std::fmt::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::Violations;
use super::files::collect;
use crate::process;

/// Every released migration with the SHA-256 of its text, one `HASH  PATH` a line.
const RELEASED: &str = "crates/released-migrations.sha256";

/// Each adapter has its steps inside its crate, so that the packaged crate carries them.
const FOLDERS: [&str; 2] = [
    "crates/logs-postgres/migrations",
    "crates/logs-sqlite/migrations",
];

/// How statements begin that change or remove what is stored. Triggers that refuse such statements
/// name them too, but do not begin with them.
const REWRITES: &[&str] = &[
    "update ",
    "delete ",
    "truncate",
    "drop table",
    "vacuum full",
    "cluster ",
    "replace ",
];

/// Checks names, released sums and statements.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let mut files = Vec::new();
    for folder in FOLDERS {
        let before = files.len();
        collect(&root.join(folder), "sql", &mut files)?;
        anyhow::ensure!(files.len() > before, "there is no migration in {folder}");
    }
    let released = std::fs::read_to_string(root.join(RELEASED))?;
    let mut violations = Vec::new();
    for line in released.lines() {
        let Some((sum, path)) = line.split_once("  ") else {
            continue;
        };
        if std::fs::read(root.join(path))
            .map(|text| hex(&text))
            .ok()
            .as_deref()
            != Some(sum)
        {
            violations.push(format!("{path}: changed since its release"));
        }
    }
    for file in files {
        let path = file.strip_prefix(&root).unwrap_or(&file).to_path_buf();
        violations.extend(name_violation(&path));
        let text = std::fs::read_to_string(&file)?;
        for statement in rewriting_statements(&text) {
            violations.push(format!(
                "{}: `{statement}` rewrites records",
                path.display()
            ));
        }
    }
    Ok(violations)
}

fn name_violation(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let (number, rest) = name.split_at_checked(4)?;
    let numbered = number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('_');
    (!numbered).then(|| format!("{}: name it NNNN_what_it_does.sql", path.display()))
}

/// The first words of each statement that changes what is stored. Bodies of triggers and functions
/// are passed over, since they run in appends, which the triggers themselves guard.
fn rewriting_statements(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_body = false;
    for line in text.lines() {
        let line = line
            .split("--")
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        if line == "begin" || line.ends_with(" begin") || line.ends_with("$$") && !in_body {
            in_body = true;
        } else if line == "end;" || line.starts_with("$$") {
            in_body = false;
        }
        let alters = line.contains("alter column") && line.contains(" type ");
        if !in_body && (alters || REWRITES.iter().any(|start| line.starts_with(start))) {
            found.push(line);
        }
    }
    found
}

fn hex(text: &[u8]) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{name_violation, rewriting_statements};

    #[test]
    fn statements_that_change_records_are_found() {
        for text in [
            "UPDATE llm_run SET model = 'x';",
            "  delete from audit_entry;",
            "TRUNCATE llm_run;",
            "DROP TABLE llm_run;",
            "ALTER TABLE llm_run ALTER COLUMN model TYPE varchar USING model::varchar;",
        ] {
            assert_eq!(rewriting_statements(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn guards_against_such_statements_are_not() {
        let trigger = "CREATE TRIGGER t BEFORE UPDATE ON llm_run\nBEGIN\n  DELETE FROM x;\nEND;";
        assert!(rewriting_statements(trigger).is_empty());
        assert!(
            rewriting_statements("-- UPDATE is refused\nCREATE TABLE updates (a text);").is_empty()
        );
    }

    #[test]
    fn names_are_numbered() {
        assert!(
            name_violation(Path::new("crates/logs-sqlite/migrations/0001_tables.sql")).is_none()
        );
        assert!(name_violation(Path::new("crates/logs-sqlite/migrations/tables.sql")).is_some());
    }
}
