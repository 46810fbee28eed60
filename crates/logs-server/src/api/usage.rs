//! Usage.

use logs_domain::{InvalidValue, LlmRunFilter, RecordKind, UsageDimension, UsageQuery};

use super::answered::Answered;
use super::call::Call;
use super::parameters::Parameter;
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const BY: &str = "by";

pub(super) fn routes() -> Vec<Route> {
    let answer = Schema::Object(&["groups", "synthetic_runs"]);
    let by = "Dimensions of the groups, with commas: day, hour, model, provider, status, source, session";
    vec![
        Route::get(
            "usage",
            "/usage",
            "What runs used together, in groups",
            answer,
            sums,
        )
        .filtered_by(LlmRunFilter::NAMES, RecordKind::LlmRun)
        .with(Parameter::optional(BY, by, Schema::Text)),
    ]
}

async fn sums(call: Call) -> Result<Answered, Problem> {
    let filter = LlmRunFilter::from_texts(|name| call.parameters.text(name))?;
    let words = call.parameters.text(BY).map(|by| by.split(','));
    let dimensions = words.into_iter().flatten();
    let dimensions = dimensions.map(str::parse::<UsageDimension>);
    let dimensions = dimensions.collect::<Result<Vec<_>, InvalidValue>>();
    let dimensions = dimensions.map_err(|refused| refused.in_field(BY))?;
    let query = UsageQuery::new(filter).group_by(dimensions);
    Answered::json(&call.app.facade.usage(&call.caller.tenant, &query).await?)
}
