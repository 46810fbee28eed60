//! What the ledger covers of a record, and the leaf under which it does.

use chrono::{Datelike, Timelike};
use logs_ledger::{Hash, Leaf, Salt, commit, hash_facts};

use crate::field::{Field, FieldWriter, LeafPart, Presence, Value, ValueType};
use crate::{Draft, RecordId, RecordKind, TenantId, Timestamp};

/// The owner of the platform's records, where the tenant stands in a leaf and in a table. No [`TenantId`] can
/// have this value.
pub const PLATFORM: &str = "~platform";

/// The largest whole number that RFC 8785 writes as a number.
const MAX_NUMBER: i64 = 1 << 53;

/// The most fields of a kind.
const MAX_FIELDS: usize = 16;

const _: () = {
    let mut place = 0;
    while place < RecordKind::ALL.len() {
        assert!(RecordKind::ALL[place].fields().len() <= MAX_FIELDS);
        place += 1;
    }
};

impl Draft {
    /// The facts of the record that a store keeps of this draft from `recorded_at` on: the canonical JSON object
    /// (RFC 8785) of all fields of the part [`Facts`](LeafPart::Facts).
    ///
    /// An absent value is `null`. A time has the form of its JSON. A field whose numbers can be over 2^53 is a
    /// text of decimal digits, because RFC 8785 would round them. Where the record time stands in for what the
    /// producer left out, it does so here, so that a store computes the same facts when it reads the record.
    #[must_use]
    pub fn facts(&self, recorded_at: Timestamp) -> String {
        let mut json = String::with_capacity(512);
        LeafValues::of(self).push_object(LeafPart::Facts, recorded_at, &mut json);
        json
    }

    /// The content of the record: as [`facts`](Self::facts), of the fields of the part
    /// [`Content`](LeafPart::Content).
    #[must_use]
    pub fn content(&self, recorded_at: Timestamp) -> String {
        let mut json = String::with_capacity(512);
        LeafValues::of(self).push_object(LeafPart::Content, recorded_at, &mut json);
        json
    }

    /// The hash of the record's leaf in the log of `tenant`, or of the platform.
    ///
    /// The export and its outcome are two records, each with its own record time and salt. The `id` of an outcome
    /// is that of its export.
    #[must_use]
    pub fn leaf_hash(
        &self,
        tenant: Option<&TenantId>,
        id: RecordId,
        recorded_at: Timestamp,
        salt: &Salt,
    ) -> Hash {
        let values = LeafValues::of(self);
        let mut json = String::with_capacity(512);
        values.push_object(LeafPart::Facts, recorded_at, &mut json);
        let facts = hash_facts(json.as_bytes());
        json.clear();
        values.push_object(LeafPart::Content, recorded_at, &mut json);
        let leaf = Leaf {
            tenant: tenant.map_or(PLATFORM, TenantId::as_str),
            kind: self.kind().number(),
            id: *id.as_bytes(),
            recorded_at_micros: recorded_at.as_micros(),
            facts,
            content: commit(salt, json.as_bytes()),
        };
        leaf.hash()
    }
}

/// The values of a draft, which come in the order of their fields and are written in that of their names.
struct LeafValues<'a> {
    fields: &'static [Field],
    by_name: &'static [usize],
    values: [Option<Value<'a>>; MAX_FIELDS],
    count: usize,
}

impl<'a> FieldWriter<'a> for LeafValues<'a> {
    fn write(&mut self, _: &'static Field, value: Option<Value<'a>>) {
        if let Some(place) = self.values.get_mut(self.count) {
            *place = value;
        }
        self.count += 1;
    }
}

impl<'a> LeafValues<'a> {
    fn of(draft: &'a Draft) -> Self {
        let mut values = Self {
            fields: draft.kind().fields(),
            by_name: draft.fields_by_name(),
            values: [None; MAX_FIELDS],
            count: 0,
        };
        draft.write_fields(&mut values);
        values
    }

