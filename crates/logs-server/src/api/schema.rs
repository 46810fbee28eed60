//! What a value looks like in the description of the API.

use logs_domain::RecordKind;
use logs_domain::field::{Field, Presence, ValueType};
use serde_json::{Map, Value, json};

/// The UUIDs of records: those of versions 7 and 8.
const ID: &str =
    "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[78][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";

/// What a value looks like.
#[derive(Clone, Debug)]
pub(crate) enum Schema {
    /// A text that is not empty.
    Text,
    /// A UUID.
    Id,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from 0 on.
    Integer,
    /// A whole number from the first to the second.
    Within(u32, u32),
    /// A time of RFC 3339.
    Time,
    /// `true` or `false`.
    Flag,
    /// A page of records of this kind.
    PageOf(RecordKind),
    /// A record of this kind with its evidence.
    OneOf(RecordKind),
    /// Lines of JSON.
    Lines,
    /// An object with these members.
    Object(&'static [&'static str]),
}

impl Schema {
    /// A trace as a tree.
    pub(crate) const TREE: Self = Self::Object(&["trace_id", "header", "steps", "next"]);

    /// The media type of an answer of this form.
    pub(crate) const fn media_type(&self) -> &'static str {
        if matches!(self, Self::Lines) {
            "application/x-ndjson"
        } else {
            "application/json"
        }
    }

    /// The JSON Schema.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Text => json!({"type": "string", "minLength": 1}),
            Self::Lines => json!({"type": "string"}),
            Self::Id => json!({"type": "string", "format": "uuid", "pattern": ID}),
            Self::Word(words) => json!({"type": "string", "enum": words}),
            Self::Integer => json!({"type": "integer", "minimum": 0}),
            Self::Within(least, most) => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Self::Time => json!({"type": "string", "format": "date-time"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::PageOf(kind) => page_of(&answer_of(*kind)),
            Self::OneOf(kind) => answer_of(*kind),
            Self::Object(members) => {
                let members = members.iter().map(|name| ((*name).to_owned(), json!({})));
                let properties: Map<String, Value> = members.collect();
                let required: Vec<&String> = properties.keys().collect();
                json!({"type": "object", "required": required, "properties": properties})
            }
        }
    }
}

fn answer_of(kind: RecordKind) -> Value {
    json!({
        "type": "object",
        "required": ["evidence", "record"],
        "properties": {
            "evidence": {"$ref": "#/components/schemas/evidence"},
            "record": {"$ref": format!("#/components/schemas/{kind}")},
        },
    })
}

fn page_of(item: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next", "previous", "total", "complete_until"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next": {"type": ["string", "null"]},
            "previous": {"type": ["string", "null"]},
            "total": {"$ref": "#/components/schemas/total"},
            "complete_until": {"type": "string", "format": "date-time"},
        },
    })
}

/// The schemas that others refer to.
pub(crate) fn components() -> Value {
    let mut schemas = Map::new();
    for kind in RecordKind::ALL {
        schemas.insert(kind.as_str().to_owned(), record(*kind));
    }
    schemas.insert("evidence".to_owned(), evidence());
    schemas.insert(
        "total".to_owned(),
        json!({
            "description": "How many records match: exactly, at least, or null where nobody counted.",
            "oneOf": [
                {"type": "object", "required": ["exact"], "properties": {"exact": {"type": "integer"}}},
                {"type": "object", "required": ["at_least"], "properties": {"at_least": {"type": "integer"}}},
                {"type": "null"},
            ],
        }),
    );
    schemas.insert(
        "problem".to_owned(),
        json!({
            "description": "Problem details of RFC 9457.",
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "value", "expected"],
                        "properties": {
                            "field": {"type": "string"},
                            "value": {"type": "string"},
                            "expected": {"type": "string"},
                        },
                    },
                },
                "write_outcome": {"type": "string", "enum": ["not_applied", "unknown"]},
                "continue_at": {"type": "string"},
            },
        }),
    );
    Value::Object(schemas)
}

/// A record as its snapshot is written: the fields of its draft, and what the store added.
fn record(kind: RecordKind) -> Value {
    let mut properties = Map::new();
    let key = json!({
        "oneOf": [
            {"type": "object", "required": ["position"], "properties": {"position": {"type": "integer"}}},
            {"type": "object", "required": ["span"], "properties": {"span": {"type": "string"}}},
        ],
    });
    for field in kind.fields() {
        // Two fields of a step are one member.
        match (kind, field.name) {
            (RecordKind::TraceStep, "position" | "span_id") => {
                properties.insert("key".to_owned(), key.clone());
            }
            (RecordKind::TraceStep, "parent_position" | "parent_span_id") => {
                let absent = json!({"oneOf": [key, {"type": "null"}]});
                properties.insert("parent".to_owned(), absent);
            }
            _ => {
                properties.insert(field.name.to_owned(), value(field));
            }
        }
    }
    properties.insert("id".to_owned(), Schema::Id.json());
    properties.insert("tenant_id".to_owned(), json!({"type": ["string", "null"]}));
    properties.insert("created_at".to_owned(), Schema::Time.json());
    json!({"type": "object", "properties": properties})
}

fn value(field: &Field) -> Value {
    let mut schema = match field.value_type {
        ValueType::Id => Schema::Id.json(),
        ValueType::Text { max_bytes } => {
            json!({"type": "string", "minLength": 1, "maxLength": max_bytes})
        }
        ValueType::Word(words) => Schema::Word(words).json(),
        ValueType::Integer { max } => json!({"type": "integer", "minimum": 0, "maximum": max}),
        ValueType::Time => Schema::Time.json(),
        ValueType::Flag => Schema::Flag.json(),
        ValueType::Json => json!({"type": "object"}),
    };
    if field.presence == Presence::Optional {
        schema = json!({"oneOf": [schema, {"type": "null"}]});
    }
    schema
}

fn evidence() -> Value {
    let text = json!({"type": ["string", "null"]});
    json!({
        "description": "What is known about a record beside its content.",
        "type": "object",
        "required": [
            "kind", "id", "tenant_id", "run_id", "actor", "occurred_at", "recorded_at", "trace_id", "policy_ids",
            "incident_ids", "export_ids", "correlation_id", "component", "source", "origin", "checksum",
            "immutable",
        ],
        "properties": {
            "kind": {"type": "string"},
            "id": {"type": "string", "format": "uuid"},
            "tenant_id": text,
            "run_id": text,
            "actor": {
                "type": ["object", "null"],
                "properties": {"actor_type": text, "actor_id": text},
            },
            "occurred_at": {"type": "string", "format": "date-time"},
            "recorded_at": {"type": "string", "format": "date-time"},
            "trace_id": text,
            "policy_ids": {"type": "array", "items": {"type": "string"}},
            "incident_ids": {"type": "array", "items": {"type": "string"}},
            "export_ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "correlation_id": text,
            "component": text,
            "source": text,
            "origin": {"type": "string", "enum": ["tenant", "platform"]},
            "checksum": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "immutable": {"const": true},
        },
    })
}
