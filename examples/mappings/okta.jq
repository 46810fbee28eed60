# Events of the system log of Okta: JSON lines, or an array as its API gives them.
def actor: {User: "HUMAN", PublicClientApp: "SYSTEM", SystemPrincipal: "SYSTEM", AppInstance: "SYSTEM"};
(.target[0]? // null) as $target
| {audit_entry: {
  id: id_of(["okta", .uuid]),
  event_type: .eventType,
  entity_type: ($target.type // "Okta"),
  entity_id: ($target.id // $target.alternateId // .eventType | cut(512)),
  actor_type: (actor[.actor.type // ""] // assume("actor_type"; "SYSTEM")),
  actor_id: (.actor | .alternateId // .id | if . then cut(512) end),
  action_reason: (.outcome.reason? // null | if . then cut(4096) end),
  after_state: ({outcome: .outcome.result?, targets: .target, changes: .debugContext.debugData?}
                | exact | cut(4096) | compact),
  correlation_id: (.transaction.id? // null),
  occurred_at: .published,
  attributes: ({severity, message: .displayMessage, session: .authenticationContext.externalSessionId?,
                address: .client.ipAddress?, agent: .client.userAgent.rawUserAgent?, country: .client.geographicalContext.country?}
               | cut(4096) | compact)
}}
