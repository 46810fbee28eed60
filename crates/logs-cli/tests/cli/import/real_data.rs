//! Published data in its original form, where it is at hand; a run says whether it was.

use std::path::{Path, PathBuf};

use super::{Scene, Stored, import, import_for_its_tenants, project};

/// The files of a folder of the real data, or `None` when it is not at hand.
fn files(folder: &str, ending: &str) -> Option<Vec<String>> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(folder);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!(
            "not at hand, and not tested: the real files of {}",
            folder.display()
        );
        return None;
    };
    let mut files: Vec<String> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    println!(
        "tested on {} real files of {}",
        files.len(),
        folder.display()
    );
    Some(files)
}

/// Imports real files with their map into the durable store, and again.
async fn real(scene: &Scene, map: Option<&str>, files: &[String], records: usize) {
    let backend = &scene.backends[1];
    let mut words: Vec<&str> = files.iter().map(String::as_str).collect();
    let map = map.map(|map| project(&format!("examples/mappings/{map}")));
    if let Some(map) = &map {
        words.extend(["--map", map.as_str()]);
        if map.contains("cloudtrail") {
            words.extend(["--records", "Records"]);
        }
    }
    for (stored, already) in [(records, 0), (0, records)] {
        let its_own = words.contains(&"Records");
        let outcome = match its_own {
            true => import_for_its_tenants(backend, &words).await,
            false => import(backend, &words).await,
        };
        let tenants = if its_own {
            "; tenants: 123837392027"
        } else {
            ""
        };
        let told =
            format!("{stored} records stored, {already} already stored, 0 refused{tenants}\n");
        assert_eq!(outcome.out, told, "{}", outcome.shown());
        let notes = outcome.err.lines().all(|line| line.starts_with("note: "));
        assert!(notes, "{}", outcome.err);
    }
}

#[tokio::test]
async fn every_request_of_azure_is_a_run() {
    let Some(files) = files("llm-runs/azure-llm-2023", "csv") else {
        return;
    };
    let scene = Scene::new().await;
    real(&scene, Some("azure-llm-2023.jq"), &files, 28_185).await;
    let stored = Stored::of(&scene.backends[1], "acme").await;
    // Added up from the cells of the files, without the importer.
    let mut expected = (0, 0);
    for file in &files {
        for line in std::fs::read_to_string(file).unwrap().lines().skip(1) {
            let cells: Vec<&str> = line.trim().split(',').collect();
            expected.0 += cells[1].parse::<u64>().unwrap();
            expected.1 += cells[2].parse::<u64>().unwrap();
        }
    }
    let tokens = |count: Option<logs_domain::TokenCount>| count.unwrap().get();
    let found = stored.runs.iter().fold((0, 0), |(input, output), run| {
        (
            input + tokens(run.input_tokens),
            output + tokens(run.output_tokens),
        )
    });
    assert_eq!(found, expected);
    assert_eq!(
        stored.runs[0].started_at.to_string(),
        "2023-11-16T18:15:46.680590Z"
    );
}

#[tokio::test]
async fn every_request_of_mooncake_is_a_run() {
    let Some(files) = files("llm-runs/mooncake", "jsonl") else {
        return;
    };
    let scene = Scene::new().await;
    real(&scene, Some("mooncake.jq"), &files, 2_000).await;
}

#[tokio::test]
async fn every_message_of_tau_bench_is_a_step() {
    let Some(files) = files("agent-traces/tau-bench", "json") else {
        return;
    };
    let scene = Scene::new().await;
    real(&scene, Some("tau-bench.jq"), &files, 630).await;
    let stored = Stored::of(&scene.backends[1], "acme").await;
    assert_eq!((stored.traces.len(), stored.steps.len()), (20, 610));
}

#[tokio::test]
async fn every_windows_event_is_a_system_record() {
    let Some(files) = files("system/otrf-windows", "jsonl") else {
        return;
    };
    let scene = Scene::new().await;
    real(&scene, Some("otrf-windows.jq"), &files, 260).await;
    let stored = Stored::of(&scene.backends[1], "acme").await;
    let count = |word: &str| {
        stored
            .system
            .iter()
            .filter(|record| record.severity.as_str() == word)
            .count()
    };
    assert_eq!(
        (count("INFO"), count("WARN"), count("CRITICAL")),
        (160, 60, 40)
    );
}

#[tokio::test]
async fn every_call_of_cloudtrail_is_an_audit_entry() {
    let Some(files) = files("audit/cloudtrail-invictus", "json") else {
        return;
    };
    let scene = Scene::new().await;
    real(&scene, Some("cloudtrail.jq"), &files, 732).await;
    let stored = Stored::of(&scene.backends[1], "123837392027").await;
    let throttled = stored.audit.iter().filter(|entry| {
        let state = entry.after_state.as_ref();
        state.is_some_and(|state| state.get_str("error").as_deref() == Some("ThrottlingException"))
    });
    assert_eq!((stored.audit.len(), throttled.count()), (732, 38));
}

#[tokio::test]
async fn every_observation_of_langfuse_is_a_step_and_every_call_a_run() {
    let Some(files) = files("agent-traces/langfuse-framework-traces", "json") else {
        return;
    };
    let scene = Scene::new().await;
    // 10 headers, 55 observations, 19 of them calls of a model.
    real(&scene, None, &files, 84).await;
    let stored = Stored::of(&scene.backends[1], "acme").await;
    assert_eq!(
        (stored.traces.len(), stored.steps.len(), stored.runs.len()),
        (10, 55, 19)
    );
    let cost: logs_domain::CostSum = stored.runs.iter().filter_map(|run| run.cost).sum();
    let mut expected = 0.0;
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        for observation in document["observations"].as_array().unwrap() {
            if observation["type"] == "GENERATION" {
                expected += observation["costDetails"]["total"].as_f64().unwrap();
            }
        }
    }
    let difference = cost.nano_usd() as f64 / 1e9 - expected;
    assert!(difference.abs() < 19.0 * 0.5e-9, "{cost} is not {expected}");
}
