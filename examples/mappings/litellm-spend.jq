# Rows of LiteLLM_SpendLogs, as the proxy of LiteLLM keeps them: rows of CSV, JSON lines or an array. The
# status is in metadata or in a column of newer versions; a row without one is of a call that succeeded.
def object: if type == "string" then (fromjson? // {}) end | if type == "object" then . else {} end;
page("data")
| (.metadata | object) as $metadata
| (.status // $metadata.status | given) as $status
| {llm_run: {
  run_id: .request_id,
  session_id: (.session_id | given),
  provider: ((.custom_llm_provider | given) // assume("provider"; "unknown")),
  model: ((.model | given) // assume("model"; "unknown")),
  input_tokens: .prompt_tokens,
  output_tokens: .completion_tokens,
  cost_nano_usd: usd(.spend),
  execution_status: (if $status == null then assume("execution_status"; "SUCCEEDED")
                     elif $status == "success" then "SUCCEEDED" else "FAILED" end),
  started_at: (.startTime | moment),
  completed_at: (.endTime | moment),
  source: "API",
  attributes: ({call_type, cache_hit, user, end_user, team_id, model_group, api_base,
                tags: .request_tags, key_alias: $metadata.user_api_key_alias}
               | with_entries(select(.value != "")) | cut(4096) | compact)
}}
