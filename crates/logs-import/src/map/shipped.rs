//! The maps that come with the crate.

macro_rules! maps {
    ($($name:literal),* $(,)?) => {
        pub(super) const MAPS: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../maps/", $name, ".jq")))),*
        ];
    };
}

maps![
    "anthropic-usage",
    "azure-activity",
    "azure-llm-2023",
    "claude-code",
    "cloudtrail",
    "codex",
    "gcp-audit",
    "github-audit",
    "helicone",
    "kubernetes-audit",
    "langfuse",
    "langsmith",
    "litellm-spend",
    "logs-csv",
    "mlflow",
    "mooncake",
    "okta",
    "openai-usage",
    "opik",
    "otrf-windows",
    "phoenix",
    "tau-bench",
    "vault-audit",
    "weave",
];

/// The program of the map with this name.
pub(super) fn program(name: &str) -> Option<&'static str> {
    let found = MAPS.iter().find(|(known, _)| *known == name);
    found.map(|(_, program)| *program)
}
