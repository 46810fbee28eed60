//! The values that plays are made of: few of each, so that they meet, and the ones that adapters
//! get wrong.

use std::fmt::Debug;
use std::sync::LazyLock;

use logs_domain::{JsonObject, RecordId, RunId, TenantId, TimeRange, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use crate::samples::varied;

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

/// Two ids of the largest size, as most are: 128 bytes, many of several to a character.
static LONGEST_IDS: LazyLock<[String; 2]> = LazyLock::new(|| {
    [
        varied(RunId::MAX_BYTES, 1),
        "\u{1f9ff}".repeat(RunId::MAX_BYTES / 4),
    ]
});

pub(super) fn text_id() -> impl Strategy<Value = &'static str> + Clone {
    let longest: Vec<&'static str> = LONGEST_IDS.iter().map(String::as_str).collect();
    prop_oneof![14 => select(IDS), 1 => select(longest)]
}

/// One of a few words, or now and then the longest that the field takes.
pub(super) fn word<T: Debug + Clone + 'static>(
    few: &'static [&'static str],
    max_bytes: usize,
    make: fn(String) -> T,
) -> impl Strategy<Value = T> + Clone {
    let longest = varied(max_bytes, 1);
    prop_oneof![
        20 => select(few).prop_map(move |text| make(text.to_owned())),
        1 => Just(longest).prop_map(make),
    ]
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
    let few = [
        "{}",
        r#"{"a":1}"#,
        r#"{"a":1.5e-7,"b":1e16,"c":-0.0}"#,
        r#"{"run_id":"a"}"#,
        r#"{"run_id":"A","source_run_id":"a"}"#,
        r#"{"source_run_id":"é"}"#,
        r#"{"run_id":7,"in":{"run_id":"a"}}"#,
        "{\"\u{fb33}\":\"\u{1f600}\",\"\u{1f600}\":null}",
    ];
    prop_oneof![
        20 => select(few.map(str::to_owned).to_vec()),
        2 => select(odd_states()),
        1 => Just(largest_state()),
    ]
    .prop_map(|text| JsonObject::parse(&text).unwrap())
}

/// States that name the longest runs, and texts that no run id can be, beside one that is.
fn odd_states() -> Vec<String> {
    let [varied_id, wide_id] = &*LONGEST_IDS;
    let state = |text: &str| format!(r#"{{"run_id":"{text}","source_run_id":"a"}}"#);
    let mut states: Vec<String> = ["", "a\\u0001", "\\ta", "a\u{7f}", "\u{85}"]
        .map(state)
        .to_vec();
    states.extend([varied_id, wide_id, &(wide_id.clone() + "a")].map(|text| state(text)));
    states.push(state(&varied(3_000, 2)));
    states.push(r#"{"a":"\u0001\u001f\u007f\n","\u0002":["\r",null]}"#.to_owned());
    states
}

/// An object of the largest size.
fn largest_state() -> String {
    let rest = JsonObject::MAX_BYTES - r#"{"b":""}"#.len();
    format!(r#"{{"b":"{}"}}"#, varied(rest, 3))
}

/// `None`, or one of a few.
pub(super) fn optional<S>(strategy: S) -> impl Strategy<Value = Option<S::Value>> + Clone
where
    S: Strategy + Clone,
    S::Value: Clone,
{
    prop::option::weighted(0.6, strategy)
}
