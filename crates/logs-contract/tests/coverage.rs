//! What the suite covers: every rule, and every method of every port, seen through a decorator
//! that notes which methods each case really calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use logs_contract::{CallSpy, Capability, Case, RULES, cases};
use logs_domain::PortMethod;
use logs_memory::MemoryStore;

mod support;

/// The methods that each case called, through a decorator that passes every call on.
async fn calls_of_cases() -> BTreeMap<&'static str, BTreeSet<PortMethod>> {
    let backend = CallSpy::new(support::Wrapped {
        open: |options| Arc::new(MemoryStore::new(options)),
    });
    let mut calls = BTreeMap::new();
    for case in cases().filter(|case| !case.needs.contains(&Capability::Reopen)) {
        let outcome = case.run(&backend).await;
        assert_eq!(outcome, Ok(()), "{} through a decorator", case.name);
        calls.insert(case.name, backend.take_calls());
    }
    calls
}

#[test]
fn names_are_unique_and_begin_with_a_rule() {
    let mut names = BTreeSet::new();
    for case in cases() {
        assert!(names.insert(case.name), "{} is there twice", case.name);
        let rule = case.rule().map(usize::from);
        assert!(
            rule.is_some_and(|rule| (1..=RULES.len()).contains(&rule)),
            "{}",
            case.name
        );
    }
}

#[test]
fn every_rule_has_several_cases() {
    for (number, rule) in (1..).zip(RULES) {
        let count = cases().filter(|case| case.rule() == Some(number)).count();
        println!("rule {number:>2} {rule:<12} {count:>3} cases");
        assert!(count >= 5, "rule {number}, {rule}, has {count} cases");
    }
}

#[tokio::test]
async fn every_method_is_called_by_cases_made_for_it() {
    let calls = calls_of_cases().await;
    let calling = |method: PortMethod| {
        let cases = calls
            .iter()
            .filter(move |(_, called)| called.contains(&method));
        cases.map(|(name, _)| *name)
    };
    for method in PortMethod::ALL.iter().copied() {
        let name = method.as_str();
        // The runner closes every store, so cases about `close` are known by their names.
        let made_for_it = if method == PortMethod::Close {
            cases()
                .filter(|case| case.name.starts_with("r16_close_"))
                .count()
        } else {
            calling(method).count()
        };
        assert!(made_for_it >= 4, "{name} has {made_for_it} cases");
        if method.port() == "LogsReader" {
            let of_tenancy = format!("r01_tenancy_{name}_");
            let tenancy = calling(method)
                .filter(|case| case.starts_with(&of_tenancy))
                .count();
            assert!(tenancy >= 2, "{name} has {tenancy} tenancy cases");
        }
        if name != "close" {
            let closed = format!("r16_{name}_after_close_is_unavailable");
            assert!(
                calling(method).any(|case| case == closed),
                "{name} has no case {closed}"
            );
        }
    }
}

#[test]
fn a_case_tells_its_rule() {
    let case = Case {
        name: "r07_durable_x",
        needs: &[],
        body: |_| Box::pin(async {}),
    };
    assert_eq!(case.rule(), Some(7));
    for name in ["r_x", "07_x", "rx_y", "r300_x", "r7"] {
        assert_eq!(Case { name, ..case }.rule(), None, "{name}");
    }
}
