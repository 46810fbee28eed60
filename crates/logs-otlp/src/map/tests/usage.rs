use serde_json::{Value, json};

use super::{kept, mapped, run, runs, span, with};

fn tokens(plain: Value) -> (Option<u64>, Option<u64>) {
    let run = run(plain);
    (
        run.input_tokens.map(|tokens| tokens.get()),
        run.output_tokens.map(|tokens| tokens.get()),
    )
}

#[test]
fn numbers_may_be_integers_whole_doubles_or_texts() {
    let input = |value: Value| {
        tokens(json!({"gen_ai.usage.input_tokens": value, "llm.token_count.prompt": 7})).0
    };
    assert_eq!(input(json!(25)), Some(25));
    assert_eq!(input(json!("25")), Some(25));
    assert_eq!(input(json!(25.0)), Some(25));
    assert_eq!(input(json!(0)), Some(0), "a claimed 0 is no unknown");
    // What is no number falls to the next source, never to 0.
    for malformed in [
        json!(-1),
        json!(2.5),
        json!("many"),
        json!(""),
        json!(null),
        json!(true),
        json!([3]),
    ] {
        assert_eq!(input(malformed.clone()), Some(7), "{malformed}");
    }
    assert_eq!(
        tokens(json!({"gen_ai.usage.input_tokens": 9_007_199_254_740_993_i64})),
        (None, None)
    );
}

#[test]
fn sources_are_never_added_up() {
    let all = json!({
        "gen_ai.usage.input_tokens": 1, "gen_ai.usage.prompt_tokens": 2, "ai.usage.inputTokens": 4, "llm.token_count.prompt": 8,
        "gen_ai.usage.output_tokens": 16, "gen_ai.usage.completion_tokens": 32, "ai.usage.outputTokens": 64,
    });
    assert_eq!(tokens(all), (Some(1), Some(16)));
}

#[test]
fn a_cache_is_added_only_if_it_proves_that_the_input_lacks_it() {
    let plain = |input: u64| {
        json!({
            "gen_ai.usage.input_tokens": input,
            "gen_ai.usage.cache_read.input_tokens": 1000,
            "gen_ai.usage.cache_creation.input_tokens": 200,
        })
    };
    let included = run(plain(1200));
    assert_eq!(included.input_tokens.unwrap().get(), 1200);
    assert_eq!(kept(&included.attributes)["cache_read_tokens"], 1000);
    assert_eq!(kept(&included.attributes)["cache_write_tokens"], 200);
    assert!(
        !kept(&included.attributes)["assumed"]
            .to_string()
            .contains("input_tokens")
    );
    let apart = run(plain(1199));
    assert_eq!(apart.input_tokens.unwrap().get(), 2399);
    assert_eq!(
        kept(&apart.attributes)["assumed"],
        json!(["provider", "model", "input_tokens"])
    );
}

#[test]
fn claude_code_counts_the_cache_apart_and_names_it_otherwise() {
    let plain = json!({"input_tokens": 5000, "output_tokens": 7, "cache_read_tokens": 100, "cache_creation_tokens": 10});
    let settings = crate::map::Settings {
        agent_calls: crate::map::AgentCalls::FromSpans,
        ..Default::default()
    };
    let spans = [with(
        span(plain),
        json!({"name": "claude_code.llm_request"}),
    )];
    let mapped = super::mapped_with(&json!({}), &spans, &settings);
    let run = &runs(&mapped)[0];
    assert_eq!(run.input_tokens.unwrap().get(), 5110);
    assert_eq!(run.output_tokens.unwrap().get(), 7);
}

#[test]
fn langfuse_passes_on_the_usage_of_a_provider_or_buckets_of_its_own() {
    let usage = |details: &str| tokens(json!({"langfuse.observation.usage_details": details}));
    let openai = r#"{"prompt_tokens":1500,"completion_tokens":142,"total_tokens":1642,"prompt_tokens_details":{"cached_tokens":1200}}"#;
    assert_eq!(usage(openai), (Some(1500), Some(142)));
    assert_eq!(
        usage(
            r#"{"input_tokens":1550,"output_tokens":150,"input_tokens_details":{"cached_tokens":1250}}"#
        ),
        (Some(1550), Some(150))
    );
    assert_eq!(
        usage(
            r#"{"input":200,"output":47,"cache_read_input_tokens":1200,"cache_creation_input_tokens":300}"#
        ),
        (Some(1700), Some(47))
    );
    assert_eq!(
        usage(
            r#"{"input":300,"input_cached_tokens":1200,"output":42,"output_reasoning_tokens":100,"total":1642}"#
        ),
        (Some(1500), Some(142))
    );
    for nothing in ["{}", "[]", "7", "{", ""] {
        assert_eq!(usage(nothing), (None, None), "{nothing}");
    }
}

#[test]
fn mlflow_writes_json_in_texts() {
    let usage = r#"{"input_tokens": 1500, "output_tokens": 142, "cache_read_input_tokens": 1200}"#;
    assert_eq!(
        tokens(json!({"mlflow.chat.tokenUsage": usage})),
        (Some(1500), Some(142))
    );
}

#[test]
fn usage_around_a_call_is_its_own_and_counted_if_no_call_is_there() {
    let outer = span(
        json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 10, "gen_ai.usage.cost": 1.0}),
    );
    let alone = mapped(std::slice::from_ref(&outer));
    assert_eq!(alone.counts.unattributed_usage, 1);
    assert_eq!(super::steps(&alone)[0].cost, None, "a step owns no usage");
    let inner = with(
        span(json!({"gen_ai.operation.name": "chat", "gen_ai.usage.cost": 1.0})),
        json!({"spanId": "0000000000000001"}),
    );
    let both = mapped(&[inner, outer]);
    assert_eq!(both.counts.unattributed_usage, 0);
    assert_eq!(
        super::steps(&both)[0].cost.unwrap().nano_usd(),
        1_000_000_000
    );
    assert_eq!(super::steps(&both)[1].cost, None);
}
