//! Stopping at the first bad record, or going on and keeping what was refused.

use logs_cli::ExitStatus;

use super::{Scene, Stored, import, import_for_its_tenants, project};

/// `count` traces, one a line; those in `bad` are no records.
fn traces(count: usize, bad: &[usize]) -> String {
    let line = |n| match bad.contains(&n) {
        true => format!("{{\"trace\":{{\"trace_id\":\"t{n}\",\"odd\":1}}}}\n"),
        false => format!("{{\"trace\":{{\"trace_id\":\"t{n}\"}}}}\n"),
    };
    (0..count).map(line).collect()
}

#[tokio::test]
async fn an_import_stops_at_the_first_bad_record_with_nothing_of_its_batch_stored() {
    let scene = Scene::new().await;
    let file = scene.file("a.ndjson", traces(30, &[25]));
    for backend in &scene.backends {
        let outcome = import(backend, &[&file, "--batch", "10"]).await;
        assert_eq!(outcome.status, ExitStatus::Refused);
        assert!(outcome.err.contains("line 26: "), "{}", outcome.err);
        assert!(
            outcome.err.contains("unknown field `odd`"),
            "{}",
            outcome.err
        );
        let told = "(20 records stored, 0 already stored, 0 refused)\n";
        assert!(outcome.err.ends_with(told), "{}", outcome.err);
        assert_eq!(Stored::of(backend, "acme").await.traces.len(), 20);
    }
}

#[tokio::test]
async fn with_a_file_for_them_refused_records_are_kept_and_can_be_mended() {
    let scene = Scene::new().await;
    let file = scene.file("a.ndjson", traces(30, &[3, 25]));
    for backend in &scene.backends {
        let refused = scene.path(&format!("refused-{}.ndjson", backend.name));
        let refused_name = refused.display().to_string();
        let words = [file.as_str(), "--batch", "10", "--skip-bad", &refused_name];
        let outcome = import(backend, &words).await;
        assert_eq!(outcome.status, ExitStatus::Done);
        assert_eq!(
            outcome.out,
            "28 records stored, 0 already stored, 2 refused\n"
        );
        assert!(outcome.err.contains("line 4: ") && outcome.err.contains("line 26: "));
        let kept = std::fs::read_to_string(&refused).unwrap();
        let lines: Vec<&str> = kept.lines().collect();
        assert!(lines.len() == 2 && lines[1].contains("t25"), "{kept}");
        let reasons = std::fs::read_to_string(format!("{refused_name}.reasons")).unwrap();
        let reasons: Vec<&str> = reasons.lines().collect();
        assert_eq!(reasons.len(), 2);
        for (reason, place) in reasons.iter().zip(["line 4: ", "line 26: "]) {
            assert!(reason.starts_with(&format!("{file}: {place}record: got")));
            assert!(reason.contains("unknown field `odd`"), "{reason}");
        }
        let mended = scene.file("mended.ndjson", kept.replace(",\"odd\":1", ""));
        let outcome = import(backend, &[&mended]).await;
        assert_eq!(
            outcome.out,
            "2 records stored, 0 already stored, 0 refused\n"
        );
    }
}

#[tokio::test]
async fn refused_rows_of_csv_keep_the_names_of_their_columns() {
    let scene = Scene::new().await;
    let csv = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2025-01-05 08:00:00.0,-1,30\r\n";
    let file = scene.file("a.csv", csv);
    let mapping = project("examples/mappings/azure-llm-2023.jq");
    let refused = scene.path("refused.csv").display().to_string();
    let words = [file.as_str(), "--map", &mapping, "--skip-bad", &refused];
    let outcome = import(&scene.backends[0], &words).await;
    assert_eq!(
        outcome.out,
        "0 records stored, 0 already stored, 1 refused\n"
    );
    assert!(
        outcome
            .err
            .contains("line 2: llm_run.input_tokens: got `-1`"),
        "{}",
        outcome.err
    );
    let kept = std::fs::read_to_string(&refused).unwrap();
    assert_eq!(kept, csv.replace("\r\n", "\n"));
}

#[tokio::test]
async fn what_is_stored_with_other_content_is_refused_with_its_place() {
    let scene = Scene::new().await;
    let first = scene.file("a.ndjson", traces(3, &[]));
    let run = ",\"run_id\":\"r\"";
    let changed = traces(5, &[]).replace("\"t1\"", &format!("\"t1\"{run}"));
    let changed = scene.file("b.ndjson", changed);
    for backend in &scene.backends {
        import(backend, &[&first]).await;
        let outcome = import(backend, &[&changed]).await;
        assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
        assert!(outcome.err.contains("line 2: "), "{}", outcome.err);
        assert_eq!(Stored::of(backend, "acme").await.traces.len(), 3);
        let refused = scene.path(&format!("conflicts-{}.ndjson", backend.name));
        let refused_name = refused.display().to_string();
        let outcome = import(backend, &[&changed, "--skip-bad", &refused_name]).await;
        assert_eq!(outcome.status, ExitStatus::Done, "{}", outcome.shown());
        assert!(std::fs::read_to_string(&refused).unwrap().contains(run));
        assert_eq!(Stored::of(backend, "acme").await.traces.len(), 5);
    }
}

