//! What makes a record unique.

use logs_domain::{Draft, RecordId, RecordKey};

use crate::CaseContext;
use crate::appends::append;
use crate::case::cases;
use crate::lists::List;
use crate::samples::{audit, export, id, run, run_id, span, step, system, tenant, trace};

cases! {
    r06_append_keys_differ_by_every_byte,
    r06_append_kinds_are_key_spaces_of_their_own,
    r06_append_positions_and_spans_are_key_spaces_of_their_own,
    r06_append_steps_of_two_traces_have_keys_of_their_own,
    r06_append_keys_of_the_largest_size_differ_in_their_last_byte,
    r06_append_keys_do_not_run_into_each_other,
}

/// Texts that are one to whoever folds case, trims, normalises or compares like a language.
const ALIKE: &[&str] = &[
    "id",
    "Id",
    "ID",
    "id ",
    " id",
    "\u{131}d",
    "\u{ef}d",
    "i\u{308}d",
    "\u{ff49}d",
    "id\u{200b}",
    "\u{fb01}",
    "fi",
    "stra\u{df}e",
    "strasse",
    "\u{1f600}",
    "\u{1f601}",
    "1",
    "01",
    "1.0",
    "%",
    "_",
    "'",
    "\"",
    "\\",
    "\\\\",
    "null",
    "NULL",
    "a,b",
    "{}",
    "\u{10ffff}",
];

async fn r06_append_keys_differ_by_every_byte(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = ALIKE.iter().flat_map(|text| {
        [
            Draft::from(run(text)),
            trace(text).into(),
            span("t", text, 0).into(),
        ]
    });
    append(&*store, &a, drafts).await;
    for list in [
        List::LlmRuns,
        List::Traces,
        List::TraceSteps,
        List::StepsOfTrace,
    ] {
        assert_eq!(list.all(&*store, &a).await.len(), ALIKE.len(), "{list:?}");
    }
    for text in ALIKE {
        let found = store.get_llm_run(&a, &run_id(text)).await.unwrap();
        assert_eq!(found.expect("a run by its id").run_id, run_id(text));
    }
    for text in ["iD", "Strasse", "\u{1f602}", "\u{131}D", "2", ""] {
        let Ok(missing) = logs_domain::RunId::new(text) else {
            continue;
        };
        assert_eq!(
            store.get_llm_run(&a, &missing).await.unwrap(),
            None,
            "{text:?}"
        );
    }
}

async fn r06_append_kinds_are_key_spaces_of_their_own(case: &mut CaseContext) {
    let store = case.store();
    let reason = logs_domain::Reason::new("reason").unwrap();
    let drafts: Vec<Draft> = vec![
        system(1).into(),
        audit(1).into(),
        export(1).into(),
        logs_domain::LogExportOutcome::failed(id(1), reason).into(),
        run("1").into(),
        trace("1").into(),
        step("1", 1).into(),
        span("1", "1", 1).into(),
    ];
    // One after the other, so that each meets the keys of those before it in the store.
    for draft in drafts {
        append(&*store, &tenant("a"), [draft]).await;
    }
}

async fn r06_append_positions_and_spans_are_key_spaces_of_their_own(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    append(&*store, &a, [step("t", 1)]).await;
    for text in ["1", "position 1", "01", "p1"] {
        append(&*store, &a, [span("t", text, 1)]).await;
    }
    append(&*store, &a, [step("t", 0), span("t", "0", 1)]).await;
    assert_eq!(List::StepsOfTrace.all(&*store, &a).await.len(), 7);
    assert_eq!(List::TraceSteps.all(&*store, &a).await.len(), 7);
}

async fn r06_append_steps_of_two_traces_have_keys_of_their_own(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    for trace in ["t", "T", "u"] {
        append(&*store, &a, [step(trace, 0), span(trace, "s", 0)]).await;
    }
    assert_eq!(List::TraceSteps.all(&*store, &a).await.len(), 6);
    assert_eq!(List::StepsOfTrace.all(&*store, &a).await.len(), 2);
}

async fn r06_append_keys_of_the_largest_size_differ_in_their_last_byte(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant(&"t".repeat(128));
    let long = |last: &str| format!("{}{last}", "x".repeat(127));
    append(&*store, &a, [run(&long("a")), run(&long("b"))]).await;
    append(
        &*store,
        &a,
        [
            span(&long("a"), &long("b"), 0),
            span(&long("a"), &long("c"), 0),
        ],
    )
    .await;
    let found = store
        .get_llm_run(&a, &run_id(&long("b")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.run_id.as_str(), long("b"));
    assert_eq!(
        store.get_llm_run(&a, &run_id(&long("c"))).await.unwrap(),
        None
    );
    assert_eq!(List::TraceSteps.all(&*store, &a).await.len(), 2);
}

async fn r06_append_keys_do_not_run_into_each_other(case: &mut CaseContext) {
    let store = case.store();
    let a = tenant("a");
    let drafts = [
        span("t", "u/v", 0),
        span("t/u", "v", 0),
        span("t:u", "v", 0),
        span("t", "u:v", 0),
    ];
    let receipt = append(&*store, &a, drafts).await;
    let ids: std::collections::BTreeSet<RecordId> = receipt
        .records
        .iter()
        .filter_map(|record| record.id)
        .collect();
    assert_eq!(ids.len(), 4);
    let keys: std::collections::BTreeSet<&RecordKey> =
        receipt.records.iter().map(|record| &record.key).collect();
    assert_eq!(keys.len(), 4);
}
