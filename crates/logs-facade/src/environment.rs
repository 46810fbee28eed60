//! The platform around a run.

use std::collections::BTreeMap;

use logs_domain::{
    CountMode, LlmRunSnapshot, PageLimit, PageRequest, RunId, StoreResult, SystemEventType,
    SystemRecordFilter, SystemRecordSnapshot, TenantId, TimeRange,
};
use serde::Serialize;

use crate::{Answer, LogsFacade};

/// What changes the platform, and stays until the next change of the same component.
const CHANGES: [SystemEventType; 7] = [
    SystemEventType::STARTUP,
    SystemEventType::SHUTDOWN,
    SystemEventType::RESTART,
    SystemEventType::DEPLOY,
    SystemEventType::MIGRATION,
    SystemEventType::AUTH_CHANGE,
    SystemEventType::CONFIG_CHANGE,
];

/// The platform as system records tell of it at the start of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Environment {
    /// For each component and each type of change, the last one before the run began. They are in the order of
    /// component and type.
    pub last_changes: Vec<Answer<SystemRecordSnapshot>>,
    /// Types of which more changes are stored than were read. The last one by record time was read in any case.
    pub truncated: Vec<SystemEventType>,
}

/// What the store has of a run, and what it does not collect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Telemetry {
    /// What producers said about this run.
    pub collected: Vec<&'static str>,
    /// What producers may say, and did not say about this run.
    pub unknown: Vec<&'static str>,
    /// What the store never holds.
    pub never_collected: &'static [&'static str],
}

impl LogsFacade {
    /// The platform at the start of a run, if the tenant has the run.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn environment(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<Environment>> {
        let Some(run) = self.store.get_llm_run(tenant, run_id).await? else {
            return Ok(None);
        };
        let before = TimeRange::before(run.started_at.saturating_add_micros(1));
        let page = PageRequest::default()
            .limit(PageLimit::MAX)
            .count(CountMode::Skip);
        let mut last: BTreeMap<_, SystemRecordSnapshot> = BTreeMap::new();
        let mut truncated = Vec::new();
        for change in CHANGES {
            let filter = SystemRecordFilter::default()
                .event_type(change.clone())
                .occurred(before);
            let found = self
                .store
                .list_system_records(tenant, &filter, &page)
                .await?;
            if found.has_more {
                truncated.push(change);
            }
            for record in found.items {
                let key = (record.component.clone(), record.event_type.clone());
                let is_later = |known: &SystemRecordSnapshot| {
                    (record.occurred_at, record.created_at) > (known.occurred_at, known.created_at)
                };
                if last.get(&key).is_none_or(is_later) {
                    last.insert(key, record);
                }
            }
        }
        Ok(Some(Environment {
            last_changes: last.into_values().map(Answer::from).collect(),
            truncated,
        }))
    }

    /// What is known about a run and what is not, if the tenant has the run.
    ///
    /// # Errors
    /// Those of every read.
    pub async fn telemetry(
        &self,
        tenant: &TenantId,
        run_id: &RunId,
    ) -> StoreResult<Option<Telemetry>> {
        let run = self.store.get_llm_run(tenant, run_id).await?;
        Ok(run.map(|run| Telemetry::of(&run)))
    }
}

impl Telemetry {
    /// What no producer may store here.
    const NEVER: &'static [&'static str] = &[
        "prompts",
        "answers",
        "arguments and results of tools",
        "use of processor, memory and network",
    ];

    fn of(run: &LlmRunSnapshot) -> Self {
        let fields = [
            ("trace_id", run.trace_id.is_some()),
            ("session_id", run.session_id.is_some()),
            ("input_tokens", run.input_tokens.is_some()),
            ("output_tokens", run.output_tokens.is_some()),
            ("cost_nano_usd", run.cost.is_some()),
            ("completed_at", run.completed_at.is_some()),
            ("parent_run_id", run.parent_run_id.is_some()),
            ("attributes", run.attributes.is_some()),
        ];
        let named = |wanted: bool| {
            let fields = fields
                .iter()
                .filter(move |(_, is_known)| *is_known == wanted);
            fields.map(|(name, _)| *name)
        };
        Self {
            collected: named(true).collect(),
            unknown: named(false).collect(),
            never_collected: Self::NEVER,
        }
    }
}
