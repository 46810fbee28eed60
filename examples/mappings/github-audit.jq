# The audit log of a GitHub organisation or enterprise: JSON lines of its stream, or an array of its API and
# of its page. Times are milliseconds.
{audit_entry: {
  id: id_of(["github", ._document_id // "\(."@timestamp" // .created_at)/\(.action)/\(.actor)/\(.repo // .org)"]),
  event_type: .action,
  entity_type: (.action | split(".")[0]),
  entity_id: (.repo // .team // .user // .org // .business // .action | if isarray then join(",") end | cut(512)),
  actor_type: (if .actor_is_bot == true or (.actor // "" | endswith("[bot]")) then "SYSTEM"
               elif .programmatic_access_type? or .actor == null then assume("actor_type"; "SYSTEM")
               else assume("actor_type"; "HUMAN") end),
  actor_id: (.actor | given),
  action_reason: (.reason? // .message? // null | if type == "string" then cut(4096) else null end),
  after_state: (del(._document_id, ."@timestamp", .created_at, .action, .actor, .external_id, .hashed_token)
                | exact | cut(4096) | compact),
  correlation_id: (.request_id? // null),
  occurred_at: ((."@timestamp" // .created_at) | time(["ms", "rfc3339"]))
}}
