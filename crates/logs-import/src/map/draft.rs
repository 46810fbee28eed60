//! Drafts in their documented form, as a program makes them.

use std::collections::{BTreeMap, BTreeSet};

use jaq_json::{Map as Members, Num, Val};
use logs_domain::field::{Field, FieldReader, Value, ValueType};
use logs_domain::{Draft, InvalidValue, JsonObject, RecordId, RecordKind, TenantId, Timestamp};

use super::decimal::expanded;
use super::functions::{DERIVED, scalar};

/// Whether a field, that outputs of a map have as null, ever had a value.
pub(super) type Tally = BTreeMap<(RecordKind, &'static str), bool>;

/// The member of a draft that a field is in, and its name there where it is an object.
fn member_of(field: &'static str) -> (&'static str, Option<&'static str>) {
    match field {
        "position" => ("key", Some("position")),
        "span_id" => ("key", Some("span")),
        "parent_position" => ("parent", Some("position")),
        "parent_span_id" => ("parent", Some("span")),
        other => (other, None),
    }
}

/// Makes a draft. `id` is for a kind with an id, where the output has none.
pub(super) fn draft(
    kind: RecordKind,
    members: &Members,
    tenant: &TenantId,
    id: Option<RecordId>,
    tally: &mut Tally,
) -> Result<Draft, InvalidValue> {
    let known = || kind.fields().iter().map(|field| member_of(field.name).0);
    for name in members.keys() {
        let text = scalar(name).unwrap_or_default();
        if !known().any(|known| known == text) {
            let names: BTreeSet<&str> = known().collect();
            let names: Vec<&str> = names.into_iter().collect();
            let expected = format!("one of its fields: {}", names.join(", "));
            return Err(InvalidValue::new("record", text, expected).in_field(kind.as_str()));
        }
    }
    let mut reader = Reader {
        kind,
        tenant,
        id,
        values: BTreeMap::new(),
        text: String::new(),
    };
    let mut assumed = BTreeSet::new();
    for field in kind.fields() {
        let (member, inner) = member_of(field.name);
        let Some(value) = members.get(&Val::utf8_str(member)) else {
            continue;
        };
        let value = unclaimed(value, &mut assumed);
        let value = match (inner, value) {
            (None, value) => value,
            (Some(inner), Val::Obj(members)) => match members.get(&Val::utf8_str(inner)) {
                Some(value) => unclaimed(value, &mut assumed),
                None => continue,
            },
            (Some(_), Val::Null) => continue,
            (Some(_), other) => {
                let expected = "an object with position or span";
                return Err(reader.refuse(field, InvalidValue::new("key", other, expected)));
            }
        };
        let told = tally.entry((kind, field.name)).or_default();
        *told |= !matches!(value, Val::Null);
        let content = reader.content(field, value, &mut assumed)?;
        reader
            .values
            .extend(content.map(|content| (field.name, content)));
    }
    reader.claim(assumed)?;
    Draft::read_fields(kind, &mut reader)
}

/// The value of a claim, whose name goes to `assumed`; any other value itself.
fn unclaimed<'v>(value: &'v Val, assumed: &mut BTreeSet<String>) -> &'v Val {
    let Val::Obj(members) = value else {
        return value;
    };
    match members.get(&Val::Null) {
        Some(Val::Arr(claim)) => match claim.as_slice() {
            [name, value] => {
                if !matches!(value, Val::Null) {
                    assumed.extend(scalar(name));
                }
                unclaimed(value, assumed)
            }
            _ => value,
        },
        _ => value,
    }
}

/// What a field holds, read from the output.
enum Content {
    Text(String),
    Integer(i64),
    Time(Timestamp),
    Flag(bool),
    Id(RecordId),
}

struct Reader<'t> {
    kind: RecordKind,
    tenant: &'t TenantId,
    id: Option<RecordId>,
    values: BTreeMap<&'static str, Content>,
    text: String,
}

