//! `logs usage`: sums of what runs used.

use clap::Args;
use logs_domain::{
    Timestamp, UsageDimension, UsageGroup, UsageQuery, UsageSummary, UsageSums, UsageValue,
};
use serde::Serialize;

use crate::command::runs::{self, RunFlags};
use crate::failure::Failure;
use crate::one_of::one_of;
use crate::output::{self, Column, Noun, Output, Table};
use crate::session::Session;
use crate::token_usage::in_brackets;
use crate::window::{CreatedFlags, window};

const GROUPS: Noun = Noun::new("group", "groups");

const EXAMPLES: &str = "\
The sums exclude runs that another run names as its parent, because both report the same call.
Without --synthetic, synthetic runs are a separate count. Days and hours are in UTC.

With --json, each group has a histogram of durations. Its buckets end at 0.01 s, 0.02 s, 0.04 s and
so on up to 81.92 s, and the last one has no end. One line on standard error has the total.

Examples:
  logs usage --by day,model --from 2026-03-01T00:00:00Z --to 2026-04-01T00:00:00Z
  logs usage --by provider --status FAILED
  logs usage --by session --model gpt-4o-mini --json | jq -s 'sort_by(-.cost_nano_usd)[:10]'";

/// Sum up tokens, cost and time of runs, in groups such as days and models
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Usage {
    /// The dimensions of the groups, separated by commas [default: one group]
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',', value_parser = one_of(UsageDimension::ALL, UsageDimension::as_str))]
    by: Vec<UsageDimension>,
    /// Only runs that started at or after this time
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Only runs that started before this time
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    #[command(flatten)]
    runs: RunFlags,
    #[command(flatten)]
    created: CreatedFlags,
}

/// The line on standard error beside the lines of groups.
#[derive(Serialize)]
struct UsageTotals {
    total: UsageSums,
    synthetic_runs: u64,
}

impl Usage {
    fn query(&self) -> Result<UsageQuery, Failure> {
        let started = window(("--from", self.from), ("--to", self.to))?;
        let filter = self.runs.filter().started(started);
        let filter = filter.created(self.created.range()?);
        Ok(UsageQuery::new(filter).group_by(self.by.iter().copied()))
    }

    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<(), Failure> {
        let (tenant, query) = (session.tenant()?, self.query()?);
        let store = session.reader().await?;
        let summary = store.summarize_usage(&tenant, &query).await?;
        let output = session.output();
        if output.json {
            return write_json(output, &summary);
        }
        write_table(output, &query, &summary)
    }
}

fn write_json(output: Output<'_>, summary: &UsageSummary) -> Result<(), Failure> {
    for group in &summary.groups {
        serde_json::to_writer(&mut *output.out, group)?;
        output.out.write_all(b"\n")?;
    }
    output.out.flush()?;
    let totals = UsageTotals {
        total: summary.total(),
        synthetic_runs: summary.synthetic_runs,
    };
    Ok(writeln!(output.err, "{}", serde_json::to_string(&totals)?)?)
}

fn write_table(
    output: Output<'_>,
    query: &UsageQuery,
    summary: &UsageSummary,
) -> Result<(), Failure> {
    if !query.group_by.is_empty() && !summary.groups.is_empty() {
        let mut columns: Vec<Column> = query.group_by.iter().copied().map(column).collect();
        columns.extend_from_slice(SUMS);
        Table::new(&columns).write_cells(output.out, summary.groups.iter().map(cells))?;
    }
    Ok(writeln!(output.out, "{}", last_line(query, summary))?)
}

const SUMS: &[Column] = &[
    Column::number("RUNS"),
    Column::number("INPUT TOKENS"),
    Column::number("OUTPUT TOKENS"),
    Column::number("COST USD"),
    Column::number("TOKENS UNKNOWN"),
    Column::number("COST UNKNOWN"),
];

const fn column(dimension: UsageDimension) -> Column {
    Column::text(match dimension {
        UsageDimension::Day => "DAY",
        UsageDimension::Hour => "HOUR",
        UsageDimension::Model => "MODEL",
        UsageDimension::Provider => "PROVIDER",
        UsageDimension::Status => "STATUS",
        UsageDimension::Source => "SOURCE",
        UsageDimension::Session => "SESSION",
    })
}

fn cells(group: &UsageGroup) -> Vec<String> {
    let sums = &group.sums;
    let numbers = [
        sums.runs.to_string(),
        sums.input_tokens.to_string(),
        sums.output_tokens.to_string(),
        sums.cost.to_string(),
        sums.unknown_usage_runs.to_string(),
        sums.unknown_cost_runs.to_string(),
    ];
    group.key.iter().map(cell).chain(numbers).collect()
}

fn cell(value: &UsageValue) -> String {
    match value {
        UsageValue::Day(time) => {
            let time = output::time(*time);
            time.split_once('T')
                .map_or(time.clone(), |(day, _)| day.to_owned())
        }
        UsageValue::Hour(time) => output::time(*time),
        UsageValue::Model(model) => model.to_string(),
        UsageValue::Provider(provider) => provider.to_string(),
        UsageValue::Status(status) => status.to_string(),
        UsageValue::Source(source) => source.to_string(),
        UsageValue::Session(session) => output::optional(session.as_ref()),
    }
}

fn last_line(query: &UsageQuery, summary: &UsageSummary) -> String {
    let total = summary.total();
    let groups = if query.group_by.is_empty() {
        String::new()
    } else {
        format!(" in {}", GROUPS.counted(summary.groups.len() as u64))
    };
    let notes = in_brackets(&[
        (total.unknown_usage_runs, "without known tokens"),
        (total.unknown_cost_runs, "without known cost"),
        (summary.synthetic_runs, "synthetic, not counted"),
    ]);
    format!(
        "{}{groups}, {} input tokens, {} output tokens, {} USD{notes}",
        runs::NOUN.counted(total.runs),
        total.input_tokens,
        total.output_tokens,
        total.cost,
    )
}
