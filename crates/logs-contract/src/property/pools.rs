//! The values that plays are made of: few of each, so that they meet, and the ones that adapters
//! get wrong.

use logs_domain::{JsonObject, RecordId, TenantId, TimeRange, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

/// Ids that differ only by case, by normalisation, or beyond the Basic Multilingual Plane (where
/// UTF-8 and UTF-16 sort differently).
pub(super) const IDS: &[&str] = &[
    "a",
    "A",
    "\u{e9}",
    "e\u{301}",
    "\u{fb33}",
    "\u{1f600}",
    "a b",
];

/// Tenants that differ only by case, and one that looks like the platform.
pub(super) const TENANTS: &[&str] = &["acme", "Acme", "platform"];

/// The clock of every play starts here; the times of records are around it.
pub(super) const EPOCH: i64 = crate::TestClock::START;

pub(super) fn text_id() -> impl Strategy<Value = &'static str> + Clone {
    select(IDS)
}

pub(super) fn tenant() -> impl Strategy<Value = TenantId> {
    let tenant = |text| TenantId::new(text).unwrap();
    prop_oneof![
        12 => Just(tenant(TENANTS[0])),
        1 => Just(tenant(TENANTS[1])),
        1 => Just(tenant(TENANTS[2])),
    ]
}

/// Few times, so that most are equal to another; some at the ends of what can be kept.
pub(super) fn time() -> impl Strategy<Value = Timestamp> + Clone {
    let near = (0..5_i64).prop_map(|n| Timestamp::from_micros(EPOCH + n - 2).unwrap());
    prop_oneof![
        30 => near.boxed(),
        1 => Just(Timestamp::MIN).boxed(),
        1 => Just(Timestamp::MAX).boxed(),
    ]
}

/// Ranges with open and closed, equal and touching ends.
pub(super) fn range() -> impl Strategy<Value = TimeRange> + Clone {
    let end = prop::option::weighted(0.8, time());
    (end.clone(), end).prop_map(|(one, other)| match (one, other) {
        (Some(one), Some(other)) => TimeRange::between(one.min(other), one.max(other)).unwrap(),
        (from, to) => TimeRange::new(from, to).unwrap(),
    })
}

/// Few ids of records, the same for every tenant and for the platform.
pub(super) fn record_id() -> impl Strategy<Value = RecordId> + Clone {
    (0..8_u32).prop_map(crate::samples::id)
}

/// Objects at the edges of JSON, and those that name runs.
pub(super) fn json() -> impl Strategy<Value = JsonObject> + Clone {
    select(
        &[
            "{}",
            r#"{"a":1}"#,
            r#"{"a":1.5e-7,"b":1e16,"c":-0.0}"#,
            r#"{"run_id":"a"}"#,
            r#"{"run_id":"A","source_run_id":"a"}"#,
            r#"{"source_run_id":"é"}"#,
            r#"{"run_id":7,"in":{"run_id":"a"}}"#,
            "{\"\u{fb33}\":\"\u{1f600}\",\"\u{1f600}\":null}",
        ][..],
    )
    .prop_map(|text| JsonObject::parse(text).unwrap())
}

/// `None`, or one of a few.
pub(super) fn optional<S>(strategy: S) -> impl Strategy<Value = Option<S::Value>> + Clone
where
    S: Strategy + Clone,
    S::Value: Clone,
{
    prop::option::weighted(0.6, strategy)
}
