//! The `attributes` of a record: an allow list. Prompts, answers, arguments, outputs and the mail addresses of
//! users never get in.

use std::fmt::Write as _;

use logs_domain::{InvalidValue, JsonObject};
use serde_json::{Value as Json, json};

use super::tokens::Usage;
use crate::map::attributes::Attributes;
use crate::map::source::Source;

/// The version of the mapping. It rises when one span becomes another record than before.
const MAPPING_VERSION: u64 = 1;

const RESPONSE_ID: &[&str] = &[
    "gen_ai.response.id",
    "ai.response.id",
    "llm.response.id",
    "anthropic.request.id",
    "request_id",
];

/// The members, as they are collected.
#[derive(Default)]
pub(crate) struct Kept(Vec<(&'static str, Json)>);

impl Kept {
    /// What every record has: where it came from.
    pub(crate) fn of(source: &Source<'_>) -> Self {
        let mut kept = Self::default();
        kept.text("service_name", source.service_name.clone());
        kept.text("service_version", source.service_version.clone());
        kept.text("scope_name", source.scope_name.clone());
        kept.text("scope_version", source.scope_version.clone());
        kept.0.push(("mapping", json!(MAPPING_VERSION)));
        kept
    }

    pub(crate) fn text(&mut self, name: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.0.push((name, Json::String(value)));
        }
    }

    pub(crate) fn texts(&mut self, name: &'static str, values: &[String]) {
        if !values.is_empty() {
            self.0.push((name, json!(values)));
        }
    }

    /// A count, where a JSON number keeps it.
    pub(crate) fn count(&mut self, name: &'static str, value: Option<u64>) {
        if let Some(value) = value.filter(|value| *value <= 1 << 53) {
            self.0.push((name, json!(value)));
        }
    }

    pub(crate) fn flag(&mut self, name: &'static str, value: Option<bool>) {
        if let Some(value) = value {
            self.0.push((name, json!(value)));
        }
    }

    /// The parts of the usage, which are in its sums already.
    pub(crate) fn usage(&mut self, usage: &Usage) {
        self.count("cache_read_tokens", usage.cache_read);
        self.count("cache_write_tokens", usage.cache_write);
        self.count("reasoning_tokens", usage.reasoning);
    }

    /// The id that the provider gave the answer or the request.
    pub(crate) fn response_id(&mut self, attributes: &Attributes<'_>) {
        self.text("response_id", attributes.first_text(RESPONSE_ID));
    }

    /// The fields that the mapping claims and the sender did not say.
    pub(crate) fn assumed(&mut self, fields: &[&str]) {
        if !fields.is_empty() {
            self.0.push(("assumed", json!(fields)));
        }
    }

    /// The object. Its members are written in canonical order, which the domain then need not make.
    pub(crate) fn into_object(mut self) -> Result<JsonObject, InvalidValue> {
        self.0.sort_by_key(|(name, _)| *name);
        self.0.dedup_by_key(|(name, _)| *name);
        let mut text = String::from("{");
        for (place, (name, value)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            // Names are plain words. Writing to a text cannot fail.
            let _ = write!(text, "{comma}\"{name}\":{value}");
        }
        text.push('}');
        JsonObject::parse(&text).map_err(|error| error.in_field("attributes"))
    }
}
