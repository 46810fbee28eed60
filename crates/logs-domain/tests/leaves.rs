//! What the ledger covers of each record stays what it is, on every backend and for ever.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use logs_domain::field::{Field, FieldReader, FieldWriter, LeafPart, Presence, Value, ValueType};
use logs_domain::{Draft, InvalidValue, JsonObject, RecordId, RecordKind, TenantId, Timestamp};
use logs_ledger::{Leaf, Salt, commit, hash_facts, kind_name};
use proptest::prelude::*;

const DRAFTS: &str = include_str!("fixtures/leaf_drafts.ndjson");
const LEAVES: &str = include_str!("fixtures/leaves.ndjson");

/// The fields that may hold personal data, of every kind.
const CONTENT: [&str; 9] = [
    "action_reason",
    "actor_id",
    "after_state",
    "attributes",
    "before_state",
    "details",
    "failure_reason",
    "requested_by",
    "summary",
];

fn tenant() -> TenantId {
    TenantId::new("acme").unwrap()
}

fn recorded_at() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-31T10:00:00.000009Z").unwrap()
}

fn salt() -> Salt {
    Salt::from_bytes(std::array::from_fn(|place| place as u8))
}

/// The id of the record; that of its export for an outcome.
fn id(draft: &Draft) -> RecordId {
    if let Draft::LogExportOutcome(outcome) = draft {
        return outcome.export_id;
    }
    draft.id(&tenant()).unwrap()
}

#[test]
fn facts_content_and_leaves_stay_what_they_are() {
    let drafts = DRAFTS.lines().map(|line| Draft::from_json(line).unwrap());
    let drafts: Vec<Draft> = drafts.collect();
    let kinds: BTreeSet<RecordKind> = drafts.iter().map(Draft::kind).collect();
    assert_eq!(kinds.len(), RecordKind::ALL.len(), "every kind is there");
    let lines = drafts.iter().map(|draft| {
        let (facts, content) = (draft.facts(recorded_at()), draft.content(recorded_at()));
        let leaf = draft.leaf_hash(Some(&tenant()), id(draft), recorded_at(), &salt());
        format!("{{\"leaf\":\"{leaf:?}\",\"facts\":{facts},\"content\":{content}}}\n")
    });
    let made: String = lines.collect();
    if std::env::var_os("LOGS_WRITE_FIXTURES").is_some() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        std::fs::write(folder.join("leaves.ndjson"), &made).unwrap();
    }
    assert_eq!(made, LEAVES);
}

#[test]
fn each_field_is_a_fact_unless_it_may_hold_personal_data() {
    let mut content = BTreeSet::new();
    for field in RecordKind::ALL.iter().flat_map(|kind| kind.fields()) {
        match field.part {
            LeafPart::Facts => assert!(!CONTENT.contains(&field.name), "{}", field.name),
            LeafPart::Content => drop(content.insert(field.name)),
        }
    }
    assert_eq!(content, BTreeSet::from(CONTENT));
}

#[test]
fn the_ledger_has_the_words_and_the_domain_the_numbers_of_the_same_kinds() {
    for kind in RecordKind::ALL {
        assert_eq!(kind_name(kind.number()), Some(kind.as_str()));
    }
}

#[test]
fn the_record_time_stands_in_for_what_the_producer_left_out() {
    let line = DRAFTS.lines().find(|line| line.contains("audit_entry"));
    let draft = Draft::from_json(line.unwrap()).unwrap();
    let Draft::AuditEntry(mut entry) = draft else {
        panic!("{draft:?}")
    };
    entry.occurred_at = None;
    let named = Draft::from(entry.clone().occurred_at(recorded_at()));
    let leaf = |draft: &Draft| draft.leaf_hash(Some(&tenant()), id(draft), recorded_at(), &salt());
    assert_eq!(leaf(&entry.into()), leaf(&named));
}

#[test]
fn the_leaf_names_its_log_its_record_and_its_time() {
    let draft = Draft::from_json(DRAFTS.lines().next().unwrap()).unwrap();
    let (tenant, id, at) = (tenant(), id(&draft), recorded_at());
    let own = draft.leaf_hash(Some(&tenant), id, at, &salt());
    let other_tenant = TenantId::new("acmf").unwrap();
    let other_id = RecordId::imported(&tenant, "other", 0);
    let other_salt = Salt::from_bytes([0; 16]);
    for other in [
        draft.leaf_hash(Some(&other_tenant), id, at, &salt()),
        draft.leaf_hash(None, id, at, &salt()),
        draft.leaf_hash(Some(&tenant), other_id, at, &salt()),
        draft.leaf_hash(Some(&tenant), id, at.saturating_add_micros(1), &salt()),
        draft.leaf_hash(Some(&tenant), id, at, &other_salt),
    ] {
        assert_ne!(other, own);
    }
}

