//! Appends of drafts.

use axum::http::StatusCode;
use bytes::Bytes;
use logs_domain::{
    AppendBatch, AppendReceipt, Draft, EntityType, InvalidValue, OnConflict, RecordId, RecordKind,
    RecordOutcome, RecordReceipt, Timestamp,
};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::body::media_type;
use crate::metrics::outcome;
use crate::problem::Problem;

const ON_CONFLICT: &str = "on_conflict";
const LINES: &[&str] = &[
    "application/x-ndjson",
    "application/jsonl",
    "application/ndjson",
];

pub(super) fn routes() -> Vec<Route> {
    let answer = Schema::Object(&["records", "stored", "already_stored", "conflict", "gone"]);
    let on_conflict =
        "Whether a record that is stored with other content refuses all; default reject";
    vec![
        Route::get(
            "records",
            "/records",
            "Appends records, each with an outcome",
            answer,
            append,
        )
        .post()
        .taking(request_body)
        .with(Parameter::optional(
            ON_CONFLICT,
            on_conflict,
            Schema::Word(&["reject", "skip"]),
        )),
    ]
}

/// The body in the description.
fn request_body() -> Value {
    let kinds = RecordKind::ALL.iter().map(|kind| kind.as_str());
    let draft = json!({
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {"enum": kinds.collect::<Vec<_>>()},
        "additionalProperties": {"type": "object"},
    });
    json!({
        "required": true,
        "description": "Drafts: `{\"llm_run\":{…}}`. As JSON one draft or a list, as NDJSON one a line. At most 10,000.",
        "content": {
            "application/json": {"schema": {"oneOf": [draft, {"type": "array", "items": draft, "minItems": 1, "maxItems": AppendBatch::MAX_RECORDS}]}},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    })
}

/// What became of the records of an append.
#[derive(Debug, Serialize)]
struct Appended {
    /// One outcome for each record, in the order of the body.
    records: Vec<Outcome>,
    stored: usize,
    already_stored: usize,
    conflict: usize,
    gone: usize,
}

/// What became of a record.
#[derive(Debug, Serialize)]
struct Outcome {
    kind: RecordKind,
    id: Option<RecordId>,
    outcome: &'static str,
    created_at: Timestamp,
}

impl From<&RecordReceipt> for Outcome {
    fn from(receipt: &RecordReceipt) -> Self {
        Self {
            kind: receipt.key.kind(),
            id: receipt.id,
            outcome: outcome(receipt.outcome),
            created_at: receipt.created_at,
        }
    }
}

impl From<&AppendReceipt> for Appended {
    fn from(receipt: &AppendReceipt) -> Self {
        Self {
            records: receipt.records.iter().map(Outcome::from).collect(),
            stored: receipt.count(RecordOutcome::Stored),
            already_stored: receipt.count(RecordOutcome::AlreadyStored),
            conflict: receipt.count(RecordOutcome::Conflict),
            gone: receipt.count(RecordOutcome::Gone),
        }
    }
}

async fn append(mut call: Call) -> Result<Answered, Problem> {
    let on_conflict = match call.parameters.text(ON_CONFLICT) {
        None | Some("reject") => OnConflict::RejectCall,
        Some("skip") => OnConflict::SkipRecord,
        Some(other) => {
            return Err(InvalidValue::new(ON_CONFLICT, other, "reject or skip").into());
        }
    };
    let media_type = media_type(&call.headers);
    let is_lines = LINES.contains(&media_type.as_str());
    if !is_lines && media_type != "application/json" {
        let detail = format!(
            "got `{media_type}`, expected application/json or {}",
            LINES.join(", ")
        );
        return Err(Problem::unsupported(detail));
    }
    let mut admission = call
        .app
        .ingest
        .admit(&call.caller.tenant, call.expected_bytes())?;
    let body = call.body(&mut admission).await?;
    let drafts = drafts(&body, is_lines)?;
    drop(body);
    if drafts.is_empty() {
        return Err(InvalidValue::new("body", "no records", "at least one record").into());
    }
    if drafts.len() > AppendBatch::MAX_RECORDS {
        let expected = format!("at most {} records", AppendBatch::MAX_RECORDS);
        return Err(
            InvalidValue::new("body", format!("{} records", drafts.len()), expected).into(),
        );
    }
    call.app.limiter.items(&call.caller, drafts.len())?;
    let records = admission.submit(drafts, on_conflict).await?;
    call.app.metrics.appended(&records);
    Answered::json(&Appended::from(&AppendReceipt { records }))
}

/// Reads the drafts of a body.
fn drafts(body: &Bytes, is_lines: bool) -> Result<Vec<Draft>, Problem> {
    let text =
        std::str::from_utf8(body).map_err(|error| InvalidValue::new("body", error, "UTF-8"))?;
    let texts: Vec<&str> = if is_lines {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).collect()
    } else if text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| InvalidValue::new("body", error, "a list of records"))?;
        items.into_iter().map(RawValue::get).collect()
    } else {
        vec![text]
    };
    let mut drafts = Vec::with_capacity(texts.len().min(AppendBatch::MAX_RECORDS));
    for (index, text) in texts.into_iter().enumerate() {
        let draft = Draft::from_json(text);
        let draft = draft.map_err(|refused| refused.in_field(format!("records[{index}]")))?;
        reserved(index, &draft)?;
        drafts.push(draft);
    }
    Ok(drafts)
}

/// Refuses entries that only the service itself writes.
fn reserved(index: usize, draft: &Draft) -> Result<(), Problem> {
    let Draft::AuditEntry(entry) = draft else {
        return Ok(());
    };
    if entry.entity_type != EntityType::API_KEY && entry.entity_type != EntityType::ACCESS {
        return Ok(());
    }
    let title = (
        "urn:logs:reserved",
        "Only the service itself writes such records",
    );
    let detail = format!(
        "records[{index}].entity_type: got `{}`, expected another type: the service writes these",
        entry.entity_type
    );
    Err(Problem::new(StatusCode::FORBIDDEN, title, detail))
}
