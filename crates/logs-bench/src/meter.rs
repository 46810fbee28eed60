//! Time of the clock and time of processors.

use std::path::PathBuf;
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
    /// The list of the processes of the server.
    server: Option<PathBuf>,
}

impl Meter {
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
        let Some(children) = &self.server else {
            return Ok(Duration::ZERO);
        };
        let mut nanos = 0;
        for child in std::fs::read_to_string(children)?.split_whitespace() {
            // A process that ended meanwhile did no work for us: its connection was not held.
            if let Ok(status) = std::fs::read_to_string(format!("/proc/{child}/schedstat")) {
                let running = status.split(' ').next().context("time of a process")?;
                nanos += running.trim().parse::<u64>()?;
            }
        }
        Ok(Duration::from_nanos(nanos))
    }
}

fn client_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanos = u32::try_from(time.tv_nsec).unwrap_or_default();
    Duration::new(seconds, nanos)
}
