//! The cases, one folder or file for each rule.

mod r01_tenancy;
mod r02_filters;
mod r03_order;
mod r04_pages;
mod r05_total;
mod r06_append;
mod r07_durable;
mod r08_immutable;
mod r09_created_at;
mod r10_steps;
mod r11_trace_of_run;
mod r12_replay;
mod r13_governance;
mod r14_exports;
mod r15_overload;
mod r16_lifecycle;
mod r17_usage;
mod r18_ledger;
mod r19_coverage;
mod r20_checkpoints;

use crate::Case;

/// The rules that stores must keep, in one word each; the first is rule 1. Those from 18 on are of the ledger.
pub const RULES: &[&str] = &[
    "tenancy",
    "filters",
    "order",
    "pages",
    "totals",
    "append",
    "durable",
    "immutable",
    "created_at",
    "steps",
    "trace of run",
    "replay",
    "governance",
    "exports",
    "overload",
    "lifecycle",
    "usage",
    "ledger",
    "coverage",
    "checkpoints",
];

/// The cases by file.
const FILES: &[&[&[Case]]] = &[
    r01_tenancy::FILES,
    r02_filters::FILES,
    &[r03_order::CASES_OF_LISTS, r03_order::CASES],
    r04_pages::FILES,
    &[r05_total::CASES_OF_LISTS, r05_total::CASES],
    r06_append::FILES,
    r07_durable::FILES,
    &[r08_immutable::CASES],
    &[r09_created_at::CASES],
    &[r10_steps::CASES],
    &[r11_trace_of_run::CASES],
    r12_replay::FILES,
    &[r13_governance::CASES],
    &[r14_exports::CASES],
    &[r15_overload::CASES],
    r16_lifecycle::FILES,
    r17_usage::FILES,
    r18_ledger::FILES,
    &[r19_coverage::CASES],
    &[r20_checkpoints::CASES],
];

/// Every case, in the order of the rules.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    FILES.iter().copied().flatten().copied().flatten()
}
