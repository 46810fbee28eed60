//! How a call or a step ended.

use logs_domain::ExecutionStatus;

use crate::map::attributes::Attributes;

const CODES: &[&str] = &[
    "http.response.status_code",
    "http.status_code",
    "status_code",
    "litellm.provider.error.code",
];

/// What a span or an event says about its end, beside its attributes.
#[derive(Default)]
pub(crate) struct End {
    /// The status is an error.
    pub(crate) failed: bool,
    /// The status says that all went well, whatever was caught on the way.
    pub(crate) declared_ok: bool,
    /// An exception was recorded.
    pub(crate) exception: bool,
    /// Texts about the failure: the message of the status, the type and message of exceptions.
    pub(crate) texts: Vec<String>,
}

/// How it ended. Without any sign of a failure it succeeded.
pub(crate) fn status(
    attributes: &Attributes<'_>,
    reasons: &[String],
    end: &End,
) -> ExecutionStatus {
    let error_type = attributes.first_text(&["error.type", "error_type"]);
    let code = code(attributes, error_type.as_deref());
    let says = |words: &[&str]| {
        let texts = end.texts.iter().chain(&error_type).chain(reasons);
        texts
            .map(|text| text.to_ascii_lowercase())
            .any(|text| words.iter().any(|word| text.contains(word)))
    };
    let stopped = reasons.iter().any(|reason| {
        let reason = reason.to_ascii_lowercase();
        ["error", "timeout", "deadline", "cancel", "abort"]
            .iter()
            .any(|word| reason.contains(word))
    });
    let failed = end.failed
        || error_type.is_some()
        || (end.exception && !end.declared_ok)
        || attributes.flag("success") == Some(false)
        || stopped
        || code >= 400;
    if !failed {
        ExecutionStatus::Succeeded
    } else if says(&["timeout", "timed out", "timedout", "deadline"]) || [408, 504].contains(&code)
    {
        ExecutionStatus::Timeout
    } else if says(&["cancel", "abort"]) || code == 499 {
        ExecutionStatus::Aborted
    } else {
        ExecutionStatus::Failed
    }
}

/// The status of HTTP, which may stand in the place of an error's type. 0 where there is none.
fn code(attributes: &Attributes<'_>, error_type: Option<&str>) -> u64 {
    let of_type = || error_type.and_then(|text| text.parse().ok());
    attributes
        .first_count(CODES)
        .or_else(of_type)
        .unwrap_or_default()
}