#[tokio::test]
async fn one_key_with_two_contents_in_one_file_is_refused_with_its_place() {
    let scene = Scene::new().await;
    let twice = "{\"trace\":{\"trace_id\":\"t\"}}\n{\"trace\":{\"trace_id\":\"t\"}}\n";
    let other = "{\"trace\":{\"trace_id\":\"t\",\"run_id\":\"r\"}}\n";
    let equal = scene.file("equal.ndjson", twice);
    let differing = scene.file("differing.ndjson", format!("{twice}{other}"));
    for backend in &scene.backends {
        let outcome = import(backend, &[&differing]).await;
        assert!(
            outcome.err.contains("line 3: record: got `trace \"t\"`"),
            "{}",
            outcome.err
        );
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
        let outcome = import(backend, &[&equal]).await;
        assert_eq!(
            outcome.out,
            "1 record stored, 1 already stored, 0 refused\n"
        );
    }
}

#[tokio::test]
async fn refused_records_replace_no_file() {
    let scene = Scene::new().await;
    let backend = &scene.backends[0];
    let content = traces(3, &[1]);
    let file = scene.file("a.ndjson", &content);
    let outcome = import(backend, &[&file, "--skip-bad", &file]).await;
    assert_eq!(outcome.status, ExitStatus::Refused);
    assert!(
        outcome.err.contains("exists already"),
        "{}",
        outcome.shown()
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
    scene.file("bad.reasons", "mine");
    let taken = scene.path("bad").display().to_string();
    let outcome = import(backend, &[&file, "--skip-bad", &taken]).await;
    assert!(
        outcome.err.contains("bad.reasons exists already"),
        "{}",
        outcome.err
    );
    let nowhere = scene.path("absent/bad").display().to_string();
    let outcome = import(backend, &[&file, "--skip-bad", &nowhere]).await;
    assert_eq!(outcome.status, ExitStatus::Usage);
    assert_eq!(Stored::of(backend, "acme").await.count(), 0);
}

#[tokio::test]
async fn the_bytes_of_a_refused_record_are_kept() {
    let scene = Scene::new().await;
    let file = scene.file("a.ndjson", b"{\"trace\":{\"trace_id\":\"\xe9\"}}\r\n");
    let refused = scene.path("refused").display().to_string();
    let outcome = import(&scene.backends[0], &[&file, "--skip-bad", &refused]).await;
    assert_eq!(
        outcome.out,
        "0 records stored, 0 already stored, 1 refused\n"
    );
    let kept = std::fs::read(&refused).unwrap();
    assert_eq!(kept, b"{\"trace\":{\"trace_id\":\"\xe9\"}}\n");
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_an_error_even_when_bad_records_are_passed_over() {
    let scene = Scene::new().await;
    let trail = project("examples/mappings/samples/cloudtrail.json");
    let cut = &std::fs::read(trail).unwrap()[..1_200];
    let file = scene.file("cut.json", cut);
    let mapping = project("examples/mappings/cloudtrail.jq");
    for backend in &scene.backends {
        let words = [file.as_str(), "--map", &mapping, "--records", "Records"];
        let outcome = import_for_its_tenants(backend, &words).await;
        assert_eq!(outcome.status, ExitStatus::Refused);
        assert_eq!(Stored::of(backend, "111122223333").await.count(), 0);
        let refused = scene.path("refused").display().to_string();
        let outcome =
            import_for_its_tenants(backend, &[&words[..], &["--skip-bad", &refused]].concat())
                .await;
        assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
        let told = "nothing after it can be read (2 records stored, 0 already stored, 0 refused; tenants: 111122223333)\n";
        assert!(
            outcome.err.contains("record 2: ") && outcome.err.ends_with(told),
            "{}",
            outcome.err
        );
        assert_eq!(Stored::of(backend, "111122223333").await.count(), 2);
    }
}

#[tokio::test]
async fn a_record_that_becomes_several_is_refused_once() {
    let scene = Scene::new().await;
    let sample = project("examples/mappings/samples/langfuse.json");
    let changed = std::fs::read_to_string(&sample).unwrap();
    // Both the step and the run of the call have other content now.
    let changed = changed.replace(":01.100Z", ":01.200Z");
    let changed = scene.file("changed.json", changed);
    for backend in &scene.backends {
        import(backend, &[&sample]).await;
        let refused = scene.path(&format!("refused-{}.json", backend.name));
        let refused = refused.display().to_string();
        let outcome = import(backend, &[&changed, "--skip-bad", &refused]).await;
        let told = "0 records stored, 3 already stored, 1 refused\n";
        assert_eq!(outcome.out, told, "{}", outcome.shown());
        let kept = std::fs::read_to_string(&refused).unwrap();
        assert_eq!(kept.lines().count(), 1);
    }
}

#[tokio::test]
async fn the_outcome_of_an_export_that_is_not_there_is_refused() {
    let scene = Scene::new().await;
    let id = |n| format!("019cae2f-1c00-7000-8000-00000000000{n}");
    let outcome_of = |n| {
        let id = id(n);
        let result = "{\"failed\":{\"reason\":\"full\"}}";
        format!("{{\"log_export_outcome\":{{\"export_id\":\"{id}\",\"result\":{result}}}}}\n")
    };
    let export = format!(
        "{{\"log_export\":{{\"id\":\"{}\",\"scope\":\"audit\",\"format\":\"csv\",\"requested_by\":\"a\"}}}}\n",
        id(1)
    );
    // The outcome of the first stands before its export, and the second has no export.
    let content = format!(
        "{}{}{export}{}",
        outcome_of(1),
        outcome_of(2),
        traces(2, &[])
    );
    let file = scene.file("a.ndjson", content);
    for backend in &scene.backends {
        let outcome = import(backend, &[&file]).await;
        assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
        assert!(outcome.err.contains(&id(2)), "{}", outcome.err);
        let refused = scene.path(&format!("refused-{}", backend.name));
        let refused = refused.display().to_string();
        let outcome = import(backend, &[&file, "--skip-bad", &refused]).await;
        let told = "4 records stored, 0 already stored, 1 refused\n";
        assert_eq!(outcome.out, told, "{}", outcome.shown());
        let kept = std::fs::read_to_string(&refused).unwrap();
        assert_eq!(kept, outcome_of(2));
    }
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_stores_nothing() {
    let scene = Scene::new().await;
    let good = scene.file("good.ndjson", traces(25, &[]));
    let bad = scene.file("bad.ndjson", traces(25, &[24]));
    for backend in &scene.backends {
        let outcome = import(backend, &[&good, "--dry-run", "--batch", "10"]).await;
        let told = "25 records would be stored, 0 repeated, 0 refused\n";
        assert_eq!(outcome.shown(), told);
        let outcome = import(backend, &[&bad, "--dry-run", "--batch", "10"]).await;
        assert_eq!(outcome.status, ExitStatus::Refused);
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    }
}

#[tokio::test]
async fn a_dry_run_sees_what_repeats_and_what_contradicts_an_earlier_batch() {
    let scene = Scene::new().await;
    let twice = scene.file("twice.ndjson", traces(25, &[]).repeat(2));
    let line = traces(1, &[]);
    let other = line.replacen("\"trace\":{", "\"trace\":{\"run_id\":\"other\",", 1);
    assert_ne!(line, other);
    let clash = scene.file("clash.ndjson", traces(25, &[]) + &other);
    for backend in &scene.backends {
        let outcome = import(backend, &[&twice, "--dry-run", "--batch", "10"]).await;
        let told = "25 records would be stored, 25 repeated, 0 refused\n";
        assert_eq!(outcome.shown(), told);
        let outcome = import(backend, &[&clash, "--dry-run", "--batch", "10"]).await;
        assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
        assert!(outcome.err.contains("line 26"), "{}", outcome.err);
        assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    }
}

#[tokio::test]
async fn the_summary_is_json_on_request() {
    let scene = Scene::new().await;
    let file = scene.file("a.ndjson", traces(2, &[]));
    let outcome = import(&scene.backends[0], &[&file, "--json"]).await;
    let summary: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    let expected = serde_json::json!({"stored":2,"already_stored":0,"refused":0,"dry_run":false,
        "notes":[],"tenants":["acme"]});
    assert_eq!(summary, expected);
}

#[tokio::test]
async fn records_of_another_tenant_are_refused_and_platform_records_need_a_flag() {
    let scene = Scene::new().await;
    let records = include_str!("../../../../logs-domain/tests/fixtures/records.ndjson");
    let file = scene.file("records.ndjson", records);
    for backend in &scene.backends {
        let words = ["import", "--tenant", "Acme", &file];
        let outcome = backend.logs(&words).await;
        assert!(
            outcome.err.contains("tenant_id: got `acme`, expected Acme"),
            "{}",
            outcome.err
        );
        let outcome = import(backend, &[&file]).await;
        assert!(outcome.err.contains("--platform"), "{}", outcome.err);
        let outcome = import(backend, &[&file, "--platform"]).await;
        assert_eq!(
            outcome.out,
            "10 records stored, 0 already stored, 0 refused\n"
        );
        let stored = Stored::of(backend, "someone-else").await;
        assert_eq!((stored.system.len(), stored.count()), (1, 1));
    }
}
