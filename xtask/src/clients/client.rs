//! The clients: each is a library with a transport.

use Transport::{Grpc, Http};

/// A library that makes spans of model calls.
pub(super) struct Client {
    pub(super) name: &'static str,
    /// The folder of its packages, below `tests/clients`.
    pub(super) packages: Packages,
    /// Its script, below the folder of the language, and the arguments.
    pub(super) words: &'static [&'static str],
    pub(super) transport: Transport,
}

/// Where the packages of a client are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packages {
    /// `python/NAME/requirements.txt`
    Python(&'static str),
    /// `node/NAME/package-lock.json`
    Node(&'static str),
}

/// How telemetry is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Http,
    Grpc,
}

const fn python(
    name: &'static str,
    packages: &'static str,
    words: &'static [&'static str],
    transport: Transport,
) -> Client {
    Client {
        name,
        packages: Packages::Python(packages),
        words,
        transport,
    }
}

const fn vercel_ai(name: &'static str, words: &'static [&'static str]) -> Client {
    Client {
        name,
        packages: Packages::Node("vercel_ai"),
        words,
        transport: Http,
    }
}

pub(super) const CLIENTS: [Client; 9] = [
    python(
        "openai-v2-http",
        "openai_v2",
        &["openai_v2/client.py", "http"],
        Http,
    ),
    python(
        "openai-v2-grpc",
        "openai_v2",
        &["openai_v2/client.py", "grpc"],
        Grpc,
    ),
    python(
        "openinference-openai",
        "openinference",
        &["openinference/client.py", "openai"],
        Http,
    ),
    python(
        "openinference-anthropic",
        "openinference",
        &["openinference/client.py", "anthropic"],
        Http,
    ),
    python(
        "anthropic-sdk",
        "openinference",
        &["anthropic_sdk/client.py"],
        Http,
    ),
    python(
        "openllmetry-openai",
        "openllmetry",
        &["openllmetry/client.py", "openai"],
        Http,
    ),
    python(
        "openllmetry-anthropic",
        "openllmetry",
        &["openllmetry/client.py", "anthropic"],
        Http,
    ),
    vercel_ai("vercel-ai-json", &["client.mjs", "json"]),
    vercel_ai("vercel-ai-protobuf", &["client.mjs", "protobuf"]),
];
