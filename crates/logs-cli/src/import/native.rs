//! The own formats: drafts, `{"llm_run":{…}}`, and records from `logs export`, which have a record
//! time. A record becomes its drafts again.

use logs_domain::{Draft, InvalidValue, Record};

use super::json::Json;
use super::source::RawRecord;
use super::translate::{ImportContext, Owner, Translated};

pub(super) fn translate(
    raw: &RawRecord,
    context: &ImportContext,
) -> Result<Translated, InvalidValue> {
    let is_record = match &raw.value {
        Json::Object(members) => members
            .iter()
            .any(|(_, value)| value.member("created_at").is_some()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Array(_) => false,
    };
    if !is_record {
        let draft = Draft::from_json(&raw.text)?;
        let owner = Owner::Tenant(context.named_tenant()?);
        return Ok(Translated {
            owner,
            drafts: vec![draft],
        });
    }
    let record: Record = serde_json::from_str(&raw.text).map_err(|error| {
        InvalidValue::new("record", &raw.text, format!("an exported record ({error})"))
    })?;
    let owner = match record.tenant_id() {
        Some(tenant) => {
            let wanted = context.named_tenant()?;
            if *tenant != wanted {
                let expected = format!("{wanted}, the tenant of the import");
                return Err(InvalidValue::new("tenant_id", tenant, expected));
            }
            Owner::Tenant(wanted)
        }
        None if context.platform => Owner::Platform,
        None => {
            let expected =
                "a record of the tenant; --platform also imports records of the platform";
            return Err(InvalidValue::new("tenant_id", "null", expected));
        }
    };
    Ok(Translated {
        owner,
        drafts: record.to_drafts(),
    })
}
