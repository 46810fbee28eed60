//! Who served the model, in the words of the conventions.

use logs_domain::Provider;

use crate::map::attributes::Attributes;

const SOURCES: &[&str] = &[
    "gen_ai.provider.name",
    "gen_ai.system",
    "decision.provider",
    "decision.system",
    "llm.provider",
    "llm.system",
    "ai.model.provider",
];

/// Values that name a framework and no provider.
const FRAMEWORKS: &[&str] = &["strands-agents", "gcp.vertex.agent", "langchain", "crewai"];

/// Other spellings, each with that of the conventions.
const SPELLINGS: &[(&str, &str)] = &[
    ("amazon-bedrock", "aws.bedrock"),
    ("aws", "aws.bedrock"),
    ("aws_bedrock", "aws.bedrock"),
    ("az.ai.inference", "azure.ai.inference"),
    ("az.ai.openai", "azure.ai.openai"),
    ("azure-openai", "azure.ai.openai"),
    ("azure_openai", "azure.ai.openai"),
    ("bedrock", "aws.bedrock"),
    ("gemini", "gcp.gemini"),
    ("google", "gcp.gemini"),
    ("google-vertex", "gcp.vertex_ai"),
    ("google_vertexai", "gcp.vertex_ai"),
    ("mistral", "mistral_ai"),
    ("mistralai", "mistral_ai"),
    ("vertex_ai", "gcp.vertex_ai"),
    ("vertexai", "gcp.vertex_ai"),
    ("xai", "x_ai"),
];

/// Names that the AI SDK writes with the kind of model behind a point, such as `openai.chat`.
const WITH_KIND: &[&str] = &[
    "amazon-bedrock",
    "anthropic",
    "azure-openai",
    "cohere",
    "deepseek",
    "google",
    "groq",
    "mistral",
    "openai",
    "perplexity",
    "xai",
];

/// The provider; `None` where nothing names one.
pub(crate) fn provider(attributes: &Attributes<'_>) -> Option<Provider> {
    SOURCES.iter().find_map(|source| {
        let value = attributes.text(source)?;
        if FRAMEWORKS.contains(&value.as_str()) {
            return None;
        }
        Provider::new(spelled(&value, attributes)).ok()
    })
}

fn spelled(value: &str, attributes: &Attributes<'_>) -> String {
    let value = value.to_ascii_lowercase();
    if value.starts_with("google.vertex") {
        return "gcp.vertex_ai".to_owned();
    }
    let name = match value.split_once('.') {
        Some((name, _)) if WITH_KIND.contains(&name) => name,
        Some(_) | None => &value,
    };
    if name == "azure" {
        // The service of OpenAI's models has hosts of its own.
        let host = attributes.text("server.address").unwrap_or_default();
        let of_openai = host.ends_with(".openai.azure.com");
        return if of_openai {
            "azure.ai.openai"
        } else {
            "azure.ai.inference"
        }
        .to_owned();
    }
    let known = SPELLINGS.iter().find(|(other, _)| *other == name);
    known.map_or(name, |(_, spelling)| spelling).to_owned()
}
