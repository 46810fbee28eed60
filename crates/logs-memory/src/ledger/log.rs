//! Which logs there are.

use logs_domain::{LedgerLog, LedgerLogStatus, PageLimit};

use crate::state::{Records, State};

pub(super) fn list(
    state: &State,
    after: Option<&LedgerLog>,
    limit: PageLimit,
) -> Vec<LedgerLogStatus> {
    let tenants = state.tenants.iter();
    let tenants = tenants.map(|(tenant, records)| (LedgerLog::of(Some(tenant)), records));
    let all = tenants.chain([(LedgerLog::Platform, &state.platform)]);
    let mut logs: Vec<(LedgerLog, &Records)> = all
        .filter(|(_, records)| !records.keys.is_empty() || !records.log.checkpoints.is_empty())
        .filter(|(log, _)| after.is_none_or(|after| log > after))
        .collect();
    logs.sort_by(|(one, _), (other, _)| one.cmp(other));
    logs.truncate(limit.as_usize());
    let listed = logs.into_iter().map(|(log, records)| LedgerLogStatus {
        log,
        size: records.log.size(),
        pending: 0,
    });
    listed.collect()
}
