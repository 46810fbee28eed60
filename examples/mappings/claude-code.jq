# Sessions of Claude Code: JSON lines of one conversation. A call of the model is several lines with one
# message id and growing usage; the last one is whole (--repeats last, the default of this format). A call
# becomes a run and a step; a tool becomes a step when its result is there. The provider, the status of a
# call and its kind of client are claims.
(.sessionId // $file) as $session
| ($state // {tools: {}}) as $before
| {trace: {trace_id: $session, started_at: .timestamp}} as $header
| (if $before.session != $session then $header else empty end | select(.trace.started_at)),
if .type == "assistant" and .message.model? == "<synthetic>" then
  {left_out: "messages that no model wrote"}
elif .type == "assistant" and .message.id? then
  .message as $message
  | .timestamp as $at
  | (if $before.message == $message.id then $before.started else $at end) as $started
  | ($message.usage // {}) as $usage
  | {llm_run: {
      run_id: "\($session):\($message.id)",
      trace_id: $session,
      session_id: $session,
      provider: assume("provider"; "anthropic"),
      model: $message.model,
      input_tokens: ([$usage | .input_tokens, .cache_creation_input_tokens, .cache_read_input_tokens | values] | add),
      output_tokens: $usage.output_tokens,
      cost_nano_usd: usd(.costUSD),
      execution_status: assume("execution_status"; "SUCCEEDED"),
      started_at: $started,
      completed_at: $at,
      source: assume("source"; "SDK"),
      attributes: ({request: .requestId, stop_reason: $message.stop_reason, usage: $usage, sidechain: .isSidechain,
                    version} | exact | cut(4096) | compact)
    }},
    {trace_step: {
      trace_id: $session,
      key: {span: $message.id},
      timestamp: $started,
      skill_name: "chat",
      status: assume("status"; "SUCCEEDED"),
      outcome_category: ($message.stop_reason // "ok"),
      duration_ms: duration_ms($started; $at),
      attributes: {model: $message.model}
    }},
    {state: ($before + {session: $session, message: $message.id, started: $started}
             | .tools += ([$message.content | arrays[] | select(.type? == "tool_use")
                           | {(.id): {name, at: $at, message: $message.id}}] | add // {}))}
else
  ([.message.content? | arrays[] | objects | select(.type == "tool_result" and $before.tools[.tool_use_id])]) as $results
  | .timestamp as $at
  | ($results[] | $before.tools[.tool_use_id] as $tool | {trace_step: {
      trace_id: $session,
      key: {span: .tool_use_id},
      parent: {span: $tool.message},
      timestamp: $tool.at,
      skill_name: $tool.name,
      status: (if .is_error == true then "FAILED" else "SUCCEEDED" end),
      outcome_category: (if .is_error == true then "error" else "ok" end),
      duration_ms: duration_ms($tool.at; $at)
    }}),
  {state: ($before + (if .timestamp then {session: $session} else {} end)
           | .tools |= with_entries(select(.key as $key | all($results[]; .tool_use_id != $key))))}
end
