//! The suite finds what is wrong: for every rule there are adapters that break it, each in one
//! way, and at least one case of that rule must fail on each. An adapter that no case catches
//! fails the test, and the table at the end tells which cases caught which.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test program that prints a table, whose adapters are wrong on purpose"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use fault::BrokenAdapter;
use libtest_mimic::{Arguments, Failed, Trial};
use logs_contract::{Capability, RULES, cases};

mod appends;
mod by_id;
mod directions;
mod durable;
mod exports;
mod fault;
mod filters;
mod governance;
mod indexes;
mod keys;
mod ledger;
mod lifecycle;
mod order;
mod overload;
mod pages;
mod property;
mod racing;
mod replay;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod tenancy;
mod times;
mod totals;
mod trace_of_run;
mod usage;

const ADAPTERS: &[&[BrokenAdapter]] = &[
    tenancy::ADAPTERS,
    by_id::ADAPTERS,
    filters::ADAPTERS,
    order::ADAPTERS,
    pages::ADAPTERS,
    directions::ADAPTERS,
    totals::ADAPTERS,
    totals::OPENED,
    appends::ADAPTERS,
    keys::ADAPTERS,
    racing::ADAPTERS,
    durable::ADAPTERS,
    times::ADAPTERS,
    steps::ADAPTERS,
    trace_of_run::ADAPTERS,
    replay::ADAPTERS,
    governance::ADAPTERS,
    indexes::ADAPTERS,
    exports::ADAPTERS,
    overload::ADAPTERS,
    lifecycle::ADAPTERS,
    usage::ADAPTERS,
    ledger::ADAPTERS,
    ledger::OPENED,
];

/// The cases that caught each adapter.
type Caught = Arc<Mutex<BTreeMap<&'static str, Vec<&'static str>>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Failing cases are what is wanted here; their panics would drown the table.
    std::panic::set_hook(Box::new(|_| {}));
    let caught = Caught::default();
    let mut trials: Vec<Trial> = adapters().map(|adapter| trial(adapter, &caught)).collect();
    trials.push(Trial::test("every_rule_has_a_broken_adapter", || {
        for (number, rule) in (1_u8..).zip(RULES) {
            if !adapters().any(|adapter| rule_of(adapter) == number) {
                return Err(Failed::from(format!(
                    "nothing breaks rule {number}, {rule}"
                )));
            }
        }
        Ok(())
    }));
    trials.extend(property::trials(adapters()));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        print(&caught.lock().unwrap());
    }
    conclusion.exit_code()
}

fn adapters() -> impl Iterator<Item = &'static BrokenAdapter> {
    ADAPTERS.iter().copied().flatten()
}

fn rule_of(adapter: &BrokenAdapter) -> u8 {
    adapter.name[1..3]
        .parse()
        .expect("a name that begins with a rule")
}

fn trial(adapter: &'static BrokenAdapter, caught: &Caught) -> Trial {
    let caught = Arc::clone(caught);
    Trial::test(adapter.name, move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let backend = support::Wrapped { open: adapter.open };
        let mut failed = Vec::new();
        for case in cases() {
            let runs =
                !case.needs.contains(&Capability::Reopen) && case.rule() == Some(rule_of(adapter));
            if runs && runtime.block_on(case.run(&backend)).is_err() {
                failed.push(case.name);
            }
        }
        let missed = failed.is_empty();
        caught.lock().unwrap().insert(adapter.name, failed);
        if missed {
            return Err(Failed::from("no case of the rule fails on this adapter"));
        }
        Ok(())
    })
}

fn print(caught: &BTreeMap<&'static str, Vec<&'static str>>) {
    println!("{:<58} caught by", "broken adapter");
    for (adapter, cases) in caught {
        let more = match cases.len() {
            0 => "NO CASE".to_owned(),
            1 => cases[0].to_owned(),
            count => format!("{} and {} more", cases[0], count - 1),
        };
        println!("{adapter:<58} {more}");
    }
    println!(
        "broken adapters: {} ran, {} were not caught",
        caught.len(),
        missed(caught)
    );
}

fn missed(caught: &BTreeMap<&'static str, Vec<&'static str>>) -> usize {
    caught.values().filter(|cases| cases.is_empty()).count()
}
