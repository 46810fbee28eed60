//! Compressed files, folders, several files, standard input, and keys that occur again.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use logs_cli::ExitStatus;

use super::{Scene, Stored, import, project};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    ruzstd::encoding::compress_to_vec(text.as_bytes(), level)
}

fn trace(id: &str) -> String {
    format!("{{\"trace\":{{\"trace_id\":\"{id}\"}}}}\n")
}

#[tokio::test]
async fn compressed_files_are_read_whatever_their_name_and_their_parts() {
    let scene = Scene::new().await;
    let marked = format!("\u{feff}{}", trace("d"));
    let files = [
        scene.file(
            "a.ndjson.gz",
            [gzip(&trace("a")), gzip(&trace("b"))].concat(),
        ),
        scene.file("b.ndjson", zstd(&trace("c"))),
        scene.file("c.zst", [zstd(&marked), zstd(&trace("e"))].concat()),
        scene.file("d.gz", gzip("")),
    ];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for backend in &scene.backends {
        let outcome = import(backend, &files).await;
        assert_eq!(
            outcome.shown(),
            "5 records stored, 0 already stored, 0 refused\n"
        );
    }
}

#[tokio::test]
async fn a_compressed_file_that_is_cut_is_an_error_behind_its_records() {
    let scene = Scene::new().await;
    let text: String = (0..20_000).map(|n| trace(&n.to_string())).collect();
    let whole = gzip(&text);
    let file = scene.file("a.gz", &whole[..whole.len() / 2]);
    let refused = scene.path("refused").display().to_string();
    let outcome = import(&scene.backends[0], &[&file, "--skip-bad", &refused]).await;
    assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
    assert!(outcome.err.contains("it cannot be read"), "{}", outcome.err);
    assert!(Stored::of(&scene.backends[0], "acme").await.count() > 1_000);
}