    /// Writes the fields of a part. Names are ASCII, so their order as bytes is that of RFC 8785.
    fn push_object(&self, part: LeafPart, recorded_at: Timestamp, json: &mut String) {
        let mut before = '{';
        for (field, value) in self.by_name.iter().filter_map(|place| {
            let field = self.fields.get(*place)?;
            (field.part == part).then_some((field, *self.values.get(*place)?))
        }) {
            json.push(before);
            before = ',';
            // Names need no escapes.
            json.push('"');
            json.push_str(field.name);
            json.push_str("\":");
            let record_time = field.presence == Presence::RecordTime;
            match value.or(record_time.then_some(Value::Time(recorded_at))) {
                Some(value) => push_value(json, field, value),
                None => json.push_str("null"),
            }
        }
        if before == '{' {
            json.push('{');
        }
        json.push('}');
    }
}

fn push_value(json: &mut String, field: &Field, value: Value<'_>) {
    match value {
        Value::Id(id) => {
            let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
            json.push('"');
            json.push_str(id.as_uuid().hyphenated().encode_lower(&mut text));
            json.push('"');
        }
        // It is canonical already, and canonical objects nest.
        Value::Text(object) if field.value_type == ValueType::Json => json.push_str(object),
        Value::Text(text) => push_text(json, text),
        Value::Integer(number) => {
            let large = matches!(field.value_type, ValueType::Integer { max } if max > MAX_NUMBER);
            let quote = if large { "\"" } else { "" };
            json.push_str(quote);
            push_integer(json, number);
            json.push_str(quote);
        }
        Value::Time(time) => push_time(json, time),
        Value::Flag(flag) => json.push_str(if flag { "true" } else { "false" }),
    }
}

/// A text as RFC 8785, section 3.2.2.2, writes it.
fn push_text(json: &mut String, text: &str) {
    json.push('"');
    let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    // Without a branch for each byte, as nearly no text needs an escape.
    if !text
        .bytes()
        .fold(false, |found, byte| found | escaped(byte))
    {
        json.push_str(text);
        json.push('"');
        return;
    }
    let mut written = 0;
    for (place, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' | b'\\' => char::from(byte),
            0x08 => 'b',
            b'\t' => 't',
            b'\n' => 'n',
            0x0c => 'f',
            b'\r' => 'r',
            0..=0x1f => 'u',
            _ => continue,
        };
        json.push_str(text.get(written..place).unwrap_or_default());
        written = place + 1;
        json.push('\\');
        json.push(short);
        if short == 'u' {
            json.push_str(if byte < 0x10 { "000" } else { "001" });
            json.extend(char::from_digit(u32::from(byte % 16), 16));
        }
    }
    json.push_str(text.get(written..).unwrap_or_default());
    json.push('"');
}

fn push_integer(json: &mut String, number: i64) {
    if number < 0 {
        json.push('-');
    }
    push_digits(json, number.unsigned_abs(), 1);
}

/// At least so many digits.
fn push_digits(json: &mut String, mut number: u64, at_least: usize) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    while number > 0 || digits.len() - first < at_least {
        first -= 1;
        digits[first] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    json.push_str(std::str::from_utf8(&digits[first..]).unwrap_or_default());
}

/// A time as its JSON form is: RFC 3339 with six digits and `Z`.
fn push_time(json: &mut String, time: Timestamp) {
    let time = time.to_datetime();
    let parts = [
        ('"', u64::from(time.year().unsigned_abs()), 4),
        ('-', u64::from(time.month()), 2),
        ('-', u64::from(time.day()), 2),
        ('T', u64::from(time.hour()), 2),
        (':', u64::from(time.minute()), 2),
        (':', u64::from(time.second()), 2),
        ('.', u64::from(time.timestamp_subsec_micros()), 6),
    ];
    for (before, number, digits) in parts {
        json.push(before);
        push_digits(json, number, digits);
    }
    json.push_str("Z\"");
}
