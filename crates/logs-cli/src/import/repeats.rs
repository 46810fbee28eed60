//! What an import does when a key occurs again in the same file.

use std::collections::HashMap;

use clap::ValueEnum;
use logs_domain::{Draft, RecordId};

use super::pipeline::Owner;

/// What happens when a key occurs again in the same file, with other content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Repeats {
    /// Import the last record, leave out the earlier ones
    Last,
    /// Refuse the later record
    Refuse,
}

/// The last place of each key: that of the record in the file, and that of the draft in the record.
/// A key takes about 40 bytes.
#[derive(Debug, Default)]
pub(super) struct LastPlaces(HashMap<RecordId, (u64, usize)>);

impl LastPlaces {
    pub(super) fn note(&mut self, owner: &Owner, draft: &Draft, place: (u64, usize)) {
        if let Some(id) = id(owner, draft) {
            self.0.insert(id, place);
        }
    }

    /// Whether no later draft has this key.
    pub(super) fn is_last(&self, owner: &Owner, draft: &Draft, place: (u64, usize)) -> bool {
        let last = id(owner, draft).and_then(|id| self.0.get(&id));
        last.is_none_or(|last| *last == place)
    }
}

/// The id of the record, distinct for each tenant. An outcome of an export has none.
fn id(owner: &Owner, draft: &Draft) -> Option<RecordId> {
    let Owner::Tenant(tenant) = owner else {
        return None;
    };
    let id = draft.id(tenant)?;
    Some(RecordId::imported(tenant, &id.to_string(), 0))
}
