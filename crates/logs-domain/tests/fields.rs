//! Every draft can be taken apart into its fields and made of them again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use logs_domain::field::{Field, FieldReader, FieldWriter, Presence, Value, ValueType};
use logs_domain::{Draft, InvalidValue, RecordKind, Timestamp};

const DRAFTS: &str = include_str!("fixtures/drafts.ndjson");

/// The values of a draft, with their fields.
#[derive(Clone, Default)]
struct Values<'a>(Vec<(&'static Field, Option<Value<'a>>)>);

impl<'a> FieldWriter<'a> for Values<'a> {
    fn write(&mut self, field: &'static Field, value: Option<Value<'a>>) {
        self.0.push((field, value));
    }
}

/// Gives them again.
struct Reader<'a>(std::vec::IntoIter<(&'static Field, Option<Value<'a>>)>);

impl FieldReader for Reader<'_> {
    type Error = InvalidValue;

    fn read(&mut self, field: &'static Field) -> Result<Option<Value<'_>>, InvalidValue> {
        let (written, value) = self.0.next().unwrap();
        assert_eq!(written, field);
        Ok(value)
    }

    fn refuse(&mut self, _: &'static Field, why: InvalidValue) -> InvalidValue {
        why
    }
}

fn values(draft: &Draft) -> Values<'_> {
    let mut values = Values::default();
    draft.write_fields(&mut values);
    values
}

fn read(kind: RecordKind, values: Values<'_>) -> Result<Draft, InvalidValue> {
    Draft::read_fields(kind, &mut Reader(values.0.into_iter()))
}

fn drafts() -> impl Iterator<Item = Draft> {
    DRAFTS.lines().map(|line| Draft::from_json(line).unwrap())
}

#[test]
fn a_draft_is_made_again_of_its_values() {
    for draft in drafts() {
        let values = values(&draft);
        let fields: Vec<&Field> = values.0.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, draft.kind().fields().iter().collect::<Vec<_>>());
        assert_eq!(read(draft.kind(), values).unwrap(), draft);
    }
}

#[test]
fn each_value_is_of_the_type_of_its_field() {
    for draft in drafts() {
        for (field, value) in values(&draft).0 {
            let Some(value) = value else {
                assert_ne!(field.presence, Presence::Required, "{}", field.name);
                continue;
            };
            let fits = match (field.value_type, value) {
                (ValueType::Id, Value::Id(_))
                | (ValueType::Text { .. }, Value::Text(_))
                | (ValueType::Integer { .. }, Value::Integer(_))
                | (ValueType::Time, Value::Time(_))
                | (ValueType::Flag, Value::Flag(_)) => true,
                (ValueType::Word(words), Value::Text(word)) => words.contains(&word),
                (ValueType::Json, Value::Text(text)) => text.starts_with('{'),
                _ => false,
            };
            assert!(fits, "{field:?} {value:?}");
        }
    }
}

#[test]
fn names_are_distinct_within_a_kind() {
    for kind in RecordKind::ALL {
        let mut names: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{kind}");
    }
}

#[test]
fn a_value_that_its_field_does_not_take_is_refused_by_the_name_of_the_field() {
    let draft = drafts().find(|draft| draft.kind() == RecordKind::TraceStep);
    let draft = draft.unwrap();
    let with = |name: &str, value| {
        let mut values = values(&draft);
        let field = values.0.iter_mut().find(|(field, _)| field.name == name);
        field.unwrap().1 = value;
        let error = read(RecordKind::TraceStep, values).unwrap_err();
        (error.field().to_owned(), error.expected().to_owned())
    };
    let refused = |field: &str, expected: &str| (field.to_owned(), expected.to_owned());
    assert_eq!(with("trace_id", None), refused("trace_id", "a value"));
    assert_eq!(
        with("trace_id", Some(Value::Text(""))),
        refused("trace_id", "1 to 128 bytes")
    );
    let (field, expected) = with("status", Some(Value::Text("SLOW")));
    assert_eq!(field, "status");
    assert!(expected.starts_with("one of SUCCEEDED"), "{expected}");
    assert_eq!(
        with("cost_nano_usd", Some(Value::Integer(-1))).0,
        "cost_nano_usd"
    );
    let time = Timestamp::from_micros(0).unwrap();
    assert_eq!(
        with("duration_ms", Some(Value::Time(time))).0,
        "duration_ms"
    );
    let both = with("span_id", Some(Value::Text("s")));
    assert_eq!(both, refused("position", "not both position and span_id"));
    let neither = with("position", None);
    assert_eq!(
        neither,
        refused("position", "exactly one of position and span_id")
    );
}
