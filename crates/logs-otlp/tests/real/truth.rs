//! Scenarios whose truth is known: `expected.json` is written from the log of a scripted model API.

use std::collections::{BTreeMap, BTreeSet};

use logs_domain::{Draft, ExecutionStatus, NewLlmRun, TenantId};
use logs_otlp::Signal;
use logs_otlp::decode;
use logs_otlp::map::{self, Settings};
use serde_json::Value;

use super::bodies::{self, Body};

#[test]
fn explore() {
    let mut by: BTreeMap<String, Vec<Body>> = BTreeMap::new();
    for b in bodies::all() {
        by.entry(b.scenario.clone()).or_default().push(b);
    }
    let tenant = TenantId::new("t").unwrap();
    for (s, bs) in by {
        let mut runs: Vec<NewLlmRun> = vec![];
        let mut steps = 0;
        let mut refused = vec![];
        for b in &bs {
            if b.signal != Signal::Metrics {
                let m = if b.signal == Signal::Traces {
                    map::traces(
                        &decode::traces(&b.read(), b.encoding).unwrap(),
                        &tenant,
                        &Settings::default(),
                    )
                } else {
                    map::logs(
                        &decode::logs(&b.read(), b.encoding).unwrap(),
                        &tenant,
                        &Settings::default(),
                    )
                };
                for d in m.drafts {
                    match d.draft {
                        Draft::LlmRun(r) => runs.push(r),
                        Draft::TraceStep(_) => steps += 1,
                        Draft::AuditEntry(a) => println!(
                            "   {s} AUDIT {} {} {:?} {:?} {:?}",
                            a.event_type,
                            a.actor_type,
                            a.entity_id,
                            a.action_reason,
                            a.after_state.map(|s| s.as_str().to_owned())
                        ),
                        Draft::SystemRecord(a) => println!(
                            "   {s} SYSTEM {} {} {} {}",
                            a.component, a.event_type, a.summary, a.severity
                        ),
                        _ => {}
                    }
                }
                refused.extend(m.refused.iter().map(|r| r.to_string()));
                if !m.counts.unknown_operations.is_empty() || m.counts.unattributed_usage > 0 {
                    println!("   {s} {:?}", m.counts);
                }
            }
        }
        let parents: BTreeSet<String> = runs
            .iter()
            .filter_map(|r| r.parent_run_id.as_ref().map(|p| p.to_string()))
            .collect();
        let counted: Vec<&NewLlmRun> = runs
            .iter()
            .filter(|r| !parents.contains(r.run_id.as_str()))
            .collect();
        let i: u64 = counted
            .iter()
            .filter_map(|r| r.input_tokens)
            .map(|t| t.get())
            .sum();
        let o: u64 = counted
            .iter()
            .filter_map(|r| r.output_tokens)
            .map(|t| t.get())
            .sum();
        let ok = counted
            .iter()
            .filter(|r| r.execution_status == ExecutionStatus::Succeeded)
            .count();
        let exp = std::fs::read_to_string(bs[0].path.with_file_name("expected.json")).ok();
        let e: Option<Value> = exp.map(|e| serde_json::from_str(&e).unwrap());
        let got = format!("{} {} {} {}", counted.len(), ok, i, o);
        if let Some(e) = e {
            let t = &e["totals"];
            let want = format!(
                "{} {} {} {}",
                t["calls"],
                t["ok"],
                t["input_tokens_including_cache"],
                t["output_tokens_including_reasoning"]
            );
            println!(
                "{} {s}: want {want} got {got} all {} steps {steps} refused {refused:?}",
                if want == got { "ok " } else { "BAD" },
                runs.len()
            );
        } else {
            let st: Vec<String> = counted
                .iter()
                .map(|r| {
                    format!(
                        "{} {} {} {:?}/{:?} {:?}",
                        r.provider,
                        r.model,
                        r.execution_status,
                        r.input_tokens.map(|t| t.get()),
                        r.output_tokens.map(|t| t.get()),
                        r.cost
                    )
                })
                .collect();
            println!(
                "-- {s}: got {got} all {} steps {steps} {st:?} {refused:?}",
                runs.len()
            );
        }
    }
}
