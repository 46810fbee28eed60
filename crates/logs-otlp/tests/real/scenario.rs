//! All that the bodies of one scenario give.

use std::collections::{BTreeMap, BTreeSet};

use logs_domain::{
    Draft, NewAuditEntry, NewLlmRun, NewSystemRecord, NewTraceStep, RecordKey, TenantId,
};
use logs_otlp::map::{self, Mapped, Settings};
use logs_otlp::{Signal, decode};

use super::bodies::{self, Body};

/// What a scenario gave.
#[derive(Default)]
pub(crate) struct Scenario {
    pub(crate) bodies: Vec<Body>,
    pub(crate) runs: Vec<NewLlmRun>,
    pub(crate) steps: Vec<NewTraceStep>,
    pub(crate) audit: Vec<NewAuditEntry>,
    pub(crate) system: Vec<NewSystemRecord>,
    /// Every draft by its key.
    pub(crate) drafts: BTreeMap<RecordKey, Draft>,
}

/// Every scenario, by `CLIENT/SCENARIO`; none where the data set is not at hand.
pub(crate) fn all() -> BTreeMap<String, Scenario> {
    all_with(&Settings::default())
}

/// The same with other settings.
pub(crate) fn all_with(settings: &Settings) -> BTreeMap<String, Scenario> {
    let mut scenarios: BTreeMap<String, Scenario> = BTreeMap::new();
    for body in bodies::all() {
        let scenario = scenarios.entry(body.scenario.clone()).or_default();
        let mapped = map(&body, settings);
        assert_eq!(mapped.refused, [], "{}", body.path.display());
        assert!(
            mapped == map(&body, settings),
            "{}: sent again, it is something else",
            body.path.display()
        );
        for mapped in mapped.drafts {
            scenario.add(mapped.draft, &body);
        }
        scenario.bodies.push(body);
    }
    scenarios
}

fn map(body: &Body, settings: &Settings) -> Mapped {
    let tenant = TenantId::new("acme").unwrap();
    let (bytes, encoding) = (body.read(), body.encoding);
    match body.signal {
        Signal::Traces => map::traces(
            &decode::traces(&bytes, encoding).unwrap(),
            &tenant,
            settings,
        ),
        Signal::Logs => map::logs(&decode::logs(&bytes, encoding).unwrap(), &tenant, settings),
        Signal::Metrics => map::metrics(&decode::metrics(&bytes, encoding).unwrap()),
    }
}

impl Scenario {
    fn add(&mut self, draft: Draft, body: &Body) {
        match &draft {
            Draft::LlmRun(run) => self.runs.push(run.clone()),
            Draft::TraceStep(step) => self.steps.push(step.clone()),
            Draft::AuditEntry(entry) => self.audit.push(entry.clone()),
            Draft::SystemRecord(record) => self.system.push(record.clone()),
            Draft::Trace(_) | Draft::LogExport(_) | Draft::LogExportOutcome(_) => {
                panic!("{}: {draft:?}", body.path.display())
            }
        }
        let earlier = self.drafts.insert(draft.key(), draft);
        assert_eq!(earlier, None, "{}: a key twice", body.path.display());
    }

    /// The runs that no other run names as its parent: those that sums of usage count.
    pub(crate) fn counted(&self) -> Vec<&NewLlmRun> {
        let parents: BTreeSet<_> = self
            .runs
            .iter()
            .filter_map(|run| run.parent_run_id.clone())
            .collect();
        self.runs
            .iter()
            .filter(|run| !parents.contains(&run.run_id))
            .collect()
    }
}
