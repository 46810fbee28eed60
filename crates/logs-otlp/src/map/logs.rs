//! Log records to runs, steps, audit entries and system records.

use std::collections::HashMap;

use logs_domain::{Draft, InvalidValue, RecordKey, TenantId};

use super::event::{self, KeyMaker, Made};
use super::mapped::{Mapped, MappedDraft};
use super::settings::Settings;
use super::source::Source;
use crate::Signal;
use crate::decode::Logs;

/// Maps the log records of a request of `tenant`.
#[must_use]
pub fn logs(request: &Logs, tenant: &TenantId, settings: &Settings) -> Mapped {
    let mut mapped = Mapped::new(Signal::Logs, request.len());
    let mut seen = HashMap::new();
    let mut item = 0;
    for resource in &request.0.resource_logs {
        for scope in &resource.scope_logs {
            let (about, scope_about) = (resource.resource.as_ref(), scope.scope.as_ref());
            let source = Source::read(about, scope_about, tenant);
            let keys = KeyMaker::new(about, scope_about);
            for record in &scope.log_records {
                let made = match &source {
                    Ok(source) => event::map(record, source, &keys, tenant, settings),
                    Err(error) => Err(error.clone()),
                };
                match made {
                    Ok(Made::Drafts(drafts)) => keep(&mut mapped, &mut seen, item, drafts),
                    Ok(Made::Ignored(reason)) => mapped.counts.ignore(reason),
                    Err(error) => mapped.refuse(item, error),
                }
                item += 1;
            }
        }
    }
    mapped
}

/// Keeps the drafts of a record whose keys are new. An equal record of the request is a repetition.
fn keep(
    mapped: &mut Mapped,
    seen: &mut HashMap<RecordKey, usize>,
    item: usize,
    drafts: Vec<Draft>,
) {
    let earlier = drafts.iter().map(|draft| {
        let place = seen.get(&draft.key())?;
        Some(mapped.drafts.get(*place)?.draft == *draft)
    });
    let earlier: Vec<Option<bool>> = earlier.collect();
    if earlier.contains(&Some(false)) {
        let key = drafts
            .first()
            .map(|draft| draft.key().to_string())
            .unwrap_or_default();
        let expected = "another key, or the content of the earlier record with this key";
        mapped.refuse(item, InvalidValue::new("key", key, expected));
        return;
    }
    if earlier.iter().all(Option::is_some) {
        mapped.counts.ignore("repeated");
        return;
    }
    for (draft, earlier) in drafts.into_iter().zip(earlier) {
        if earlier.is_none() {
            seen.insert(draft.key(), mapped.drafts.len());
            mapped.drafts.push(MappedDraft { item, draft });
        }
    }
}
