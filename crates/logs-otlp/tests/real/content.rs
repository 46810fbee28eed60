//! No prompt, no answer, no argument and no mail address gets into a record.

use std::fs;

use serde_json::Value;

use super::scenario;

/// Parts of the names of attributes that hold content.
const CONTENT: &[&str] = &[
    "message",
    "prompt",
    "input.value",
    "output.value",
    "arguments",
    "entity.input",
    "entity.output",
    "observation.input",
    "observation.output",
    "spanInputs",
    "spanOutputs",
    "toolCall.args",
    "toolCall.result",
    "call.result",
    "response.text",
    "email",
    "system_instructions",
    "final_result",
    "reasoning",
    "stacktrace",
];

/// Names that hold no content, though a part of them says so.
const NAMES: &[&str] = &[
    "prompt.id",
    "prompt_id",
    "prompt_length",
    "mlflow.message.format",
    "gen_ai.prompt.name",
];

/// The same of the parts of messages that are attributes of their own.
const NAME_ENDINGS: &[&str] = &["tool_call.id", "tool_call_id", "function.name", ".role"];

fn contents(value: &Value, found: &mut Vec<String>) {
    if let (Some(key), Some(text)) = (
        value["key"].as_str(),
        value["value"]["stringValue"].as_str(),
    ) {
        let is_content = CONTENT.iter().any(|part| key.contains(part)) && !NAMES.contains(&key);
        let is_name = NAME_ENDINGS.iter().any(|ending| key.ends_with(ending));
        if is_content && !is_name && text.len() > 8 {
            found.push(text.to_owned());
        }
    }
    match value {
        Value::Array(list) => list.iter().for_each(|member| contents(member, found)),
        Value::Object(members) => members.values().for_each(|member| contents(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_content_gets_into_a_record() {
    let mut checked = 0;
    for (name, scenario) in scenario::all() {
        let drafts: Vec<String> = scenario
            .drafts
            .values()
            .map(|draft| serde_json::to_string(draft).unwrap())
            .collect();
        for body in &scenario.bodies {
            let file = body.path.file_name().unwrap().to_str().unwrap();
            let stem = file.split(".body.").next().unwrap();
            let readable =
                fs::read(body.path.with_file_name(format!("{stem}.decoded.json"))).unwrap();
            let mut found = Vec::new();
            contents(&serde_json::from_slice(&readable).unwrap(), &mut found);
            found.sort_unstable();
            found.dedup();
            for text in found {
                let written = serde_json::to_string(&text).unwrap();
                let inner = written.trim_matches('"');
                let draft = drafts.iter().find(|draft| draft.contains(inner));
                assert_eq!(draft, None, "{name}: {text}");
                checked += 1;
            }
        }
    }
    println!("{checked} texts of content are in no record");
}
