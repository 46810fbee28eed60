//! The service as a child process on a SQLite file.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

/// The command that starts the service on `file`, on a port that the system chooses.
fn serve(file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_logs"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--store"])
        .arg(format!("sqlite:{}", file.display()))
        .env_remove("LOGS_TENANT")
        .env_remove("LOGS_PEPPER")
        .env("TOKIO_WORKER_THREADS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// A service that runs. It is killed when the value is dropped.
pub(crate) struct Service {
    child: Child,
    said: BufReader<ChildStderr>,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts the service and waits until it listens.
    pub(crate) fn start(file: &Path) -> Self {
        Self::start_with(file, &[])
    }

    /// The same with more flags.
    pub(crate) fn start_with(file: &Path, flags: &[&str]) -> Self {
        let mut command = serve(file);
        let mut child = command.args(flags).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let line = line_with(&mut said, "listening on http");
        let (_, address) = line.trim_end().split_once("://").unwrap();
        let address = address.parse().unwrap();
        Self {
            child,
            said,
            address,
        }
    }

    /// Kills the service by SIGKILL, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it ended before it was killed");
    }

    /// Sends SIGTERM, and waits until the service has said that it ends.
    pub(crate) fn terminate(&mut self) {
        self.signal("TERM");
        self.says("ending");
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the service says a line with these words.
    pub(crate) fn says(&mut self, words: &str) -> String {
        line_with(&mut self.said, words)
    }

    /// Waits until the service has ended by itself.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A service that has ended, and was waited for, is as good.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// Starts the service, and kills it a moment later, wherever its start is by then.
pub(crate) fn kill_while_starting(file: &Path, moment: std::time::Duration) {
    let mut child = serve(file).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(moment);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Reads lines until one has `words`.
fn line_with(said: &mut BufReader<ChildStderr>, words: &str) -> String {
    let mut all = String::new();
    loop {
        let mut line = String::new();
        let read = said.read_line(&mut line).unwrap();
        all.push_str(&line);
        assert!(read > 0, "the service ended without `{words}`: {all}");
        if line.contains(words) {
            return line;
        }
    }
}