impl Reader<'_> {
    /// The content of a field; none for null and for an empty text.
    fn content(
        &self,
        field: &'static Field,
        value: &Val,
        assumed: &mut BTreeSet<String>,
    ) -> Result<Option<Content>, InvalidValue> {
        let refused = |expected: String| {
            let shown = scalar(value).unwrap_or_else(|| value.to_string());
            InvalidValue::new("field", shown, expected).in_field(self.path(field))
        };
        let json = field.value_type == ValueType::Json;
        if matches!(value, Val::Null)
            || (!json && matches!(value, Val::TStr(text) if text.is_empty()))
        {
            return Ok(None);
        }
        let text = || scalar(value).ok_or_else(|| refused("a text".into()));
        Ok(Some(match field.value_type {
            ValueType::Id => {
                let text = text()?;
                Content::Id(if text.starts_with(DERIVED) {
                    RecordId::imported(self.tenant, &text, 0)
                } else {
                    text.parse()
                        .map_err(|error: InvalidValue| error.in_field(self.path(field)))?
                })
            }
            ValueType::Text { .. } | ValueType::Word(_) => Content::Text(text()?),
            ValueType::Integer { max } => {
                let number = whole(value).filter(|number| (0..=max).contains(number));
                let expected = || refused(format!("a whole number from 0 to {max}"));
                Content::Integer(number.ok_or_else(expected)?)
            }
            ValueType::Time => {
                let text = text()?;
                // A zone in brackets is one that the map named.
                let time = match text.split_once('[') {
                    Some((time, _)) => {
                        assumed.insert(member_of(field.name).0.to_owned());
                        time
                    }
                    None => &text,
                };
                let expected =
                    |_| refused("a time of RFC 3339; `time` makes it of other forms".into());
                Content::Time(Timestamp::parse_rfc3339(time).map_err(expected)?)
            }
            ValueType::Flag => match text()?.as_str() {
                "true" => Content::Flag(true),
                "false" => Content::Flag(false),
                _ => return Err(refused("true or false".into())),
            },
            ValueType::Json => {
                if !matches!(value, Val::Obj(_)) {
                    return Err(refused("an object".into()));
                }
                let mut json = String::new();
                write(value, &mut json, assumed)
                    .map_err(|error| error.in_field(self.path(field)))?;
                Content::Text(json)
            }
        }))
    }

    /// Lists the claims of the map, so that readers can tell them from the source's word.
    fn claim(&mut self, assumed: BTreeSet<String>) -> Result<(), InvalidValue> {
        let fields = self.kind.fields();
        for field in fields
            .iter()
            .filter(|field| field.value_type == ValueType::Json)
        {
            let Some(Content::Text(json)) = self.values.get_mut(field.name) else {
                continue;
            };
            let object = JsonObject::parse(json);
            let object =
                object.map_err(|error| error.in_field(format!("{}.{}", self.kind, field.name)))?;
            *json = object.as_str().to_owned();
        }
        let name = match fields.iter().find(|field| field.name == "attributes") {
            Some(field) => field.name,
            None => "details",
        };
        let path = || format!("{}.{name}", self.kind);
        let mut json = match self.values.remove(name) {
            Some(Content::Text(json)) => json,
            _ if assumed.is_empty() => return Ok(()),
            _ => "{}".to_owned(),
        };
        let has_own = json.contains("\"assumed\"")
            && JsonObject::from_canonical(&json)
                .is_ok_and(|own| own.to_value().get("assumed").is_some());
        if has_own {
            let expected = "no member `assumed`, which lists the claims of the map: write them with assume(…), \
                            and give that of the source another name";
            return Err(InvalidValue::new("attributes", json, expected).in_field(path()));
        }
        if !assumed.is_empty() {
            json.pop();
            let comma = if json.len() > 1 { "," } else { "" };
            let names = serde_json::to_string(&assumed).unwrap_or_default();
            json.push_str(&format!("{comma}\"assumed\":{names}}}"));
            let object = JsonObject::parse(&json).map_err(|error| error.in_field(path()))?;
            json = object.as_str().to_owned();
        }
        self.values.insert(name, Content::Text(json));
        Ok(())
    }

    fn path(&self, field: &Field) -> String {
        match member_of(field.name) {
            (member, None) => format!("{}.{member}", self.kind),
            (member, Some(inner)) => format!("{}.{member}.{inner}", self.kind),
        }
    }
}

