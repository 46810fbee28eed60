//! The statements of every read, as the server is asked them, beside what the plans say of them: kept
//! in `tests/sql`, one file for each question, so that a change of a statement is seen as one.
//!
//! With `LOGS_WRITE_STATEMENTS=1` the files are written anew.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use logs_contract::questions::{Question, fill};
use logs_contract::samples::{first, id as id_of, run_id, trace_id};
use logs_domain::{CountMode, LogsReader, PageRequest, UsageDimension, UsageQuery};
use logs_postgres::PostgresStore;
use sqlx::AssertSqlSafe;
use test_postgres::{Durability, Server};

use crate::plans::log::statements;
use crate::records::{as_superuser, at, tenant};
use crate::support;

/// A store whose server logs what it is asked.
struct Scene {
    store: PostgresStore,
    server: Server,
}

impl Scene {
    /// The statements of a call.
    async fn asked<T>(&self, call: impl Future<Output = T>) -> (T, Vec<String>) {
        let logged = self.server.log().unwrap().len();
        let answer = call.await;
        let log = self.server.log().unwrap();
        let asked = statements(&log[logged..]).into_iter();
        (
            answer,
            asked.map(|statement| readable(&statement.sql)).collect(),
        )
    }
}

/// A file for each question: its statements for a first page and for the one behind.
#[tokio::test]
async fn every_read_asks_what_is_written_down() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let url = database.url_as(support::APPLICATION);
    let connect = || PostgresStore::connect(&url, at("2025-06-15T00:00:00Z"));
    fill(&connect().await.unwrap(), 0..1_000).await;
    let mut superuser = as_superuser(&database).await;
    let logged = format!(
        "ALTER ROLE {} IN DATABASE {} SET log_statement = 'all'",
        support::APPLICATION,
        database.name()
    );
    let logged = sqlx::raw_sql(AssertSqlSafe(logged));
    logged.execute(&mut superuser).await.unwrap();
    let store = connect().await.unwrap();
    let scene = Scene { store, server };

    let mut found = BTreeMap::new();
    for question in Question::ALL.iter().copied() {
        let mut file = String::new();
        let page = first(3).count(CountMode::Skip);
        let ask = |page: PageRequest| {
            let store = &scene.store;
            async move { question.page(store, &page).await.unwrap().1 }
        };
        let (next, asked) = scene.asked(ask(page.clone())).await;
        write(&mut file, "The first page", &asked);
        if let Some(next) = next {
            let (_, asked) = scene.asked(ask(page.clone().after(next))).await;
            write(&mut file, "The page behind", &asked);
        }
        let (_, asked) = scene.asked(ask(first(3))).await;
        let count = asked.last().unwrap();
        write(&mut file, "Its count", std::slice::from_ref(count));
        found.insert(file_name(&format!("{question:?}")), file);
    }
    let t = &tenant();
    let one = &id_of(7);
    macro_rules! write_down {
        ($($file:literal $title:literal: $asked:expr;)+) => {$(
            let (_, asked) = scene.asked($asked).await;
            found.insert($file.to_owned(), told($title, &asked));
        )+};
    }
    let usage = UsageQuery::default().group_by(UsageDimension::ALL.iter().copied());
    write_down! {
        "run.sql" "A run by its key": scene.store.get_llm_run(t, &run_id("r7"));
        "trace_of_run.sql" "The trace of a run": scene.store.get_trace_id_for_run(t, &run_id("hot"));
        "trace.sql" "A trace by its key": scene.store.get_trace(t, &trace_id("t7"));
        "system_record.sql" "A system record by its id": scene.store.get_system_record(t, one);
        "audit_entry.sql" "An audit entry by its id": scene.store.get_audit_entry(t, one);
        "log_export.sql" "An export by its id": scene.store.get_log_export(t, one);
        "usage.sql" "Usage by every dimension": scene.store.summarize_usage(t, &usage);
    }

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sql");
    if std::env::var_os("LOGS_WRITE_STATEMENTS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, file) in &found {
            std::fs::write(folder.join(name), file).unwrap();
        }
    }
    let kept = std::fs::read_dir(&folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    let kept: BTreeMap<String, String> = kept.collect();
    for (name, file) in &found {
        let kept = kept.get(name).map(String::as_str).unwrap_or_default();
        assert_eq!(
            file, kept,
            "{name}: run with LOGS_WRITE_STATEMENTS=1 and look at the change"
        );
    }
    let names: Vec<&String> = found.keys().collect();
    assert_eq!(kept.keys().collect::<Vec<_>>(), names);
}

fn told(title: &str, asked: &[String]) -> String {
    let mut file = String::new();
    write(&mut file, title, asked);
    file
}

fn write(file: &mut String, title: &str, asked: &[String]) {
    assert!(!asked.is_empty(), "{title} asks something");
    for statement in asked {
        let gap = if file.is_empty() { "" } else { "\n" };
        writeln!(file, "{gap}-- {title}.\n{statement};").unwrap();
    }
}

/// `RunsByModel` is in `runs_by_model.sql`.
fn file_name(question: &str) -> String {
    let mut name = String::new();
    for character in question.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name + ".sql"
}

/// A statement with each clause on a line of its own, those in parentheses further in.
fn readable(sql: &str) -> String {
    const CLAUSES: [&str; 8] = [
        "FROM ",
        "LEFT JOIN ",
        "JOIN ",
        "WHERE ",
        "AND ",
        "ORDER BY ",
        "LIMIT ",
        "UNION ALL ",
    ];
    let one_line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut text, mut depth, mut quoted) = (String::new(), 0_usize, false);
    let mut rest = one_line.as_str();
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        let begins = CLAUSES.iter().any(|clause| behind.starts_with(clause));
        let is_join = behind.starts_with("JOIN ") && text.ends_with("LEFT");
        if character == ' ' && !quoted && begins && !is_join {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
        } else {
            text.push(character);
        }
        rest = behind;
    }
    text
}
