# Runs of LangSmith, as its API and its bulk exports give them: JSON lines, or an array. Every run becomes a
# step of its trace; those of type llm become runs too. Runs without an end are left out.
def status: if .error != null and .error != "" then "FAILED"
  elif .status | IN("success", null) then "SUCCEEDED" else "FAILED" end;
page("runs")
| (.trace_id // .id) as $trace
| (.start_time | moment) as $start
| (.end_time | moment) as $end
| (.extra.metadata? // {}) as $metadata
| (.outputs | objects // {} | .usage_metadata? // .llm_output.token_usage? // {}) as $usage
| if $end == null then {left_out: "runs without an end"}
  else
    (select(.parent_run_id == null) | {trace: {trace_id: $trace, started_at: $start}}),
    {trace_step: {
      trace_id: $trace,
      key: {span: .id},
      parent: {span: .parent_run_id},
      timestamp: $start,
      skill_name: (.name // .run_type),
      status: status,
      outcome_category: (if status == "FAILED" then "error" else "ok" end),
      duration_ms: duration_ms($start; $end),
      cost_nano_usd: (if .run_type == "llm" then usd(.total_cost) else null end),
      attributes: ({type: .run_type, error} | cut(4096) | compact)
    }},
    (select(.run_type == "llm") | {llm_run: {
      run_id: .id,
      trace_id: $trace,
      session_id: ($metadata.session_id // $metadata.thread_id // $metadata.conversation_id),
      provider: ($metadata.ls_provider // assume("provider"; "unknown")),
      model: ($metadata.ls_model_name // .extra.invocation_params.model? // .extra.invocation_params.model_name?
              // assume("model"; "unknown")),
      input_tokens: (.prompt_tokens // $usage.input_tokens // $usage.prompt_tokens),
      output_tokens: (.completion_tokens // $usage.output_tokens // $usage.completion_tokens),
      cost_nano_usd: usd(.total_cost),
      execution_status: status,
      started_at: $start,
      completed_at: $end,
      source: assume("source"; "SDK"),
      attributes: ({name, error, tags} | cut(4096) | compact)
    }})
  end
