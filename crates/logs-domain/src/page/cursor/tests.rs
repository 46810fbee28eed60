use proptest::prelude::*;

use crate::page::{Cursor, CursorKey, CursorScope, Direction, ReadMethod};
use crate::page::{ListKey, ReplayEventKey, ReplayKey, StepOrder, SystemListKey, SystemWindowKey};
use crate::{LlmRunFilter, Provider, RecordId, SpanId, StepPosition, TenantId, Timestamp};

fn tenant(text: &str) -> TenantId {
    TenantId::new(text).unwrap()
}

fn id(ordinal: u64) -> uuid::Uuid {
    RecordId::imported(&tenant("t"), "cursor", ordinal).as_uuid()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn scope() -> CursorScope {
    CursorScope::new(
        ReadMethod::ListLlmRuns,
        &tenant("t"),
        &LlmRunFilter::default(),
        Direction::Descending,
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
fn a_cursor_of_another_method_tenant_filter_or_direction_is_refused() {
    let key = ListKey {
        created_at: at(1),
        id: id(0),
    };
    let cursor = Cursor::encode(&scope(), &key);
    let everything = LlmRunFilter::default();
    let filtered = everything.clone().provider(Provider::new("p").unwrap());
    let (runs, down) = (ReadMethod::ListLlmRuns, Direction::Descending);
    for other in [
        CursorScope::new(ReadMethod::ListTraces, &tenant("t"), &everything, down),
        CursorScope::new(runs, &tenant("T"), &everything, down),
        CursorScope::new(runs, &tenant("t"), &filtered, down),
        CursorScope::new(runs, &tenant("t"), &everything, Direction::Ascending),
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

const LIST: &str = "AfNd0ZbLNIX4AAYKJBgeQADv2_8Ag_aBNowo09RI_X7D";
const REPLAY: &str = "AfNd0ZbLNIX4AAAAAAAAAAAAAQAAAAAAAAAAAnNz";

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
