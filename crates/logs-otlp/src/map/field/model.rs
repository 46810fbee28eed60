//! The model that answered, and the one that was asked for.

use logs_domain::Model;

use crate::map::attributes::Attributes;

const SOURCES: &[&str] = &[
    "gen_ai.response.model",
    "ai.response.model",
    "llm.response.model_name",
    "decision.response.model_name",
    "gen_ai.request.model",
    "ai.model.id",
    "decision.request.model_name",
    "llm.request.model_name",
    "llm.model_name",
    "decision.model_name",
    "embedding.model_name",
    "langfuse.observation.model.name",
];

const REQUESTED: &[&str] = &[
    "gen_ai.request.model",
    "ai.model.id",
    "llm.request.model_name",
    "decision.request.model_name",
];

const PARAMETERS: &[&str] = &[
    "llm.invocation_parameters",
    "embedding.invocation_parameters",
];

/// The model that answered, else the one asked for; `None` where nothing names one. `name` is the span's.
pub(crate) fn model(attributes: &Attributes<'_>, name: &str) -> Option<Model> {
    let valid = |text: String| Model::new(text).ok();
    let named = SOURCES
        .iter()
        .find_map(|source| valid(attributes.text(source)?));
    let bare = || match name.starts_with("claude_code.") {
        true => valid(attributes.text("model")?),
        false => None,
    };
    let of_mlflow = || valid(attributes.json_text("mlflow.llm.model")?);
    let in_parameters = |source: &&str| {
        let parameters = attributes.json(source)?;
        valid(parameters.get("model")?.as_str()?.to_owned())
    };
    named
        .or_else(bare)
        .or_else(of_mlflow)
        .or_else(|| PARAMETERS.iter().find_map(in_parameters))
}

/// The model that was asked for.
pub(crate) fn requested(attributes: &Attributes<'_>) -> Option<String> {
    attributes.first_text(REQUESTED)
}
