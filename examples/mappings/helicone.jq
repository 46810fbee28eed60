# Requests of Helicone, as its API and its page of requests export them: JSON lines, an array, or CSV. A
# status of 200 to 299 is a success.
page("data")
| (.request_created_at // .createdAt // .created_at) as $at
| (.response_status // .status | if type == "string" then (tonumber? // null) end) as $code
| (.request_properties // .properties // {} | if type == "object" then . else {} end) as $properties
| {llm_run: {
  run_id: (.request_id // .id),
  session_id: ($properties."Helicone-Session-Id" // null),
  provider: ((.provider | given) // assume("provider"; "unknown") | if type == "string" then ascii_downcase end),
  model: ((.response_model // .request_model // .model | given) // assume("model"; "unknown")),
  input_tokens: (.prompt_tokens // .promptTokens),
  output_tokens: (.completion_tokens // .completionTokens),
  cost_nano_usd: usd(.cost // .cost_usd // .costUSD),
  execution_status: (if $code == null then assume("execution_status"; "SUCCEEDED")
                     elif $code >= 200 and $code < 300 then "SUCCEEDED" else "FAILED" end),
  started_at: ($at | moment),
  completed_at: (.response_created_at | moment),
  source: "API",
  attributes: ({status_code: $code, user: (.request_user_id // .user_id), delay_ms: .delay_ms, path: .request_path,
                properties: ($properties | compact)} | cut(4096) | compact)
}}
