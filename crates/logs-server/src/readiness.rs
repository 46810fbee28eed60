//! Whether the service takes new work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use logs_domain::LogsStore;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer of the store stands, however often somebody asks.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// Whether the service takes new work.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    is_ending: AtomicBool,
    last: Mutex<Option<Answer>>,
}

/// What the store said, and when it was asked.
#[derive(Debug)]
struct Answer {
    asked: Instant,
    outcome: Result<(), String>,
}

impl Readiness {
    /// From now on the service is not ready.
    pub(crate) fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Whether the service can answer and append; the reason where it cannot. Who asks at the same time waits for one
    /// answer.
    pub(crate) async fn check(&self, store: &dyn LogsStore) -> Result<(), String> {
        if self.is_ending.load(Ordering::Relaxed) {
            return Err("the service is ending".to_owned());
        }
        let mut last = self.last.lock().await;
        if let Some(answer) = last
            .as_ref()
            .filter(|answer| answer.asked.elapsed() < FRESH)
        {
            return answer.outcome.clone();
        }
        let asked = Instant::now();
        let outcome = store.ready().await.map_err(|error| error.to_string());
        *last = Some(Answer {
            asked,
            outcome: outcome.clone(),
        });
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use logs_domain::{MockLogsStore, StoreError};

    use super::{FRESH, Readiness};

    #[tokio::test(start_paused = true)]
    async fn the_store_is_asked_once_a_second() {
        let readiness = Readiness::default();
        let mut store = MockLogsStore::new();
        store.expect_ready().times(1).returning(|| Ok(()));
        for _ in 0..100 {
            assert_eq!(readiness.check(&store).await, Ok(()));
        }
        tokio::time::advance(FRESH).await;
        let mut store = MockLogsStore::new();
        store
            .expect_ready()
            .times(1)
            .returning(|| Err(StoreError::ReadOnly));
        for _ in 0..100 {
            assert!(readiness.check(&store).await.is_err());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        readiness.end();
        let ending = readiness.check(&MockLogsStore::new()).await.unwrap_err();
        assert!(ending.contains("ending"));
    }
}
