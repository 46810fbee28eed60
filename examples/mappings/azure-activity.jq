# Activity logs of Azure: records of a diagnostic setting, JSON lines, or the array that
# `az monitor activity-log list` prints. An operation has several events, one for each of its states.
def name: if type == "object" then .value // .localizedValue else . end;
page("records", "value")
| (.eventTimestamp // .time) as $at
| (.operationName | name) as $operation
| (.status // .resultType | name) as $status
| (.properties | if type == "string" then (fromjson? // {message: .}) end) as $properties
| ([.caller, (.identity | objects | .claims | objects | .["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "appid"]) | given | values] | first) as $who
| {audit_entry: {
  id: id_of(["azure", .eventDataId // "\(.correlationId)/\($at)/\($operation)/\($status)"]),
  event_type: $operation,
  entity_type: ((.resourceType | name) // (.category | name) // "resource"),
  entity_id: ((.resourceId | given) // .resourceUri // .subscriptionId // $operation | cut(512)),
  actor_type: (if $who == null then assume("actor_type"; "SYSTEM")
               elif $who | contains("@") then "HUMAN" else "SYSTEM" end),
  actor_id: ($who | if . then cut(512) end),
  action_reason: ([$properties | objects | .statusMessage] | first
                  | if type == "string" and . != "" then cut(4096) else null end),
  after_state: ({status: $status, properties: $properties} | exact | cut(4096) | compact),
  correlation_id: .correlationId,
  occurred_at: $at,
  attributes: ({level, category: (.category | name), address: (.callerIpAddress // .httpRequest.clientIpAddress?),
                authorization: .authorization, subscription: .subscriptionId} | exact | cut(4096) | compact)
}}
