//! A server, and databases on it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;

use crate::Error;
use crate::cluster::Cluster;
use crate::janitor::{self, Task};

/// Names a server to use instead of starting one.
const VARIABLE: &str = "LOGS_TEST_DATABASE_URL";

/// How many databases this process has made: on a given server they are all in one place.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Whether a started server survives a crash of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It does not, and is faster.
    Off,
    /// It does: `fsync`, `full_page_writes` and `synchronous_commit` are as they come.
    On,
}

/// A server for the tests of this process. It ends with the value, or with the process.
#[derive(Debug)]
pub struct Server {
    place: Address,
    tasks: Sender<Task>,
    // The last field: connections to it are closed before it ends.
    pub(crate) cluster: Option<Cluster>,
}

/// How a server goes down without a word to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Every process of it is killed.
    Kill,
    /// It stops itself: `pg_ctl -m immediate`.
    Immediate,
}

/// How databases of a server are reached.
#[derive(Clone, Debug)]
enum Address {
    Socket(String),
    Given(String),
}

impl Address {
    fn url(&self, user: Option<&str>, database: &str) -> String {
        match self {
            Self::Socket(folder) => {
                let user = user.unwrap_or("postgres");
                format!("postgres://{user}@localhost/{database}?host={folder}")
            }
            Self::Given(url) => given(url, user, database),
        }
    }
}

/// The URL of another database of the given server, perhaps as another user without a password.
fn given(url: &str, user: Option<&str>, database: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = match (user, authority.rsplit_once('@')) {
        (Some(user), Some((_, host))) => format!("{user}@{host}"),
        (Some(user), None) => format!("{user}@{authority}"),
        (None, _) => authority.to_owned(),
    };
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{authority}/{database}{mark}{query}")
}

impl Server {
    /// Whether servers of this process are the one that its user gave: not the tests' own, to be
    /// changed, filled, stopped or looked into.
    #[must_use]
    pub fn is_given() -> bool {
        std::env::var_os(VARIABLE).is_some()
    }

    /// Starts a server, or uses the given one.
    ///
    /// # Errors
    /// [`Error::NoBinaries`] when there is no PostgreSQL, with what to do about it, and others when
    /// it does not start or cannot be reached.
    pub fn start(durability: Durability) -> Result<Self, Error> {
        let (place, cluster) = match std::env::var(VARIABLE) {
            Ok(url) => (Address::Given(url), None),
            Err(_) => {
                let cluster = Cluster::start(durability)?;
                let folder = cluster.folder.display().to_string();
                (Address::Socket(folder), Some(cluster))
            }
        };
        let tasks = janitor::start(&place.url(None, "postgres"))?;
        Ok(Self {
            place,
            tasks,
            cluster,
        })
    }

    /// Takes the server down and starts it again; it recovers from its log. Only a started server
    /// can be: a given one is not ours. No database can be made afterwards.
    ///
    /// # Errors
    /// When the server is a given one, or does not start again.
    pub fn crash(&self, crash: Crash) -> Result<(), Error> {
        let cluster = self.cluster.as_ref().ok_or(Error::Given)?;
        match crash {
            Crash::Kill => cluster.kill()?,
            Crash::Immediate => cluster.stop_at_once()?,
        }
        cluster.start_again()
    }

    /// What the server has written to its log. Only a started server's can be read.
    ///
    /// # Errors
    /// When the server is a given one, or the log cannot be read.
    pub fn log(&self) -> Result<String, Error> {
        let cluster = self.cluster.as_ref().ok_or(Error::Given)?;
        std::fs::read_to_string(cluster.folder.join("server.log"))
            .map_err(Error::io("reading the log of the server"))
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn empty(&self) -> Result<Database, Error> {
        self.make("template1")
    }

    /// Makes a copy of a database, which nobody may be connected to.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy(&self, template: &Database) -> Result<Database, Error> {
        self.make(&template.name)
    }

