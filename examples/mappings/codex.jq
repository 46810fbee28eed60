# Sessions of Codex: JSON lines of one conversation (rollout-*.jsonl). The model is said once for each turn.
# A count of tokens ends a call of the model, which becomes a run; a tool becomes a step when its output is
# there. The status of a call and its kind of client are claims.
($state // {session: $file, tools: {}, calls: 0}) as $before
| (.payload | objects) as $item
| .timestamp as $at
| if .type == "session_meta" then
    {trace: {trace_id: $item.id, started_at: ($item.timestamp // $at)}},
    {state: ($before + {session: $item.id, provider: $item.model_provider, version: $item.cli_version, since: $at})}
  elif .type == "turn_context" then
    {state: ($before + {model: $item.model, since: $at})}
  elif $item.type == "token_count" and $item.info.last_token_usage? then
    $item.info.last_token_usage as $usage
    | if $item.info.total_token_usage == $before.total then empty
      else
        {llm_run: {
          run_id: "\($before.session):\($before.calls)",
          trace_id: $before.session,
          session_id: $before.session,
          provider: ($before.provider // assume("provider"; "openai")),
          model: ($before.model // assume("model"; "unknown")),
          input_tokens: $usage.input_tokens,
          output_tokens: $usage.output_tokens,
          execution_status: assume("execution_status"; "SUCCEEDED"),
          started_at: assume("started_at"; $before.since // $at),
          completed_at: $at,
          source: assume("source"; "SDK"),
          attributes: ({usage: $usage, version: $before.version} | compact)
        }},
        {state: ($before + {total: $item.info.total_token_usage, calls: ($before.calls + 1), since: $at})}
      end
  elif $item.type | IN("function_call", "custom_tool_call", "local_shell_call") then
    {state: ($before | .tools[$item.call_id // $item.id // ""] = {name: ($item.name // $item.type), at: $at})}
  elif ($item.type | IN("function_call_output", "custom_tool_call_output")) and $before.tools[$item.call_id // ""] then
    $before.tools[$item.call_id] as $tool
    | ([$item.output | strings | (fromjson? | objects | .metadata.exit_code? | values),
        (capture("^Exit code: (?<code>[0-9]+)") | .code | tonumber)] | first) as $code
    | {trace_step: {
        trace_id: $before.session,
        key: {span: $item.call_id},
        timestamp: $tool.at,
        skill_name: $tool.name,
        status: (if $code == null then assume("status"; "SUCCEEDED") elif $code == 0 then "SUCCEEDED" else "FAILED" end),
        outcome_category: (if $code == null or $code == 0 then "ok" else "error" end),
        duration_ms: duration_ms($tool.at; $at),
        attributes: ({exit_code: $code} | compact)
      }},
      {state: ($before | del(.tools[$item.call_id]) | .since = $at)}
  else empty end
