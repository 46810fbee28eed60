//! What an output of a program says.

use jaq_json::Val;
use logs_domain::{InvalidValue, RecordId, RecordKind, TenantId};

use super::draft::{Tally, draft};
use super::functions::scalar;
use super::{Context, Output};

/// The kinds whose drafts a map makes. The store itself writes exports.
const KINDS: [RecordKind; 5] = [
    RecordKind::LlmRun,
    RecordKind::Trace,
    RecordKind::TraceStep,
    RecordKind::SystemRecord,
    RecordKind::AuditEntry,
];

/// The place of an output: of the record in its source, and of the output among those of the record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) ordinal: u64,
    pub(super) index: usize,
}

pub(super) fn output(
    value: &Val,
    context: &Context,
    place: Place,
    tally: &mut Tally,
) -> Result<Output, InvalidValue> {
    let Val::Obj(members) = value else {
        return Err(unknown(value));
    };
    let mut tenant = None;
    let mut content = None;
    for (name, value) in members.iter() {
        match scalar(name).as_deref() {
            Some("tenant") => tenant = Some(value),
            Some(name) if content.is_none() => content = Some((name.to_owned(), value)),
            _ => return Err(unknown(name)),
        }
    }
    let Some((name, content)) = content else {
        return Err(unknown(value));
    };
    if let Some(kind) = KINDS.iter().find(|kind| kind.as_str() == name) {
        let Val::Obj(members) = content else {
            let expected = "an object with the fields of the draft";
            return Err(InvalidValue::new("record", content, expected).in_field(name));
        };
        let tenant = owner(tenant, context)?;
        // Apart for each output, so that one record can make several drafts.
        let id = context.source.as_ref().map(|source| {
            RecordId::imported(&tenant, &format!("{source}#{}", place.index), place.ordinal)
        });
        let draft = draft(*kind, members, &tenant, id, tally)?;
        return Ok(Output::Draft(tenant, Box::new(draft)));
    }
    match (name.as_str(), tenant) {
        ("state", None) => Ok(Output::State(content.clone())),
        ("left_out", None) => {
            let reason = scalar(content).ok_or_else(|| unknown(content))?;
            Ok(Output::LeftOut(reason))
        }
        ("refused", None) => Err(refusal(content)),
        _ => Err(unknown(value)),
    }
}

/// The error that a program gives for a part of a record, to go on with the other parts.
fn refusal(content: &Val) -> InvalidValue {
    let member = |name: &'static str| {
        let Val::Obj(members) = content else {
            return None;
        };
        members.get(&Val::utf8_str(name))
    };
    let text = |name| member(name).and_then(scalar);
    let value = text("value").or_else(|| member("value").map(ToString::to_string));
    let expected = text("expected").unwrap_or_else(|| "another value".to_owned());
    InvalidValue::new("map", value.unwrap_or_default(), expected)
        .in_field(text("field").unwrap_or_else(|| "record".to_owned()))
}

fn unknown(value: &Val) -> InvalidValue {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.as_str()).collect();
    let expected = format!(
        "an object with one of {}, left_out, refused, state, and perhaps tenant; `empty` makes no draft",
        kinds.join(", ")
    );
    InvalidValue::new("output", value, expected)
}

/// The tenant of a draft: the one that the output names, else that of the import.
fn owner(named: Option<&Val>, context: &Context) -> Result<TenantId, InvalidValue> {
    let named = named.filter(|named| !matches!(named, Val::Null));
    let named = named.map(|named| TenantId::new(scalar(named).unwrap_or_default()));
    let named = named
        .transpose()
        .map_err(|error| error.in_field("tenant"))?;
    match (named, &context.tenant) {
        (Some(named), Some(wanted)) if context.only_tenant && named != *wanted => {
            let expected =
                format!("{wanted}, which --tenant says; leave out --tenant to follow the map");
            Err(InvalidValue::new("tenant", named, expected))
        }
        (Some(tenant), _) => Ok(tenant),
        (None, Some(tenant)) => Ok(tenant.clone()),
        (None, None) => {
            let expected =
                "a tenant, by --tenant, by LOGS_TENANT, or as `tenant` in the output of the map";
            Err(InvalidValue::new("tenant", "", expected))
        }
    }
}
