//! What happened around the moment when a run ended.

use logs_domain::{
    InvalidValue, PageRequest, ReplayEvent, ReplayQuery, RunId, StoreResult, TenantId, TimeRange,
    Timestamp,
};
use serde::Serialize;

use crate::{LogsFacade, Page};

/// How far a replay looks before and behind its moment: 1 second to 1 hour, 30 seconds by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayMargin(u32);

impl ReplayMargin {
    /// The widest margin, in seconds.
    pub const MAX_SECONDS: u32 = 3_600;

    /// A margin of so many seconds.
    ///
    /// # Errors
    /// [`InvalidValue`] outside 1 to 3600.
    pub fn seconds(seconds: u32) -> Result<Self, InvalidValue> {
        if seconds == 0 || seconds > Self::MAX_SECONDS {
            return Err(InvalidValue::new("seconds", seconds, "1 to 3600"));
        }
        Ok(Self(seconds))
    }

    fn around(self, moment: Timestamp) -> StoreResult<TimeRange> {
        let micros = i64::from(self.0) * 1_000_000;
        let from = moment.saturating_add_micros(-micros);
        // The last moment is part of the window.
        let to = moment.saturating_add_micros(micros + 1);
        Ok(TimeRange::between(from, to)?)
    }
}

impl Default for ReplayMargin {
    fn default() -> Self {
        Self(30)
    }
}

/// What happened around a moment, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// The moment: when the run completed, or else when it began.
    pub moment: Timestamp,
    /// The times of the events.
    pub window: TimeRange,
    /// Steps of the trace of the run, system records, and audit entries about policy rules and limits.
    #[serde(flatten)]
    pub events: Page<ReplayEvent>,
}

impl LogsFacade {
    /// What happened around the moment when a run ended, if the tenant has the run.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn replay(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
        margin: ReplayMargin,
        page: &PageRequest,
    ) -> StoreResult<Option<Replay>> {
        let Some(run) = self.store.get_llm_run(tenant, run_id).await? else {
            return Ok(None);
        };
        let moment = run.completed_at.unwrap_or(run.started_at);
        let window = margin.around(moment)?;
        let mut query = ReplayQuery::new(window);
        query.trace_id = self.store.get_trace_id_for_run(tenant, run_id).await?;
        let read = self.store.get_replay_window_events(tenant, &query, page);
        let events = self.page(tenant, read).await?;
        Ok(Some(Replay {
            moment,
            window,
            events,
        }))
    }
}
