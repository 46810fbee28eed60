# The audit device of HashiCorp Vault: JSON lines. A request and its response are two lines with one id; the
# response tells how it ended, and so a request is left out. Vault hashes secrets by itself.
if .type == "request" then {left_out: "requests, whose responses are entries"}
else {audit_entry: {
  id: id_of(["vault", .request.id, .type]),
  event_type: .request.operation,
  entity_type: (.request.mount_type // "path"),
  entity_id: (.request.path | cut(512)),
  actor_type: (if (.auth.entity_id? // "") == "" then assume("actor_type"; "SYSTEM") else assume("actor_type"; "HUMAN") end),
  actor_id: (.auth | .display_name? // .entity_id? // null | given | if . then cut(512) end),
  action_reason: (.error | given | if . then cut(4096) end),
  after_state: ({request: .request.data?, response: .response.data?, error: (.error | given)}
                | exact | cut(4096) | compact),
  correlation_id: .request.id,
  occurred_at: .time,
  attributes: ({policies: .auth.policies?, token_type: .auth.token_type?, entity: .auth.entity_id?,
                address: .request.remote_address?, namespace: .request.namespace.path?}
               | cut(4096) | compact)
}} end