#[tokio::test]
async fn a_folder_is_its_files() {
    let scene = Scene::new().await;
    let folder = scene.path("folder");
    std::fs::create_dir_all(folder.join("deep/er")).unwrap();
    std::fs::create_dir(folder.join(".hidden")).unwrap();
    for (name, content) in [
        ("b.ndjson", trace("b").into_bytes()),
        ("deep/er/a.jsonl.gz", gzip(&trace("a"))),
        ("notes.txt", b"no records".to_vec()),
        (".hidden/c.ndjson", trace("c").into_bytes()),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let folder = folder.display().to_string();
    for backend in &scene.backends {
        let outcome = import(backend, &[&folder]).await;
        assert_eq!(
            outcome.shown(),
            "2 records stored, 0 already stored, 0 refused\n"
        );
    }
}

#[tokio::test]
async fn the_last_record_of_a_key_can_win_in_one_batch_and_across_batches() {
    let scene = Scene::new().await;
    let grown = |n: u32| format!("{{\"trace\":{{\"trace_id\":\"t\",\"run_id\":\"r{n}\"}}}}\n");
    let content: String = (0..5).map(|n| grown(n) + &trace(&n.to_string())).collect();
    let file = scene.file("a.ndjson", &content);
    for backend in &scene.backends {
        let refused = import(backend, &[&file, "--batch", "3"]).await;
        assert_eq!(refused.status, ExitStatus::Refused, "{}", refused.shown());
        assert!(refused.err.contains("--repeats last"), "{}", refused.err);
    }
    for batch in ["3", "1000"] {
        let scene = Scene::new().await;
        for backend in &scene.backends {
            let words = [file.as_str(), "--repeats", "last", "--batch", batch];
            let outcome = import(backend, &words).await;
            assert_eq!(
                outcome.out,
                "6 records stored, 0 already stored, 0 refused\n"
            );
            assert!(
                outcome
                    .err
                    .contains("4 left out: a later record has the same key")
            );
            let stored = Stored::of(backend, "acme").await;
            let grown = stored
                .traces
                .iter()
                .find(|trace| trace.trace_id.as_str() == "t");
            assert_eq!(grown.unwrap().run_id.as_ref().unwrap().as_str(), "r4");
        }
    }
}

#[tokio::test]
async fn one_refused_draft_of_a_record_costs_no_other_with_skip_bad() {
    let scene = Scene::new().await;
    let map = scene.file("map.jq", ".ids[] | {trace: {trace_id: .}}");
    let file = scene.file(
        "a.jsonl",
        "{\"ids\":[\"a\",\"\",\"b\",\"\"]}\n{\"ids\":[\"c\"]}\n",
    );
    let refused = scene.path("refused").display().to_string();
    let backend = &scene.backends[1];
    let outcome = import(backend, &[&file, "--map", &map]).await;
    assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
    assert_eq!(Stored::of(backend, "acme").await.count(), 0);
    let outcome = import(backend, &[&file, "--map", &map, "--skip-bad", &refused]).await;
    assert_eq!(
        outcome.out,
        "3 records stored, 0 already stored, 1 refused\n"
    );
    let kept = std::fs::read_to_string(&refused).unwrap();
    assert_eq!(kept, "{\"ids\":[\"a\",\"\",\"b\",\"\"]}\n");
}

#[tokio::test]
async fn csv_needs_no_header_if_the_command_names_the_columns() {
    let scene = Scene::new().await;
    let map = scene.file("map.jq", "{trace: {trace_id: .id, run_id: .run}}");
    let file = scene.file("a.csv", "t1;r1\nt2;\n");
    let backend = &scene.backends[0];
    let words = [
        file.as_str(),
        "--map",
        &map,
        "--columns",
        "id,run",
        "--delimiter",
        ";",
    ];
    let outcome = import(backend, &words).await;
    assert_eq!(
        outcome.shown(),
        "2 records stored, 0 already stored, 0 refused\n"
    );
    assert_eq!(Stored::of(backend, "acme").await.traces[1].run_id, None);
}

#[tokio::test]
async fn what_an_export_wrote_as_csv_comes_back() {
    for scope in ["llm_run", "system", "audit"] {
        let scene = Scene::new().await;
        for backend in &scene.backends {
            backend.append_sample().await;
            let odd = r#"{"llm_run":{"run_id":"=sum(1)","provider":"'p","model":"-m","execution_status":"FAILED",
                "started_at":"2026-03-02T10:15:04Z","source":"SDK","attributes":{"a":[1.5,"'x"]}}}"#;
            backend
                .append("acme", vec![logs_domain::Draft::from_json(odd).unwrap()])
                .await;
            let out = scene
                .path(&format!("{}.csv", backend.name))
                .display()
                .to_string();
            let words = [
                "export", "--tenant", "acme", "--scope", scope, "--format", "csv", "--out", &out,
            ];
            let outcome = backend.logs(&[&words[..], &["--wait"]].concat()).await;
            assert_eq!(outcome.status, ExitStatus::Done, "{}", outcome.shown());
            let text = std::fs::read_to_string(&out).unwrap();
            let of_tenant = text.lines().filter(|line| line.contains(",acme,")).count();
            let refused = scene
                .path(&format!("{}.refused", backend.name))
                .display()
                .to_string();
            let outcome = import(backend, &[&out, "--skip-bad", &refused]).await;
            let told = format!("0 records stored, {of_tenant} already stored, ");
            assert!(
                outcome.out.starts_with(&told),
                "{scope}: {}",
                outcome.shown()
            );
            assert!(of_tenant > 0, "{text}");
        }
    }
}

#[tokio::test]
async fn a_zstd_file_whose_checksum_is_wrong_is_an_error() {
    let scene = Scene::new().await;
    let mut bytes = zstd(&trace("a"));
    *bytes.last_mut().unwrap() ^= 1;
    let outcome = import(&scene.backends[0], &[&scene.file("a.zst", bytes)]).await;
    assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
    assert!(outcome.err.contains("checksum"), "{}", outcome.err);
}

#[tokio::test]
async fn a_session_may_be_read_while_it_grows() {
    let scene = Scene::new().await;
    let sample = project("examples/mappings/samples/claude-code.jsonl");
    let whole = std::fs::read_to_string(sample).unwrap();
    let backend = &scene.backends[1];
    let half = whole.trim_end().len() - 20;
    for (end, told) in [(half, "which has no end yet\n"), (whole.len(), "")] {
        let file = scene.file("session.jsonl", &whole[..end]);
        let outcome = import(backend, &[&file, "--format", "claude-code"]).await;
        assert_eq!(outcome.status, ExitStatus::Done, "{}", outcome.shown());
        assert!(outcome.err.contains(told), "{}", outcome.err);
    }
    assert_eq!(Stored::of(backend, "acme").await.count(), 6);
    // Any other file must have its end.
    let file = scene.file("cut.jsonl", &whole[..half]);
    let outcome = import(backend, &[&file, "--map", "claude-code"]).await;
    assert_eq!(outcome.status, ExitStatus::Refused, "{}", outcome.shown());
}
