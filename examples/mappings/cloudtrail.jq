# AWS CloudTrail: a JSON document with an array of records (--records Records). The tenant is the account
# that received the call. Who called is in userIdentity; a call of an AWS service has no ARN. The type of an
# actor whose identity has no type, or another one, is a claim.
{IAMUser: "HUMAN", Root: "HUMAN", FederatedUser: "HUMAN", IdentityCenterUser: "HUMAN", SAMLUser: "HUMAN",
 WebIdentityUser: "HUMAN", Directory: "HUMAN", AWSService: "SYSTEM", AWSAccount: "SYSTEM",
 AssumedRole: "SYSTEM", Role: "SYSTEM"} as $types
| {tenant: .recipientAccountId, audit_entry: {
  id: id_of(["cloudtrail", .eventID]),
  event_type: .eventName,
  entity_type: .eventSource,
  entity_id: (.resources[0].ARN? // .requestParameters.bucketName? // .requestParameters.userName?
              // .requestParameters.roleName? // .eventSource),
  actor_type: ($types[.userIdentity.type // ""] // assume("actor_type"; "SYSTEM")),
  actor_id: (.userIdentity | .arn // .invokedBy // .principalId // .accountId),
  action_reason: (.errorMessage // .errorCode | if . then cut(4096) end),
  after_state: ({request: .requestParameters, response: .responseElements, error: .errorCode,
                 region: .awsRegion, address: .sourceIPAddress, agent: .userAgent, event_id: .eventID}
                | exact | cut(8192) | compact),
  correlation_id: .requestID,
  occurred_at: .eventTime
}}
