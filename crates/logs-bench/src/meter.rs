//! Time of the clock and time of processors.

use std::time::{Duration, Instant};

use anyhow::Context;
use rustix::time::{ClockId, clock_gettime};

/// What some work took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    /// Processor time of this process, all threads.
    pub(crate) client: Duration,
    /// Processor time of the server, where there is one on this machine.
    pub(crate) server: Duration,
}

impl Usage {
    /// Processor time of client and server.
    pub(crate) fn processors(&self) -> Duration {
        self.client + self.server
    }
}

/// Measures work.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    /// The first process of the server, the parent of those that work.
    server: Option<u32>,
}

impl Meter {
    /// Measures the server of a connection too, by the process at its other end. Where it cannot be
    /// seen, because it runs on another machine, its time is not measured.
    pub(crate) fn with_server_of(backend: u32) -> Self {
        let server = parent(&format!("{backend}"));
        Self { server }
    }

    /// Whether the time of a server is measured.
    pub(crate) const fn sees_server(&self) -> bool {
        self.server.is_some()
    }

    /// Does the work and says what it took.
    pub(crate) async fn measure<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(T, Usage)> {
        let server = self.server_time()?;
        let client = client_time();
        let begun = Instant::now();
        let done = work.await?;
        let wall = begun.elapsed();
        let client = client_time().saturating_sub(client);
        let server = self.server_time()?.saturating_sub(server);
        Ok((
            done,
            Usage {
                wall,
                client,
                server,
            },
        ))
    }

    fn server_time(&self) -> anyhow::Result<Duration> {
        let Some(server) = self.server else {
            return Ok(Duration::ZERO);
        };
        let mut nanos = 0;
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?.file_name();
            let process = entry.to_str().unwrap_or_default();
            if parent(process) != Some(server) {
                continue;
            }
            // A process that ended meanwhile did no work for us: its connection was not held.
            if let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/schedstat")) {
                let running = status.split(' ').next().context("time of a process")?;
                nanos += running.parse::<u64>()?;
            }
        }
        Ok(Duration::from_nanos(nanos))
    }
}

/// The parent of a process, when there is one of this number.
fn parent(process: &str) -> Option<u32> {
    if !process.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // NUMBER (NAME) STATE PARENT …
    let (_, rest) = status.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

fn client_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}
