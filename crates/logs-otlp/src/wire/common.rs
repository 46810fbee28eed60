//! What every signal has: attributes, resource and scope.

use bytes::Bytes;
use prost::{Message, Oneof};
use serde::Deserialize;

use super::json;

/// An attribute. Its value stays encoded until somebody wants it: most values are never read.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "json::text")]
    pub(crate) key: Bytes,
    /// An [`AnyValue`].
    #[prost(bytes = "bytes", optional, tag = "2")]
    #[serde(deserialize_with = "json::encoded_value")]
    pub(crate) value: Option<Bytes>,
}

impl KeyValue {
    /// The value, `None` where there is none or it is malformed.
    pub(crate) fn decoded(&self) -> Option<Value> {
        decoded(self.value.as_ref()?)
    }
}

/// The value in an encoded [`AnyValue`], `None` where there is none or it is malformed.
pub(crate) fn decoded(value: &Bytes) -> Option<Value> {
    AnyValue::decode(value.clone()).ok()?.value
}

/// The value of an attribute or of a body.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(crate) value: Option<Value>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Value {
    #[prost(bytes = "bytes", tag = "1")]
    Text(Bytes),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    Map(MapValue),
    #[prost(bytes = "bytes", tag = "7")]
    Bytes(Bytes),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    pub(crate) values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct MapValue {
    #[prost(message, repeated, tag = "1")]
    pub(crate) values: Vec<Member>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Member {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) key: Bytes,
    #[prost(message, optional, tag = "2")]
    pub(crate) value: Option<AnyValue>,
}

/// What sent the telemetry.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Resource {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "json::list")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// The library that made the telemetry.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Scope {
    #[prost(bytes = "bytes", tag = "1")]
    #[serde(deserialize_with = "json::text")]
    pub(crate) name: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(deserialize_with = "json::text")]
    pub(crate) version: Bytes,
}
