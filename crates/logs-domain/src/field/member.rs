//! A member of a draft: one field, or several that belong together.

use super::{Field, FieldReader, FieldValue, FieldWriter, LeafPart, Presence, ValueType};
use crate::{
    Checksum, ExportResult, InvalidValue, Reason, SpanId, StepKey, StepPosition, Timestamp,
};

/// What a member of a draft keeps in its fields. It is handed as many fields as it has.
pub(crate) trait Member: Sized {
    /// What each of its fields holds, and whether it may be absent.
    const FIELDS: &'static [(ValueType, Presence)];

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>);

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error>;
}

impl<T: FieldValue> Member for T {
    const FIELDS: &'static [(ValueType, Presence)] = &[(T::TYPE, Presence::Required)];

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>) {
        writer.write(&fields[0], Some(self.to_value()));
    }

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error> {
        required(&fields[0], reader)
    }
}

impl<T: FieldValue> Member for Option<T> {
    const FIELDS: &'static [(ValueType, Presence)] = &[(T::TYPE, Presence::Optional)];

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>) {
        writer.write(&fields[0], self.as_ref().map(T::to_value));
    }

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error> {
        optional(&fields[0], reader)
    }
}

impl Member for StepKey {
    const FIELDS: &'static [(ValueType, Presence)] = <Option<Self> as Member>::FIELDS;

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>) {
        let (position, span_id) = match self {
            Self::Position(position) => (Some(position.to_value()), None),
            Self::Span(span_id) => (None, Some(span_id.to_value())),
        };
        writer.write(&fields[0], position);
        writer.write(&fields[1], span_id);
    }

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error> {
        let key: Option<Self> = Member::read(fields, reader)?;
        let expected = format!("exactly one of {} and {}", fields[0].name, fields[1].name);
        key.ok_or_else(|| reader.refuse(&fields[0], absent(&fields[0], expected)))
    }
}

/// A position or a span id, at most one.
impl Member for Option<StepKey> {
    const FIELDS: &'static [(ValueType, Presence)] = &[
        (StepPosition::TYPE, Presence::Optional),
        (SpanId::TYPE, Presence::Optional),
    ];

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>) {
        if let Some(key) = self {
            key.write(fields, writer);
        } else {
            writer.write(&fields[0], None);
            writer.write(&fields[1], None);
        }
    }

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error> {
        let position = optional(&fields[0], reader)?;
        let span_id = optional(&fields[1], reader)?;
        match (position, span_id) {
            (Some(position), None) => Ok(Some(StepKey::Position(position))),
            (None, span_id) => Ok(span_id.map(StepKey::Span)),
            (Some(position), Some(_)) => {
                let expected = format!("not both {} and {}", fields[0].name, fields[1].name);
                let why = InvalidValue::new(fields[0].name, position, expected);
                Err(reader.refuse(&fields[0], why))
            }
        }
    }
}

/// Checksum and delivery of a completed export, or the reason of a failed one.
impl Member for ExportResult {
    const FIELDS: &'static [(ValueType, Presence)] = &[
        (Checksum::TYPE, Presence::Optional),
        (Timestamp::TYPE, Presence::Optional),
        (Reason::TYPE, Presence::Optional),
    ];

    fn write<'a>(&'a self, fields: &'static [Field], writer: &mut impl FieldWriter<'a>) {
        let values = match self {
            Self::Completed {
                checksum,
                delivered_at,
            } => [
                Some(checksum.to_value()),
                Some(delivered_at.to_value()),
                None,
            ],
            Self::Failed { reason } => [None, None, Some(reason.to_value())],
        };
        for (field, value) in fields.iter().zip(values) {
            writer.write(field, value);
        }
    }

    fn read<R: FieldReader>(fields: &'static [Field], reader: &mut R) -> Result<Self, R::Error> {
        let checksum = optional(&fields[0], reader)?;
        let delivered_at = optional(&fields[1], reader)?;
        let reason = optional(&fields[2], reader)?;
        match (checksum, delivered_at, reason) {
            (Some(checksum), Some(delivered_at), None) => Ok(Self::Completed {
                checksum,
                delivered_at,
            }),
            (None, None, Some(reason)) => Ok(Self::Failed { reason }),
            _ => {
                let expected = format!(
                    "{} and {}, or {} alone",
                    fields[0].name, fields[1].name, fields[2].name
                );
                Err(reader.refuse(&fields[0], absent(&fields[0], expected)))
            }
        }
    }
}

