//! Shapes of input from the field, where they are at hand; a run says whether they were. Each case has a
//! command, and often a question with its answer. The maps here are ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::project;

/// A case: its map, further flags of its command, and what the command says.
struct Case {
    name: &'static str,
    map: &'static str,
    flags: &'static str,
    says: &'static [&'static str],
}

const fn case(name: &'static str, map: &'static str) -> Case {
    Case {
        name,
        map,
        flags: "",
        says: &[],
    }
}

impl Case {
    const fn flags(mut self, flags: &'static str) -> Self {
        self.flags = flags;
        self
    }

    const fn says(mut self, says: &'static [&'static str]) -> Self {
        self.says = says;
        self
    }
}

/// Definitions for every map.
const COMMON: &str = r#"
def run(more): {llm_run: ({provider: "prov", model: "m-1", execution_status: "SUCCEEDED", source: "API",
  run_id: .id, started_at: .start} + more)};
def system: {system_record: {component: "api", event_type: "ERROR", severity: "INFO", summary: .m, occurred_at: .t}};
def audit(id; rest): {audit_entry: {id: id, event_type: .action, entity_type: "thing", entity_id: (.target.id? // .id),
  actor_type: "HUMAN", actor_id: (.who.name? // .who), occurred_at: .t, after_state: rest}};
def step(more): {trace_step: ({status: "SUCCEEDED", outcome_category: "ok", duration_ms: 0} + more)};
"#;

const CASES: &[Case] = &[
    case("rest-nested", "audit(null; del(.t, .action, .who.name, .target.id))"),
    case("rest-csv-empty", "audit(null; del(.t, .action, .id, .who) | with_entries(select(.value != \"\")))"),
    case("pattern-fraction-python", r#"run({input_tokens: .in, started_at: (.start | time("%Y-%m-%d %H:%M:%S.%f"; "UTC"))})"#),
    case("pattern-zone-name", r#"run({started_at: (.start | time("%Y-%m-%d %H:%M:%S%.f %Z"; "UTC"))})"#)
        .says(&["%Z", "%z"]),
    case("langfuse-cached-input", ""),
    case("langfuse-v2-names", ""),
    case("langfuse-cost-parts", ""),
    case("langfuse-guessed-status", ""),
    case("langfuse-other-trace", "").says(&["observations[0].traceId: got `t-2`"]),
    case("decimals-rounded", "run({attributes: {d}})").says(&["llm_run.attributes"]),
    case("own-csv-back", r#"def plain: ltrimstr("'"); run({run_id: (.run_id | plain), model: (.model | plain), started_at,
        attributes: (.attributes | fromjson)})"#),
    case("same-event-two-files", "audit(id_of([.eid]); null)"),
    case("one-call-many-lines", r#".msg as $msg | run({run_id: $msg.id, started_at: .at, input_tokens: $msg.use.in, output_tokens: $msg.use.out}),
        step({trace_id: .sess, key: {span: ($msg.tool.id // $msg.id)}, timestamp: .at, skill_name: ($msg.tool.name // "text")})"#)
        .flags("--repeats last"),
    case("finished-later", "").says(&["1 left out: observations without an end"]),
    case("source-name-rotated", "system").says(&["give that file another --source"]),
    case("surrogate-unused-member", "system"),
    case("document-goes-dark", ". as $all | system | .system_record.details = ($all | {x} | compact)"),
    case("langfuse-one-bad-observation", ""),
    case("for-each-before-when", r#". as $all | .msg.parts? | arrays | .[] | select(.ty == "tool")
        | step({trace_id: $all.sess, key: {span: .id}, timestamp: $all.at, skill_name: .name})"#),
    case("cloudtrail-identity-types", ""),
    case("jsonl-long-line", "system"),
    case("object-too-large", "(.d | cut(8192)) as $details | .m |= cut(4096) | system | .system_record.details = $details"),
    case("whole-number-as-float", "run({input_tokens: .in})"),
    case("two-time-forms", r#"run({started_at: (.start | time(["%Y-%m-%d %H:%M:%S%.f", "rfc3339", "%m/%d/%Y %I:%M:%S %p"]; "UTC"))})"#),
    case("tokens-add-up", "run({input_tokens: (.use | .in + .cache_new + .cache_old), output_tokens: .use.out})"),
    case("duration-from-end", r#"step({trace_id: .tr, key: {span: .id}, timestamp: .a, skill_name: .n, duration_ms: duration_ms(.a; .b)})"#),
    case("words-for-unknown", r#"run({input_tokens: (.in | if IN("N/A", "null", "NaN", "-1") then null else . end)})"#),
    case("two-levels-of-arrays", r#".n as $n | .sets[].items[] | step({trace_id: $n, key: {span: .id}, timestamp: (.t | time("ms")), skill_name: .id})"#)
        .flags("--records groups"),
    case("when-something-is-there", "select(.info) | run({input_tokens: .info.in})"),
    case("zone-with-summer-time", r#"run({input_tokens: .in, started_at: (.start | time("%Y-%m-%d %H:%M:%S"; "Europe/Berlin"))})"#)
        .says(&["repeat this hour", "skip this hour"]),
    case("money-as-people-write-it", "run({cost_nano_usd: usd(.cost)})"),
    case("model-said-once", r#"if .ty == "turn" then {state: {model}} else run({model: $state.model, input_tokens: .in}) end"#),
    case("pattern-date-only", r#"run({started_at: (.start | time("%Y-%m-%d"; "UTC"))})"#)
        .says(&["got `%Y-%m-%d`", "time of day"]),
    case("gzip", "system"),
    case("no-such-member", "system").flags("--records items").says(&["--records", "the document has data"]),
    case("wrong-shape-for-format", "system").says(&["2 records stored", "--format json"]),
    case("csv-without-mapping", "").says(&["--map", "docs/import.md"]),
    case("langfuse-api-trace", ""),
    case("mapped-tenant-hidden", "audit(null; null) + {tenant: .acct}")
        .says(&["tenant: got `111122223333`, expected acme"]),
    case("export-to-hyphen", ""),
    case("list-names-collide", "system | .system_record.details = {id: 1, id: 2}").says(&["got `id`", "once"]),
    case("interrupted-import", "").says(&["interrupted", "the same command goes on", "stored"]),
    case("error-shows-other-value", "run({cost_nano_usd: usd(.cost; 100)})")
        .says(&["got `-4.5`", "cents", "credit"]),
];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/import");
    if folder.is_dir() && Command::new("jq").arg("--version").output().is_ok() {
        return Some(folder);
    }
    println!(
        "not at hand, and not tested: the cases of {}",
        folder.display()
    );
    None
}

/// Runs a case in a copy of its folder, and gives its faults.
fn faults(folder: &Path, case: &Case) -> Vec<String> {
    let scratch = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder.join(case.name)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, scratch.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(
        scratch.path().join("map.jq"),
        format!("{COMMON}{}", case.map),
    )
    .unwrap();
    let run = |script: &str| {
        let store = tempfile_store(scratch.path());
        let output = Command::new("bash")
            .args(["-c", script])
            .current_dir(scratch.path())
            .env("L", env!("CARGO_BIN_EXE_logs"))
            .env("EXAMPLES", project("examples/mappings"))
            .env("LOGS_TENANT", "acme")
            .env("LOGS_STORE_URL", store)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        (out, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let script = std::fs::read_to_string(folder.join(case.name).join("cmd")).unwrap();
    let script = script
        .replace(
            "in.json --mapping map2.toml",
            "in.json --map map.jq --format ndjson",
        )
        .replace("in.jsonl --mapping map2.toml", "in.jsonl --map map.jq")
        .replace(
            "--mapping $EXAMPLES/cloudtrail.toml",
            "--map $EXAMPLES/cloudtrail.jq --records Records",
        )
        .replace(
            "--mapping map.toml",
            &format!("--map map.jq {}", case.flags),
        );
    let script = match case.name {
        "wrong-shape-for-format" => script.replace("map.jq ;", "map.jq --format json;"),
        _ => script,
    };
    let (out, err) = run(&script);
    let said = out + &err;
    let mut faults = Vec::new();
    for text in case.says {
        if !said.contains(text) {
            faults.push(format!("{}: no {text:?} in {said}", case.name));
        }
    }
    if let Ok(question) = std::fs::read_to_string(folder.join(case.name).join("look")) {
        let want = std::fs::read_to_string(folder.join(case.name).join("want")).unwrap();
        let (found, _) = run(&question);
        if found.trim_end() != want.trim_end() {
            faults.push(format!("{}: {found} is not {want}; {said}", case.name));
        }
    }
    faults
}

fn tempfile_store(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("store.db").display())
}

#[test]
fn every_shape_from_the_field_is_taken_or_refused_as_it_should_be() {
    let Some(folder) = folder() else {
        return;
    };
    let mut faults = Vec::new();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for name in &names {
        match CASES.iter().find(|case| case.name == *name) {
            Some(case) => faults.extend(self::faults(&folder, case)),
            None => faults.push(format!("{name}: this test has no map for it")),
        }
    }
    println!("tested on {} cases of {}", names.len(), folder.display());
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
