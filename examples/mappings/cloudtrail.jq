# AWS CloudTrail: files with an array of Records, or what `aws cloudtrail lookup-events` prints. The tenant is the account
# that received the call. Who called is in userIdentity; a call of an AWS service has no ARN. The type of an
# actor whose identity has no type, or another one, is a claim.
{IAMUser: "HUMAN", Root: "HUMAN", FederatedUser: "HUMAN", IdentityCenterUser: "HUMAN", SAMLUser: "HUMAN",
 WebIdentityUser: "HUMAN", Directory: "HUMAN", AWSService: "SYSTEM", AWSAccount: "SYSTEM",
 AssumedRole: "SYSTEM", Role: "SYSTEM"} as $types
| page("Records", "Events")
| if .CloudTrailEvent? then .CloudTrailEvent | fromjson end
| (.userIdentity | objects // {}) as $identity
| (.requestParameters | objects // {}) as $request
| if .eventCategory == "Insight" then {left_out: "insights, which are no calls"}
else {tenant: .recipientAccountId, audit_entry: {
  id: id_of(["cloudtrail", .eventID]),
  event_type: .eventName,
  entity_type: .eventSource,
  entity_id: (first(.resources | arrays[] | .ARN? | values) // ($request | .bucketName // .userName // .roleName)
              // .eventSource | cut(512)),
  actor_type: ($types[$identity.type // ""] // assume("actor_type"; "SYSTEM")),
  actor_id: ($identity | .arn // .invokedBy // .onBehalfOf.userId? // .principalId // .userName // .accountId | cut(512)),
  action_reason: (.errorMessage // .errorCode | if . then cut(4096) end),
  after_state: ({request: .requestParameters, response: .responseElements, error: .errorCode,
                 region: .awsRegion, address: .sourceIPAddress, agent: .userAgent, event_id: .eventID}
                | exact | cut(8192) | compact),
  correlation_id: .requestID,
  occurred_at: .eventTime
}} end
