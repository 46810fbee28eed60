//! Each map that ships, with its sample; twice, to see that the second time stores nothing.

use logs_domain::{ActorType, JsonObject, Severity, StepKey};

use super::{Scene, Stored, import, import_for_its_tenants, project};
use crate::support::Backend;

/// Imports the sample of a map twice, which says no more than these notes.
async fn sample(backend: &Backend, words: &[&str], sample: &str, records: usize, notes: &[&str]) {
    let sample = project(&format!("examples/mappings/samples/{sample}"));
    for (stored, already) in [(records, 0), (0, records)] {
        let words = [&[&*sample], words].concat();
        let (outcome, tenants) = match words.contains(&"cloudtrail") {
            true => {
                let outcome = import_for_its_tenants(backend, &words).await;
                (outcome, "; tenants: 111122223333, 444455556666")
            }
            false => (import(backend, &words).await, ""),
        };
        let told =
            format!("{stored} records stored, {already} already stored, 0 refused{tenants}\n");
        assert_eq!(outcome.out, told, "{}: {}", backend.name, outcome.shown());
        let said: Vec<&str> = outcome.err.lines().collect();
        assert_eq!(said.len(), notes.len(), "{}", outcome.err);
        for (said, note) in said.iter().zip(notes) {
            assert!(said.starts_with("note: ") && said.ends_with(note), "{said}");
        }
    }
}

#[tokio::test]
async fn rows_of_csv_become_runs_with_what_they_lack_listed() {
    for backend in &Scene::new().await.backends {
        sample(
            backend,
            &["--map", "azure-llm-2023"],
            "azure-llm-2023.csv",
            3,
            &[],
        )
        .await;
        let stored = Stored::of(backend, "acme").await;
        let run = &stored.runs[0];
        assert_eq!(run.started_at.to_string(), "2025-01-05T08:00:00.123456Z");
        assert_eq!(
            (
                run.input_tokens.unwrap().get(),
                run.output_tokens.unwrap().get()
            ),
            (120, 30)
        );
        assert_eq!((run.cost, run.completed_at), (None, None));
        assert_eq!(
            run.attributes.as_ref().unwrap().as_str(),
            r#"{"assumed":["execution_status","model","provider","source","started_at"]}"#
        );
        // A count of 0 is known; it is not the same as no count.
        assert!(
            stored
                .runs
                .iter()
                .any(|run| run.output_tokens.is_some_and(|n| n.get() == 0))
        );
    }
}

#[tokio::test]
async fn relative_times_count_from_the_origin() {
    for backend in &Scene::new().await.backends {
        sample(backend, &["--map", "mooncake"], "mooncake.jsonl", 2, &[]).await;
        let stored = Stored::of(backend, "acme").await;
        assert_eq!(
            stored.runs[1].started_at.to_string(),
            "2024-01-01T00:00:27.482000Z"
        );
        let attributes = stored.runs[1].attributes.as_ref().unwrap().to_value();
        assert_eq!(attributes["hash_ids"], serde_json::json!([0, 2, 3]));
    }
}

#[tokio::test]
async fn messages_become_positioned_steps_of_a_trace_for_each_task() {
    for backend in &Scene::new().await.backends {
        sample(backend, &["--map", "tau-bench"], "tau-bench.json", 8, &[]).await;
        let stored = Stored::of(backend, "acme").await;
        assert_eq!((stored.traces.len(), stored.steps.len()), (2, 6));
        assert!(stored.traces[0].trace_id.as_str().ends_with(":3:0"));
        let skills: Vec<&str> = stored.steps[..5]
            .iter()
            .map(|step| step.skill_name.as_str())
            .collect();
        assert_eq!(
            skills,
            ["system", "user", "find_book", "find_book", "assistant"]
        );
        let StepKey::Position(position) = &stored.steps[4].key else {
            panic!("a position")
        };
        assert_eq!(position.get(), 4);
        let attributes = stored.steps[3].attributes.as_ref().unwrap().to_value();
        assert_eq!(attributes["tool_call_id"], "call_1");
        assert_eq!(attributes["reward"], 1);
        assert_eq!(
            attributes["assumed"],
            serde_json::json!(["duration_ms", "status", "timestamp"])
        );
    }
}

