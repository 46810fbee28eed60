//! The parameters of a request.

use std::borrow::Cow;
use std::str::FromStr;

use logs_domain::InvalidValue;
use logs_domain::RecordKind;
use logs_domain::field::{Field, ValueType};

use super::schema::Schema;
use crate::problem::Problem;

/// A parameter that a route takes.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) schema: Schema,
    pub(crate) is_required: bool,
}

impl Parameter {
    /// A parameter that may be absent.
    pub(crate) const fn optional(
        name: &'static str,
        description: &'static str,
        schema: Schema,
    ) -> Self {
        Self {
            name,
            description,
            schema,
            is_required: false,
        }
    }

    /// A parameter that must be there.
    pub(crate) const fn required(
        name: &'static str,
        description: &'static str,
        schema: Schema,
    ) -> Self {
        Self {
            name,
            description,
            schema,
            is_required: true,
        }
    }

    /// A condition of a filter over records of this kind.
    pub(crate) fn condition(name: &'static str, kind: RecordKind) -> Self {
        if name.ends_with("_from") {
            return Self::optional(name, "Only records from this time on", Schema::Time);
        }
        if name.ends_with("_to") {
            return Self::optional(name, "Only records before this time", Schema::Time);
        }
        let named = |field: &&'static Field| field.name == name;
        let others = RecordKind::ALL.iter().flat_map(|kind| kind.fields());
        let field = kind.fields().iter().chain(others).find(named);
        let schema = field.map_or(Schema::Text, |field| match field.value_type {
            ValueType::Id => Schema::Id,
            ValueType::Text { .. } | ValueType::Json => Schema::Text,
            ValueType::Word(words) => Schema::Word(words),
            ValueType::Integer { .. } => Schema::Integer,
            ValueType::Time => Schema::Time,
            ValueType::Flag => Schema::Flag,
        });
        Self::optional(name, "Only records with exactly this value", schema)
    }
}

/// The parameters of a request: each at most once, and none that the route does not take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(&'static str, String)>);

impl Parameters {
    /// Reads a query.
    pub(crate) fn of(query: Option<&str>, taken: &[Parameter]) -> Result<Self, Problem> {
        let mut found: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or("").as_bytes()) {
            let Some(parameter) = taken.iter().find(|parameter| parameter.name == name) else {
                return Err(unknown(&name, taken).into());
            };
            if found.iter().any(|(known, _)| *known == name) {
                return Err(
                    InvalidValue::new(parameter.name, value, "one value, not several").into(),
                );
            }
            found.push((parameter.name, value.into_owned()));
        }
        let parameters = Self(found);
        for parameter in taken.iter().filter(|parameter| parameter.is_required) {
            if parameters.text(parameter.name).is_none() {
                return Err(InvalidValue::new(parameter.name, "", "a value").into());
            }
        }
        Ok(parameters)
    }

    /// The text of a parameter. A filter takes its conditions by this.
    pub(crate) fn text(&self, name: &'static str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// All of them, for the entry about a read.
    pub(crate) fn to_json(&self) -> serde_json::Map<String, serde_json::Value> {
        let texts = self.0.iter();
        let texts = texts.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        texts.collect()
    }

    /// The value of a parameter.
    pub(crate) fn value<T: FromStr<Err = InvalidValue>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, InvalidValue> {
        let value = self.text(name).map(str::parse).transpose();
        value.map_err(|refused: InvalidValue| refused.in_field(name))
    }

    /// The value of a required parameter.
    pub(crate) fn required<T: FromStr<Err = InvalidValue>>(
        &self,
        name: &'static str,
    ) -> Result<T, InvalidValue> {
        self.value(name)?
            .ok_or_else(|| InvalidValue::new(name, "", "a value"))
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &'static str) -> Result<Option<u32>, InvalidValue> {
        let read = |text: &str| {
            let refused = |_| InvalidValue::new(name, text, "a whole number from 0 to 4294967295");
            text.parse().map_err(refused)
        };
        self.text(name).map(read).transpose()
    }
}

fn unknown(name: &str, taken: &[Parameter]) -> InvalidValue {
    let names: Vec<&str> = taken.iter().map(|parameter| parameter.name).collect();
    let expected: Cow<'static, str> = if names.is_empty() {
        "no parameters".into()
    } else {
        format!("one of {}", names.join(", ")).into()
    };
    InvalidValue::new("parameter", name, expected)
}

#[cfg(test)]
mod tests {
    use logs_domain::{LlmRunFilter, RecordKind};

    use super::{Parameter, Parameters};
    use crate::api::schema::Schema;

    fn taken() -> Vec<Parameter> {
        vec![
            Parameter::required("id", "", Schema::Text),
            Parameter::optional("limit", "", Schema::Integer),
        ]
    }

    fn refused(query: &str) -> String {
        let problem = Parameters::of(Some(query), &taken()).unwrap_err();
        serde_json::to_value(&problem).unwrap()["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn parameters_are_decoded_and_each_is_known_and_alone() {
        let found = Parameters::of(Some("id=%2e%2e%2Fa+b%26&limit=7"), &taken()).unwrap();
        assert_eq!(found.text("id"), Some("../a b&"));
        assert_eq!(found.number("limit").unwrap(), Some(7));
        assert_eq!(
            refused("id=a&limt=7"),
            "parameter: got `limt`, expected one of id, limit"
        );
        assert_eq!(
            refused("id=a&id=b"),
            "id: got `b`, expected one value, not several"
        );
        assert_eq!(refused("limit=1"), "id: got ``, expected a value");
        let wrong = Parameters::of(Some("id=a&limit=-1"), &taken()).unwrap();
        assert!(wrong.number("limit").is_err());
    }

    #[test]
    fn a_condition_is_described_by_its_field() {
        let schema = |name: &str| {
            let name = LlmRunFilter::NAMES.iter().find(|known| **known == name);
            Parameter::condition(name.unwrap(), RecordKind::LlmRun).schema
        };
        assert!(matches!(schema("execution_status"), Schema::Word(words) if words.len() == 4));
        assert!(matches!(schema("is_synthetic"), Schema::Flag));
        assert!(matches!(schema("created_from"), Schema::Time));
        assert!(matches!(schema("run_id"), Schema::Text));
    }
}
