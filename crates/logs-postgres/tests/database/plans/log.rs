//! The statements of a session, as the log of the server tells them when it logs them all.

/// A statement that a session executed, so that another one can plan it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// The values of its parameters, each as a literal.
    pub(crate) parameters: Vec<String>,
    /// What the transaction around it had set for itself: `SET LOCAL …`.
    pub(crate) settings: Vec<String>,
}

/// The prepared statements that were executed, in the order of the log. Lines of several sessions
/// may lie between each other in it, but here only one works at a time.
pub(crate) fn statements(log: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut settings = Vec::new();
    for entry in entries(log) {
        if let Some((_, simple)) = entry.split_once(" LOG:  statement: ") {
            settings = simple
                .split("; ")
                .filter(|part| part.starts_with("SET LOCAL "))
                .map(str::to_owned)
                .collect();
        } else if let Some((_, executed)) = entry.split_once(" LOG:  execute ")
            && let Some((_, sql)) = executed.split_once(": ")
        {
            found.push(Statement {
                sql: sql.to_owned(),
                parameters: Vec::new(),
                settings: settings.clone(),
            });
        } else if let Some((_, detail)) = entry.split_once(" DETAIL:  ")
            && let Some(last) = found.last_mut()
        {
            last.parameters = literals(detail);
        }
    }
    found
}

/// The entries of a log: a line each, and the lines behind it that begin with a tab.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => {
                entry.push('\n');
                entry.push_str(more);
            }
            (_, _) => entries.push(line.to_owned()),
        }
    }
    entries
}

/// The values in `parameters: $1 = 'a''b', $2 = NULL`.
fn literals(detail: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut quoted = false;
    let mut rest = detail;
    while let Some((_, value)) = rest.split_once(" = ") {
        let end = value.find(|character| {
            quoted ^= character == '\'';
            character == ',' && !quoted
        });
        let (literal, behind) = value.split_at(end.unwrap_or(value.len()));
        literals.push(literal.to_owned());
        rest = behind;
    }
    literals
}

#[cfg(test)]
mod tests {
    use super::{Statement, statements};

    #[test]
    fn statements_are_read_with_their_parameters_and_what_was_set_for_them() {
        let log = "2026-01-01 00:00:00.000 UTC [7] LOG:  statement: BEGIN; SET LOCAL enable_sort = off\n\
            2026-01-01 00:00:00.001 UTC [7] LOG:  execute sqlx_s_1: SELECT 'a: b'\n\
            \tWHERE x = $1 AND y = $2 AND z = $3\n\
            2026-01-01 00:00:00.001 UTC [7] DETAIL:  parameters: $1 = 'it''s, $2 = 3', $2 = NULL, $3 = '3'\n\
            2026-01-01 00:00:00.002 UTC [7] LOG:  statement: ROLLBACK\n\
            2026-01-01 00:00:00.003 UTC [7] LOG:  execute sqlx_s_2: SELECT 1\n";
        let first = Statement {
            sql: "SELECT 'a: b'\nWHERE x = $1 AND y = $2 AND z = $3".to_owned(),
            parameters: ["'it''s, $2 = 3'", "NULL", "'3'"]
                .map(str::to_owned)
                .to_vec(),
            settings: vec!["SET LOCAL enable_sort = off".to_owned()],
        };
        let second = Statement {
            sql: "SELECT 1".to_owned(),
            parameters: Vec::new(),
            settings: Vec::new(),
        };
        assert_eq!(statements(log), [first, second]);
    }
}
