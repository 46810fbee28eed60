//! The own formats: drafts, `{"llm_run":{…}}`, and records from `logs export`, which have a record
//! time. A record becomes its drafts again.

use std::collections::HashMap;

use logs_domain::{Draft, InvalidValue, Record, TenantId};
use serde::de::IgnoredAny;

use super::pipeline::Owner;

/// What the import says of records that name no tenant, or the platform.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) tenant: Option<TenantId>,
    pub(super) platform: bool,
}

impl Wanted {
    pub(super) fn tenant(&self) -> Result<TenantId, InvalidValue> {
        let missing = || InvalidValue::new("tenant", "", "a tenant, by --tenant or LOGS_TENANT");
        self.tenant.clone().ok_or_else(missing)
    }
}

/// The drafts of a line, with their owner.
pub(super) fn translate(
    bytes: &[u8],
    wanted: &Wanted,
) -> Result<(Owner, Vec<Draft>), InvalidValue> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let shown = String::from_utf8_lossy(bytes);
        return Err(InvalidValue::new("record", shown, "valid UTF-8"));
    };
    let refused = match Draft::from_json(text) {
        Ok(draft) => return Ok((Owner::Tenant(wanted.tenant()?), vec![draft])),
        Err(error) => error,
    };
    if !is_record(text) {
        return Err(match is_object(text) {
            true => foreign(refused),
            false => refused,
        });
    }
    let record: Record = serde_json::from_str(text).map_err(|error| {
        InvalidValue::new("record", text, format!("an exported record ({error})"))
    })?;
    let owner = match record.tenant_id() {
        Some(tenant) => {
            let wanted = wanted.tenant()?;
            if *tenant != wanted {
                let expected = format!("{wanted}, the tenant of the import");
                return Err(InvalidValue::new("tenant_id", tenant, expected));
            }
            Owner::Tenant(wanted)
        }
        None if wanted.platform => Owner::Platform,
        None => {
            let expected =
                "a record of the tenant; --platform also imports records of the platform";
            return Err(InvalidValue::new("tenant_id", "null", expected));
        }
    };
    Ok((owner, record.to_drafts()))
}

/// Whether a member of the only member is a record time.
fn is_record(text: &str) -> bool {
    let members: Result<HashMap<String, HashMap<String, IgnoredAny>>, _> =
        serde_json::from_str(text);
    members.is_ok_and(|members| {
        members
            .values()
            .any(|inner| inner.contains_key("created_at"))
    })
}

fn is_object(text: &str) -> bool {
    serde_json::from_str::<HashMap<String, IgnoredAny>>(text).is_ok()
}

/// The error for an object that may be a record of another system.
fn foreign(error: InvalidValue) -> InvalidValue {
    if !error.expected().contains("unknown variant") && !error.expected().contains("unit variant") {
        return error;
    }
    let expected = format!(
        "{}; a file of another system needs --map, see docs/import.md",
        error.expected()
    );
    InvalidValue::new("record", error.value(), expected)
}
