# Trajectories of a tool-using agent, as tau-bench publishes them: one JSON document, an array of
# tasks with their messages. Messages become positioned steps of a trace for each task and trial;
# they have no times, so the time of each is a claim, and so are status and duration.
. as $task
| "\($source):\(.task_id):\(.trial)" as $trace
| {trace: {trace_id: $trace}},
  (.traj | to_entries[] | .value + {place: .key} | {trace_step: {
    trace_id: $trace,
    key: {position: .place},
    timestamp: assume("timestamp"; "2024-06-01T00:00:00Z"),
    skill_name: (.name // .tool_calls[0].function.name? // .role),
    status: assume("status"; "SUCCEEDED"),
    outcome_category: .role,
    duration_ms: assume("duration_ms"; 0),
    attributes: ({tool_call_id, reward: $task.reward} | compact)
  }})
