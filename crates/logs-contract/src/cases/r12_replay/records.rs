//! Rule 12: from an event of a window to its record.

use logs_domain::{Draft, RecordKind, TimeRange};

use super::{done, happened, of_trace, window};
use crate::CaseContext;
use crate::appends::{append, append_platform};
use crate::case::cases;
use crate::samples::{id, largest, span, step, tenant};

cases! {
    r12_get_replay_window_events_leads_to_the_record_of_each,
}

async fn r12_get_replay_window_events_leads_to_the_record_of_each(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = [
        Draft::from(step("t", 1)),
        span("t", "1", 2).into(),
        happened(7, "own", 3).into(),
        done(7, "policy", 5).into(),
    ];
    let id_of = |draft: &Draft| draft.id(&a).unwrap();
    let mut expected: Vec<_> = drafts
        .iter()
        .map(|draft| (draft.kind(), id_of(draft), false))
        .collect();
    // The platform's record has the id of the tenant's.
    expected.insert(3, (RecordKind::SystemRecord, id(7), true));
    append(&*store, &a, drafts).await;
    append_platform(&*store, [happened(7, "platform", 4)]).await;
    for limit in [1, 2, 1_000] {
        let events = window(case, &of_trace(TimeRange::ALL), limit).await;
        let led: Vec<_> = events
            .iter()
            .map(|event| (event.kind, event.id, event.is_platform))
            .collect();
        assert_eq!(led, expected, "pages of {limit}");
    }
    // Where they lead, the records are.
    let (_, entry, _) = expected[4];
    assert!(store.get_audit_entry(&a, &entry).await.unwrap().is_some());
    let filter = logs_domain::TraceStepFilter::default();
    let steps = store.list_trace_steps(&a, &filter, &largest()).await;
    let mut listed: Vec<_> = steps.unwrap().items.iter().map(|step| step.id).collect();
    let mut led = vec![expected[0].1, expected[1].1];
    listed.sort_unstable();
    led.sort_unstable();
    assert_eq!(led, listed);
}
