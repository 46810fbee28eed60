//! Checked batches of drafts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::{Draft, InvalidValue, NewSystemRecord, RecordKey};

/// The drafts of one append: 1 to 10,000 records of one tenant, up to 16 MiB, in no significant
/// order.
///
/// A batch may hold equal drafts. The second one is then
/// [`AlreadyStored`](crate::RecordOutcome::AlreadyStored). [`new`](Self::new) refuses two drafts with one
/// key and different content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendBatch {
    drafts: Vec<Draft>,
    first_of: Vec<usize>,
}

impl AppendBatch {
    /// The most records in a batch.
    pub const MAX_RECORDS: usize = 10_000;
    /// The most bytes in a batch, by [`Draft::byte_len`].
    pub const MAX_BYTES: usize = 16 * 1024 * 1024;

    /// Checks the drafts and makes the batch.
    ///
    /// # Errors
    /// [`InvalidValue`] for no drafts, for too many, and for too many bytes. Also for two drafts with one
    /// key and different content; the field then names the second draft, from 0.
    pub fn new(drafts: Vec<Draft>) -> Result<Self, InvalidValue> {
        if drafts.is_empty() || drafts.len() > Self::MAX_RECORDS {
            let expected = format!("1 to {} records in a batch", Self::MAX_RECORDS);
            return Err(InvalidValue::new("records", drafts.len(), expected));
        }
        let bytes: usize = drafts.iter().map(Draft::byte_len).sum();
        if bytes > Self::MAX_BYTES {
            let expected = format!("at most {} bytes in a batch", Self::MAX_BYTES);
            return Err(InvalidValue::new("records", bytes, expected));
        }
        let first_of = first_occurrences(&drafts)?;
        Ok(Self { drafts, first_of })
    }

    /// The drafts, in the caller's order.
    #[must_use]
    pub fn drafts(&self) -> &[Draft] {
        &self.drafts
    }

    /// How many drafts there are, from 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a batch is never empty")]
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// The index of the first draft that equals the draft at `index`. It is `index` itself unless the
    /// draft is a repetition. `None` beyond the end.
    #[must_use]
    pub fn first_of(&self, index: usize) -> Option<usize> {
        self.first_of.get(index).copied()
    }

    /// The drafts without repetitions, each with its index.
    pub fn distinct(&self) -> impl Iterator<Item = (usize, &Draft)> {
        let places = self.drafts.iter().enumerate().zip(&self.first_of);
        places
            .filter(|((index, _), first)| index == *first)
            .map(|(draft, _)| draft)
    }
}

fn first_occurrences(drafts: &[Draft]) -> Result<Vec<usize>, InvalidValue> {
    let mut places: HashMap<RecordKey, usize> = HashMap::with_capacity(drafts.len());
    let mut first_of = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        match places.entry(draft.key()) {
            Entry::Vacant(place) => {
                place.insert(index);
                first_of.push(index);
            }
            Entry::Occupied(place) => {
                let first = *place.get();
                if drafts.get(first) != Some(draft) {
                    let expected = format!("the same content as record {first}, or another key");
                    let error = InvalidValue::new("records", place.key(), expected);
                    return Err(error.in_field(format!("records[{index}]")));
                }
                first_of.push(first);
            }
        }
    }
    Ok(first_of)
}

/// A batch of system records of the platform, which every tenant can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformBatch(AppendBatch);

impl PlatformBatch {
    /// Checks the drafts and makes the batch; the limits are those of [`AppendBatch`].
    ///
    /// # Errors
    /// As [`AppendBatch::new`].
    pub fn new(records: Vec<NewSystemRecord>) -> Result<Self, InvalidValue> {
        let drafts = records.into_iter().map(Draft::SystemRecord).collect();
        AppendBatch::new(drafts).map(Self)
    }

    /// The same as a batch; all its drafts are system records.
    #[must_use]
    pub const fn as_batch(&self) -> &AppendBatch {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::AppendBatch;
    use crate::{
        Component, Draft, JsonObject, NewSystemRecord, NewTrace, RecordId, Severity, Summary,
        SystemEventType, TenantId, TraceId,
    };

    fn trace(id: &str) -> Draft {
        NewTrace::new(TraceId::new(id).unwrap()).into()
    }

    fn system(ordinal: u64, details_bytes: usize) -> Draft {
        let id = RecordId::imported(&TenantId::new("t").unwrap(), "test", ordinal);
        let details = JsonObject::parse(&format!(r#"{{"a":"{}"}}"#, "x".repeat(details_bytes)));
        NewSystemRecord::new(
            id,
            Component::WORKER,
            SystemEventType::ERROR,
            Severity::Info,
            Summary::new("s").unwrap(),
        )
        .details(details.unwrap())
        .into()
    }

    #[test]
    fn one_to_ten_thousand_records() {
        assert!(AppendBatch::new(vec![]).is_err());
        let drafts: Vec<Draft> = (0..10_001)
            .map(|index| trace(&format!("t{index}")))
            .collect();
        assert_eq!(
            AppendBatch::new(drafts[..10_000].to_vec()).unwrap().len(),
            10_000
        );
        let error = AppendBatch::new(drafts).unwrap_err();
        assert_eq!((error.field(), error.value()), ("records", "10001"));
    }

    #[test]
    fn sixteen_mebibytes_and_not_a_byte_more() {
        let empty = system(0, 0).byte_len();
        let full = 64 * 1024 - r#"{"a":""}"#.len();
        let records = AppendBatch::MAX_BYTES / (empty + full);
        let mut drafts: Vec<Draft> = (0..records as u64).map(|n| system(n, full)).collect();
        let rest = AppendBatch::MAX_BYTES - drafts.iter().map(Draft::byte_len).sum::<usize>();
        drafts.push(system(records as u64, rest - empty));
        assert!(AppendBatch::new(drafts.clone()).is_ok());
        drafts.pop();
        drafts.push(system(records as u64, rest - empty + 1));
        assert!(AppendBatch::new(drafts).is_err());
    }

    #[test]
    fn an_equal_duplicate_is_known_and_a_differing_one_refused() {
        let batch = AppendBatch::new(vec![trace("a"), trace("b"), trace("a")]).unwrap();
        assert_eq!(
            (0..4).map(|n| batch.first_of(n)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(0), None]
        );
        let places: Vec<usize> = batch.distinct().map(|(index, _)| index).collect();
        assert_eq!(places, [0, 1]);
        let error = AppendBatch::new(vec![trace("a"), system(1, 1), system(1, 2)]).unwrap_err();
        assert_eq!(error.field(), "records[2]");
        assert!(error.expected().contains("record 1"));
    }

    #[test]
    fn equal_ids_of_other_kinds_are_other_keys() {
        let step = r#"{"trace_step":{"trace_id":"a","key":{"span":"0"},
            "timestamp":"2026-01-01T00:00:00Z","skill_name":"s","status":"SUCCEEDED",
            "outcome_category":"ok","duration_ms":1}}"#;
        let by_span = Draft::from_json(step).unwrap();
        let by_position = Draft::from_json(&step.replace(r#"{"span":"0"}"#, r#"{"position":0}"#));
        let drafts = vec![trace("a"), by_span, by_position.unwrap()];
        assert_eq!(AppendBatch::new(drafts).unwrap().distinct().count(), 3);
    }
}
