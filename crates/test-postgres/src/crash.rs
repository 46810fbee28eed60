//! Taking a cluster down without a word to anyone, and starting it again.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Error;
use crate::cluster::{Cluster, settings};

impl Cluster {
    /// Kills every process of the server, the first one first, as a machine does that goes down.
    pub(crate) fn kill(&self) -> Result<(), Error> {
        let note = self.folder.join("data/postmaster.pid");
        let text = std::fs::read_to_string(&note).map_err(Error::io("reading the server's id"))?;
        let first = text.lines().next().unwrap_or_default().to_owned();
        let running = alive().map_err(Error::io("listing processes"))?;
        let children = running.into_iter().filter(|child| child.parent == first);
        let mut all: Vec<String> = children.map(|child| child.id).collect();
        all.insert(0, first);
        let mut kill = Command::new("kill");
        // One that has ended by itself is as good.
        kill.arg("-9").args(&all).stderr(Stdio::null());
        kill.status().map_err(Error::io("killing the server"))?;
        while alive()
            .map_err(Error::io("listing processes"))?
            .iter()
            .any(|process| all.contains(&process.id))
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        // A dead process that nobody waited for would count as a server that runs.
        let locks = [note, self.folder.join(".s.PGSQL.5432.lock")];
        locks.iter().try_for_each(|lock| {
            std::fs::remove_file(lock).map_err(Error::io("removing a lock of the killed server"))
        })
    }

    /// Starts the server again after it was killed, or is going down by itself.
    pub(crate) fn start_again(&self) -> Result<(), Error> {
        let output = self
            .pg_ctl(&["-w", "-t", "60", "start"])
            .map_err(Error::io("starting the server again"))?;
        if output.status.success() {
            return Ok(());
        }
        let log = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        Err(Error::NotStarted { output: log })
    }

    /// Stops the server without a word to its sessions or its disk.
    pub(crate) fn stop_at_once(&self) -> Result<(), Error> {
        self.pg_ctl(&["-m", "immediate", "stop"])
            .map(drop)
            .map_err(Error::io("stopping the server"))
    }

    /// Makes a standby a server of its own.
    pub(crate) fn promote(&self) -> Result<(), Error> {
        let output = self
            .pg_ctl(&["-w", "-t", "60", "promote"])
            .map_err(Error::io("promoting the standby"))?;
        if output.status.success() {
            return Ok(());
        }
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::NotStarted { output })
    }

    fn pg_ctl(&self, words: &[&str]) -> std::io::Result<std::process::Output> {
        let mut command = Command::new(self.programs.join("pg_ctl"));
        command
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-l")
            .arg(self.folder.join("server.log"))
            .arg("-o")
            .arg(settings(&self.folder, self.durability))
            .args(words)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LC_ALL", "C")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command.output()
    }
}

/// A process, by its id, and its parent.
struct Process {
    id: String,
    parent: String,
}

/// The processes that run. Those that ended and wait for their parent to notice do not.
fn alive() -> std::io::Result<Vec<Process>> {
    // Small systems have no `ps`; those without /proc have it.
    let listed = match std::fs::read_dir("/proc") {
        Ok(entries) => {
            let stat =
                |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path().join("stat"));
            let lines = entries.flatten().filter_map(|entry| stat(entry).ok());
            lines.filter_map(|line| from_proc(&line)).collect()
        }
        Err(_) => {
            let mut ps = Command::new("ps");
            let output = ps.args(["-A", "-o", "pid=,stat=,ppid="]).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.lines().filter_map(process).collect()
        }
    };
    Ok(listed)
}

/// Reads `27 (a name) S 1 …`.
fn from_proc(line: &str) -> Option<Process> {
    let (id, rest) = line.split_once(" (")?;
    let (_, rest) = rest.rsplit_once(") ")?;
    process(&format!("{id} {rest}"))
}

/// Reads `27 S 1 …`: an id, a state, a parent.
fn process(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let id = words.next()?.to_owned();
    let ended = words.next()?.starts_with('Z');
    let parent = words.next()?.to_owned();
    (!ended).then_some(Process { id, parent })
}

#[cfg(test)]
mod tests {
    use super::{from_proc, process};

    #[test]
    fn processes_are_read_whatever_their_names_and_the_dead_are_left_out() {
        let found = from_proc("27 (a) S name) S 1 27 27").unwrap();
        assert_eq!((found.id.as_str(), found.parent.as_str()), ("27", "1"));
        assert!(from_proc("27 (postgres) Z 1 27 27").is_none());
        assert_eq!(process("  9 Ss   3 ").unwrap().parent, "3");
        assert!(process("9 Z+ 3").is_none());
    }
}
