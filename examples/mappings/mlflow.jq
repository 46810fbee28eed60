# Traces of MLflow, as its client writes them: a document for each trace, with info and spans. Attributes of
# spans are texts of JSON. Every span becomes a step; models become runs too.
def attributes: (.attributes // {}) | map_values(if type == "string" then (fromjson? // .) else . end);
def moment: time("ns");
page("traces")
| (.data.spans // .spans | arrays[]) | attributes as $told
| ((.start_time_unix_nano // .start_time) | moment) as $start
| ((.end_time_unix_nano // .end_time) | moment) as $end
| (.trace_id // .context.trace_id) as $trace
| (.span_id // .context.span_id) as $span
| (.parent_span_id // .parent_id | given) as $parent
| ((.status.code? // .status_code // "") | if contains("ERROR") then "FAILED" else "SUCCEEDED" end) as $status
| ($told."mlflow.chat.tokenUsage" | objects // {}) as $usage
| if $end == null then {left_out: "spans without an end"}
  else
    (select($parent == null) | {trace: {trace_id: $trace, started_at: $start}}),
    {trace_step: {
      trace_id: $trace,
      key: {span: $span},
      parent: {span: $parent},
      timestamp: $start,
      skill_name: .name,
      status: $status,
      outcome_category: (if $status == "FAILED" then "error" else "ok" end),
      duration_ms: duration_ms($start; $end),
      attributes: ({type: $told."mlflow.spanType", message: .status.message?} | cut(4096) | compact)
    }},
    (select($told."mlflow.spanType" | IN("CHAT_MODEL", "LLM", "EMBEDDING")) | {llm_run: {
      run_id: $span,
      trace_id: $trace,
      provider: ($told."mlflow.llm.provider" // $told."gen_ai.provider.name" // assume("provider"; "unknown")),
      model: ($told."mlflow.llm.model" // $told."mlflow.spanInputs".model? // assume("model"; "unknown")),
      input_tokens: $usage.input_tokens,
      output_tokens: $usage.output_tokens,
      execution_status: $status,
      started_at: $start,
      completed_at: $end,
      source: assume("source"; "SDK"),
      attributes: ({name} | compact)
    }})
  end
