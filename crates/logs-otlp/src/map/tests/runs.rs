use logs_domain::{RecordSource, Timestamp};
use serde_json::json;

use super::{SPAN, TRACE, kept, mapped, mapped_with, run, runs, span, with};
use crate::map::Settings;

#[test]
fn a_run_has_the_ids_times_and_claims_of_its_span() {
    let parent = json!({"parentSpanId": "00f067aa0ba902b7"});
    let plain = json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt",
        "gen_ai.response.model": "gpt-2",
        "gen_ai.response.id": "resp-1",
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.conversation.id": "c-1",
        "gen_ai.usage.cost": 0.25,
        "user.email": "a@b.c",
    });
    let mapped = mapped(&[with(span(plain), parent)]);
    let run = &runs(&mapped)[0];
    assert_eq!(run.run_id.as_str(), format!("{TRACE}:{SPAN}"));
    assert_eq!(
        run.parent_run_id.as_ref().unwrap().as_str(),
        format!("{TRACE}:00f067aa0ba902b7")
    );
    assert_eq!(run.trace_id.as_ref().unwrap().as_str(), TRACE);
    assert_eq!(
        (run.provider.as_str(), run.model.as_str()),
        ("openai", "gpt-2")
    );
    assert_eq!(
        run.started_at,
        Timestamp::parse_rfc3339("2023-11-14T22:13:20Z").unwrap()
    );
    assert_eq!(
        run.completed_at,
        Some(Timestamp::parse_rfc3339("2023-11-14T22:13:21.25Z").unwrap())
    );
    assert_eq!((run.source, run.is_synthetic), (RecordSource::Sdk, false));
    assert_eq!(run.session_id.as_ref().unwrap().as_str(), "c-1");
    assert_eq!(run.cost.unwrap().nano_usd(), 250_000_000);
    let expected = json!({
        "service_name": "shop", "scope_name": "lib", "scope_version": "1.0", "mapping": 1,
        "span_name": "a span", "operation": "chat", "requested_model": "gpt", "response_id": "resp-1",
        "finish_reasons": ["stop", "length"], "cost_source": "gen_ai.usage.cost",
    });
    assert_eq!(kept(&run.attributes), expected);
}

#[test]
fn what_nothing_says_is_unknown_and_listed() {
    let run = run(json!({}));
    assert_eq!(
        (run.provider.as_str(), run.model.as_str()),
        ("unknown", "unknown")
    );
    assert_eq!(
        (
            run.cost,
            run.session_id,
            run.input_tokens,
            run.output_tokens
        ),
        (None, None, None, None)
    );
    assert_eq!(
        kept(&run.attributes)["assumed"],
        json!(["provider", "model"])
    );
}

#[test]
fn a_parent_of_zeros_is_none() {
    let mapped = mapped(&[with(
        span(json!({"gen_ai.operation.name": "chat"})),
        json!({"parentSpanId": "0000000000000000"}),
    )]);
    assert_eq!(runs(&mapped)[0].parent_run_id, None);
}

#[test]
fn providers_are_spelled_as_the_conventions_do() {
    for (written, expected) in [
        ("openai.chat", "openai"),
        ("OpenAI", "openai"),
        ("az.ai.openai", "azure.ai.openai"),
        ("aws.bedrock", "aws.bedrock"),
        ("amazon-bedrock", "aws.bedrock"),
        ("google.generative-ai", "gcp.gemini"),
        ("google.vertex.chat", "gcp.vertex_ai"),
        ("vertex_ai", "gcp.vertex_ai"),
        ("mistralai", "mistral_ai"),
        ("mistral.chat", "mistral_ai"),
        ("xai", "x_ai"),
        ("gcp.gemini", "gcp.gemini"),
        ("my.gateway", "my.gateway"),
        ("azure", "azure.ai.inference"),
    ] {
        assert_eq!(
            run(json!({"gen_ai.system": written})).provider.as_str(),
            expected,
            "{written}"
        );
    }
    let of_host = json!({"gen_ai.system": "azure", "server.address": "x.openai.azure.com"});
    assert_eq!(run(of_host).provider.as_str(), "azure.ai.openai");
    let framework = json!({"gen_ai.provider.name": "strands-agents", "gen_ai.system": "langchain", "llm.provider": "anthropic"});
    assert_eq!(run(framework).provider.as_str(), "anthropic");
}

