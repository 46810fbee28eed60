//! The identity of a record.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Uuid, Variant};

use crate::digest::{FieldHasher, FieldSink};
use crate::{InvalidValue, RunId, StepKey, TenantId, TraceId};

/// A UUID (RFC 9562) of version 7 or 8.
///
/// Ids of system records, audit entries and exports are made by the producer before the first
/// append. Ids of runs, traces and trace steps are derived from kind, tenant and natural key, on
/// every backend the same; version 8, the first 16 bytes of a SHA-256 with version and variant
/// set. They compare as bytes, which is the order of pages on equal times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(Uuid);

impl RecordId {
    /// Takes a UUID.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is of another version than 7 or 8, or of another variant than
    /// RFC 9562's.
    pub fn new(uuid: Uuid) -> Result<Self, InvalidValue> {
        if uuid.get_variant() != Variant::RFC4122 || !matches!(uuid.get_version_num(), 7 | 8) {
            return Err(InvalidValue::new("id", uuid, "a UUID of version 7 or 8"));
        }
        Ok(Self(uuid))
    }

    /// Takes the 16 bytes of a UUID.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, InvalidValue> {
        Self::new(Uuid::from_bytes(bytes))
    }

    /// Derives the id of an imported record from tenant, source and place in the source, from 0. The source
    /// is a given name, or else the digest of the file. A second import of the same source gives the
    /// same ids.
    #[must_use]
    pub fn imported(tenant: &TenantId, source: &str, ordinal: u64) -> Self {
        Self::derived("imported", tenant, |hasher| {
            hasher.text("source", source);
            hasher.bytes("ordinal", &ordinal.to_be_bytes());
        })
    }

    /// The id of a run.
    #[must_use]
    pub fn of_run(tenant: &TenantId, run: &RunId) -> Self {
        Self::derived("llm_run", tenant, |hasher| {
            hasher.text("run_id", run.as_str())
        })
    }

    /// The id of a trace.
    #[must_use]
    pub fn of_trace(tenant: &TenantId, trace: &TraceId) -> Self {
        Self::derived("trace", tenant, |hasher| {
            hasher.text("trace_id", trace.as_str())
        })
    }

    /// The id of a trace step.
    #[must_use]
    pub fn of_step(tenant: &TenantId, trace: &TraceId, key: &StepKey) -> Self {
        Self::derived("trace_step", tenant, |hasher| {
            hasher.text("trace_id", trace.as_str());
            match key {
                StepKey::Position(position) => hasher.integer("position", position.as_i64()),
                StepKey::Span(span_id) => hasher.text("span_id", span_id.as_str()),
            }
        })
    }

    fn derived(
        kind: &'static str,
        tenant: &TenantId,
        write_key: impl FnOnce(&mut FieldHasher),
    ) -> Self {
        let mut hasher = FieldHasher::new(kind);
        hasher.text("tenant_id", tenant.as_str());
        write_key(&mut hasher);
        Self(uuid::Builder::from_custom_bytes(hasher.finish()).into_uuid())
    }

    /// For UUIDs whose version is known.
    pub(crate) const fn from_valid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Its bytes, in the order in which they compare.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The same id as uuid's type.
    #[must_use]
    pub const fn as_uuid(&self) -> Uuid {
        self.0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl FromStr for RecordId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Uuid::try_parse(text) {
            Ok(uuid) => Self::new(uuid),
            Err(_) => Err(InvalidValue::new("id", text, "a UUID of version 7 or 8")),
        }
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RecordId;
    use crate::{RunId, SpanId, StepKey, StepPosition, TenantId, TraceId};

    #[test]
    fn only_versions_7_and_8_of_the_rfc_variant_are_taken() {
        assert!(
            "018f4e5c-8f4e-7c3a-8b4e-0123456789ab"
                .parse::<RecordId>()
                .is_ok()
        );
        assert!(
            "018f4e5c-8f4e-8c3a-8b4e-0123456789ab"
                .parse::<RecordId>()
                .is_ok()
        );
        for text in [
            "018f4e5c-8f4e-4c3a-8b4e-0123456789ab",
            "018f4e5c-8f4e-7c3a-0b4e-0123456789ab",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "018f4e5c",
            "",
        ] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
    }

    #[test]
    fn derived_ids_differ_by_kind_tenant_and_key_and_stay_what_they_are() {
        let (a, b) = (TenantId::new("a").unwrap(), TenantId::new("b").unwrap());
        let run = RunId::new("x").unwrap();
        let trace = TraceId::new("x").unwrap();
        let position = StepKey::Position(StepPosition::new(1).unwrap());
        let span = StepKey::Span(SpanId::new("1").unwrap());
        let ids = [
            RecordId::of_run(&a, &run),
            RecordId::of_run(&b, &run),
            RecordId::of_run(&a, &RunId::new("X").unwrap()),
            RecordId::of_trace(&a, &trace),
            RecordId::of_step(&a, &trace, &position),
            RecordId::of_step(&a, &trace, &span),
            RecordId::imported(&a, "x", 0),
            RecordId::imported(&a, "x", 1),
        ];
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for id in ids {
            assert_eq!(RecordId::from_bytes(*id.as_bytes()).unwrap(), id);
        }
        assert_eq!(ids[0].to_string(), FIRST, "derived ids are stored for ever");
    }

    const FIRST: &str = "5a1f1830-f447-8791-badc-0f12d625d0b8";
}
