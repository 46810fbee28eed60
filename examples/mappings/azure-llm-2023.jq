# Requests of production LLM services, as Azure published them (AzurePublicDataset, 2023): CSV with
# TIMESTAMP, ContextTokens and GeneratedTokens. The data names no service, model, cost or status, and
# its times have no zone: those are claims of this map.
{llm_run: {
  run_id: "\($source):\($ordinal)",
  provider: assume("provider"; "azure"),
  model: assume("model"; "unknown"),
  input_tokens: .ContextTokens,
  output_tokens: .GeneratedTokens,
  execution_status: assume("execution_status"; "SUCCEEDED"),
  started_at: (.TIMESTAMP | time("%Y-%m-%d %H:%M:%S%.f"; "UTC")),
  source: assume("source"; "API")
}}
