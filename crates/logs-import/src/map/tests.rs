//! What programs make of records.

mod shipped;
mod sources;
mod values;

use logs_domain::TenantId;

use super::{Context, Made, Map, MapRun, Output};
use crate::Location;
use crate::source::{Content, Raw};

fn context() -> Context {
    Context {
        source: Some("src".to_owned()),
        file: "in.json".to_owned(),
        tenant: Some(TenantId::new("acme").unwrap()),
        only_tenant: false,
    }
}

fn raw(json: &str) -> Raw {
    Raw {
        location: Location::Line(1),
        bytes: json.as_bytes().to_vec(),
        content: Content::Json,
        is_cut: false,
    }
}

/// What a program makes of some records, one line an output.
fn shown(program: &str, records: &[&str]) -> Vec<String> {
    let map = Map::parse(program).unwrap();
    let mut run = MapRun::new(&map, context());
    let made = (0..)
        .zip(records)
        .flat_map(|(ordinal, json)| run.translate(&raw(json), ordinal));
    made.map(told).collect()
}

fn told(output: Made1) -> String {
    match output {
        Ok(Output::Draft(tenant, draft)) => {
            let mut json = serde_json::to_value(&*draft).unwrap();
            for draft in json.as_object_mut().unwrap().values_mut() {
                draft
                    .as_object_mut()
                    .unwrap()
                    .retain(|_, value| !value.is_null());
            }
            format!("{tenant} {json}")
        }
        Ok(Output::LeftOut(reason)) => format!("left out: {reason}"),
        Ok(Output::State(state)) => format!("state: {state}"),
        Err(error) => error.to_string(),
    }
}

type Made1 = <Made as IntoIterator>::Item;

/// The value that a program computes, as an attribute.
fn value(expression: &str, record: &str) -> String {
    let program = format!("{{trace: {{trace_id: \"t\", attributes: {{v: ({expression})}}}}}}");
    let shown = shown(&program, &[record]).remove(0);
    let inside = shown.split_once("{\"v\":").map(|(_, rest)| rest.to_owned());
    inside.map_or(shown, |rest| {
        rest.split(",\"trace_id\"")
            .next()
            .unwrap()
            .trim_end_matches('}')
            .to_owned()
            + if rest.starts_with('{') { "}" } else { "" }
    })
}

#[test]
fn one_record_makes_none_one_or_many_drafts() {
    let program = r#".items[]? | {trace: {trace_id: .id}}"#;
    let found = shown(
        program,
        &[
            r#"{"items":[{"id":"a"},{"id":"b"}]}"#,
            "{}",
            r#"{"items":"x"}"#,
        ],
    );
    assert_eq!(
        found,
        [
            r#"acme {"trace":{"trace_id":"a"}}"#,
            r#"acme {"trace":{"trace_id":"b"}}"#
        ]
    );
}

#[test]
fn a_refused_draft_costs_no_other() {
    let program = ".[] | {trace: {trace_id: (if . == 2 then error(\"two\") else . end)}}";
    let found = shown(program, &["[1,2,\"\",3]"]);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(
        found[0].contains("\"1\"") && found[3].contains("\"3\""),
        "{found:?}"
    );
    assert_eq!(
        found[1],
        "map: got `two`, expected a record that the map takes, see docs/import.md"
    );
    assert!(
        found[2].starts_with("trace.trace_id: got `nothing`"),
        "{found:?}"
    );
}

