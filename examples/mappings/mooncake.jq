# Requests of a production chat service, as Mooncake published them: one JSON object a line, with
# milliseconds since an unknown origin. The origin, the service and the status are claims.
{llm_run: {
  run_id: "\($source):\($ordinal)",
  provider: assume("provider"; "moonshot"),
  model: assume("model"; "unknown"),
  input_tokens: .input_length,
  output_tokens: .output_length,
  execution_status: assume("execution_status"; "SUCCEEDED"),
  # 1704067200000 is 2024-01-01T00:00:00Z.
  started_at: assume("started_at"; 1704067200000 + .timestamp | time("ms")),
  source: assume("source"; "API"),
  attributes: ({hash_ids} | compact)
}}
