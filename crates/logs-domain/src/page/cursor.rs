//! Opaque cursors: made by one page, valid for the next one of the same list only.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::digest::{FieldHasher, FieldSink};
use crate::filter::ReadArguments;
use crate::{InvalidValue, RecordId, TenantId, Timestamp};

/// The form of cursors. A cursor of another version is refused.
const VERSION: u8 = 1;
const SCOPE_BYTES: usize = 8;
/// No cursor that a store makes is longer: the longest key holds a span id of 128 bytes.
const MAX_TEXT: usize = 512;
const FOREIGN: &str = "a cursor of this list: same method, tenant, filter and arguments";

/// The reads of many; each is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadMethod {
    /// `list_llm_runs`
    ListLlmRuns,
    /// `list_traces`
    ListTraces,
    /// `list_trace_steps`
    ListTraceSteps,
    /// `get_trace_steps`
    GetTraceSteps,
    /// `get_replay_window_events`
    GetReplayWindowEvents,
    /// `list_system_records`
    ListSystemRecords,
    /// `get_system_record_by_correlation`
    GetSystemRecordByCorrelation,
    /// `get_system_records_in_window`
    GetSystemRecordsInWindow,
    /// `list_audit_entries`
    ListAuditEntries,
    /// `get_governance_events`
    GetGovernanceEvents,
    /// `list_log_exports`
    ListLogExports,
}

impl ReadMethod {
    /// The name of the method.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListLlmRuns => "list_llm_runs",
            Self::ListTraces => "list_traces",
            Self::ListTraceSteps => "list_trace_steps",
            Self::GetTraceSteps => "get_trace_steps",
            Self::GetReplayWindowEvents => "get_replay_window_events",
            Self::ListSystemRecords => "list_system_records",
            Self::GetSystemRecordByCorrelation => "get_system_record_by_correlation",
            Self::GetSystemRecordsInWindow => "get_system_records_in_window",
            Self::ListAuditEntries => "list_audit_entries",
            Self::GetGovernanceEvents => "get_governance_events",
            Self::ListLogExports => "list_log_exports",
        }
    }
}

/// What a cursor is bound to: method, tenant, filter and arguments, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CursorScope([u8; SCOPE_BYTES]);

impl CursorScope {
    /// The scope of a call.
    #[must_use]
    pub fn new(method: ReadMethod, tenant: &TenantId, arguments: &impl ReadArguments) -> Self {
        let mut hasher = FieldHasher::new("cursor");
        hasher.text("method", method.as_str());
        hasher.text("tenant_id", tenant.as_str());
        arguments.write_arguments(&mut hasher);
        Self(hasher.finish())
    }
}

/// Where the next page of a list begins: opaque text, valid across restarts and for every limit,
/// for the same method, tenant, filter and arguments.
///
/// It is base64url without padding over: the version (1), 8 bytes of SHA-256 over method, tenant
/// and arguments, and the key of the last record of the page before.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Takes the text of a cursor. Whether it belongs to a list shows when it is used.
    ///
    /// # Errors
    /// [`InvalidValue`] when no cursor can look like this.
    pub fn from_text(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.is_empty() || text.len() > MAX_TEXT || !text.bytes().all(base64url) {
            return Err(InvalidValue::new("cursor", text, "the `next` of a page"));
        }
        Ok(Self(text))
    }

    /// The text to hand to a caller.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cursor that continues after `key`.
    pub fn encode(scope: &CursorScope, key: &impl CursorKey) -> Self {
        let mut writer = KeyWriter(vec![VERSION]);
        writer.0.extend_from_slice(&scope.0);
        key.write(&mut writer);
        Self(URL_SAFE_NO_PAD.encode(writer.0))
    }

    /// The key that this cursor continues after.
    ///
    /// # Errors
    /// [`InvalidValue`] when it is malformed, of another version, or of another list.
    pub fn decode<K: CursorKey>(&self, scope: &CursorScope) -> Result<K, InvalidValue> {
        let refused = |expected: &'static str| InvalidValue::new("cursor", &self.0, expected);
        let malformed = "the unchanged `next` of a page";
        let bytes = URL_SAFE_NO_PAD
            .decode(&self.0)
            .map_err(|_| refused(malformed))?;
        let (version, rest) = bytes.split_first().ok_or_else(|| refused(malformed))?;
        if *version != VERSION {
            return Err(refused(
                "a cursor of version 1; start again from the first page",
            ));
        }
        let (found, key) = rest
            .split_first_chunk::<SCOPE_BYTES>()
            .ok_or_else(|| refused(malformed))?;
        if *found != scope.0 {
            return Err(refused(FOREIGN));
        }
        let mut reader = KeyReader(key);
        let key = K::read(&mut reader).ok_or_else(|| refused(malformed))?;
        if reader.0.is_empty() {
            Ok(key)
        } else {
            Err(refused(malformed))
        }
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl std::str::FromStr for Cursor {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_text(text)
    }
}

