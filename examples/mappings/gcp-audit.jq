# Audit logs of Google Cloud: entries of Cloud Logging with an AuditLog, as JSON lines or an array.
page("entries")
| (.protoPayload // .jsonPayload // {}) as $log
| ($log.authenticationInfo.principalEmail? // null) as $who
| if $log.methodName == null then {left_out: "entries without an audit log"}
else {audit_entry: {
  id: id_of(["gcp", .logName, .timestamp, .insertId]),
  event_type: $log.methodName,
  entity_type: ($log.serviceName // .resource.type),
  entity_id: ($log.resourceName // .resource.labels.project_id? // $log.serviceName | cut(512)),
  actor_type: (if $who == null or ($who | endswith("gserviceaccount.com")) then "SYSTEM" else assume("actor_type"; "HUMAN") end),
  actor_id: ($who // $log.authenticationInfo.principalSubject? // null | if . then cut(512) end),
  action_reason: ($log.status.message? // null | given | if . then cut(4096) end),
  after_state: ({request: $log.request, response: $log.response, status: $log.status,
                 authorization: $log.authorizationInfo} | exact | cut(4096) | compact),
  correlation_id: (.operation.id? // null | if . then cut(128) end),
  occurred_at: .timestamp,
  attributes: ({severity, resource, log: .logName, address: $log.requestMetadata.callerIp?,
                agent: $log.requestMetadata.callerSuppliedUserAgent?} | exact | cut(4096) | compact)
}} end