fn optional<T: FieldValue, R: FieldReader>(
    field: &'static Field,
    reader: &mut R,
) -> Result<Option<T>, R::Error> {
    let value = reader.read(field)?.map(T::from_value).transpose();
    value.map_err(|why| reader.refuse(field, why.in_field(field.name)))
}

fn required<T: FieldValue, R: FieldReader>(
    field: &'static Field,
    reader: &mut R,
) -> Result<T, R::Error> {
    let value = optional(field, reader)?;
    value.ok_or_else(|| reader.refuse(field, absent(field, "a value".to_owned())))
}

fn absent(field: &Field, expected: String) -> InvalidValue {
    InvalidValue::new(field.name, "", expected)
}

/// The fields of one member of a draft, under the names that the draft gives them, each with its part of a leaf.
pub(crate) struct Part {
    names: &'static [(&'static str, LeafPart)],
    fields: &'static [(ValueType, Presence)],
    presence: Option<Presence>,
}

impl Part {
    /// The fields of a member of type `T`.
    pub(crate) const fn of<T: Member>(names: &'static [(&'static str, LeafPart)]) -> Self {
        assert!(names.len() == T::FIELDS.len(), "a name for each field");
        Self {
            names,
            fields: T::FIELDS,
            presence: None,
        }
    }

    /// The same, where the record time stands in for absent values.
    pub(crate) const fn or_record_time(mut self) -> Self {
        self.presence = Some(Presence::RecordTime);
        self
    }
}

/// How many fields the members have together.
pub(crate) const fn count(parts: &[Part]) -> usize {
    let (mut part, mut sum) = (0, 0);
    while part < parts.len() {
        sum += parts[part].names.len();
        part += 1;
    }
    sum
}

/// The fields of all members, one after another.
pub(crate) const fn flatten<const N: usize>(parts: &[Part]) -> [Field; N] {
    let unset = Field {
        name: "",
        value_type: ValueType::Id,
        presence: Presence::Optional,
        part: LeafPart::Facts,
    };
    let mut fields = [unset; N];
    let (mut part, mut place) = (0, 0);
    while part < parts.len() {
        let Part {
            names,
            fields: own,
            presence,
        } = &parts[part];
        let mut index = 0;
        while index < names.len() {
            let (value_type, found) = own[index];
            let (name, part) = names[index];
            fields[place] = Field {
                name,
                part,
                value_type,
                presence: match presence {
                    Some(presence) => *presence,
                    None => found,
                },
            };
            index += 1;
            place += 1;
        }
        part += 1;
    }
    fields
}

/// The places of fields in the order of their names as bytes.
pub(crate) const fn by_name<const N: usize>(fields: &[Field]) -> [usize; N] {
    let mut places = [0; N];
    let mut sorted = 0;
    while sorted < N {
        let mut place = sorted;
        while place > 0 && is_before(fields[sorted].name, fields[places[place - 1]].name) {
            places[place] = places[place - 1];
            place -= 1;
        }
        places[place] = sorted;
        sorted += 1;
    }
    places
}

const fn is_before(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() {
        if one[place] != other[place] {
            return one[place] < other[place];
        }
        place += 1;
    }
    one.len() < other.len()
}

/// Takes the fields of a member of type `T` from those that are left.
pub(crate) fn take<T: Member>(left: &mut &'static [Field]) -> &'static [Field] {
    let (own, rest) = left.split_at(T::FIELDS.len());
    *left = rest;
    own
}
