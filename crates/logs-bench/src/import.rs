//! `logs import` by the drafts form and by maps, beside `jq -c` on the same programs and files.
//!
//! The store is in memory, so that it costs little; the most memory is that of imports into SQLite.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use logs_domain::Draft;
use serde_json::json;

use crate::arguments::Arguments;
use crate::command::{program, write_drafts};
use crate::data::{Population, Producer};
use crate::machine;
use crate::meter::Usage;
use crate::samples::Samples;
use crate::statistics::Spread;

/// The map of one output that asks least.
const SIMPLEST: &str = r#"{llm_run: {run_id: .id, provider, model, input_tokens: .in, output_tokens: .out,
  execution_status: .status, started_at: .start, completed_at: .end, source: "API"}}"#;

/// A map of three outputs: a run, its step, and the header of its trace.
const THREE: &str = r#"{trace: {trace_id: .id, started_at: .start}},
{trace_step: {trace_id: .id, key: {span: .id}, timestamp: .start, skill_name: "chat", status: .status,
  outcome_category: "ok", duration_ms: .ms, attributes: {model, user: .user.name}}},
{llm_run: {run_id: .id, trace_id: .id, provider, model, input_tokens: (.in + .cached), output_tokens: .out,
  execution_status: .status, started_at: .start, completed_at: .end, source: "API", attributes: {user: .user.name}}}"#;

/// A program at work on a file.
struct Subject<'a> {
    name: &'static str,
    program: &'static str,
    words: Vec<&'a str>,
}

/// Measures the speed of imports in turns, then their memory.
pub(crate) fn measure(
    arguments: &Arguments,
    population: &Population,
    samples: &mut Samples,
) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(arguments.folder())?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (drafts, foreign) = (at("drafts.ndjson"), at("foreign.ndjson"));
    let (simplest, three) = (at("simplest.jq"), at("three.jq"));
    std::fs::write(&simplest, SIMPLEST)?;
    std::fs::write(&three, THREE)?;
    let records = arguments.imported();
    write_drafts(Path::new(&drafts), records, population)?;
    write_foreign(Path::new(&foreign), records, population)?;

    let mut subjects = vec![
        Subject {
            name: "drafts",
            program: "logs",
            words: vec!["import", &drafts],
        },
        Subject {
            name: "simplest map",
            program: "logs",
            words: vec!["import", &foreign, "--map", &simplest],
        },
        Subject {
            name: "map of three outputs",
            program: "logs",
            words: vec!["import", &foreign, "--map", &three],
        },
    ];
    if Command::new("jq").arg("--version").output().is_ok() {
        subjects.push(Subject {
            name: "jq, simplest map",
            program: "jq",
            words: vec!["-c", "-f", &simplest, &foreign],
        });
        subjects.push(Subject {
            name: "jq, map of three outputs",
            program: "jq",
            words: vec!["-c", "-f", &three, &foreign],
        });
    } else {
        println!("jq is not installed, and not measured");
    }
    machine::load()?;
    let mut taken = vec![Vec::new(); subjects.len()];
    for round in 0..arguments.transfers() {
        for (subject, taken) in subjects.iter().zip(&mut taken) {
            let (wall, _) = run(subject, "memory:")?;
            let usage = Usage {
                wall,
                client: Duration::ZERO,
                server: Duration::ZERO,
            };
            samples.note("memory", "import", subject.name, (round, records), &usage)?;
            taken.push(records as f64 / wall.as_secs_f64());
        }
    }
    println!("\nimport of {records} records into memory, records/s");
    for (subject, taken) in subjects.iter().zip(taken) {
        let Spread { low, median, high } = Spread::of(taken);
        let name = subject.name;
        println!("{name:<25} {median:>8.0} ({low:.0} to {high:.0})");
    }

    println!("\nmost memory of an import into SQLite, MB");
    for records in [records, 4 * records] {
        write_drafts(Path::new(&drafts), records, population)?;
        write_foreign(Path::new(&foreign), records, population)?;
        for subject in subjects.iter().filter(|subject| subject.program == "logs") {
            let url = format!("sqlite:{}", at(&format!("{}-{records}.db", subject.name)));
            let (_, most) = run(subject, &url)?;
            println!("{:<25} {records:>8} records {most:>6.0}", subject.name);
        }
    }
    machine::load()
}

/// Runs a program to its end: how long it took, and the most megabytes that it had.
fn run(subject: &Subject<'_>, url: &str) -> anyhow::Result<(Duration, f64)> {
    let mut command = match subject.program {
        "logs" => Command::new(program()?),
        other => Command::new(other),
    };
    command
        .args(&subject.words)
        .env("LOGS_STORE_URL", url)
        .env("LOGS_TENANT", "bench")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {}", subject.program))?;
    let mut most = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        most = machine::memory(child.id()).map_or(most, |(_, peak)| peak);
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = begun.elapsed();
    anyhow::ensure!(status.success(), "{}: {status}", subject.name);
    Ok((took, most))
}

/// Writes records as another system would: the same runs under other names.
fn write_foreign(file: &Path, records: usize, population: &Population) -> anyhow::Result<()> {
    let mut lines = BufWriter::new(File::create(file)?);
    let mut producer = Producer::new(population, 23);
    for _ in 0..records {
        let draft = serde_json::to_value(Draft::from(producer.next()?))?;
        let run = draft.get("llm_run").context("a run")?;
        let field = |name: &str| run.get(name).cloned().unwrap_or_default();
        let line = json!({
            "id": field("run_id"),
            "provider": field("provider"),
            "model": field("model"),
            "in": field("input_tokens"),
            "cached": 0,
            "out": field("output_tokens"),
            "status": field("execution_status"),
            "start": field("started_at"),
            "end": field("completed_at"),
            "ms": 1_200,
            "user": {"name": "somebody", "team": "support"},
            "messages": [{"role": "user", "content": "What is the state of my order?"},
                         {"role": "assistant", "content": "It is on its way, and arrives tomorrow."}],
        });
        writeln!(lines, "{line}")?;
    }
    Ok(lines.flush()?)
}
