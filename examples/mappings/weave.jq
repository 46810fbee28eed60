# Calls of Weave, as its API streams them: JSON lines. Every call becomes a step of its trace. A call whose
# summary has the usage of one model, and that no call of a model encloses, becomes a run too: Weave sums up
# the usage of inner calls, so only a call whose operation names a client of a model counts.
def client: (.op_name // "") | test("(openai|anthropic|mistral|cohere|litellm|bedrock|google|groq)[./_-].*(create|complet|generate|invoke|converse|message)"; "i");
(.op_name // .display_name // "call" | sub("^weave:///.*/op/"; "") | sub(":[^:]*$"; "")) as $name
| (if .exception then "FAILED" else "SUCCEEDED" end) as $status
| (.summary.usage? // {} | to_entries) as $usage
| if .ended_at == null then {left_out: "calls without an end"}
  else
    (select(.parent_id == null) | {trace: {trace_id: .trace_id, started_at: .started_at}}),
    {trace_step: {
      trace_id: .trace_id,
      key: {span: .id},
      parent: {span: .parent_id},
      timestamp: .started_at,
      skill_name: $name,
      status: $status,
      outcome_category: (if $status == "FAILED" then "error" else "ok" end),
      duration_ms: duration_ms(.started_at; .ended_at),
      attributes: ({error: .exception} | cut(4096) | compact)
    }},
    (select(client and ($usage | length) < 2) | ($usage[0].value // {}) as $counts | {llm_run: {
      run_id: .id,
      trace_id: .trace_id,
      provider: assume("provider"; $name | split(".")[0]),
      model: ($usage[0].key // .inputs.model? // assume("model"; "unknown")),
      input_tokens: ($counts.input_tokens // $counts.prompt_tokens),
      output_tokens: ($counts.output_tokens // $counts.completion_tokens),
      execution_status: $status,
      started_at: .started_at,
      completed_at: .ended_at,
      source: assume("source"; "SDK"),
      attributes: ({name: $name, usage: $counts} | compact)
    }})
  end