#[test]
fn models_come_from_the_first_source_that_is_a_model() {
    let all = [
        "gen_ai.response.model",
        "ai.response.model",
        "llm.response.model_name",
        "decision.response.model_name",
        "gen_ai.request.model",
        "ai.model.id",
        "decision.request.model_name",
        "llm.request.model_name",
        "llm.model_name",
        "decision.model_name",
        "embedding.model_name",
        "langfuse.observation.model.name",
    ];
    for first in 0..all.len() {
        let mut plain = json!({"mlflow.llm.model": "\"m\""});
        for (place, name) in all.iter().enumerate() {
            // Empty and too long texts are no models.
            plain[*name] = match (place < first, place % 2) {
                (false, _) => json!(*name),
                (true, 0) => json!(""),
                (true, _) => json!("x".repeat(257)),
            };
        }
        assert_eq!(run(plain).model.as_str(), all[first]);
    }
    assert_eq!(
        run(json!({"mlflow.llm.model": "\"m\""})).model.as_str(),
        "m"
    );
    assert_eq!(
        run(json!({"llm.invocation_parameters": "{\"model\":\"p\"}"}))
            .model
            .as_str(),
        "p"
    );
    assert_eq!(
        run(json!({"llm.invocation_parameters": "{\"model\":[]}"}))
            .model
            .as_str(),
        "unknown"
    );
}

#[test]
fn sessions_come_from_the_first_source_that_is_a_session() {
    let all = [
        "gen_ai.conversation.id",
        "session.id",
        "langfuse.session.id",
        "langfuse.observation.metadata.langfuse_session_id",
        "traceloop.association.properties.session_id",
        "conversation.id",
        "ai.telemetry.metadata.sessionId",
    ];
    for first in 0..all.len() {
        let mut plain = json!({});
        for name in &all[first..] {
            plain[*name] = json!(*name);
        }
        assert_eq!(run(plain).session_id.unwrap().as_str(), all[first]);
    }
}

#[test]
fn costs_are_exact_and_only_dollars() {
    let nanos = |plain| run(plain).cost.map(|cost| cost.nano_usd());
    assert_eq!(
        nanos(json!({"cost_usd_micros": 2130, "cost_usd": 9.0})),
        Some(2_130_000)
    );
    assert_eq!(
        nanos(json!({"gen_ai.usage.cost.amount": 0.1, "gen_ai.usage.cost": 9.0})),
        Some(100_000_000)
    );
    assert_eq!(
        nanos(json!({"gen_ai.usage.cost.amount": 0.1, "gen_ai.usage.cost.currency": "EUR"})),
        None
    );
    assert_eq!(
        nanos(json!({"gen_ai.cost.total_cost": 0.000_220_199_999_999_999_99})),
        Some(220_200)
    );
    assert_eq!(
        nanos(json!({"litellm.cost.total": "0.5"})),
        Some(500_000_000)
    );
    assert_eq!(
        nanos(json!({"llm.cost.total": -1.0, "cost_usd": 1})),
        Some(1_000_000_000)
    );
    assert_eq!(
        nanos(json!({"raw:llm.cost.total": {"doubleValue": "NaN"}, "operation.cost": 0.5})),
        Some(500_000_000)
    );
    assert_eq!(
        nanos(json!({"langfuse.observation.cost_details": "{\"input\":1,\"total\":0.00279}"})),
        Some(2_790_000)
    );
    assert_eq!(
        nanos(json!({"mlflow.llm.cost": "{\"total_cost\":1e-9}"})),
        Some(1)
    );
}

#[test]
fn tests_are_synthetic_by_a_mark_or_by_their_environment() {
    assert!(run(json!({"logs.is_synthetic": true})).is_synthetic);
    assert!(!run(json!({"logs.is_synthetic": false})).is_synthetic);
    assert!(run(json!({"user_agent.synthetic.type": "bot"})).is_synthetic);
    let chat = [span(json!({"gen_ai.operation.name": "chat"}))];
    let resource = json!({"deployment.environment.name": "test"});
    let synthetic = |environments: &[&str]| {
        let synthetic_environments = environments.iter().map(|&name| name.to_owned()).collect();
        let settings = Settings {
            synthetic_environments,
            ..Settings::default()
        };
        runs(&mapped_with(&resource, &chat, &settings))[0].is_synthetic
    };
    assert!(synthetic(&["ci", "test"]));
    assert!(!synthetic(&["ci"]));
    assert!(!synthetic(&[]));
}
