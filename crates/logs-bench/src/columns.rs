//! The columns of a run, as the statements of baselines name them.

use std::sync::LazyLock;

use logs_domain::RecordKind;
use logs_domain::field::{Field, ValueType};

/// The columns of a run besides those that every record has.
pub(crate) static COLUMNS: LazyLock<Vec<&'static Field>> =
    LazyLock::new(|| RecordKind::LlmRun.columns().collect());

/// A statement with the columns of a run in the place of `{columns}`, and parameters with their types
/// in the place of `{arrays}`, from `$5` on.
pub(crate) fn statement(template: &str) -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|field| field.name).collect();
    let array = |(number, field): (usize, &&'static Field)| {
        format!("${number}::{}[]", postgres_type(field.value_type))
    };
    let arrays: Vec<String> = (5..).zip(COLUMNS.iter()).map(array).collect();
    template
        .replace("{columns}", &names.join(", "))
        .replace("{arrays}", &arrays.join(", "))
}

const fn postgres_type(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Id => "uuid",
        ValueType::Text { .. } | ValueType::Word(_) | ValueType::Json => "text",
        ValueType::Integer { .. } => "bigint",
        ValueType::Time => "timestamptz",
        ValueType::Flag => "boolean",
    }
}
