//! A `tracing` span around each call of a port.
//!
//! `docs/spans.md` documents the spans. The name of a span is
//! [`PortMethod::span_name`](logs_domain::PortMethod::span_name). Without an interested subscriber,
//! the code computes no field.

use logs_domain::ledger::TreeHead;
use logs_domain::{
    AppendReceipt, EntryPlace, QueryResult, RecordOutcome, StoreInfo, StoreResult, Timestamp,
    UncoveredPage, UsageSummary,
};
use tracing::{Instrument, Span};

/// The target of every span.
pub const TARGET: &str = "logs";

/// The span of a call. Each place of use is a callsite of its own, because names of spans are static. `$system`
/// is the name of the database in OpenTelemetry.
#[doc(hidden)]
#[macro_export]
macro_rules! port_span {
    ($span:literal, $method:ident, $system:literal) => {
        $crate::tracing::info_span!(
            target: $crate::span::TARGET,
            $span,
            otel.kind = "client",
            otel.status_code = $crate::tracing::field::Empty,
            db.system.name = $system,
            db.operation.name = stringify!($method),
            db.response.returned_rows = $crate::tracing::field::Empty,
            error.type = $crate::tracing::field::Empty,
            logs.outcome = $crate::tracing::field::Empty,
            logs.append.stored = $crate::tracing::field::Empty,
            logs.append.already_stored = $crate::tracing::field::Empty,
            logs.append.conflict = $crate::tracing::field::Empty,
            logs.append.gone = $crate::tracing::field::Empty,
            logs.append.retries = $crate::tracing::field::Empty,
        )
    };
}

/// Runs a call in its span.
///
/// # Errors
/// Those of the call.
pub async fn observed<T: Answer>(
    span: Span,
    call: impl Future<Output = StoreResult<T>>,
) -> StoreResult<T> {
    let answer = call.instrument(span.clone()).await;
    if !span.is_disabled() {
        record(&span, &answer);
    }
    answer
}

/// Records the number of retries of the current append.
pub fn record_retries(retries: u32) {
    Span::current().record("logs.append.retries", retries);
}

fn record<T: Answer>(span: &Span, answer: &StoreResult<T>) {
    match answer {
        Ok(answer) => {
            span.record("logs.outcome", "ok");
            answer.record(span);
        }
        Err(error) => {
            span.record("logs.outcome", "error");
            span.record("error.type", error.kind());
            span.record("otel.status_code", "ERROR");
        }
    }
}

/// The numbers of an answer of a port.
pub trait Answer {
    /// Records the numbers in the span of the call.
    fn record(&self, span: &Span);
}

impl<T> Answer for QueryResult<T> {
    fn record(&self, span: &Span) {
        span.record("db.response.returned_rows", self.items.len());
    }
}

impl<T> Answer for Option<T> {
    fn record(&self, span: &Span) {
        span.record("db.response.returned_rows", usize::from(self.is_some()));
    }
}

impl<T> Answer for Vec<T> {
    fn record(&self, span: &Span) {
        span.record("db.response.returned_rows", self.len());
    }
}

impl Answer for UncoveredPage {
    fn record(&self, span: &Span) {
        span.record("db.response.returned_rows", self.records.len());
    }
}

impl Answer for UsageSummary {
    fn record(&self, span: &Span) {
        span.record("db.response.returned_rows", self.groups.len());
    }
}

impl Answer for AppendReceipt {
    fn record(&self, span: &Span) {
        let outcomes = [
            ("logs.append.stored", RecordOutcome::Stored),
            ("logs.append.already_stored", RecordOutcome::AlreadyStored),
            ("logs.append.conflict", RecordOutcome::Conflict),
            ("logs.append.gone", RecordOutcome::Gone),
        ];
        for (field, outcome) in outcomes {
            span.record(field, self.count(outcome));
        }
    }
}

macro_rules! without_numbers {
    ($($answer:ty),+) => {
        $(impl Answer for $answer {
            fn record(&self, _: &Span) {}
        })+
    };
}

without_numbers!(EntryPlace, StoreInfo, Timestamp, TreeHead, ());

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::{Arc, Mutex};

    use futures_util::FutureExt;
    use logs_domain::StoreResult;
    use tracing::span::{Id, Record};
    use tracing::{Subscriber, subscriber};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

    use super::observed;

    /// Keeps the values recorded in a span after its start.
    #[derive(Clone, Default)]
    struct Recorded(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber> Layer<S> for Recorded {
        fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(format!("{values:?}"));
        }
    }

    /// The fields of the span of a call that is polled once and dropped.
    fn recorded(call: impl Future<Output = StoreResult<()>>) -> String {
        let recorded = Recorded::default();
        let subscriber = tracing_subscriber::registry().with(recorded.clone());
        subscriber::with_default(subscriber, || {
            drop(observed(crate::port_span!("store.ready", ready, "sqlite"), call).now_or_never());
        });
        let recorded = recorded.0.lock().unwrap();
        recorded.join(" ")
    }

    #[test]
    fn a_call_that_is_given_up_has_no_outcome() {
        assert!(recorded(ready(Ok(()))).contains("logs.outcome: \"ok\""));
        assert_eq!(recorded(pending()), "");
    }
}
