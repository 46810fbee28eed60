//! Sets of words that grow: any valid text is accepted, well-known words have constants.

use super::text::text_value;

text_value! {
    /// The type of the thing that an audit entry is about.
    EntityType("entity_type", max 128, NoControl),
    well_known {
        POLICY_RULE = "POLICY_RULE",
        POLICY_PROPOSAL = "POLICY_PROPOSAL",
        LIMIT = "LIMIT",
        INCIDENT = "INCIDENT",
        SIGNAL = "SIGNAL",
        /// A tool that an agent asked for.
        TOOL_CALL = "TOOL_CALL",
        /// A read or an export of records.
        ACCESS = "ACCESS",
        /// A key for the service.
        API_KEY = "API_KEY",
    }
}

text_value! {
    /// What happened, in an audit entry.
    AuditEventType("event_type", max 128, NoControl),
    well_known {
        POLICY_RULE_CREATED = "PolicyRuleCreated",
        POLICY_RULE_MODIFIED = "PolicyRuleModified",
        POLICY_RULE_RETIRED = "PolicyRuleRetired",
        POLICY_PROPOSAL_APPROVED = "PolicyProposalApproved",
        POLICY_PROPOSAL_REJECTED = "PolicyProposalRejected",
        LIMIT_CREATED = "LimitCreated",
        LIMIT_UPDATED = "LimitUpdated",
        LIMIT_BREACHED = "LimitBreached",
        LIMIT_OVERRIDE_GRANTED = "LimitOverrideGranted",
        LIMIT_OVERRIDE_REVOKED = "LimitOverrideRevoked",
        INCIDENT_ACKNOWLEDGED = "IncidentAcknowledged",
        INCIDENT_RESOLVED = "IncidentResolved",
        INCIDENT_MANUALLY_CLOSED = "IncidentManuallyClosed",
        EMERGENCY_OVERRIDE_ACTIVATED = "EmergencyOverrideActivated",
        EMERGENCY_OVERRIDE_DEACTIVATED = "EmergencyOverrideDeactivated",
        SIGNAL_ACKNOWLEDGED = "SignalAcknowledged",
        SIGNAL_SUPPRESSED = "SignalSuppressed",
        SIGNAL_ESCALATED = "SignalEscalated",
        TOOL_ALLOWED = "ToolAllowed",
        TOOL_REFUSED = "ToolRefused",
        PERMISSION_MODE_CHANGED = "PermissionModeChanged",
        RECORDS_READ = "RecordsRead",
        RECORDS_EXPORTED = "RecordsExported",
        API_KEY_ISSUED = "ApiKeyIssued",
        API_KEY_REVOKED = "ApiKeyRevoked",
    }
}

text_value! {
    /// The part of the platform that a system record comes from.
    Component("component", max 128, NoControl),
    well_known {
        WORKER = "worker",
        API = "api",
        SCHEDULER = "scheduler",
        DB = "db",
        AUTH = "auth",
        MIGRATION = "migration",
    }
}

text_value! {
    /// What happened, in a system record.
    SystemEventType("event_type", max 128, NoControl),
    well_known {
        STARTUP = "STARTUP",
        SHUTDOWN = "SHUTDOWN",
        RESTART = "RESTART",
        DEPLOY = "DEPLOY",
        MIGRATION = "MIGRATION",
        AUTH_CHANGE = "AUTH_CHANGE",
        CONFIG_CHANGE = "CONFIG_CHANGE",
        ERROR = "ERROR",
        HEALTH_CHECK = "HEALTH_CHECK",
    }
}
