//! What a call cost, as its sender says. A list price that a client worked out is a claim like any other.

use logs_domain::Cost;

use crate::map::attributes::Attributes;

/// Doubles of dollars.
const DOLLARS: &[&str] = &[
    "gen_ai.usage.cost",
    "gen_ai.cost.total_cost",
    "litellm.cost.total",
    "llm.cost.total",
    "cost_usd",
];

/// The cost, and the attribute that says it.
pub(crate) fn cost(attributes: &Attributes<'_>) -> Option<(Cost, &'static str)> {
    micros(attributes)
        .or_else(|| amount(attributes))
        .or_else(|| {
            DOLLARS
                .iter()
                .find_map(|name| Some((attributes.dollars(name)?, *name)))
        })
        .or_else(|| in_json(attributes, "langfuse.observation.cost_details", "total"))
        .or_else(|| in_json(attributes, "mlflow.llm.cost", "total_cost"))
        .or_else(|| Some((attributes.dollars("operation.cost")?, "operation.cost")))
}

/// An exact number of millionths.
fn micros(attributes: &Attributes<'_>) -> Option<(Cost, &'static str)> {
    let name = "cost_usd_micros";
    let nanos = i64::try_from(attributes.count(name)?)
        .ok()?
        .checked_mul(1000)?;
    Some((Cost::from_nano_usd(nanos).ok()?, name))
}

/// An amount with a currency. Other currencies are no cost in dollars.
fn amount(attributes: &Attributes<'_>) -> Option<(Cost, &'static str)> {
    let name = "gen_ai.usage.cost.amount";
    match attributes.text("gen_ai.usage.cost.currency") {
        Some(currency) if !currency.eq_ignore_ascii_case("usd") => None,
        Some(_) | None => Some((attributes.dollars(name)?, name)),
    }
}

fn in_json(
    attributes: &Attributes<'_>,
    name: &'static str,
    member: &str,
) -> Option<(Cost, &'static str)> {
    let json = attributes.json(name)?;
    let total = json.get(member)?.as_number()?;
    Some((Cost::parse_usd(&total.to_string()).ok()?, name))
}
