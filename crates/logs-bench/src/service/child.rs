//! The service as a process of its own, so that its processor time and memory are its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::client::{Client, get};
use crate::command::program;
use crate::machine;

/// Linux tells processor time in parts of a second, on x86 and ARM in hundredths.
const TICK: Duration = Duration::from_millis(10);

/// A running `logs serve`. It is killed when the value is dropped.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// Held, because the service may write to it.
    _said: BufReader<ChildStderr>,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Service {
    /// Starts the service on the store at `url`, and waits for its first answer.
    pub(crate) async fn start(url: &str, tenant: &str) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(program()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--tenant", tenant])
            .env("LOGS_STORE_URL", url)
            .env_remove("LOGS_PEPPER")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting `logs serve`")?;
        let mut said = BufReader::new(child.stderr.take().context("the words of the service")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://");
        let Some(address) = address else {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("`logs serve`: {line}");
        };
        let address = address.parse()?;
        let mut service = Self {
            child,
            _said: said,
            address,
            started_in: Duration::ZERO,
        };
        let mut client = Client::connect(address).await?;
        client.ask(&get("/api/v1/runs?limit=1&count=skip")).await?;
        service.started_in = begun.elapsed();
        Ok(service)
    }

    /// The processor time of all its threads so far.
    pub(crate) fn processors(&self) -> anyhow::Result<Duration> {
        let stat = self.read("stat")?;
        // NUMBER (NAME) STATE …, of which the 14th and the 15th are the time of the program and of the system.
        let (_, rest) = stat.rsplit_once(')').context("a name")?;
        let times = rest.split_whitespace().skip(11).take(2);
        let ticks = times.map(str::parse::<u32>).sum::<Result<u32, _>>()?;
        Ok(TICK * ticks)
    }

    /// The megabytes of memory that it has, and the most that it had.
    pub(crate) fn memory(&self) -> anyhow::Result<(f64, f64)> {
        machine::memory(self.child.id())
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{name}", self.child.id());
        std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))
    }

    /// Ends the service as a supervisor does.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status()?;
        anyhow::ensure!(sent.success(), "the service was not there to be ended");
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the service ended with {status}");
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // One that has ended is as good.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}
