//! The waiting parts: a lane for each tenant with work, served in turn.

use std::collections::{HashMap, VecDeque};

use logs_domain::{Draft, OnConflict, RecordKey, TenantId};

use crate::options::IngestOptions;
use crate::part::Part;

/// The parts of one append.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) tenant: TenantId,
    /// At least one. More than one only if none is to be stored atomically.
    pub(crate) parts: Vec<Part>,
    /// Whether the part behind the last one had to stay, because of a key with other content.
    pub(crate) moved: bool,
}

/// The parts of one tenant, first in, first out.
#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Part>,
    commits: usize,
}

/// The lanes of all tenants with work, and the permits for commits.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    lanes: HashMap<TenantId, Lane>,
    /// The tenants with waiting parts, the next one first.
    turns: VecDeque<TenantId>,
    commits: usize,
    closed: bool,
}

/// What is in the lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneCounts {
    pub(crate) lanes: usize,
    pub(crate) parts: usize,
    pub(crate) commits: usize,
}

impl Lanes {
    /// Puts parts at the end of the tenant's lane. `false` if the lanes are closed.
    #[must_use]
    pub(crate) fn push(&mut self, tenant: &TenantId, parts: Vec<Part>) -> bool {
        if self.closed {
            return false;
        }
        let lane = self.lanes.entry(tenant.clone()).or_default();
        if lane.waiting.is_empty() {
            self.turns.push_back(tenant.clone());
        }
        lane.waiting.extend(parts);
        true
    }

    /// Takes a permit and the next batch, if there are both. Whoever gets the job must [finish](Self::finish)
    /// it.
    pub(crate) fn take(&mut self, options: &IngestOptions) -> Option<Job> {
        if self.commits >= options.commits {
            return None;
        }
        let may_commit = |tenant: &TenantId| {
            let lane = self.lanes.get(tenant);
            lane.is_some_and(|lane| lane.commits < options.tenant_commits)
        };
        let turn = self.turns.iter().position(may_commit)?;
        let tenant = self.turns.remove(turn)?;
        let lane = self.lanes.get_mut(&tenant)?;
        let (count, moved) = fitting(&lane.waiting, options);
        let parts: Vec<Part> = lane.waiting.drain(..count).collect();
        lane.commits += 1;
        self.commits += 1;
        if !lane.waiting.is_empty() {
            self.turns.push_back(tenant.clone());
        }
        Some(Job {
            tenant,
            parts,
            moved,
        })
    }

    /// Returns the permit of a job of the tenant.
    pub(crate) fn finish(&mut self, tenant: &TenantId) {
        self.commits = self.commits.saturating_sub(1);
        if let Some(lane) = self.lanes.get_mut(tenant) {
            lane.commits = lane.commits.saturating_sub(1);
        }
        self.forget_if_idle(tenant);
    }

    /// Takes the waiting parts of a request out of its lane.
    pub(crate) fn withdraw(&mut self, tenant: &TenantId, request: u64) -> VecDeque<Part> {
        let Some(lane) = self.lanes.get_mut(tenant) else {
            return VecDeque::new();
        };
        let waiting = std::mem::take(&mut lane.waiting);
        let (withdrawn, others) = waiting
            .into_iter()
            .partition(|part| part.request == request);
        lane.waiting = others;
        if lane.waiting.is_empty() {
            self.turns.retain(|turn| turn != tenant);
        }
        self.forget_if_idle(tenant);
        withdrawn
    }

    /// Refuses every later part, and takes out all that wait.
    pub(crate) fn close(&mut self) -> Vec<Part> {
        self.closed = true;
        self.turns.clear();
        let lanes = self.lanes.values_mut();
        let waiting = lanes.flat_map(|lane| lane.waiting.drain(..)).collect();
        self.lanes.retain(|_, lane| lane.commits > 0);
        waiting
    }

    pub(crate) fn counts(&self) -> LaneCounts {
        LaneCounts {
            lanes: self.lanes.len(),
            parts: self.lanes.values().map(|lane| lane.waiting.len()).sum(),
            commits: self.commits,
        }
    }

    fn forget_if_idle(&mut self, tenant: &TenantId) {
        let idle = |lane: &Lane| lane.commits == 0 && lane.waiting.is_empty();
        if self.lanes.get(tenant).is_some_and(idle) {
            self.lanes.remove(tenant);
        }
    }
}

/// How many of the first parts one append takes, and whether a key with other content ended it. A part
/// never overtakes another one.
fn fitting(waiting: &VecDeque<Part>, options: &IngestOptions) -> (usize, bool) {
    let mut parts = waiting.iter();
    let Some(first) = parts.next() else {
        return (0, false);
    };
    let mut count = 1;
    let (mut records, mut bytes) = (first.drafts.drafts.len(), first.drafts.bytes);
    let mut contents: HashMap<&RecordKey, &Draft> = HashMap::new();
    for part in parts {
        records += part.drafts.drafts.len();
        bytes += part.drafts.bytes;
        let fits = first.on_conflict == OnConflict::SkipRecord
            && part.on_conflict == OnConflict::SkipRecord
            && records <= options.batch_records
            && bytes <= options.batch_bytes;
        if !fits {
            return (count, false);
        }
        if contents.is_empty() {
            contents.extend(by_key(first));
        }
        if by_key(part).any(|(key, draft)| contents.get(key).is_some_and(|other| *other != draft)) {
            return (count, true);
        }
        contents.extend(by_key(part));
        count += 1;
    }
    (count, false)
}

fn by_key(part: &Part) -> impl Iterator<Item = (&RecordKey, &Draft)> {
    part.drafts.keys.iter().zip(&part.drafts.drafts)
}
