//! A server starts, makes databases, and leaves nothing.
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use test_postgres::{Durability, Server};

/// Makes this program hold a server until it is killed.
const HOLD: &str = "TEST_POSTGRES_HOLD";

async fn setting(connection: &mut PgConnection, name: &str) -> String {
    let found = sqlx::query_scalar("SELECT current_setting($1)")
        .bind(name)
        .fetch_one(connection)
        .await;
    found.expect("a setting of every server")
}

fn folder(url: &str) -> PathBuf {
    url.split_once("?host=")
        .map(|(_, folder)| folder.into())
        .expect("the URL of a started server")
}

/// Where the data of a cluster are: in its folder, or in memory.
fn data(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder.join("data")).expect("every cluster has data")
}

/// Waits for a folder to go, as long as a slow machine may take.
fn gone(folder: &Path) -> bool {
    let started = Instant::now();
    while folder.exists() && started.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    !folder.exists()
}

#[tokio::test]
async fn databases_are_copies_of_their_template_and_go_with_their_values() {
    let server = Server::start(Durability::Off).unwrap();
    let template = server.empty().unwrap();
    let mut connection = PgConnection::connect(&template.url()).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t AS SELECT 7 AS x")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let copy = server.copy(&template).unwrap();
    let mut connection = PgConnection::connect(&copy.url()).await.unwrap();
    let x: i32 = sqlx::query_scalar("SELECT x FROM t")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(x, 7);
    // A database goes although somebody is connected to it.
    let name = copy.name().to_owned();
    drop(copy);
    let other = server.empty().unwrap();
    let mut connection = PgConnection::connect(&other.url()).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_server_is_durable_when_it_is_asked_to_be_and_leaves_no_folder() {
    if std::env::var_os("LOGS_TEST_DATABASE_URL").is_some() {
        // A given server is as durable as its operator made it, and stays.
        return;
    }
    for (durability, expected) in [(Durability::Off, "off"), (Durability::On, "on")] {
        let server = Server::start(durability).unwrap();
        let database = server.empty().unwrap();
        let mut connection = PgConnection::connect(&database.url()).await.unwrap();
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            assert_eq!(setting(&mut connection, name).await, expected, "{name}");
        }
        let folder = folder(&database.url());
        let data = data(&folder);
        if durability == Durability::On {
            assert!(data.starts_with(&folder), "{}", data.display());
        }
        drop(database);
        drop(server);
        assert!(!folder.exists(), "{}", folder.display());
        assert!(!data.exists(), "{}", data.display());
    }
}

/// The processes that a process started, where the system tells.
fn children(process: u32) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task"));
    let of_thread = |thread: std::fs::DirEntry| {
        std::fs::read_to_string(thread.path().join("children")).unwrap_or_default()
    };
    threads
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .flat_map(|thread| {
            let children = of_thread(thread);
            let ids = children.split_whitespace().map(str::to_owned);
            ids.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_server_ends_with_a_process_that_is_killed() {
    if std::env::var_os("LOGS_TEST_DATABASE_URL").is_some() {
        return;
    }
    if std::env::var_os(HOLD).is_some() {
        let server = Server::start(Durability::Off).unwrap();
        println!("\nurl {}", server.empty().unwrap().url());
        loop {
            std::thread::park();
        }
    }
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "a_server_ends_with_a_process_that_is_killed",
        ])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("url ").map(str::to_owned))
        .unwrap();
    let folder = folder(&url);
    let data = data(&folder);
    // Whoever ends what belongs to it too, as a manager of jobs does, leaves nothing behind either.
    for child in children(process.id()) {
        let ended = Command::new("kill").args(["-TERM", &child]).status();
        assert!(ended.unwrap().success());
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(gone(&folder), "{} is left", folder.display());
    assert!(gone(&data), "{} is left", data.display());
}
