//! A check of the spans that a durable store makes around the calls of its ports.

mod calls;
mod recorder;

use logs_domain::{LogsLedger, LogsStore, OnConflict, PortMethod};
use tracing::instrument::WithSubscriber;

use self::calls::{PRIVATE, call};
use self::recorder::Recorder;
use crate::appends::{append, batch};
use crate::samples::{run, tenant};

/// Calls every method of an empty store and reads the span of each call: its name, what it says of the
/// answer and of errors, and that no value of a tenant or a record is in it. The
/// store is closed then.
///
/// A store without the ledger has `None`. `system` is what OpenTelemetry calls the database.
///
/// # Panics
/// When a span is missing or says something else.
pub async fn check(store: &dyn LogsStore, ledger: Option<&dyn LogsLedger>, system: &str) {
    let recorder = Recorder::default();
    let checks = async {
        let owner = tenant(PRIVATE);
        append(store, &owner, [run(PRIVATE)]).await;
        let stored = recorder.take_only(PortMethod::Append, system);
        stored.expect("logs.outcome", "ok");
        stored.expect("logs.append.stored", "1");
        stored.expect("logs.append.conflict", "0");
        if system == "postgresql" {
            stored.expect("logs.append.retries", "0");
        }

        let mut methods = PortMethod::ALL.to_vec();
        let is_there = |method: PortMethod| ledger.is_some() || method.port() != "LogsLedger";
        methods.retain(|method| *method != PortMethod::Close && is_there(*method));
        for method in methods {
            call(store, ledger, method)
                .await
                .expect("the call succeeds");
            let span = recorder.take_only(method, system);
            span.expect("logs.outcome", "ok");
            span.lacks("error.type");
            span.lacks("otel.status_code");
            if let Some(rows) = rows_of(method) {
                span.expect("db.response.returned_rows", rows);
            }
            if method == PortMethod::Append {
                span.expect("logs.append.stored", "0");
                span.expect("logs.append.already_stored", "1");
            }
        }

        let other = batch([run(PRIVATE).is_synthetic(true)]);
        let outcome = store.append(&owner, &other, OnConflict::RejectCall).await;
        outcome.expect_err("other content under the same key");
        let span = recorder.take_only(PortMethod::Append, system);
        span.expect("logs.outcome", "error");
        span.expect("error.type", "conflict");
        span.expect("otel.status_code", "ERROR");
        let skipped = store.append(&owner, &other, OnConflict::SkipRecord).await;
        skipped.expect("the conflict is skipped");
        let span = recorder.take_only(PortMethod::Append, system);
        span.expect("logs.outcome", "ok");
        span.expect("logs.append.conflict", "1");

        call(store, ledger, PortMethod::Close)
            .await
            .expect("closes");
        let span = recorder.take_only(PortMethod::Close, system);
        span.expect("logs.outcome", "ok");
        let after = call(store, ledger, PortMethod::GetLlmRun).await;
        after.expect_err("closed");
        let span = recorder.take_only(PortMethod::GetLlmRun, system);
        span.expect("error.type", "unavailable");
    };
    checks.with_subscriber(recorder.dispatch()).await;
}

/// How many rows a read has in a store that has one run of a tenant, and a record of the platform from the last
/// append on. All runs together are one group. The run is one entry, below one node, with one checkpoint.
fn rows_of(method: PortMethod) -> Option<&'static str> {
    let ones = [
        PortMethod::ListLlmRuns,
        PortMethod::GetLlmRun,
        PortMethod::SummarizeUsage,
        PortMethod::Entries,
        PortMethod::Nodes,
        PortMethod::LatestCheckpoint,
        PortMethod::ListCheckpoints,
    ];
    if ones.contains(&method) {
        Some("1")
    } else if method == PortMethod::LedgerLogs {
        Some("2")
    } else {
        (method.port() == "LogsReader").then_some("0")
    }
}