/// The values of a record by the names of their fields, as a reader of JSON would have them.
#[derive(Default)]
struct Members(BTreeMap<&'static str, serde_json::Value>);

impl<'a> FieldWriter<'a> for Members {
    fn write(&mut self, field: &'static Field, value: Option<Value<'a>>) {
        let record_time = field.presence == Presence::RecordTime;
        let value = value.or(record_time.then_some(Value::Time(recorded_at())));
        let json = match value {
            None => serde_json::Value::Null,
            Some(Value::Id(id)) => id.to_string().into(),
            Some(Value::Text(text)) if field.value_type == ValueType::Json => {
                JsonObject::from_canonical(text).unwrap().to_value()
            }
            Some(Value::Text(text)) => text.into(),
            Some(Value::Integer(cost)) if field.name == "cost_nano_usd" => cost.to_string().into(),
            Some(Value::Integer(number)) => number.into(),
            Some(Value::Time(time)) => serde_json::to_value(time).unwrap(),
            Some(Value::Flag(flag)) => flag.into(),
        };
        assert_eq!(self.0.insert(field.name, json), None);
    }
}

/// Facts and content by the slow way: a tree, which a library writes in its canonical form.
fn slowly(draft: &Draft) -> (String, String) {
    let mut members = Members::default();
    draft.write_fields(&mut members);
    let is_content = |name: &str| CONTENT.contains(&name);
    let (content, facts): (BTreeMap<_, _>, BTreeMap<_, _>) = members
        .0
        .into_iter()
        .partition(|(name, _)| is_content(name));
    let canonical = |members| serde_json_canonicalizer::to_string(&members).unwrap();
    (canonical(facts), canonical(content))
}

/// Gives a draft of any kind the next of some seeds for each of its fields.
struct Seeds(std::vec::IntoIter<Seed>, Option<String>);

#[derive(Clone, Debug)]
struct Seed {
    absent: bool,
    number: i64,
    text: String,
    json: String,
}

impl FieldReader for Seeds {
    type Error = InvalidValue;

    fn read(&mut self, field: &'static Field) -> Result<Option<Value<'_>>, InvalidValue> {
        let seed = self.0.next().unwrap();
        if seed.absent && field.presence != Presence::Required {
            return Ok(None);
        }
        let number = seed.number.unsigned_abs();
        Ok(Some(match field.value_type {
            ValueType::Id => Value::Id(RecordId::imported(&tenant(), "seed", number)),
            ValueType::Text { max_bytes } => {
                let mut text = seed.text;
                while text.len() > max_bytes {
                    text.pop();
                }
                Value::Text(self.1.insert(text))
            }
            ValueType::Word(words) => Value::Text(words[number as usize % words.len()]),
            ValueType::Integer { max } => Value::Integer(seed.number.saturating_abs().min(max)),
            ValueType::Time => {
                let years = Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros();
                let micros = seed.number.clamp(*years.start(), *years.end());
                Value::Time(Timestamp::from_micros(micros).unwrap())
            }
            ValueType::Flag => Value::Flag(seed.number % 2 == 0),
            ValueType::Json => {
                let object = JsonObject::parse(&seed.json).unwrap();
                Value::Text(self.1.insert(object.as_str().to_owned()))
            }
        }))
    }

    fn refuse(&mut self, _: &'static Field, why: InvalidValue) -> InvalidValue {
        why
    }
}

fn json(depth: u32) -> impl Strategy<Value = String> {
    let quoted = "[^\u{0}]{0,8}".prop_map(|text| serde_json::to_string(&text).unwrap());
    let number = prop_oneof![
        (-(1_i64 << 53)..=1 << 53).prop_map(|number| number.to_string()),
        Just("-0.0".to_owned()),
        Just("1e16".to_owned()),
        Just("0.1".to_owned()),
        Just("1e300".to_owned()),
    ];
    let words = prop_oneof![Just("null".to_owned()), Just("true".to_owned())];
    let leaf = prop_oneof![quoted.clone(), number, words];
    let object = |value: BoxedStrategy<String>, name: BoxedStrategy<String>| {
        proptest::collection::btree_map(name, value, 0..4).prop_map(|members| {
            let members = members.into_iter();
            let members: Vec<String> = members
                .map(|(name, value)| format!("{name}:{value}"))
                .collect();
            format!("{{{}}}", members.join(","))
        })
    };
    let name = quoted.boxed();
    let nested = leaf.prop_recursive(depth, 24, 4, {
        let name = name.clone();
        move |inner| object(inner.boxed(), name.clone())
    });
    object(nested.boxed(), name)
}

fn seed() -> impl Strategy<Value = Seed> {
    let text = prop_oneof![
        "[a-z]{1,12}",
        "[ -~]{1,40}",
        "\\PC{1,40}",
        "[\n\"\\\\/\u{7f}-\u{a0}\u{2028}\u{1f9ff}]{1,12}",
    ];
    (any::<bool>(), any::<i64>(), text, json(6)).prop_map(|(absent, number, text, json)| Seed {
        absent,
        number,
        text,
        json,
    })
}

fn drafts() -> impl Strategy<Value = Draft> {
    let kinds = proptest::sample::select(RecordKind::ALL);
    let seeds = proptest::collection::vec(seed(), 16);
    (kinds, seeds).prop_filter_map("values that belong together", |(kind, seeds)| {
        Draft::read_fields(kind, &mut Seeds(seeds.into_iter(), None)).ok()
    })
}

proptest! {
    #[test]
    fn an_independent_writer_writes_the_same(draft in drafts()) {
        let (facts, content) = slowly(&draft);
        prop_assert_eq!(&draft.facts(recorded_at()), &facts);
        prop_assert_eq!(&draft.content(recorded_at()), &content);
        let leaf = Leaf {
            tenant: "acme",
            kind: draft.kind().number(),
            id: *id(&draft).as_bytes(),
            recorded_at_micros: recorded_at().as_micros(),
            facts: hash_facts(facts.as_bytes()),
            content: commit(&salt(), content.as_bytes()),
        };
        let hash = draft.leaf_hash(Some(&tenant()), id(&draft), recorded_at(), &salt());
        prop_assert_eq!(hash, leaf.hash());
    }
}
