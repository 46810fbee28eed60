//! Many rows: binary COPY, the cheapest form for the server.

use logs_domain::Timestamp;
use logs_domain::field::{Field, FieldWriter, Value};
use sqlx::postgres::PgConnection;

use super::table::{Rows, Source, Table, kept};
use crate::pg_time;

/// The header before the rows: the signature, no flags, no extension
/// (<https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format").
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The trailer after the last row, in place of its number of fields.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// The length of a field that is null.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

/// Writes the rows, and returns their number.
pub(super) async fn insert<S: Source + Sync>(
    connection: &mut PgConnection,
    table: &Table,
    rows: &Rows<'_, S>,
) -> Result<u64, sqlx::Error> {
    let statement = format!("COPY {} FROM STDIN (FORMAT binary)", table.target());
    let bytes = encoded(table, rows);
    let mut copy = connection.copy_in_raw(&statement).await?;
    copy.send(bytes).await?;
    copy.finish().await
}

/// The rows in the format of COPY.
fn encoded<S: Source>(table: &Table, rows: &Rows<'_, S>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + rows.rows.len() * 256);
    bytes.extend_from_slice(HEADER);
    let fields = i16::try_from(table.columns.len() + 4).unwrap_or(i16::MAX);
    for row in &rows.rows {
        bytes.extend_from_slice(&fields.to_be_bytes());
        field(&mut bytes, Some(rows.tenant.as_bytes()));
        // The retention class.
        field(&mut bytes, Some(&0_i16.to_be_bytes()));
        field(&mut bytes, Some(&micros(rows.created_at)));
        field(&mut bytes, Some(row.id.as_bytes()));
        row.source.write(&mut Encoder {
            bytes: &mut bytes,
            created_at: rows.created_at,
        });
    }
    bytes.extend_from_slice(&TRAILER);
    bytes
}

/// Writes the values of a row one after the other.
struct Encoder<'b> {
    bytes: &'b mut Vec<u8>,
    created_at: Timestamp,
}

impl FieldWriter<'_> for Encoder<'_> {
    fn write(&mut self, column: &'static Field, value: Option<Value<'_>>) {
        match kept(column, value, self.created_at) {
            // It comes before the columns of the kind.
            Some(Value::Id(_)) => {}
            Some(Value::Text(text)) => field(self.bytes, Some(text.as_bytes())),
            Some(Value::Integer(number)) => field(self.bytes, Some(&number.to_be_bytes())),
            Some(Value::Time(time)) => field(self.bytes, Some(&micros(time))),
            Some(Value::Flag(flag)) => field(self.bytes, Some(&[u8::from(flag)])),
            None => field(self.bytes, None),
        }
    }
}

fn field(bytes: &mut Vec<u8>, value: Option<&[u8]>) {
    match value.map(|value| (i32::try_from(value.len()), value)) {
        Some((Ok(length), value)) => {
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(value);
        }
        // A batch holds 16 MiB, so the length of every field fits.
        Some((Err(_), _)) | None => bytes.extend_from_slice(&NULL),
    }
}

fn micros(time: Timestamp) -> [u8; 8] {
    pg_time::from_time(time).to_be_bytes()
}
