//! Values of attributes. The recursion ends at [`MAX_DEPTH`]: what lies deeper is skipped without recursion.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use bytes::Bytes;
use prost::Message;
use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::bytes::Text;
use super::number::{Scalar, scalar};
use crate::limits::MAX_DEPTH;
use crate::wire::common::{AnyValue, ArrayValue, MapValue, Member, Value};

/// A value in the encoding of protobuf, in which it stays until somebody wants it. `None` where the member is
/// null.
pub(crate) fn encoded_value<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Bytes>, D::Error> {
    let value = Level(MAX_DEPTH).deserialize(deserializer)?.any();
    Ok(value.map(|value| value.encode_to_vec().into()))
}

/// What a level gives.
enum Found {
    Nothing,
    Value(Option<Value>),
    TooDeep,
}

impl Found {
    /// A value with a part that is too deep has no value.
    fn any(self) -> Option<AnyValue> {
        match self {
            Self::Nothing => None,
            Self::Value(value) => Some(AnyValue { value }),
            Self::TooDeep => Some(AnyValue { value: None }),
        }
    }
}

/// Reads a value that may have so many levels.
#[derive(Clone, Copy)]
struct Level(usize);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        if self.0 == 0 {
            serde::Deserialize::deserialize(deserializer).map(|IgnoredAny| Found::TooDeep)
        } else {
            deserializer.deserialize_option(self)
        }
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Found;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value such as {\"stringValue\":\"…\"}")
    }

    fn visit_none<E>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = None;
        let mut too_deep = false;
        while let Some(name) = map.next_key_seed(Name)? {
            let value = match &*name {
                b"stringValue" => map.next_value_seed(MaybeText)?.map(Value::Text),
                b"boolValue" => match map.next_value_seed(AnyScalar)? {
                    Scalar::Bool(value) => Some(Value::Bool(value)),
                    Scalar::Integer(_) | Scalar::Double(_) | Scalar::Text(_) | Scalar::Other => {
                        None
                    }
                },
                b"intValue" => {
                    let integer = map.next_value_seed(AnyScalar)?.integer();
                    integer
                        .and_then(|integer| i64::try_from(integer).ok())
                        .map(Value::Int)
                }
                b"doubleValue" => double(map.next_value_seed(AnyScalar)?).map(Value::Double),
                b"bytesValue" => {
                    let text = map.next_value_seed(MaybeText)?;
                    text.and_then(|text| base64(&text)).map(Value::Bytes)
                }
                b"arrayValue" => match map.next_value_seed(Values(Items(self.0 - 1)))? {
                    Some(values) => Some(Value::Array(ArrayValue { values })),
                    None => {
                        too_deep = true;
                        None
                    }
                },
                b"kvlistValue" => match map.next_value_seed(Values(Members(self.0 - 1)))? {
                    Some(values) => Some(Value::Map(MapValue { values })),
                    None => {
                        too_deep = true;
                        None
                    }
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
            };
            found = value.or(found);
        }
        Ok(if too_deep {
            Found::TooDeep
        } else {
            Found::Value(found)
        })
    }
}

fn double(scalar: Scalar) -> Option<f64> {
    match scalar {
        Scalar::Double(double) => Some(double),
        Scalar::Integer(integer) => Some(integer as f64),
        // Also `NaN`, `Infinity` and `-Infinity`, as the JSON form of protobuf writes them.
        Scalar::Text(text) => text.parse().ok(),
        Scalar::Bool(_) | Scalar::Other => None,
    }
}

fn base64(text: &[u8]) -> Option<Bytes> {
    let decoded = STANDARD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(text));
    decoded.ok().map(Bytes::from)
}

/// The name of a member.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Bytes;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_bytes(Text)
    }
}

/// A text, `None` where it is null.
struct MaybeText;

impl<'de> DeserializeSeed<'de> for MaybeText {
    type Value = Option<Bytes>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for MaybeText {
    type Value = Option<Bytes>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(Text).map(Some)
    }
}

struct AnyScalar;

impl<'de> DeserializeSeed<'de> for AnyScalar {
    type Value = Scalar;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar, D::Error> {
        scalar(deserializer)
    }
}

/// The object `{"values":[…]}` around the members of a list or a map. `None` where one is too deep.
struct Values<S>(S);

/// Reads the members of a list or a map.
trait Elements: Copy {
    type Element;

    fn read<'de, A: SeqAccess<'de>>(
        self,
        list: &mut A,
    ) -> Result<Option<Option<Self::Element>>, A::Error>;
}

/// Values that may have so many levels.
#[derive(Clone, Copy)]
struct Items(usize);

/// Keys with values that may have so many levels.
#[derive(Clone, Copy)]
struct Members(usize);

impl Elements for Items {
    type Element = AnyValue;

    fn read<'de, A: SeqAccess<'de>>(
        self,
        list: &mut A,
    ) -> Result<Option<Option<AnyValue>>, A::Error> {
        let found = list.next_element_seed(Level(self.0))?;
        Ok(found.map(|found| match found {
            Found::TooDeep => None,
            Found::Nothing => Some(AnyValue::default()),
            Found::Value(value) => Some(AnyValue { value }),
        }))
    }
}

impl Elements for Members {
    type Element = Member;

    fn read<'de, A: SeqAccess<'de>>(
        self,
        list: &mut A,
    ) -> Result<Option<Option<Member>>, A::Error> {
        list.next_element_seed(self)
    }
}

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Option<Member>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Option<Member>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `key` and `value`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut member = Member::default();
        let mut too_deep = false;
        while let Some(name) = map.next_key_seed(Name)? {
            match &*name {
                b"key" => member.key = map.next_value_seed(MaybeText)?.unwrap_or_default(),
                b"value" => match map.next_value_seed(Level(self.0))? {
                    Found::TooDeep => too_deep = true,
                    found @ (Found::Nothing | Found::Value(_)) => member.value = found.any(),
                },
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok((!too_deep).then_some(member))
    }
}

impl<'de, S: Elements> DeserializeSeed<'de> for Values<S> {
    type Value = Option<Vec<S::Element>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: Elements> Visitor<'de> for Values<S> {
    type Value = Option<Vec<S::Element>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with `values`, a list")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Vec::new()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Some(Vec::new());
        while let Some(name) = map.next_key_seed(Name)? {
            if &*name == b"values" {
                values = map.next_value_seed(Values(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(values)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Some(Vec::new());
        while let Some(value) = self.0.read(&mut list)? {
            match (value, &mut values) {
                (Some(value), Some(values)) => values.push(value),
                (None, _) | (_, None) => values = None,
            }
        }
        Ok(values)
    }
}
