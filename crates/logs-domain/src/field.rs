//! The fields of records: their names, what they hold, and their order. Digests, stores, exports and
//! imports take all three from here, so that a field is declared once.

mod declare;
mod member;

use crate::{InvalidValue, JsonObject, RecordId, Timestamp};

pub(crate) use declare::draft;
pub(crate) use member::{Member, Part, by_name, count, flatten, take};

/// A field of a record, as stores and files keep it: a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name of the column, and of the member in files of rows.
    pub name: &'static str,
    /// What the field holds.
    pub value_type: ValueType,
    /// Whether it may be absent.
    pub presence: Presence,
    /// Which part of a leaf covers it.
    pub part: LeafPart,
}

/// The parts of what a leaf of the ledger covers. Each field is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeafPart {
    /// What is never redacted: fields of a closed or technical vocabulary.
    Facts,
    /// What may be redacted: fields that may hold personal data.
    Content,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// The id of the record itself. Stores keep it with the key of the record, for every kind.
    Id,
    /// Text of 1 to so many bytes of UTF-8.
    Text {
        /// The longest text.
        max_bytes: usize,
    },
    /// One word of a closed set.
    Word(&'static [&'static str]),
    /// A whole number from 0 on.
    Integer {
        /// The largest number.
        max: i64,
    },
    /// A time in microseconds.
    Time,
    /// True or false.
    Flag,
    /// A JSON object, as its canonical text.
    Json,
}

/// Whether a field may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Every record has it.
    Required,
    /// It may be unknown.
    Optional,
    /// A producer may leave it out. A store keeps the record time in its place.
    RecordTime,
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of [`ValueType::Id`].
    Id(RecordId),
    /// Of [`ValueType::Text`], [`ValueType::Word`] and [`ValueType::Json`].
    Text(&'a str),
    /// Of [`ValueType::Integer`].
    Integer(i64),
    /// Of [`ValueType::Time`].
    Time(Timestamp),
    /// Of [`ValueType::Flag`].
    Flag(bool),
}

/// Takes the values of a record, in the order of its fields.
pub trait FieldWriter<'a> {
    /// Takes the value of the next field, `None` where it is absent.
    fn write(&mut self, field: &'static Field, value: Option<Value<'a>>);
}

/// Gives the values of a record, in the order of its fields.
pub trait FieldReader {
    /// Why a record cannot be read.
    type Error;

    /// The value of the next field, of the field's type, `None` where it is absent.
    ///
    /// # Errors
    /// When the value cannot be read.
    fn read(&mut self, field: &'static Field) -> Result<Option<Value<'_>>, Self::Error>;

    /// The error for a value that `field` does not take, or for a required one that is absent.
    fn refuse(&mut self, field: &'static Field, why: InvalidValue) -> Self::Error;
}

/// A draft of one kind, whose fields are declared.
pub trait Fields: Sized {
    /// The kind of its records.
    const KIND: crate::RecordKind;

    /// Its fields, in the order in which they are written and read.
    const FIELDS: &'static [Field];

    /// The places of the fields in [`FIELDS`](Self::FIELDS), in the order of their names as bytes.
    const BY_NAME: &'static [usize];

    /// Hands every value to `writer`.
    fn write_fields<'a>(&'a self, writer: &mut impl FieldWriter<'a>);

    /// Makes the draft of the values that `reader` gives.
    ///
    /// # Errors
    /// Those of the reader.
    fn read_fields<R: FieldReader>(reader: &mut R) -> Result<Self, R::Error>;

    /// Whether a store keeps this draft under a digest for which `is` holds: its own or, as the record
    /// time stands in for what a producer left out, that of the draft without it.
    fn is_kept_as(&self, is: impl Fn(crate::ContentDigest) -> bool) -> bool;
}

/// A type of values that takes one field.
pub(crate) trait FieldValue: Sized {
    const TYPE: ValueType;

    fn to_value(&self) -> Value<'_>;

    fn from_value(value: Value<'_>) -> Result<Self, InvalidValue>;
}

/// A value of another type than its field says: the fault of a reader.
pub(crate) fn of_other_type(field: &'static str, value: Value<'_>) -> InvalidValue {
    InvalidValue::new(field, format!("{value:?}"), "a value of the field's type")
}

impl FieldValue for RecordId {
    const TYPE: ValueType = ValueType::Id;

    fn to_value(&self) -> Value<'_> {
        Value::Id(*self)
    }

    fn from_value(value: Value<'_>) -> Result<Self, InvalidValue> {
        let Value::Id(id) = value else {
            return Err(of_other_type("id", value));
        };
        Ok(id)
    }
}

impl FieldValue for Timestamp {
    const TYPE: ValueType = ValueType::Time;

    fn to_value(&self) -> Value<'_> {
        Value::Time(*self)
    }

    fn from_value(value: Value<'_>) -> Result<Self, InvalidValue> {
        let Value::Time(time) = value else {
            return Err(of_other_type("timestamp", value));
        };
        Ok(time)
    }
}

impl FieldValue for bool {
    const TYPE: ValueType = ValueType::Flag;

    fn to_value(&self) -> Value<'_> {
        Value::Flag(*self)
    }

    fn from_value(value: Value<'_>) -> Result<Self, InvalidValue> {
        let Value::Flag(flag) = value else {
            return Err(of_other_type("flag", value));
        };
        Ok(flag)
    }
}

impl FieldValue for JsonObject {
    const TYPE: ValueType = ValueType::Json;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str())
    }

    fn from_value(value: Value<'_>) -> Result<Self, InvalidValue> {
        let Value::Text(text) = value else {
            return Err(of_other_type("object", value));
        };
        Self::from_canonical(text)
    }
}

/// Declares that a type of values takes a field of text, of words or of whole numbers.
macro_rules! field_value {
    ($name:ident, $type:expr, $variant:ident, $to:ident, $from:expr) => {
        impl crate::field::FieldValue for $name {
            const TYPE: crate::field::ValueType = $type;

            fn to_value(&self) -> crate::field::Value<'_> {
                crate::field::Value::$variant(self.$to())
            }

            fn from_value(value: crate::field::Value<'_>) -> Result<Self, crate::InvalidValue> {
                let crate::field::Value::$variant(value) = value else {
                    return Err(crate::field::of_other_type(stringify!($name), value));
                };
                $from(value)
            }
        }
    };
}
pub(crate) use field_value;
