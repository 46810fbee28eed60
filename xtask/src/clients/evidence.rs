//! `logs serve` on a new file, and what it answers.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::client::{Client, Transport};
use super::program::Program;
use super::run::text;

const PATIENCE: Duration = Duration::from_secs(20);
/// What the service writes before each of its addresses.
const ADDRESS: &str = "listening on ";

/// A service that runs.
pub(crate) struct Service {
    _program: Program,
    /// For HTTP, and for gRPC.
    addresses: [String; 2],
}

/// What the service answers about all that it has.
#[derive(PartialEq)]
pub(super) struct Evidence {
    /// Each run with its evidence.
    pub(super) runs: Vec<Value>,
    /// The sums, by model.
    pub(super) usage: Vec<Value>,
    /// The trees of the traces of the runs, in the order of the runs.
    pub(super) trees: Vec<Value>,
}

impl Service {
    /// Starts it on a file in this folder and on ports that are free, with more flags.
    pub(crate) fn start(logs: &Path, folder: &Path, flags: &[&str]) -> anyhow::Result<Self> {
        let mut serve = Command::new(logs);
        let store = format!("sqlite:{}", folder.join("logs.db").display());
        serve.args(["serve", "--store", &store]);
        serve.args(["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"]);
        serve.args(flags);
        serve.env_remove("LOGS_PEPPER").env_remove("LOGS_TENANT");
        let mut program = Program::start(serve, &folder.join("serve.log"))?;
        let begun = Instant::now();
        loop {
            let said = program.errors()?;
            // The last line is whole where a line follows it.
            let addresses = said.lines().filter_map(|line| line.strip_prefix(ADDRESS));
            let addresses: Vec<_> = addresses.map(str::to_owned).collect();
            if let [http, grpc] = addresses.as_slice()
                && said.contains("point an exporter here")
            {
                return Ok(Self {
                    addresses: [http.clone(), grpc.clone()],
                    _program: program,
                });
            }
            if program.has_ended()? || begun.elapsed() > PATIENCE {
                bail!("`logs serve` did not start: {said}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where a client sends telemetry.
    pub(super) fn endpoint(&self, client: &Client) -> &str {
        let [http, grpc] = &self.addresses;
        match client.transport {
            Transport::Http => http,
            Transport::Grpc => grpc,
        }
    }

    /// Where HTTP is.
    pub(crate) fn http(&self) -> &str {
        let [http, _] = &self.addresses;
        http
    }

    /// All that it answers about its runs.
    pub(super) fn evidence(&self) -> anyhow::Result<Evidence> {
        let runs = self.get("/api/v1/runs?limit=1000")?;
        ensure!(runs["next"].is_null(), "there are more than 1,000 runs");
        let runs = items(&runs, "items")?;
        let trees = runs.iter().map(|run| {
            let id = text(&run["record"], "run_id")?;
            self.get(&format!("/api/v1/run/trace?id={id}"))
        });
        let trees = trees.collect::<anyhow::Result<_>>()?;
        let usage = items(&self.get("/api/v1/usage?by=model")?, "groups")?;
        Ok(Evidence { runs, usage, trees })
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = ureq::get(format!("{}{path}", self.http())).call();
        let mut answer = answer.with_context(|| format!("GET {path}"))?;
        let body = answer.body_mut().read_to_string();
        let body = body.with_context(|| format!("GET {path}"))?;
        serde_json::from_str(&body).with_context(|| format!("GET {path}"))
    }
}

/// A member that is a list.
fn items(answer: &Value, name: &str) -> anyhow::Result<Vec<Value>> {
    let found = answer[name].as_array();
    Ok(found
        .with_context(|| format!("no list `{name}` in {answer}"))?
        .clone())
}
