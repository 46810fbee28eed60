# Spans of Opik, as its API and its command line export them: JSON lines or an array. Every span becomes a
# step of its trace; those of type llm become runs too.
page("content")
| (if .error_info then "FAILED" else "SUCCEEDED" end) as $status
| (.error_info | if . then tojson | cut(4096) end) as $error
| (.usage | objects // {}) as $usage
| if .end_time == null then {left_out: "spans without an end"}
  else
    {trace_step: {
      trace_id: .trace_id,
      key: {span: .id},
      parent: {span: .parent_span_id},
      timestamp: .start_time,
      skill_name: (.name // .type),
      status: $status,
      outcome_category: (if $status == "FAILED" then "error" else "ok" end),
      duration_ms: duration_ms(.start_time; .end_time),
      cost_nano_usd: (if .type == "llm" then usd(.total_estimated_cost) else null end),
      attributes: ({type, error: $error} | compact)
    }},
    (select(.type == "llm") | {llm_run: {
      run_id: .id,
      trace_id: .trace_id,
      provider: (.provider // assume("provider"; "unknown")),
      model: (.model // assume("model"; "unknown")),
      input_tokens: ($usage.prompt_tokens // $usage."original_usage.input_tokens"),
      output_tokens: ($usage.completion_tokens // $usage."original_usage.output_tokens"),
      cost_nano_usd: usd(.total_estimated_cost),
      execution_status: $status,
      started_at: .start_time,
      completed_at: .end_time,
      source: assume("source"; "SDK"),
      attributes: ({name, project: .project_name, tags, error: $error} | compact)
    }})
  end
