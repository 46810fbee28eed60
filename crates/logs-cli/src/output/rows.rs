//! What stands in the tables of each kind of record.

use logs_domain::{
    AuditLedgerSnapshot, LlmRunSnapshot, LogExportSnapshot, ReplayEvent, SystemRecordSnapshot,
    Timestamp, TraceSnapshot, TraceStepRecord, TraceStepSnapshot,
};

use super::cell::{optional, time};
use super::{Column, Row};

/// The milliseconds from `start` to `end`, where there is one.
pub(crate) fn took_ms(start: Timestamp, end: Option<Timestamp>) -> Option<i64> {
    end.map(|end| (end.as_micros() - start.as_micros()) / 1000)
}

impl Row for LlmRunSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("STARTED"),
        Column::text("RUN"),
        Column::text("TRACE"),
        Column::text("PROVIDER"),
        Column::text("MODEL"),
        Column::text("STATUS"),
        Column::number("IN TOKENS"),
        Column::number("OUT TOKENS"),
        Column::number("COST USD"),
        Column::number("MS"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            time(self.started_at),
            self.run_id.to_string(),
            optional(self.trace_id.as_ref()),
            self.provider.to_string(),
            self.model.to_string(),
            self.execution_status.to_string(),
            optional(self.input_tokens),
            optional(self.output_tokens),
            optional(self.cost),
            optional(took_ms(self.started_at, self.completed_at)),
        ]
    }
}

impl Row for TraceSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("STARTED"),
        Column::text("TRACE"),
        Column::text("RUN"),
        Column::text("STORED"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            optional(self.started_at.map(time)),
            self.trace_id.to_string(),
            optional(self.run_id.as_ref()),
            time(self.created_at),
        ]
    }
}

impl Row for TraceStepSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::number("STEP"),
        Column::text("KEY"),
        Column::text("PARENT"),
        Column::text("TIME"),
        Column::text("SKILL"),
        Column::text("STATUS"),
        Column::text("OUTCOME"),
        Column::number("COST USD"),
        Column::number("MS"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.step_index.to_string(),
            self.key.to_string(),
            optional(self.parent.as_ref()),
            time(self.timestamp),
            self.skill_name.to_string(),
            self.status.to_string(),
            self.outcome_category.to_string(),
            optional(self.cost),
            self.duration_ms.to_string(),
        ]
    }
}

impl Row for TraceStepRecord {
    const COLUMNS: &'static [Column] = &[
        Column::text("STORED"),
        Column::text("TRACE"),
        Column::text("KEY"),
        Column::text("PARENT"),
        Column::text("TIME"),
        Column::text("SKILL"),
        Column::text("STATUS"),
        Column::text("OUTCOME"),
        Column::number("COST USD"),
        Column::number("MS"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            time(self.created_at),
            self.trace_id.to_string(),
            self.key.to_string(),
            optional(self.parent.as_ref()),
            time(self.timestamp),
            self.skill_name.to_string(),
            self.status.to_string(),
            self.outcome_category.to_string(),
            optional(self.cost),
            self.duration_ms.to_string(),
        ]
    }
}

impl Row for ReplayEvent {
    const COLUMNS: &'static [Column] = &[
        Column::text("TIME"),
        Column::text("SOURCE"),
        Column::number("STEP"),
        Column::text("ACTION"),
        Column::text("OUTCOME"),
        Column::text("RECORD"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            time(self.timestamp),
            self.source.to_string(),
            self.step_index
                .map_or_else(String::new, |step| step.to_string()),
            self.action.clone(),
            self.outcome.clone(),
            self.id.to_string(),
        ]
    }
}

impl Row for SystemRecordSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("OCCURRED"),
        Column::text("SEVERITY"),
        Column::text("COMPONENT"),
        Column::text("EVENT"),
        Column::text("OF"),
        Column::text("CAUSED BY"),
        Column::text("CORRELATION"),
        Column::prose("SUMMARY"),
    ];

    fn cells(&self) -> Vec<String> {
        let of = if self.is_platform() {
            "platform"
        } else {
            "tenant"
        };
        vec![
            time(self.occurred_at),
            self.severity.to_string(),
            self.component.to_string(),
            self.event_type.to_string(),
            of.to_owned(),
            optional(self.caused_by),
            optional(self.correlation_id.as_ref()),
            self.summary.to_string(),
        ]
    }
}

impl Row for AuditLedgerSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("OCCURRED"),
        Column::text("EVENT"),
        Column::text("ENTITY TYPE"),
        Column::text("ENTITY"),
        Column::text("BY"),
        Column::text("ACTOR"),
        Column::prose("REASON"),
        Column::text("ID"),
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            time(self.occurred_at),
            self.event_type.to_string(),
            self.entity_type.to_string(),
            self.entity_id.to_string(),
            self.actor_type.to_string(),
            optional(self.actor_id.as_ref()),
            optional(self.action_reason.as_ref()),
            self.id.to_string(),
        ]
    }
}

impl Row for LogExportSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("REQUESTED"),
        Column::text("SCOPE"),
        Column::text("FORMAT"),
        Column::text("BY"),
        Column::text("STATUS"),
        Column::text("DELIVERED"),
        Column::prose("CHECKSUM OR REASON"),
        Column::text("ID"),
    ];

    fn cells(&self) -> Vec<String> {
        let checksum = self.checksum.as_ref().map(ToString::to_string);
        let reason = self.failure_reason.as_ref().map(ToString::to_string);
        vec![
            time(self.created_at),
            self.scope.to_string(),
            self.format.to_string(),
            self.requested_by.to_string(),
            self.status.to_string(),
            optional(self.delivered_at.map(time)),
            optional(checksum.or(reason)),
            self.id.to_string(),
        ]
    }
}
