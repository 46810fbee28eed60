//! Export requests of OpenTelemetry in JSON, one a line.

use std::io::Read;
use std::path::{Path, PathBuf};

use logs_cli::ExitStatus;

use super::{Scene, Stored, import, project};

const SAMPLE: &str = "examples/mappings/samples/otlp.jsonl";

#[tokio::test]
async fn requests_of_all_signals_need_no_flag() {
    let sample = project(SAMPLE);
    for backend in &Scene::new().await.backends {
        for counts in [
            "5 records stored, 0 already stored",
            "0 records stored, 5 already stored",
        ] {
            let outcome = import(backend, &[&sample]).await;
            assert_eq!(outcome.out, format!("{counts}, 0 refused\n"));
            assert!(
                outcome
                    .err
                    .ends_with("1 left out: metrics, which repeat sums of spans and events\n"),
                "{}",
                outcome.err
            );
        }
        let stored = Stored::of(backend, "acme").await;
        assert_eq!((stored.runs.len(), stored.steps.len()), (2, 3));
        let tokens: u64 = stored
            .runs
            .iter()
            .map(|run| run.input_tokens.unwrap().get())
            .sum();
        assert_eq!(tokens, 1840 + 1000);
        assert_eq!(stored.runs[1].cost.unwrap().nano_usd(), 12_500_000);
    }
}

#[tokio::test]
async fn one_refused_span_costs_no_other() {
    let scene = Scene::new().await;
    let sample = std::fs::read_to_string(project(SAMPLE)).unwrap();
    let traces = sample.lines().next().unwrap();
    let bad = traces.replace("c8be7c825a931442", "c8be");
    let file = scene.file("traces.jsonl", format!("{{\"spans\":[]}}\n{bad}\n"));
    let backend = &scene.backends[0];
    let refused = scene.path("refused").display().to_string();
    let words = ["--format", "otlp", "--skip-bad", &refused];
    let outcome = import(backend, &[&[&*file], &words[..]].concat()).await;
    assert!(
        outcome
            .out
            .starts_with("2 records stored, 0 already stored, 2 refused"),
        "{}",
        outcome.shown()
    );
    assert!(outcome.err.contains(
        "line 1: record: got `{\"spans\":[]}`, expected an export request of OTLP in JSON"
    ));
    assert!(
        outcome.err.contains("line 2: span 1: spanId: got"),
        "{}",
        outcome.err
    );
    let stored = Stored::of(backend, "acme").await;
    assert_eq!((stored.runs.len(), stored.steps.len()), (1, 1));
}

#[tokio::test]
async fn a_resource_of_another_tenant_is_refused() {
    let scene = Scene::new().await;
    let sample = std::fs::read_to_string(project(SAMPLE)).unwrap();
    let traces = sample.lines().next().unwrap();
    let named = traces.replacen("service.name", "tenant.id", 1);
    let file = scene.file("traces.jsonl", named);
    let outcome = import(&scene.backends[0], &[&file]).await;
    assert_eq!(outcome.status, ExitStatus::Refused);
    assert!(
        outcome.err.contains("tenant.id: got `shop`"),
        "{}",
        outcome.err
    );
}

/// Every JSON body of the data set, one a line; `None`, said in a line, where it is not at hand.
fn real_bodies() -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/otlp");
    if !folder.is_dir() {
        println!("not at hand, and not tested: the real bodies of OTLP");
        return None;
    }
    let folders = |of: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(of).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let mut lines = Vec::new();
    for client in folders(&folder).iter().filter(|path| path.is_dir()) {
        for scenario in folders(client).iter().filter(|path| path.is_dir()) {
            for body in folders(scenario) {
                let name = body.file_name().unwrap().to_str().unwrap();
                if !name.contains(".body.json") {
                    continue;
                }
                let mut bytes = std::fs::read(&body).unwrap();
                if name.ends_with(".gz") {
                    let read = std::mem::take(&mut bytes);
                    let mut decoder = flate2::read::GzDecoder::new(read.as_slice());
                    decoder.read_to_end(&mut bytes).unwrap();
                }
                // Raw line breaks stand only between values.
                lines.extend(bytes.iter().filter(|byte| **byte != b'\n'));
                lines.push(b'\n');
            }
        }
    }
    Some(lines)
}

#[tokio::test]
async fn real_requests_are_taken_and_known_again() {
    let Some(bodies) = real_bodies() else {
        return;
    };
    let scene = Scene::new().await;
    let file = scene.file("bodies.jsonl", bodies);
    let backend = &scene.backends[1];
    let words = [&*file, "--format", "otlp"];
    let first = import(backend, &words).await;
    assert_eq!(first.status, ExitStatus::Done, "{}", first.shown());
    let records = Stored::of(backend, "acme").await.count();
    assert!(records > 400, "{records}");
    assert_eq!(
        first.out,
        format!("{records} records stored, 0 already stored, 0 refused\n")
    );
    let again = import(backend, &words).await;
    assert_eq!(
        again.out,
        format!("0 records stored, {records} already stored, 0 refused\n")
    );
}