#[test]
fn claims_are_listed_whatever_the_kind() {
    let program = r#"{llm_run: {run_id: .id, provider: assume("provider"; "p"), model: (.model // assume("model"; "m")),
        execution_status: "SUCCEEDED", started_at: (.at|time("%F %T"; "UTC")), source: "API", session_id: assume("session_id"; null)}},
        {system_record: {id: id_of(.id), component: "api", event_type: "ERROR", severity: assume("severity"; "INFO"), summary: "s", occurred_at: null,
         details: {a: 1}}},
        {trace_step: {trace_id: "t", key: {span: assume("key"; "x")}, timestamp: "2026-01-01T00:00:00Z", skill_name: "s",
         status: "SUCCEEDED", outcome_category: "ok", duration_ms: "12.0"}}"#;
    let found = shown(
        program,
        &[r#"{"id":"r","model":"own","at":"2026-01-01 00:00:00"}"#],
    );
    assert!(
        found[0].contains(r#""attributes":{"assumed":["provider","started_at"]}"#),
        "{}",
        found[0]
    );
    assert!(
        found[0].contains(r#""model":"own""#) && !found[0].contains("session_id\":"),
        "{}",
        found[0]
    );
    assert!(
        found[1].contains(r#""details":{"a":1,"assumed":["severity"]}"#),
        "{}",
        found[1]
    );
    assert!(
        found[2].contains(r#""assumed":["key"]"#) && found[2].contains("\"duration_ms\":12"),
        "{}",
        found[2]
    );
    let own = shown(
        r#"{trace: {trace_id: "t", attributes: {assumed: .}}}"#,
        &["1"],
    );
    assert!(
        own[0].starts_with("trace.attributes: got `{\"assumed\":1}`, expected no member `assumed`"),
        "{own:?}"
    );
}

#[test]
fn an_id_comes_from_the_source_or_from_the_place() {
    let program = r#"{audit_entry: {id: (if .e then id_of(["app", .e]) else null end), event_type: "x", entity_type: "y", entity_id: "z", actor_type: "HUMAN"}}"#;
    let found = shown(
        program,
        &[
            r#"{"e":"1"}"#,
            r#"{"e":"1","more":2}"#,
            r#"{"e":"2"}"#,
            "{}",
            "{}",
        ],
    );
    assert_eq!(found[0], found[1]);
    assert_ne!(found[0], found[2]);
    assert_ne!(found[3], found[4]);
}

#[test]
fn members_are_checked_by_the_fields_of_the_kind() {
    let step = |member: &str| {
        format!(
            r#"{{trace_step: ({{trace_id: "t", key: {{span: "s"}}, timestamp: "2026-01-01T00:00:00Z", skill_name: "s", status: "SUCCEEDED", outcome_category: "ok", duration_ms: 1}} + {{{member}}})}}"#
        )
    };
    for (member, said) in [
        (
            "cost: 1",
            "trace_step: got `cost`, expected one of its fields: attributes, cost_nano_usd,",
        ),
        (
            "cost_nano_usd: -1",
            "trace_step.cost_nano_usd: got `-1`, expected a whole number from 0",
        ),
        ("cost_nano_usd: 1.5", "trace_step.cost_nano_usd: got `1.5`"),
        (
            "status: \"OK\"",
            "trace_step.status: got `OK`, expected one of",
        ),
        (
            "timestamp: \"yesterday\"",
            "trace_step.timestamp: got `yesterday`, expected a time of RFC 3339",
        ),
        (
            "key: {position: 1, span: \"s\"}",
            "trace_step.key.position: got `1`, expected not both",
        ),
        (
            "key: {}",
            "trace_step.key: got `nothing`, expected an object with position or span",
        ),
        (
            "key: 7",
            "trace_step.key.position: got `7`, expected an object with position or span",
        ),
        (
            "skill_name: [1]",
            "trace_step.skill_name: got `[1]`, expected a text",
        ),
        (
            "attributes: 7",
            "trace_step.attributes: got `7`, expected an object",
        ),
        (
            "attributes: {(1|tojson|tobytes): 1}",
            "trace_step.attributes: got",
        ),
    ] {
        let found = shown(&step(member), &["0"]).remove(0);
        assert!(found.starts_with(said), "{member}: {found}");
    }
    for (member, shown_as) in [
        ("cost_nano_usd: 1.2e1", "\"cost_nano_usd\":12"),
        ("parent: {position: 3.0}", "\"parent\":{\"position\":3}"),
        ("skill_name: 7", "\"skill_name\":\"7\""),
        ("parent: {span: \"\"}", "\"outcome_category\""),
    ] {
        let found = shown(&step(member), &["0"]).remove(0);
        assert!(
            found.contains(shown_as) && !found.contains("\"span\":\"\""),
            "{member}: {found}"
        );
    }
}

#[test]
fn what_is_no_draft_is_refused() {
    for program in [
        "null",
        "1",
        "{}",
        "{runs: {}}",
        "{trace: 1}",
        "{trace: {trace_id: \"t\"}, llm_run: {}}",
        "{tenant: \"x\"}",
        "{log_export: {}}",
    ] {
        let found = shown(program, &["0"]).remove(0);
        assert!(
            found.contains("expected an object with"),
            "{program}: {found}"
        );
    }
    let found = shown(
        "{refused: {field: \"a[0]\", value: 3, expected: \"four\"}}",
        &["0"],
    );
    assert_eq!(found, ["a[0]: got `3`, expected four"]);
}

#[test]
fn a_state_lasts_for_the_next_records() {
    let program =
        "if .model then {state: {model}} else {trace: {trace_id: ($state.model // \"none\")}} end";
    let found = shown(program, &["{}", r#"{"model":"m"}"#, "{}"]);
    assert_eq!(
        found,
        [
            r#"acme {"trace":{"trace_id":"none"}}"#,
            r#"state: {"model":"m"}"#,
            r#"acme {"trace":{"trace_id":"m"}}"#
        ]
    );
}

#[test]
fn the_variables_say_where_a_record_is_from() {
    let found = shown(
        r#"{tenant: "own", trace: {trace_id: "\($source)/\($ordinal)/\($tenant)/\($file)"}}"#,
        &["0", "0"],
    );
    assert_eq!(
        found[1],
        r#"own {"trace":{"trace_id":"src/1/acme/in.json"}}"#
    );
    let map = Map::parse(r#"{tenant: .t, trace: {trace_id: "t"}}"#).unwrap();
    let only = Context {
        only_tenant: true,
        ..context()
    };
    let made = MapRun::new(&map, only).translate(&raw(r#"{"t":"other"}"#), 0);
    assert!(
        told(made.into_iter().next().unwrap()).starts_with("tenant: got `other`, expected acme")
    );
}

#[test]
fn notes_tell_of_fields_that_never_had_a_value_and_of_what_was_left_out() {
    let map = Map::parse("if .skip then {left_out: \"skipped\"} elif .none then empty else {trace: {trace_id: .id, run_id: .ruin, started_at: .at}} end").unwrap();
    let mut run = MapRun::new(&map, context());
    for record in [
        r#"{"id":"a"}"#,
        r#"{"id":"b","at":"2026-01-01T00:00:00Z"}"#,
        r#"{"skip":1}"#,
        r#"{"skip":1}"#,
        r#"{"none":1}"#,
    ] {
        run.translate(&raw(record), 0);
    }
    assert_eq!(run.notes(), ["trace: null in every record: run_id"]);
    let nothing = "1 left out: records of which the map makes nothing";
    assert_eq!(run.left_out(), [nothing, "2 left out: skipped"]);
    let map = Map::parse("empty").unwrap();
    let mut run = MapRun::new(&map, context());
    run.translate(&raw("{}"), 0);
    assert_eq!(run.notes(), ["no record made a draft, see docs/import.md"]);
}

#[test]
fn a_record_of_too_many_drafts_is_refused() {
    let program = "range(100000) | {trace: {trace_id: \"\\(.)\", attributes: {a: (\"x\" * 1000)}}}";
    let found = shown(program, &["0"]);
    assert!(
        found.len() == 1 && found[0].contains("64 MiB"),
        "{:?}",
        found.first()
    );
    assert_eq!(shown("range(100000) | error", &["0"]).len(), 1000);
}
