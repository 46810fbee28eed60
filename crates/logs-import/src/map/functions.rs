//! The functions of maps beside those of jq.

use jaq_core::data::JustLut;
use jaq_core::native::{Filter, Fun, bome, run, v};
use jaq_core::{Error, RunPtr};
use jaq_json::{Num, Val};
use logs_domain::{InvalidValue, JsonObject, Timestamp};

use super::time::{Form, Unread, Zone};
use super::{cut, money};
use crate::json::{Swap, parse};

/// Marks the text of a [record id](super::draft) that is derived from the source's own id.
pub(super) const DERIVED: &str = "id_of:";

type Result<T> = std::result::Result<T, Error<Val>>;

/// All of them. `assume`, `compact` and forms with fewer arguments are definitions.
pub(super) fn all() -> impl Iterator<Item = Fun<JustLut<Val>>> {
    let functions: [Filter<RunPtr<JustLut<Val>>>; 7] = [
        ("time", v(2), |mut cv| {
            let zone = cv.0.pop_var();
            let forms = cv.0.pop_var();
            bome(time(&cv.1, &forms, &zone))
        }),
        ("duration_ms", v(2), |mut cv| {
            let end = cv.0.pop_var();
            let start = cv.0.pop_var();
            bome(duration_ms(&start, &end))
        }),
        ("usd", v(2), |mut cv| {
            let parts = cv.0.pop_var();
            let text = cv.0.pop_var();
            bome(usd(&text, &parts))
        }),
        ("id_of", v(1), |mut cv| bome(id_of(&cv.0.pop_var()))),
        ("cut", v(1), |mut cv| {
            let most = cv.0.pop_var();
            bome(whole(&most).map(|most| cut::cut(cv.1, most)))
        }),
        ("exact", v(0), |cv| bome(Ok(exact(cv.1)))),
        ("fromjson", v(0), |cv| bome(from_json(&cv.1))),
    ];
    functions
        .into_iter()
        .map(|function| run::<JustLut<Val>>(function))
}

/// An error that names a value and an expectation.
fn refused(function: &str, value: &Val, expected: impl Into<String>) -> Error<Val> {
    let value = scalar(value).unwrap_or_else(|| value.to_string());
    let members = [
        ("field", function.to_owned()),
        ("value", value),
        ("expected", expected.into()),
    ];
    let members = members.map(|(name, text)| (Val::utf8_str(name), Val::utf8_str(text)));
    Error::new(Val::obj(members.into_iter().collect()))
}

/// The error that a program ended with.
pub(super) fn to_invalid(error: Error<Val>) -> InvalidValue {
    let told = error.into_val();
    if let Val::Obj(members) = &told {
        let member = |name: &'static str| members.get(&Val::utf8_str(name)).and_then(scalar);
        if let (Some(value), Some(expected)) = (member("value"), member("expected")) {
            let field = member("field").unwrap_or_else(|| "map".to_owned());
            return InvalidValue::new("map", value, expected).in_field(field);
        }
    }
    let told = scalar(&told).unwrap_or_else(|| told.to_string());
    InvalidValue::new(
        "map",
        told,
        "a record that the map takes, see docs/import.md",
    )
}

/// The text of a text, a number or a flag.
pub(super) fn scalar(value: &Val) -> Option<String> {
    match value {
        Val::TStr(text) => std::str::from_utf8(text).ok().map(str::to_owned),
        Val::Num(_) | Val::Bool(_) => Some(value.to_string()),
        Val::Null | Val::BStr(_) | Val::Arr(_) | Val::Obj(_) => None,
    }
}

/// Whether a source says nothing here.
fn is_nothing(value: &Val) -> bool {
    matches!(value, Val::Null) || matches!(value, Val::TStr(text) if text.trim_ascii().is_empty())
}

/// The items of an array, or the one value.
fn listed(value: &Val) -> Vec<Val> {
    if let Val::Arr(items) = value {
        return items.to_vec();
    }
    vec![value.clone()]
}

