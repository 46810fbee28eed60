//! What stands in the tables of each kind of record.

use logs_domain::LlmRunSnapshot;

use super::cell::{optional, time};
use super::{Column, Row};

impl Row for LlmRunSnapshot {
    const COLUMNS: &'static [Column] = &[
        Column::text("STARTED (UTC)"),
        Column::text("RUN"),
        Column::text("TRACE"),
        Column::text("PROVIDER"),
        Column::text("MODEL"),
        Column::text("STATUS"),
        Column::number("INPUT TOKENS"),
        Column::number("OUTPUT TOKENS"),
        Column::number("COST USD"),
        Column::number("MS"),
    ];

    fn cells(&self) -> Vec<String> {
        let took = self
            .completed_at
            .map(|end| (end.as_micros() - self.started_at.as_micros()) / 1000);
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
            optional(took),
        ]
    }
}
