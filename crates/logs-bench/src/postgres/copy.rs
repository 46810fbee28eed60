//! The least that an append to PostgreSQL can cost: binary COPY of keys and of records, in a
//! transaction, without any look at what is there.

use std::sync::LazyLock;

use async_trait::async_trait;
use logs_domain::Timestamp;
use logs_domain::field::{Field, FieldWriter, Fields, Value};
use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::batch::{Batch, Row};
use crate::columns::{COLUMNS, statement};
use crate::subject::Subject;

const KEYS: &str = include_str!("../../baselines/postgres_copy_keys.sql");
static RUNS: LazyLock<String> =
    LazyLock::new(|| statement(include_str!("../../baselines/postgres_copy_runs.sql")));
/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// 2000-01-01T00:00:00Z, from which PostgreSQL counts microseconds.
const EPOCH: i64 = 946_684_800_000_000;

/// A held connection.
pub(super) struct RawCopy(PgConnection);

impl RawCopy {
    pub(super) const NAME: &'static str = "baseline: COPY";

    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        Ok(Self(options.disable_statement_logging().connect().await?))
    }
}

#[async_trait]
impl Subject for RawCopy {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn append(&mut self, batch: &Batch) -> anyhow::Result<()> {
        let created_at = batch.created_at;
        let mut rows: Vec<&Row> = batch.rows.iter().collect();
        rows.sort_unstable_by_key(|row| row.id);
        let tenant = batch.tenant.as_str();
        let mut transaction = self.0.begin().await?;
        for (statement, encode) in [(KEYS, key as fn(&mut Tuple<'_>, &Row)), (&RUNS, run)] {
            let mut bytes = Vec::with_capacity(rows.len() * 400);
            bytes.extend_from_slice(HEADER);
            for row in &rows {
                let mut tuple = Tuple {
                    bytes: &mut bytes,
                    tenant,
                    created_at,
                };
                encode(&mut tuple, row);
            }
            bytes.extend_from_slice(&(-1_i16).to_be_bytes());
            let mut copy = transaction.copy_in_raw(statement).await?;
            copy.send(bytes).await?;
            let written = copy.finish().await?;
            anyhow::ensure!(written == rows.len() as u64, "{written} rows were written");
        }
        Ok(transaction.commit().await?)
    }
}

/// A row being encoded.
struct Tuple<'a> {
    bytes: &'a mut Vec<u8>,
    tenant: &'a str,
    created_at: Timestamp,
}

impl Tuple<'_> {
    fn fields(&mut self, count: i16) {
        self.bytes.extend_from_slice(&count.to_be_bytes());
    }

    fn field(&mut self, value: Option<&[u8]>) {
        let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap_or(-1));
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value.unwrap_or_default());
    }

    fn text(&mut self, value: Option<&str>) {
        self.field(value.map(str::as_bytes));
    }

    fn integer(&mut self, value: Option<i64>) {
        self.field(value.map(i64::to_be_bytes).as_ref().map(AsRef::as_ref));
    }

    fn small(&mut self, value: i16) {
        self.field(Some(&value.to_be_bytes()));
    }

    fn time(&mut self, value: Option<Timestamp>) {
        self.integer(value.map(|time| time.as_micros() - EPOCH));
    }
}

fn key(tuple: &mut Tuple<'_>, row: &Row) {
    tuple.fields(6);
    tuple.text(Some(tuple.tenant));
    tuple.small(1);
    tuple.field(Some(row.id.as_bytes()));
    tuple.small(0);
    tuple.time(Some(tuple.created_at));
    tuple.field(Some(row.digest.as_bytes()));
}

fn run(tuple: &mut Tuple<'_>, row: &Row) {
    // Tenant, class, record time and id come first.
    tuple.fields(4 + COLUMNS.len() as i16);
    tuple.text(Some(tuple.tenant));
    tuple.small(0);
    tuple.time(Some(tuple.created_at));
    tuple.field(Some(row.id.as_bytes()));
    row.run.write_fields(tuple);
}

impl FieldWriter<'_> for Tuple<'_> {
    fn write(&mut self, _: &'static Field, value: Option<Value<'_>>) {
        match value {
            Some(Value::Id(id)) => self.field(Some(id.as_bytes())),
            Some(Value::Text(text)) => self.text(Some(text)),
            Some(Value::Integer(number)) => self.integer(Some(number)),
            Some(Value::Time(time)) => self.time(Some(time)),
            Some(Value::Flag(flag)) => self.field(Some(&[u8::from(flag)])),
            None => self.field(None),
        }
    }
}
