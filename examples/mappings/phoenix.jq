# Spans of Phoenix, as its client and its page export them: rows of CSV or objects, with names joined by dots
# or nested. Every span becomes a step of its trace; those of kind LLM become runs too.
def at($name): .[$name] // (.attributes | objects | .[$name | ltrimstr("attributes.")]) // (try getpath($name | split(".")) catch null);
page("data")
| at("context.trace_id") as $trace
| at("context.span_id") as $span
| (.start_time | moment) as $start
| (.end_time | moment) as $end
| ((.span_kind // at("attributes.openinference.span.kind")) == "LLM") as $is_call
| (if .status_code == "ERROR" then "FAILED" else "SUCCEEDED" end) as $status
| (.status_message | given | if . then cut(4096) end) as $message
| if $end == null then {left_out: "spans without an end"}
  else
    {trace_step: {
      trace_id: $trace,
      key: {span: $span},
      parent: {span: .parent_id},
      timestamp: $start,
      skill_name: .name,
      status: $status,
      outcome_category: (if $status == "FAILED" then "error" else "ok" end),
      duration_ms: duration_ms($start; $end),
      attributes: ({kind: .span_kind, message: $message} | compact)
    }},
    (select($is_call) | {llm_run: {
      run_id: $span,
      trace_id: $trace,
      session_id: at("attributes.session.id"),
      provider: ((at("attributes.llm.provider") | given) // assume("provider"; "unknown")),
      model: ((at("attributes.llm.model_name") | given) // assume("model"; "unknown")),
      input_tokens: at("attributes.llm.token_count.prompt"),
      output_tokens: at("attributes.llm.token_count.completion"),
      cost_nano_usd: usd(at("attributes.llm.cost.total")),
      execution_status: $status,
      started_at: $start,
      completed_at: $end,
      source: assume("source"; "SDK"),
      attributes: ({name, message: $message} | compact)
    }})
  end
