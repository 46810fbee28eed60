//! What a play is made of.

use logs_domain::{Direction, Draft, NewSystemRecord, OnConflict, TenantId};
use proptest::prelude::*;
use proptest::sample::select;

use super::filters::{Asked, LookUp, asked, look_up};
use super::{drafts, pools};

/// One operation on both stores.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Append(Append),
    AppendPlatform {
        records: Vec<NewSystemRecord>,
        on_conflict: OnConflict,
    },
    /// Sends an earlier append again, by its place from the latest.
    Retry {
        back: usize,
        on_conflict: OnConflict,
    },
    /// Moves the clock.
    Tick {
        micros: i64,
    },
    Settled {
        tenant: TenantId,
    },
    LookUp {
        tenant: TenantId,
        one: LookUp,
    },
    /// One page from an offset.
    Offset {
        tenant: TenantId,
        asked: Asked,
        direction: Option<Direction>,
        limit: u32,
        offset: u32,
        count: Count,
    },
    /// Every page of a list, with another limit from the second page on, and an append between
    /// the first two; then back with that limit.
    Walk {
        tenant: TenantId,
        asked: Asked,
        direction: Option<Direction>,
        limits: (u32, u32),
        between: Option<Append>,
    },
    /// The cursor of one list on another.
    Foreign {
        tenant: TenantId,
        from: Asked,
        to_tenant: TenantId,
        to: Asked,
    },
}

/// An append for a tenant. Records that cannot stand in one batch are left out by the play.
#[derive(Clone, Debug)]
pub(super) struct Append {
    pub(super) tenant: TenantId,
    pub(super) drafts: Vec<Draft>,
    pub(super) on_conflict: OnConflict,
}

/// How a page is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Default,
    Exact,
    Skip,
}

fn on_conflict() -> impl Strategy<Value = OnConflict> {
    select(&[OnConflict::RejectCall, OnConflict::SkipRecord][..])
}

fn append(records: std::ops::Range<usize>) -> impl Strategy<Value = Append> {
    let drafts = prop::collection::vec(drafts::draft(), records);
    let exports = prop_oneof![
        7 => Just(Vec::new()),
        2 => drafts::export_with_outcome().prop_map(Vec::from),
        1 => drafts::outcome().prop_map(|outcome| vec![outcome]),
    ];
    (
        pools::tenant(),
        drafts,
        exports,
        any::<bool>(),
        on_conflict(),
    )
        .prop_map(|(tenant, mut drafts, exports, twice, on_conflict)| {
            drafts.extend(exports);
            if twice && let Some(first) = drafts.first().cloned() {
                drafts.push(first);
            }
            Append {
                tenant,
                drafts,
                on_conflict,
            }
        })
}

fn limit() -> impl Strategy<Value = u32> {
    select(&[1, 1, 2, 3, 7, 1000][..])
}

fn direction() -> impl Strategy<Value = Option<Direction>> {
    prop::option::of(select(&[Direction::Ascending, Direction::Descending][..]))
}

fn operation() -> impl Strategy<Value = Operation> {
    let platform = (
        prop::collection::vec(drafts::system_record(), 1..4),
        on_conflict(),
    );
    let retry = (0..4_usize, on_conflict());
    let offset = select(&[0, 0, 1, 3, 10_000][..]);
    let count = select(&[Count::Default, Count::Exact, Count::Skip][..]);
    let page = (
        pools::tenant(),
        asked(),
        direction(),
        limit(),
        offset,
        count,
    );
    let walk = (
        pools::tenant(),
        asked(),
        direction(),
        (limit(), limit()),
        prop::option::of(append(1..8)),
    );
    let other_list = (pools::tenant(), asked(), pools::tenant(), asked());
    let other_tenant = (pools::tenant(), asked(), pools::tenant())
        .prop_map(|(tenant, asked, other)| (tenant, asked.clone(), other, asked));
    let foreign = prop_oneof![other_list, other_tenant];
    prop_oneof![
        8 => append(1..12).prop_map(Operation::Append),
        2 => platform.prop_map(|(records, on_conflict)| {
            Operation::AppendPlatform { records, on_conflict }
        }),
        2 => retry.prop_map(|(back, on_conflict)| Operation::Retry { back, on_conflict }),
        2 => select(&[0, 1, 1, -1][..]).prop_map(|micros| Operation::Tick { micros }),
        1 => pools::tenant().prop_map(|tenant| Operation::Settled { tenant }),
        5 => (pools::tenant(), look_up()).prop_map(|(tenant, one)| {
            Operation::LookUp { tenant, one }
        }),
        4 => page.prop_map(|(tenant, asked, direction, limit, offset, count)| {
            Operation::Offset { tenant, asked, direction, limit, offset, count }
        }),
        10 => walk.prop_map(|(tenant, asked, direction, limits, between)| {
            Operation::Walk { tenant, asked, direction, limits, between }
        }),
        3 => foreign.prop_map(|(tenant, from, to_tenant, to)| {
            Operation::Foreign { tenant, from, to_tenant, to }
        }),
    ]
}

/// Whole plays: a store with some records in it, and then anything.
pub(super) fn plays() -> impl Strategy<Value = Vec<Operation>> {
    let beginning = prop::collection::vec(append(20..40).prop_map(Operation::Append), 2);
    let platform = prop::collection::vec(drafts::system_record(), 4);
    (
        beginning,
        platform,
        prop::collection::vec(operation(), 10..40),
    )
        .prop_map(|parts| {
            let (mut play, records, rest) = parts;
            let on_conflict = OnConflict::SkipRecord;
            play.push(Operation::AppendPlatform {
                records,
                on_conflict,
            });
            play.extend(rest);
            play
        })
}