fn time(value: &Val, forms: &Val, zone: &Val) -> Result<Val> {
    if is_nothing(value) {
        return Ok(Val::Null);
    }
    let words = listed(forms);
    let mut known = Vec::with_capacity(words.len());
    for word in &words {
        let form = Form::new(&scalar(word).unwrap_or_default());
        known.push(form.map_err(|expected| refused("time", word, expected))?);
    }
    let name = scalar(zone);
    let placed = match &name {
        Some(name) => {
            let placed: std::result::Result<Zone, _> = name.parse();
            Some(placed.map_err(|expected| refused("time", zone, expected))?)
        }
        None => None,
    };
    let Some(text) = scalar(value) else {
        return Err(refused("time", value, "a text or a number"));
    };
    let mut reasons = Vec::new();
    for form in &known {
        match form.read(text.trim(), placed.as_ref()) {
            Ok((time, true)) => {
                // The form of RFC 9557: a draft lists the field as assumed.
                let name = name.as_deref().unwrap_or_default();
                return Ok(Val::utf8_str(format!("{time}[{name}]")));
            }
            Ok((time, false)) => return Ok(Val::utf8_str(time.to_string())),
            Err(why) => reasons.push(why),
        }
    }
    let expected = match reasons.as_slice() {
        [one] => one.expected().to_owned(),
        _ => {
            let forms: Vec<&str> = known.iter().map(Form::shown).collect();
            let of_zone = reasons.iter().find(|why| matches!(why, Unread::Zone(_)));
            let of_zone = of_zone.map(|why| format!(" ({})", why.expected()));
            let forms = forms.join(", ");
            format!("a time like one of {forms}{}", of_zone.unwrap_or_default())
        }
    };
    Err(refused("time", value, expected))
}

/// The milliseconds between two times, rounded.
fn duration_ms(start: &Val, end: &Val) -> Result<Val> {
    if is_nothing(start) || is_nothing(end) {
        return Ok(Val::Null);
    }
    let micros = |value: &Val| {
        let text = scalar(value).unwrap_or_default();
        let text = text.split('[').next().unwrap_or_default();
        let time = Timestamp::parse_rfc3339(text);
        time.map(Timestamp::as_micros)
            .map_err(|error| refused("duration_ms", value, error.expected()))
    };
    let passed = micros(end)? - micros(start)?;
    if passed < 0 {
        return Err(refused(
            "duration_ms",
            end,
            "an end that is not before the start",
        ));
    }
    Ok(Val::from(
        usize::try_from((passed + 500) / 1000).unwrap_or(usize::MAX),
    ))
}

/// Nano-dollars of an amount.
fn usd(amount: &Val, parts: &Val) -> Result<Val> {
    if is_nothing(amount) {
        return Ok(Val::Null);
    }
    if matches!(amount, Val::Num(Num::Float(_))) {
        let expected =
            "an amount of the source; a sum of amounts is a sum of usd(…), which is exact";
        return Err(refused("usd", amount, expected));
    }
    let parts = whole(parts)?;
    let text = scalar(amount).unwrap_or_default();
    let nanos = money::nano_usd(&text, i64::try_from(parts).unwrap_or(0));
    let nanos = nanos.map_err(|expected| refused("usd", amount, expected))?;
    Ok(Val::Num(Num::from_integral(nanos)))
}

/// An id from the parts that tell an event from every other.
fn id_of(parts: &Val) -> Result<Val> {
    let words = listed(parts);
    if words.is_empty()
        || words
            .iter()
            .any(|part| is_nothing(part) || scalar(part).is_none())
    {
        let expected = "the parts of an id, each a text or a number";
        return Err(refused("id_of", parts, expected));
    }
    let texts: Vec<String> = words.iter().filter_map(scalar).collect();
    let texts = serde_json::to_string(&texts).unwrap_or_default();
    Ok(Val::utf8_str(format!("{DERIVED}{texts}")))
}

fn whole(value: &Val) -> Result<usize> {
    let number = scalar(value).and_then(|text| text.parse().ok());
    number.ok_or_else(|| refused("number", value, "a whole number"))
}

/// The same value, with text for every number that a double would change.
fn exact(value: Val) -> Val {
    match value {
        Val::Num(Num::Int(number)) if number.unsigned_abs() <= 1 << 53 => value,
        Val::Num(_) => {
            let digits = value.to_string();
            match JsonObject::parse(&format!("{{\"n\":{digits}}}")) {
                Ok(_) => value,
                Err(_) => Val::utf8_str(digits),
            }
        }
        Val::Arr(items) => items.iter().cloned().map(exact).collect(),
        Val::Obj(members) => {
            let members = members.iter();
            Val::obj(
                members
                    .map(|(name, value)| (name.clone(), exact(value.clone())))
                    .collect(),
            )
        }
        Val::Null | Val::Bool(_) | Val::BStr(_) | Val::TStr(_) => value,
    }
}

/// The value of a text of JSON. What JSON does not allow is an error here.
fn from_json(value: &Val) -> Result<Val> {
    let Val::TStr(text) = value else {
        return Err(refused("fromjson", value, "a text"));
    };
    let (read, faults) =
        parse(text, Swap::None).map_err(|error| refused("fromjson", value, error.expected()))?;
    match faults.first() {
        None => Ok(read),
        Some(fault) => Err(refused("fromjson", value, fault.to_error().expected())),
    }
}
