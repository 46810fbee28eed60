//! pgbouncer in front of a started server: found, or fetched as a package of Debian.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::fetch::cache;
use crate::{Database, Error, Server};

/// Packages of Debian: the pooler, and libraries that may be missing.
const PACKAGES: &[&str] = &["pgbouncer", "libevent-2.1-7", "libc-ares2"];
/// Where programs are that are not for everybody.
const PLACES: &[&str] = &["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the pooler `$1` with the file of settings `$2` until its own input ends, as it does with the test
/// process however that ends.
const WATCHDOG: &str = r#"
"$1" -q "$2" >"$2.log" 2>&1 &
cat >/dev/null
kill $!
wait
"#;

/// A pooler that hands out a session for each transaction, two for each database and user, and drops
/// the `options` of a connection. It ends with the value, or with the process.
#[derive(Debug)]
pub struct Pooler {
    watchdog: Child,
    folder: PathBuf,
    version: (u32, u32),
}

impl Pooler {
    /// Starts one for users who need no password.
    ///
    /// # Errors
    /// [`Error::NoPooler`] when there is none and none can be had, others when the server is a given
    /// one or the pooler does not start.
    pub fn start(server: &Server, users: &[&str]) -> Result<Self, Error> {
        let cluster = server.cluster.as_ref().ok_or(Error::Given)?;
        let (program, libraries) = find()?;
        let version = version(&program, &libraries)?;
        let folder = cluster.folder.join("pooler");
        let io = || Error::io("preparing the pooler");
        std::fs::create_dir_all(&folder).map_err(io())?;
        // Where its user can reach it.
        let own = folder.join("pgbouncer");
        std::fs::copy(&program, &own).map_err(io())?;
        let mut prepared = vec![folder.clone(), own.clone()];
        if let Some(libraries) = &libraries {
            for library in std::fs::read_dir(libraries).map_err(io())?.flatten() {
                let copy = folder.join(library.file_name());
                std::fs::copy(library.path(), &copy).map_err(io())?;
                prepared.push(copy);
            }
        }
        let settings = folder.join("settings");
        let text = settings_for(&cluster.folder, &folder, version);
        std::fs::write(&settings, text).map_err(io())?;
        let names: String = users
            .iter()
            .map(|user| format!("\"{user}\" \"\"\n"))
            .collect();
        std::fs::write(folder.join("users"), names).map_err(io())?;
        prepared.extend([settings.clone(), folder.join("users")]);
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", WATCHDOG, "watchdog"])
            .args([&own, &settings])
            .env("LD_LIBRARY_PATH", &folder)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for path in &prepared {
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(path, mode).map_err(io())?;
            if let Some((user, group)) = cluster.user {
                chown(path, Some(user), Some(group)).map_err(io())?;
            }
        }
        if let Some((user, group)) = cluster.user {
            command.uid(user).gid(group);
        }
        let watchdog = command.spawn().map_err(Error::io("starting the pooler"))?;
        let pooler = Self {
            watchdog,
            folder,
            version,
        };
        let begun = Instant::now();
        while UnixStream::connect(pooler.folder.join(".s.PGSQL.6432")).is_err() {
            if begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(settings.with_extension("log"));
                let output = log.unwrap_or_default();
                return Err(Error::NotStarted { output });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(pooler)
    }

    /// Its version: 1.18 is `(1, 18)`.
    #[must_use]
    pub fn version(&self) -> (u32, u32) {
        self.version
    }

    /// The URL of a database of its server through it, as one of its users.
    #[must_use]
    pub fn url(&self, database: &Database, user: &str) -> String {
        let (name, folder) = (database.name(), self.folder.display());
        format!("postgres://{user}@localhost:6432/{name}?host={folder}")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // Its status tells nothing that a test could use.
        let _ = self.watchdog.wait();
    }
}

fn settings_for(server: &Path, folder: &Path, version: (u32, u32)) -> String {
    let (server, folder) = (server.display(), folder.display());
    let prepared = if version < (1, 21) {
        ""
    } else {
        "max_prepared_statements = 100\n"
    };
    format!(
        "[databases]\n* = host={server}\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n\
         unix_socket_dir = {folder}\nauth_type = trust\nauth_file = {folder}/users\n\
         pool_mode = transaction\ndefault_pool_size = 2\n\
         ignore_startup_parameters = options,extra_float_digits\n{prepared}"
    )
}

/// The program, and the folder of libraries that it may need beside those of the system.
fn find() -> Result<(PathBuf, Option<PathBuf>), Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(PLACES.iter().map(PathBuf::from));
    let mut programs = places.map(|place| place.join("pgbouncer"));
    if let Some(program) = programs.find(|program| program.is_file()) {
        return Ok((program, None));
    }
    let place = cache().join("pgbouncer");
    let found = |place: &Path| {
        (
            place.join("usr/sbin/pgbouncer"),
            Some(place.join("libraries")),
        )
    };
    if place.is_dir() {
        return Ok(found(&place));
    }
    std::fs::create_dir_all(cache()).map_err(Error::io("making the folder of the pooler"))?;
    // Made whole beside its place and moved there: others may fetch at the same time.
    let work = tempfile::tempdir_in(cache()).map_err(Error::io("making a folder to fetch into"))?;
    let whole = work.path().join("whole");
    fetch(work.path(), &whole)?;
    match std::fs::rename(&whole, &place) {
        Err(_) if place.is_dir() => {}
        moved => moved.map_err(Error::io("moving the pooler to its place"))?,
    }
    Ok(found(&place))
}

/// Fetches the packages, which the package manager checks, and unpacks them.
fn fetch(work: &Path, whole: &Path) -> Result<(), Error> {
    let work = std::path::absolute(work).map_err(Error::io("finding the folder to fetch into"))?;
    let mut download = Command::new("apt-get");
    download.arg("download").args(PACKAGES).current_dir(&work);
    done(&mut download)?;
    let io = || Error::io("unpacking the pooler");
    for entry in std::fs::read_dir(&work).map_err(io())?.flatten() {
        let is_package = entry.path().extension().is_some_and(|end| end == "deb");
        if is_package {
            let mut unpack = Command::new("dpkg-deb");
            done(unpack.arg("-x").arg(entry.path()).arg(whole))?;
        }
    }
    let libraries = whole.join("libraries");
    std::fs::create_dir_all(&libraries).map_err(io())?;
    // They are in a folder that is named after the machine.
    for folder in std::fs::read_dir(whole.join("usr/lib"))
        .map_err(io())?
        .flatten()
    {
        let Ok(files) = std::fs::read_dir(folder.path()) else {
            continue;
        };
        for file in files.flatten() {
            if file.file_name().to_string_lossy().contains(".so.") {
                std::fs::copy(file.path(), libraries.join(file.file_name())).map_err(io())?;
            }
        }
    }
    Ok(())
}

fn done(command: &mut Command) -> Result<(), Error> {
    let reason = match command.output() {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("{} is needed: {error}", command.get_program().display()),
    };
    Err(Error::NoPooler { reason })
}

fn version(program: &Path, libraries: &Option<PathBuf>) -> Result<(u32, u32), Error> {
    let mut ask = Command::new(program);
    ask.arg("--version").current_dir("/");
    if let Some(libraries) = libraries {
        ask.env("LD_LIBRARY_PATH", libraries);
    }
    let none = |reason: String| Error::NoPooler { reason };
    let output = ask.output().map_err(|error| none(error.to_string()))?;
    let mut first = String::new();
    // What cannot be read is no version.
    let _ = BufReader::new(&*output.stdout).read_line(&mut first);
    let version = first.split_whitespace().nth(1).and_then(|version| {
        let mut parts = version.split('.').map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    });
    version.ok_or_else(|| none(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
