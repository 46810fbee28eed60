# Audit events of Kubernetes (audit.k8s.io/v1): JSON lines as the API server writes them, or a list. Only the stage ResponseComplete or Panic tells how a request ended; other stages are left out.
page("items")
| if .stage | IN("ResponseComplete", "Panic", null) | not then {left_out: "events of a stage before the end"}
else {audit_entry: {
  id: id_of(["kubernetes", .auditID, .stage // "ResponseComplete"]),
  event_type: .verb,
  entity_type: ((.objectRef | .resource? // null) // "url"),
  entity_id: (if .objectRef.resource? then
                [.objectRef | .namespace, .name, .subresource | values] | join("/") | if . == "" then "*" end
              else .requestURI end | cut(512)),
  actor_type: (if .user.username // "" | startswith("system:") then "SYSTEM" else assume("actor_type"; "HUMAN") end),
  actor_id: (.user.username | cut(512)),
  action_reason: (.annotations."authorization.k8s.io/reason"? | given | if . then cut(4096) end),
  before_state: null,
  after_state: ({object: .objectRef, request: .requestObject, response: .responseObject,
                 code: .responseStatus.code?, message: .responseStatus.message?}
                | exact | cut(4096) | compact),
  correlation_id: .auditID,
  occurred_at: (.requestReceivedTimestamp // .stageTimestamp),
  attributes: ({stage, uri: .requestURI, addresses: .sourceIPs, agent: .userAgent, groups: .user.groups?,
                impersonated: .impersonatedUser.username?, decision: .annotations."authorization.k8s.io/decision"?}
               | cut(4096) | compact)
}} end
