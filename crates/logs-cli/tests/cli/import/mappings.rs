//! Each mapping that ships, with its sample; twice, to see that the second time stores nothing.

use logs_domain::{ActorType, JsonObject, Severity, StepKey};

use super::{Scene, Stored, import, project};
use crate::support::Backend;

/// Imports the sample of a mapping twice, which says no more than these notes.
async fn sample(backend: &Backend, mapping: &str, sample: &str, records: usize, notes: &[&str]) {
    let mapping = project(&format!("examples/mappings/{mapping}"));
    let sample = project(&format!("examples/mappings/samples/{sample}"));
    for (stored, already) in [(records, 0), (0, records)] {
        let outcome = import(backend, &[&sample, "--mapping", &mapping]).await;
        let told = format!("{stored} records stored, {already} already stored, 0 refused\n");
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
        sample(backend, "azure-llm-2023.toml", "azure-llm-2023.csv", 3, &[]).await;
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
        sample(backend, "mooncake.toml", "mooncake.jsonl", 2, &[]).await;
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
        sample(backend, "tau-bench.toml", "tau-bench.json", 8, &[]).await;
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
            serde_json::json!(["duration", "status", "timestamp"])
        );
    }
}

#[tokio::test]
async fn events_become_system_records_with_their_own_severity_word_kept() {
    for backend in &Scene::new().await.backends {
        let notes = ["[[record]] 1 (system_record): no record has ProcessName, SubjectUserName"];
        sample(
            backend,
            "otrf-windows.toml",
            "otrf-windows.jsonl",
            3,
            &notes,
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
        sample(backend, "cloudtrail.toml", "cloudtrail.json", 3, &[]).await;
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
async fn a_trace_of_langfuse_needs_no_mapping() {
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
    let mapping = project("examples/mappings/mooncake.toml");
    let file = project("examples/mappings/samples/mooncake.jsonl");
    for backend in &Scene::new().await.backends {
        let words = [file.as_str(), "--mapping", &mapping, "--source", "mooncake"];
        assert!(
            import(backend, &words)
                .await
                .out
                .starts_with("2 records stored")
        );
        let stored = Stored::of(backend, "acme").await;
        assert_eq!(stored.runs[0].run_id.as_str(), "mooncake:0");
        let by_digest = import(backend, &[&file, "--mapping", &mapping]).await;
        assert!(by_digest.out.starts_with("2 records stored"));
    }
}

#[tokio::test]
async fn a_step_names_the_step_around_it_in_either_form() {
    let scene = Scene::new().await;
    let mapping = |fields: &str| {
        let mapping = format!(
            "format = \"jsonl\"\n[[record]]\nkind = \"trace_step\"\n[record.fields]\n\
             trace_id = {{ constant = \"t\" }}\nposition = \"n\"\n{fields}\n\
             timestamp = {{ path = \"at\", time = \"s\" }}\nskill_name = {{ constant = \"s\" }}\n\
             status = {{ constant = \"SUCCEEDED\" }}\noutcome_category = {{ constant = \"ok\" }}\n\
             duration = {{ constant = 1 }}\n"
        );
        scene.file("steps.toml", mapping)
    };
    let both = mapping("parent_position = \"in\"\nparent_span_id = \"span\"");
    let file = scene.file(
        "steps.jsonl",
        "{\"n\":0,\"at\":1}\n{\"n\":1,\"at\":1,\"in\":0}\n{\"n\":2,\"at\":1,\"span\":\"a\"}\n",
    );
    let wrong = scene.file(
        "wrong.jsonl",
        "{\"n\":3,\"at\":1,\"in\":0,\"span\":\"a\"}\n",
    );
    for backend in &scene.backends {
        let outcome = import(backend, &[&wrong, "--mapping", &both]).await;
        let said = "not both parent_position and parent_span_id";
        assert!(outcome.err.contains(said), "{}", outcome.shown());
        let outcome = import(backend, &[&file, "--mapping", &both]).await;
        assert!(
            outcome.out.starts_with("3 records stored"),
            "{}",
            outcome.shown()
        );
        let stored = Stored::of(backend, "acme").await;
        let parents: Vec<Option<String>> = stored
            .steps
            .iter()
            .map(|step| step.parent.as_ref().map(ToString::to_string))
            .collect();
        let expected = [
            None,
            Some("position 0".to_owned()),
            Some("span \"a\"".to_owned()),
        ];
        assert_eq!(parents, expected);
    }
}
