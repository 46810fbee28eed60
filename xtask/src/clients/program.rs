//! A program in the background, which tells by lines of its standard output how far it is.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};

/// A program in the background. It is killed where this value ends.
pub(super) struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    /// Where its standard error goes.
    log: PathBuf,
}

impl Program {
    /// Starts it. Standard error goes to the file `log`.
    pub(super) fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let file = File::create(log).context("the log of a program")?;
        let started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn();
        let mut child = started.with_context(|| format!("cannot start `{name}`"))?;
        let output = child.stdout.take().context("a pipe of standard output")?;
        Ok(Self {
            child,
            output: BufReader::new(output),
            log: log.to_path_buf(),
        })
    }

    /// The next line of standard output.
    ///
    /// # Errors
    /// The program ended; the error has what it wrote to standard error.
    pub(super) fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            let status = self.child.wait()?;
            bail!("it ended with {status}:\n{}", self.errors()?);
        }
        Ok(line.trim_end().to_owned())
    }

    /// Writes a line to its standard input.
    pub(super) fn tell(&mut self, line: &str) -> anyhow::Result<()> {
        let input = self.child.stdin.as_mut().context("a pipe to the program")?;
        writeln!(input, "{line}").context("the program does not read")
    }

    /// Waits until it ends.
    ///
    /// # Errors
    /// It ended with another code than 0.
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("it ended with {status}:\n{}", self.errors()?);
        }
        Ok(())
    }

    /// What it wrote to standard error so far.
    pub(super) fn errors(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
