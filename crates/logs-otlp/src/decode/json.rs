//! Bodies in JSON.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};

use super::{DecodeError, Request};
use crate::Signal;
use crate::limits::MAX_BRACKETS;

/// How many bytes of an unknown member's name an error repeats.
const SHOWN_BYTES: usize = 64;

pub(super) fn decode<R: Request>(body: &Bytes) -> Result<R, DecodeError> {
    let malformed = |error: serde_json::Error| DecodeError::Malformed {
        expected: R::SIGNAL,
        reason: error.to_string(),
    };
    let is_opening = |byte: &&u8| matches!(byte, b'{' | b'[');
    if body.iter().filter(is_opening).count() > MAX_BRACKETS {
        let (parts, limit) = ("opening brackets", MAX_BRACKETS);
        return Err(DecodeError::TooManyParts { parts, limit });
    }
    let request: R = parse(body).map_err(malformed)?;
    if request.items() == 0 {
        // Another form of JSON gives no items either. It must not pass for a success.
        let Members(members) = parse(body).map_err(malformed)?;
        check_members(R::SIGNAL, &members)?;
    }
    Ok(request)
}

/// The types of the messages bound the recursion, and values their own: so the parser need not.
fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_slice(body);
    parser.disable_recursion_limit();
    let parsed = T::deserialize(&mut parser)?;
    parser.end()?;
    Ok(parsed)
}

fn check_members(expected: Signal, members: &[String]) -> Result<(), DecodeError> {
    let has = |name: &str| members.iter().any(|member| member == name);
    let Some(first) = members.first() else {
        return Ok(());
    };
    if has(expected.member()) {
        return Ok(());
    }
    if let Some(found) = Signal::ALL.into_iter().find(|signal| has(signal.member())) {
        return Err(DecodeError::WrongSignal { expected, found });
    }
    let hint = if members.iter().any(|member| member.starts_with("resource_")) {
        ". The JSON form of OTLP writes names in lowerCamelCase"
    } else {
        ". The body must be an export request of OTLP"
    };
    let mut end = first.len().min(SHOWN_BYTES);
    while !first.is_char_boundary(end) {
        end -= 1;
    }
    Err(DecodeError::UnknownMembers {
        expected,
        found: first
            .get(..end)
            .unwrap_or_default()
            .escape_debug()
            .to_string(),
        hint,
    })
}

/// The names of the members of an object.
struct Members(Vec<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key()? {
            map.next_value::<IgnoredAny>()?;
            members.push(name);
        }
        Ok(Members(members))
    }
}