    fn make(&self, template: &str) -> Result<Database, Error> {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}_{number}", janitor::token());
        let (answer, answered) = std::sync::mpsc::channel();
        let task = Task::Make {
            name: name.clone(),
            template: template.to_owned(),
            answer,
        };
        self.tasks.send(task).map_err(|_| Error::Ended)?;
        answered.recv().map_err(|_| Error::Ended)??;
        Ok(Database {
            name,
            place: self.place.clone(),
            tasks: self.tasks.clone(),
        })
    }
}

/// A database; it is dropped with the value, and with it the roles whose names are its own, an
/// underscore and more.
#[derive(Debug)]
pub struct Database {
    name: String,
    place: Address,
    tasks: Sender<Task>,
}

impl Database {
    /// The URL of the database, as the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        self.place.url(None, &self.name)
    }

    /// The URL of the database as a user who needs no password.
    #[must_use]
    pub fn url_as(&self, user: &str) -> String {
        self.place.url(Some(user), &self.name)
    }

    /// The URL of the database as a user who is a member of `role` and no more, and needs no
    /// password. The user is made where it is missing, and stays on a given server.
    ///
    /// # Errors
    /// When the server refuses, such as for a role that is not there.
    pub fn url_as_member(&self, role: &str) -> Result<String, Error> {
        let name = format!("logs_test_{role}");
        let (answer, answered) = std::sync::mpsc::channel();
        let task = Task::Login {
            name: name.clone(),
            role: role.to_owned(),
            answer,
        };
        self.tasks.send(task).map_err(|_| Error::Ended)?;
        answered.recv().map_err(|_| Error::Ended)??;
        Ok(self.url_as(&name))
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.name.clone();
        let (done, is_done) = std::sync::mpsc::channel();
        // Without a janitor the server is gone, and the database with it.
        let asked = self.tasks.send(Task::Remove { name, done });
        if asked.is_ok() && matches!(self.place, Address::Given(_)) {
            // The process may end before it is removed, and that server stays.
            let _ = is_done.recv();
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, PgConnection};

    use super::{Durability, Server, given};
    use crate::janitor;

    #[tokio::test]
    async fn what_is_left_of_processes_that_are_gone_is_removed_and_nothing_else() {
        let server = Server::start(Durability::Off).unwrap();
        let database = server.empty().unwrap();
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        let own = format!("{}_own", database.name());
        for sql in [
            // No process of the system's own has tests.
            "CREATE DATABASE logs_test_1_0".to_owned(),
            "CREATE ROLE logs_test_1_0_left".to_owned(),
            format!("CREATE ROLE {own}; GRANT CREATE ON SCHEMA public TO {own}"),
        ] {
            let made = sqlx::raw_sql(sqlx::AssertSqlSafe(sql));
            made.execute(&mut connection).await.unwrap();
        }
        // Another test of this process comes to the same server.
        let other = janitor::start(&server.place.url(None, "postgres")).unwrap();
        drop(other);
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT datname::text FROM pg_database WHERE datname LIKE 'logs\\_test\\_%' \
             UNION SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'logs\\_test\\_%\\_%\\_%' \
             ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        assert!(found.contains(&database.name().to_owned()), "{found:?}");
        assert!(found.contains(&own), "{found:?}");
        assert!(
            !found.iter().any(|name| name.starts_with("logs_test_1_")),
            "{found:?}"
        );
    }

    #[test]
    fn other_databases_and_users_of_a_given_server() {
        let url = "postgres://me:secret@host:5433/postgres?sslmode=disable";
        assert_eq!(
            given(url, None, "d"),
            "postgres://me:secret@host:5433/d?sslmode=disable"
        );
        assert_eq!(
            given(url, Some("app"), "d"),
            "postgres://app@host:5433/d?sslmode=disable"
        );
        assert_eq!(
            given("postgres://host", Some("app"), "d"),
            "postgres://app@host/d"
        );
    }
}
