//! What was sent beside what is stored.

use std::collections::BTreeMap;

/// The runs of a request, and whether the service answered 200.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) runs: Vec<String>,
    pub(crate) is_acknowledged: bool,
}

/// What is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A run was acknowledged and is not there.
    Lost(String),
    /// A run is there more than once.
    Doubled(String),
    /// A run is there that nobody sent.
    Invented(String),
    /// Of the request with this first run, a part is there.
    Torn(String),
}

/// Compares all that was sent with the runs that are stored.
pub(crate) fn compare(sent: &[Sent], stored: &[String]) -> Vec<Fault> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for run in stored {
        *times.entry(run).or_default() += 1;
    }
    let doubled = times.iter().filter(|(_, times)| **times > 1);
    let mut faults: Vec<Fault> = doubled
        .map(|(run, _)| Fault::Doubled((*run).to_owned()))
        .collect();
    for request in sent {
        let mut there = 0;
        for run in &request.runs {
            if times.remove(run.as_str()).is_some() {
                there += 1;
            } else if request.is_acknowledged {
                faults.push(Fault::Lost(run.clone()));
            }
        }
        if !request.is_acknowledged && there > 0 && there < request.runs.len() {
            faults.push(Fault::Torn(request.runs[0].clone()));
        }
    }
    faults.extend(times.into_keys().map(|run| Fault::Invented(run.to_owned())));
    faults
}

fn sent(runs: &[&str], is_acknowledged: bool) -> Sent {
    let runs = runs.iter().map(|run| (*run).to_owned()).collect();
    Sent {
        runs,
        is_acknowledged,
    }
}

#[test]
fn the_comparison_sees_each_fault_and_nothing_else() {
    let all = [
        sent(&["a", "b"], true),
        sent(&["c", "d"], false),
        sent(&["e", "f"], false),
    ];
    let compare = |stored: &[&str]| {
        let stored: Vec<String> = stored.iter().map(|run| (*run).to_owned()).collect();
        super::comparison::compare(&all, &stored)
    };
    assert_eq!(compare(&["a", "b"]), []);
    assert_eq!(compare(&["d", "b", "c", "a"]), [], "stored, never answered");
    assert_eq!(compare(&["a"]), [Fault::Lost("b".to_owned())]);
    assert_eq!(compare(&["a", "b", "a"]), [Fault::Doubled("a".to_owned())]);
    assert_eq!(
        compare(&["a", "b", "c", "c", "d"]),
        [Fault::Doubled("c".to_owned())]
    );
    assert_eq!(compare(&["a", "b", "x"]), [Fault::Invented("x".to_owned())]);
    assert_eq!(compare(&["a", "b", "f"]), [Fault::Torn("e".to_owned())]);
}