#[tokio::test]
async fn events_become_system_records_with_their_own_severity_word_kept() {
    for backend in &Scene::new().await.backends {
        sample(
            backend,
            &["--map", "otrf-windows"],
            "otrf-windows.jsonl",
            3,
            &[],
        )
        .await;
        let stored = Stored::of(backend, "acme").await;
        let severities: Vec<Severity> =
            stored.system.iter().map(|record| record.severity).collect();
        assert_eq!(
            severities,
            [Severity::Critical, Severity::Warn, Severity::Info]
        );
        let first = &stored.system[0];
        assert_eq!(first.event_type.as_str(), "Sample-Auditing/4673");
        let details = first.details.as_ref().unwrap().to_value();
        assert_eq!(details["severity_word"], "ERROR");
        // A number that other programs would round is a text now, visibly.
        assert_eq!(details["keywords"], "-9218868437227405312");
        assert_eq!(stored.system[1].summary.as_str(), "Audit");
        assert_eq!(stored.system[2].summary.as_str(), "(no message)");
        let details = stored.system[2].details.as_ref().unwrap().to_value();
        assert_eq!(details["assumed"], serde_json::json!(["summary"]));
    }
}

#[tokio::test]
async fn calls_become_audit_entries_of_the_account_that_received_them() {
    for backend in &Scene::new().await.backends {
        sample(
            backend,
            &["--map", "cloudtrail", "--records", "Records"],
            "cloudtrail.json",
            3,
            &[],
        )
        .await;
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
        let stored = Stored::of(backend, "111122223333").await;
        let [by_user, by_service] = stored.audit.as_slice() else {
            panic!("two entries")
        };
        assert_eq!(by_user.actor_type, ActorType::Human);
        assert_eq!(by_user.attributes, None);
        assert_eq!(
            by_user.actor_id.as_ref().unwrap().as_str(),
            "arn:aws:iam::111122223333:user/sample"
        );
        assert_eq!(by_user.entity_id.as_str(), "sample-bucket");
        assert_eq!(by_user.correlation_id.as_ref().unwrap().as_str(), "REQ1");
        assert_eq!(by_service.actor_type, ActorType::System);
        assert_eq!(
            by_service.actor_id.as_ref().unwrap().as_str(),
            "ec2.amazonaws.com"
        );
        let refused = &Stored::of(backend, "444455556666").await.audit[0];
        assert_eq!(
            refused.action_reason.as_ref().unwrap().as_str(),
            "not allowed"
        );
        let claims = refused.attributes.as_ref().map(JsonObject::as_str);
        assert_eq!(claims, Some(r#"{"assumed":["actor_type"]}"#));
    }
}

#[tokio::test]
async fn a_trace_of_langfuse_needs_no_map() {
    let file = project("examples/mappings/samples/langfuse.json");
    for backend in &Scene::new().await.backends {
        let first = import(backend, &[&file]).await;
        assert_eq!(
            first.shown(),
            "5 records stored, 0 already stored, 0 refused\n"
        );
        let again = import(backend, &[&file]).await;
        assert_eq!(
            again.shown(),
            "0 records stored, 5 already stored, 0 refused\n"
        );
        let stored = Stored::of(backend, "acme").await;
        assert_eq!(
            (stored.runs.len(), stored.traces.len(), stored.steps.len()),
            (1, 1, 3)
        );
        assert_eq!(stored.runs[0].cost.unwrap().nano_usd(), 25_000);
        assert_eq!(stored.steps[2].status.as_str(), "FAILED");
    }
}

#[tokio::test]
async fn a_name_in_place_of_the_digest_gives_other_ids() {
    let mapping = project("examples/mappings/mooncake.jq");
    let file = project("examples/mappings/samples/mooncake.jsonl");
    for backend in &Scene::new().await.backends {
        let words = [file.as_str(), "--map", &mapping, "--source", "mooncake"];
        assert!(
            import(backend, &words)
                .await
                .out
                .starts_with("2 records stored")
        );
        let stored = Stored::of(backend, "acme").await;
        assert_eq!(stored.runs[0].run_id.as_str(), "mooncake:0");
        let by_digest = import(backend, &[&file, "--map", &mapping]).await;
        assert!(by_digest.out.starts_with("2 records stored"));
    }
}

/// What a shipped map makes of its sample, one line a record: kind and what tells records apart.
async fn told(backend: &Backend, words: &[&str], sample: &str, records: &str) -> Vec<String> {
    let sample = project(&format!("examples/mappings/samples/{sample}"));
    for count in [
        format!("{records} records stored, 0"),
        format!("0 records stored, {records}"),
    ] {
        let outcome = import(backend, &[&[&*sample], words].concat()).await;
        assert!(outcome.out.starts_with(&count), "{}", outcome.shown());
    }
    let stored = Stored::of(backend, "acme").await;
    let assumed = |object: &Option<JsonObject>| {
        let value = object
            .as_ref()
            .map(|object| object.to_value()["assumed"].clone());
        value
            .filter(|value| !value.is_null())
            .map(|value| value.to_string())
            .unwrap_or_default()
    };
    let mut told = Vec::new();
    for trace in &stored.traces {
        told.push(format!("trace {}", trace.trace_id));
    }
    for run in &stored.runs {
        let tokens = |count: Option<logs_domain::TokenCount>| count.map(|count| count.get());
        told.push(format!(
            "run {} {} {} {:?} {:?} {:?} {} {}",
            run.run_id.as_str().get(..12).unwrap_or(run.run_id.as_str()),
            run.provider,
            run.model,
            tokens(run.input_tokens),
            tokens(run.output_tokens),
            run.cost.map(|cost| cost.nano_usd()),
            run.execution_status,
            assumed(&run.attributes)
        ));
    }
    for step in &stored.steps {
        let (key, parent) = (&step.key, step.parent.as_ref().map(ToString::to_string));
        told.push(format!(
            "step {key} {parent:?} {} {} {}",
            step.skill_name,
            step.status,
            step.duration_ms.get()
        ));
    }
    for record in &stored.system {
        told.push(format!(
            "{} {}: {}",
            record.component, record.event_type, record.summary
        ));
    }
    for entry in &stored.audit {
        let actor = entry
            .actor_id
            .as_ref()
            .map_or("nobody", |actor| actor.as_str());
        told.push(format!(
            "{} {} {} {} {actor} {:?}",
            entry.event_type,
            entry.entity_type,
            entry.entity_id,
            entry.actor_type,
            entry.action_reason.as_ref().map(|reason| reason.as_str())
        ));
    }
    told
}

#[tokio::test]
async fn every_shipped_map_makes_what_its_sample_says() {
    let mut shown = String::new();
    for (words, sample, records) in [
        (&["--map", "litellm-spend"][..], "litellm-spend.jsonl", "2"),
        (&["--map", "langsmith"], "langsmith.jsonl", "5"),
        (&["--map", "helicone"], "helicone.jsonl", "2"),
        (&["--map", "phoenix"], "phoenix.csv", "3"),
        (&["--map", "opik"], "opik.jsonl", "3"),
        (&["--map", "mlflow"], "mlflow.json", "4"),
        (&["--map", "weave"], "weave.jsonl", "4"),
        (
            &["--map", "kubernetes-audit"],
            "kubernetes-audit.jsonl",
            "2",
        ),
        (&["--map", "github-audit"], "github-audit.json", "3"),
        (&["--map", "okta"], "okta.json", "2"),
        (&["--map", "vault-audit"], "vault-audit.jsonl", "2"),
        (&["--map", "gcp-audit"], "gcp-audit.jsonl", "2"),
        (&["--map", "azure-activity"], "azure-activity.json", "2"),
        (&["--map", "openai-usage"], "openai-usage.json", "2"),
        (&["--map", "anthropic-usage"], "anthropic-usage.json", "2"),
        (&["--format", "claude-code"], "claude-code.jsonl", "6"),
        (&["--format", "codex"], "codex.jsonl", "4"),
    ] {
        let scene = Scene::new().await;
        let mut outcomes = Vec::new();
        for backend in &scene.backends {
            outcomes.push(told(backend, words, sample, records).await);
        }
        assert_eq!(outcomes[0], outcomes[1], "{sample}");
        shown.push_str(&format!("# {sample}\n{}\n", outcomes[0].join("\n")));
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn the_same_events_of_two_files_are_stored_once() {
    let scene = Scene::new().await;
    let sample =
        std::fs::read_to_string(project("examples/mappings/samples/vault-audit.jsonl")).unwrap();
    let later = scene.file(
        "later.jsonl",
        sample.lines().skip(1).collect::<Vec<_>>().join("\n"),
    );
    let first = scene.file("first.jsonl", &sample);
    for backend in &scene.backends {
        import(backend, &[&first, "--map", "vault-audit"]).await;
        let outcome = import(backend, &[&later, "--map", "vault-audit"]).await;
        assert_eq!(
            outcome.out,
            "0 records stored, 2 already stored, 0 refused\n"
        );
    }
}
