//! How a step ended, in the words of its sender.

use logs_domain::{ExecutionStatus, OutcomeCategory};

use crate::map::attributes::Attributes;

/// The first of what the task, the error and the finish reason say; else `ok` or `error`.
pub(crate) fn outcome(
    attributes: &Attributes<'_>,
    reasons: &[String],
    status: ExecutionStatus,
) -> Result<OutcomeCategory, logs_domain::InvalidValue> {
    let said = attributes.first_text(&["gen_ai.task.status", "error.type", "error_type"]);
    let said = said.into_iter().chain(reasons.first().cloned());
    let valid = said
        .filter_map(|text| OutcomeCategory::new(text).ok())
        .next();
    let plain = if status == ExecutionStatus::Succeeded {
        "ok"
    } else {
        "error"
    };
    valid.map_or_else(|| OutcomeCategory::new(plain), Ok)
}