/// A key that can stand in a cursor: each list has one type of key, which ties its cursors to its
/// order.
pub trait CursorKey: Ord + Sized {
    /// Writes the key.
    fn write(&self, writer: &mut KeyWriter);

    /// Reads the key; `None` when there is none.
    fn read(reader: &mut KeyReader<'_>) -> Option<Self>;
}

/// Takes the parts of a key.
#[derive(Debug)]
pub struct KeyWriter(Vec<u8>);

impl KeyWriter {
    pub(super) fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.tag(u8::from(flag));
    }

    pub(super) fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    pub(super) fn time(&mut self, time: Timestamp) {
        self.0.extend_from_slice(&time.as_micros().to_be_bytes());
    }

    pub(super) fn id(&mut self, id: RecordId) {
        self.0.extend_from_slice(id.as_bytes());
    }

    /// Text of at most 255 bytes; span ids have up to 128.
    pub(super) fn text(&mut self, text: &str) {
        self.0.push(text.len() as u8);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Gives the parts of a key back, in the order in which they were written.
#[derive(Debug)]
pub struct KeyReader<'a>(&'a [u8]);

impl<'a> KeyReader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn tag(&mut self) -> Option<u8> {
        self.take::<1>().map(|[tag]| tag)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.tag()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        Timestamp::from_micros(i64::from_be_bytes(self.take()?)).ok()
    }

    pub(super) fn id(&mut self) -> Option<RecordId> {
        RecordId::from_bytes(self.take()?).ok()
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(self.tag()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cursor, CursorKey, CursorScope, ReadMethod};
    use crate::page::{
        ListKey, ReplayEventKey, ReplayKey, StepOrder, SystemListKey, SystemWindowKey,
    };
    use crate::{LlmRunFilter, Provider, RecordId, SpanId, StepPosition, TenantId, Timestamp};

    fn tenant(text: &str) -> TenantId {
        TenantId::new(text).unwrap()
    }

    fn id(ordinal: u64) -> RecordId {
        RecordId::imported(&tenant("t"), "cursor", ordinal)
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn scope() -> CursorScope {
        CursorScope::new(
            ReadMethod::ListLlmRuns,
            &tenant("t"),
            &LlmRunFilter::default(),
        )
    }

    fn round_trip<K: CursorKey + std::fmt::Debug>(key: &K) {
        let cursor = Cursor::encode(&scope(), key);
        let text = Cursor::from_text(cursor.as_str()).unwrap();
        assert_eq!(text.decode::<K>(&scope()).unwrap(), *key);
        for cut in 1..cursor.as_str().len() {
            let shorter = Cursor::from_text(&cursor.as_str()[..cut]).unwrap();
            assert!(shorter.decode::<K>(&scope()).is_err(), "cut at {cut}");
        }
    }

    fn span(timestamp: Timestamp, length: usize) -> StepOrder {
        StepOrder::Span {
            timestamp,
            span_id: SpanId::new("s".repeat(length)).unwrap(),
        }
    }

    #[test]
    fn every_key_reads_back_and_none_when_cut() {
        round_trip(&ListKey {
            created_at: Timestamp::MIN,
            id: id(0),
        });
        round_trip(&SystemListKey {
            created_at: Timestamp::MAX,
            platform: true,
            id: id(1),
        });
        round_trip(&SystemWindowKey {
            occurred_at: at(-1),
            platform: false,
            id: id(2),
        });
        round_trip(&StepOrder::Position(StepPosition::new(7).unwrap()));
        round_trip(&span(at(3), 128));
        for event in [
            ReplayEventKey::Step(span(at(3), 1)),
            ReplayEventKey::System {
                platform: true,
                id: id(3),
            },
            ReplayEventKey::Policy { id: id(4) },
        ] {
            round_trip(&ReplayKey {
                timestamp: at(5),
                event,
            });
        }
    }

    #[test]
    fn a_cursor_of_another_method_tenant_or_filter_is_refused() {
        let key = ListKey {
            created_at: at(1),
            id: id(0),
        };
        let cursor = Cursor::encode(&scope(), &key);
        let everything = LlmRunFilter::default();
        let filtered = everything.clone().provider(Provider::new("p").unwrap());
        for other in [
            CursorScope::new(ReadMethod::ListTraces, &tenant("t"), &everything),
            CursorScope::new(ReadMethod::ListLlmRuns, &tenant("T"), &everything),
            CursorScope::new(ReadMethod::ListLlmRuns, &tenant("t"), &filtered),
        ] {
            assert!(
                cursor
                    .decode::<ListKey>(&other)
                    .unwrap_err()
                    .expected()
                    .contains("this list")
            );
        }
    }

    #[test]
    fn a_cursor_with_more_another_version_or_no_form_is_refused() {
        let key = ListKey {
            created_at: at(1),
            id: id(0),
        };
        let cursor = Cursor::encode(&scope(), &key);
        let longer = Cursor::from_text(format!("{}AAAA", cursor.as_str())).unwrap();
        assert!(longer.decode::<ListKey>(&scope()).is_err());
        let newer = Cursor::from_text(cursor.as_str().replacen('A', "B", 1)).unwrap();
        let error = newer.decode::<ListKey>(&scope()).unwrap_err();
        assert!(error.expected().contains("version"), "{error}");
        for text in ["", "a b", "a=", "é", &"A".repeat(513)] {
            assert!(Cursor::from_text(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn cursors_stay_readable() {
        let list = ListKey {
            created_at: at(1_700_000_000_000_000),
            id: id(7),
        };
        assert_eq!(Cursor::encode(&scope(), &list).as_str(), LIST);
        let replay = ReplayKey {
            timestamp: at(0),
            event: ReplayEventKey::Step(span(at(0), 2)),
        };
        assert_eq!(Cursor::encode(&scope(), &replay).as_str(), REPLAY);
    }

    const LIST: &str = "ARKsWgNmCbhDAAYKJBgeQADv2_8Ag_aBNowo09RI_X7D";
    const REPLAY: &str = "ARKsWgNmCbhDAAAAAAAAAAAAAQAAAAAAAAAAAnNz";

    #[test]
    fn the_order_of_a_key_is_the_order_of_its_list() {
        let (small, large) = if id(0) < id(1) {
            (id(0), id(1))
        } else {
            (id(1), id(0))
        };
        let list = |created_at, id| ListKey {
            created_at: at(created_at),
            id,
        };
        assert!(list(2, small) < list(1, large) && list(1, large) < list(1, small));
        let system = |platform, id| SystemListKey {
            created_at: at(1),
            platform,
            id,
        };
        assert!(system(false, small) < system(true, large));
        assert!(system(true, large) < system(true, small));
        let window = |platform, id| SystemWindowKey {
            occurred_at: at(1),
            platform,
            id,
        };
        assert!(window(false, large) < window(true, small));
        assert!(window(true, small) < window(true, large));
        assert!(StepOrder::Position(StepPosition::new(9).unwrap()) < span(Timestamp::MIN, 1));
        let system = ReplayEventKey::System {
            platform: true,
            id: large,
        };
        assert!(ReplayEventKey::Step(span(at(0), 1)) < system);
        assert!(system < ReplayEventKey::Policy { id: small });
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[A-Za-z0-9_-]{1,80}") {
            let cursor = Cursor::from_text(text).unwrap();
            prop_assert!(cursor.decode::<ReplayKey>(&scope()).is_err());
        }
    }
}