impl FieldReader for Reader<'_> {
    type Error = InvalidValue;

    fn read(&mut self, field: &'static Field) -> Result<Option<Value<'_>>, InvalidValue> {
        Ok(match self.values.remove(field.name) {
            Some(Content::Text(text)) => {
                self.text = text;
                Some(Value::Text(&self.text))
            }
            Some(Content::Integer(number)) => Some(Value::Integer(number)),
            Some(Content::Time(time)) => Some(Value::Time(time)),
            Some(Content::Flag(flag)) => Some(Value::Flag(flag)),
            Some(Content::Id(id)) => Some(Value::Id(id)),
            None if field.value_type == ValueType::Id => self.id.map(Value::Id),
            None if field.value_type == ValueType::Flag => Some(Value::Flag(false)),
            None => None,
        })
    }

    fn refuse(&mut self, field: &'static Field, why: InvalidValue) -> InvalidValue {
        let (member, inner) = member_of(field.name);
        if !why.value().is_empty() {
            return why.in_field(self.path(field));
        }
        let expected = match inner {
            Some(_) => "an object with position or span",
            None if field.value_type == ValueType::Id => {
                "an id, by id_of(…) or from the name of the source (--source)"
            }
            None => "a value, which every record of the kind has, see docs/import.md",
        };
        InvalidValue::new("field", "nothing", expected).in_field(format!("{}.{member}", self.kind))
    }
}

/// A whole number of a number or a text of one, such as `12`, `12.0` and `1.2e1`.
fn whole(value: &Val) -> Option<i64> {
    if let Val::Num(Num::Int(number)) = value {
        return i64::try_from(*number).ok();
    }
    let plain = expanded(scalar(value)?.trim())?;
    if plain.contains('.') {
        return None;
    }
    plain.parse().ok()
}

/// Writes JSON with the digits of the source.
fn write(
    value: &Val,
    json: &mut String,
    assumed: &mut BTreeSet<String>,
) -> Result<(), InvalidValue> {
    // Escapes take at most six bytes for one.
    let long = matches!(value, Val::TStr(text) if text.len() > JsonObject::MAX_BYTES);
    if long || json.len() > 8 * JsonObject::MAX_BYTES {
        let expected = format!(
            "at most {} bytes; `cut` shortens texts",
            JsonObject::MAX_BYTES
        );
        return Err(InvalidValue::new("object", "a larger object", expected));
    }
    let refused = |expected: &'static str| Err(InvalidValue::new("object", value, expected));
    match unclaimed(value, assumed) {
        Val::Num(Num::Float(number)) if !number.is_finite() => {
            return refused("a finite number");
        }
        value @ (Val::Null | Val::Bool(_) | Val::Num(_)) => json.push_str(&value.to_string()),
        Val::BStr(_) => return refused("a text, not bytes"),
        Val::TStr(text) => match std::str::from_utf8(text) {
            Ok(text) => json.push_str(&serde_json::to_string(text).unwrap_or_default()),
            Err(_) => return refused("a text of valid UTF-8"),
        },
        Val::Arr(items) => {
            json.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                write(item, json, assumed)?;
            }
            json.push(']');
        }
        Val::Obj(members) => {
            json.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                if place > 0 {
                    json.push(',');
                }
                if !matches!(name, Val::TStr(_)) {
                    return refused("an object whose names are texts");
                }
                write(name, json, assumed)?;
                json.push(':');
                write(value, json, assumed)?;
            }
            json.push('}');
        }
    }
    Ok(())
}
