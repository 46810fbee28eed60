//! A cluster in a folder of its own, with a watchdog that outlives the tests by a moment.
//!
//! The watchdog is a shell that starts the server and waits for the end of its input. The input is
//! a pipe whose other end this process holds: however the process ends, also killed, the system
//! closes the pipe, and the watchdog stops the server and removes the folder.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::place::Place;
use crate::server::Durability;
use crate::{Error, binaries};

/// Starts the server in the folder `$1` by the programs in `$2` with the settings `$3`; as a standby
/// of the server whose socket is in `$4`, if that is given. The data are in the folder `$5` if that is
/// given, which `data` is a link to. Its standard error is the lock of the folder.
const WATCHDOG: &str = r#"
folder=$1 programs=$2 memory=$5
cd "$folder" || exit 1
stop() {
    "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
    cd / && rm -rf "$memory" "$folder"
}
trap '' INT HUP
# Whoever is told to end waits for the end of the input, and cleans up.
trap : TERM
{
    if [ -n "$4" ]; then
        "$programs/pg_basebackup" -h "$4" -U postgres -D data -R -X stream -c fast --no-sync
    else
        "$programs/initdb" -D data -U postgres -A trust --no-sync --encoding=UTF8 --locale=C
    fi &&
    "$programs/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "$3" start </dev/null
} >start.log 2>&1 || { cat start.log server.log 2>/dev/null; stop; exit 1; }
echo ready
cat >/dev/null
stop
"#;

/// Runs programs for root, which the server refuses to run as.
const UNPRIVILEGED: &[&str] = &["postgres", "nobody"];

/// A running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    watchdog: Child,
    /// The folder is in use as long as somebody has this.
    _lock: File,
    /// Where the socket is, the data and the log.
    pub(crate) folder: PathBuf,
    pub(crate) programs: PathBuf,
    pub(crate) user: Option<(u32, u32)>,
    pub(crate) durability: Durability,
}

impl Cluster {
    pub(crate) fn start(durability: Durability) -> Result<Self, Error> {
        Self::start_as(durability, None)
    }

    /// Starts a standby that follows this cluster.
    pub(crate) fn standby(&self) -> Result<Self, Error> {
        Self::start_as(self.durability, Some(&self.folder))
    }

    fn start_as(durability: Durability, primary: Option<&Path>) -> Result<Self, Error> {
        let binaries = binaries::find()?;
        let place = Place::new(durability)?;
        let folder = place.folder();
        let owner = std::fs::metadata(folder)
            .map_err(Error::io("reading the folder of the cluster"))?
            .uid();
        let user = (owner == 0).then(unprivileged).transpose()?;
        let binaries = match user {
            Some(user) => reachable(&binaries, folder, user)?,
            None => binaries,
        };
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", WATCHDOG, "watchdog"])
            .args([folder, &binaries])
            .arg(settings(folder, durability))
            .arg(primary.unwrap_or(Path::new("")))
            .arg(place.memory().unwrap_or(Path::new("")))
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LC_ALL", "C")
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(place.lock()?);
        if let Some((user, group)) = user {
            for folder in std::iter::once(folder).chain(place.memory()) {
                std::os::unix::fs::chown(folder, Some(user), Some(group))
                    .map_err(Error::io("giving the folder to the user of the server"))?;
            }
            command.uid(user).gid(group);
        }
        let mut watchdog = command
            .spawn()
            .map_err(Error::io("starting the watchdog of the cluster"))?;
        let lock = place.lock()?;
        // From here on the watchdog removes the folder.
        let folder = place.keep();
        let mut output = BufReader::new(watchdog.stdout.take().ok_or(Error::Ended)?);
        let mut first = String::new();
        output
            .read_line(&mut first)
            .map_err(Error::io("waiting for the server"))?;
        if first.trim_end() == "ready" {
            return Ok(Self {
                watchdog,
                _lock: lock,
                folder,
                programs: binaries,
                user,
                durability,
            });
        }
        let mut rest = String::new();
        // What can be read of the output explains the failure well enough.
        let _ = output.read_to_string(&mut rest);
        let _ = watchdog.wait();
        let output = format!("{first}{rest}");
        Err(Error::NotStarted { output })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Its status tells nothing that a test could use.
        let _ = self.watchdog.wait();
    }
}

pub(crate) fn settings(folder: &Path, durability: Durability) -> String {
    let mut settings = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c max_connections=300 \
         -c shared_buffers=64MB -c timezone=UTC -c autovacuum_naptime=1h",
        folder.display()
    );
    if durability == Durability::Off {
        settings.push_str(" -c fsync=off -c full_page_writes=off -c synchronous_commit=off");
    }
    settings
}

/// The user and the group that run the server for root.
fn unprivileged() -> Result<(u32, u32), Error> {
    let users = std::fs::read_to_string("/etc/passwd").map_err(Error::io("reading the users"))?;
    let user = UNPRIVILEGED
        .iter()
        .find_map(|name| user_of(&users, name))
        .ok_or_else(|| Error::NotStarted {
            output: "it does not run as root, and there is no user `postgres` or `nobody`".into(),
        })?;
    Ok(user)
}

fn user_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The binaries at a place that another user can reach: a fetched build may be in a folder that is
/// root's alone, and is copied beside the data then.
fn reachable(binaries: &Path, folder: &Path, user: (u32, u32)) -> Result<PathBuf, Error> {
    let status = Command::new(binaries.join("postgres"))
        .arg("--version")
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .uid(user.0)
        .gid(user.1)
        .status();
    if status.is_ok_and(|status| status.success()) {
        return Ok(binaries.to_owned());
    }
    let installation = binaries.parent().unwrap_or(binaries);
    let copy = folder.join("installation");
    copy_all(installation, &copy, user).map_err(Error::io("copying the binaries of PostgreSQL"))?;
    Ok(copy.join("bin"))
}

/// Copies a folder for a user, who shall be able to remove it.
fn copy_all(from: &Path, to: &Path, user: (u32, u32)) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    std::os::unix::fs::chown(to, Some(user.0), Some(user.1))?;
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o700))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target, user)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::user_of;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users =
            "root:x:0:0::/root:/bin/sh\npostgres2:x:7:8::/:/\npostgres:x:101:104::/:/bin/sh";
        assert_eq!(user_of(users, "postgres"), Some((101, 104)));
        assert_eq!(user_of(users, "nobody"), None);
    }
}
