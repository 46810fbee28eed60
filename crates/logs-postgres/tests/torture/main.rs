//! Processes that are killed at random moments: clients in the middle of an append, sessions of the
//! server, the server itself. What was acknowledged is there once and whole, and so is, in the end,
//! everything that was tried.
//!
//! The program runs itself as the clients: `write URL NAME FILE`. `cargo xtask torture` runs it for
//! minutes; the tests run it for seconds.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; what was done is told"
)]

mod client;
mod scene;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use logs_domain::{AppendBatch, LogsWriter, OnConflict, RecordOutcome, StoreOptions};
use logs_postgres::PostgresStore;
use test_postgres::Crash;

use client::{STOP, batch, noted, tenant};
use scene::Scene;

const CLIENTS: usize = 3;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, word, url, name, file] = words.as_slice()
        && word == "write"
    {
        client::end_with_parent();
        runtime().block_on(client::write(url, name, Path::new(file)));
        return ExitCode::SUCCESS;
    }
    let trials = vec![
        Trial::test(
            "killed_processes_lose_nothing_that_was_acknowledged",
            killed,
        ),
        Trial::test("the_oracle_sees_a_lost_and_a_half_batch", control),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

/// Numbers at random, the same for a seed (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit.max(1)
    }

    fn of<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        let place = self.below(some.len() as u64);
        some.get(usize::try_from(place).unwrap())
    }
}

/// How often what was killed.
#[derive(Debug, Default)]
struct Killed {
    clients: u64,
    sessions: u64,
    servers: u64,
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |given| given.parse().unwrap())
}

fn killed() -> Result<(), Failed> {
    if test_postgres::Server::is_given() {
        println!("NOT RUN: a given server is not ours to kill");
        return Ok(());
    }
    let seed = number("LOGS_TORTURE_SEED", 1);
    let time = Duration::from_secs(number("LOGS_TORTURE_SECONDS", 10));
    let scene = Scene::new();
    let names: Vec<String> = (0..CLIENTS)
        .map(|client| format!("client-{client}"))
        .collect();
    let mut clients: Vec<Child> = names.iter().map(|name| scene.client(name)).collect();
    let runtime = runtime();
    let killed = torture(&scene, &names, &mut clients, seed, time, &runtime)?;
    std::fs::write(scene.file(STOP), "")?;
    for (client, name) in clients.iter_mut().zip(&names) {
        // Without taking its standard input, which would end it.
        let status = loop {
            match client.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        if !status.success() {
            return Err(format!("{name} failed: {status}").into());
        }
    }
    let problems = runtime.block_on(scene.problems(&names));
    let mut batches = 0;
    for name in &names {
        let (tried, acknowledged) = noted(&scene.file(name));
        assert_eq!(tried, acknowledged, "{name} left something unknown");
        batches += tried.len();
    }
    println!(
        "seed {seed}, {time:?}: {killed:?}, {batches} batches acknowledged, {} problems",
        problems.len()
    );
    assert!(batches > 10, "{batches} batches");
    assert!(killed.clients > 0 && killed.sessions > 0 && killed.servers > 0);
    assert_eq!(problems, [""; 0]);
    runtime.block_on(send_again(&scene, &names));
    Ok(())
}

/// Kills for a time, and starts again what was killed.
fn torture(
    scene: &Scene,
    names: &[String],
    clients: &mut [Child],
    seed: u64,
    time: Duration,
    runtime: &tokio::runtime::Runtime,
) -> Result<Killed, Failed> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut killed = Killed::default();
    let begun = Instant::now();
    // One of each comes first, however short the time.
    let mut round = 0;
    while round < 4 || begun.elapsed() < time {
        std::thread::sleep(Duration::from_millis(20 + random.below(180)));
        let fate = if round < 4 { round } else { random.below(8) };
        round += 1;
        match fate {
            0 => {
                scene.server.crash(Crash::Kill)?;
                killed.servers += 1;
            }
            1 => {
                scene.server.crash(Crash::Immediate)?;
                killed.servers += 1;
            }
            2 | 3 => {
                let signal = if fate == 2 { "-9" } else { "-TERM" };
                let sessions = runtime.block_on(scene.sessions());
                if let Some(session) = random.of(&sessions) {
                    // A session that just ended is no loss.
                    let mut kill = Command::new("kill");
                    let _ = kill.args([signal, &session.to_string()]).status()?;
                    killed.sessions += 1;
                }
            }
            _ => {
                let client = usize::try_from(random.below(CLIENTS as u64)).unwrap();
                clients[client].kill()?;
                clients[client].wait()?;
                clients[client] = scene.client(&names[client]);
                killed.clients += 1;
            }
        }
        if killed.clients == 0 && round == 4 {
            clients[0].kill()?;
            clients[0].wait()?;
            clients[0] = scene.client(&names[0]);
            killed.clients += 1;
        }
    }
    Ok(killed)
}

/// Everything sent again is there already.
async fn send_again(scene: &Scene, names: &[String]) {
    let store = PostgresStore::connect(&scene.url(), StoreOptions::default())
        .await
        .unwrap();
    for name in names {
        for number in noted(&scene.file(name)).0 {
            let batch = batch(name, number);
            let receipt = store
                .append(&tenant(), &batch, OnConflict::RejectCall)
                .await;
            let receipt = receipt.unwrap();
            let there = |outcome| outcome == RecordOutcome::AlreadyStored;
            assert!(receipt.records.iter().all(|record| there(record.outcome)));
        }
    }
}

/// Notes that say more than was done are found out.
fn control() -> Result<(), Failed> {
    let scene = Scene::new();
    let runtime = runtime();
    let names = ["liar".to_owned()];
    runtime.block_on(async {
        let store = PostgresStore::connect(&scene.url(), StoreOptions::default())
            .await
            .unwrap();
        let half = AppendBatch::new(batch("liar", 2).drafts()[..5].to_vec()).unwrap();
        for batch in [batch("liar", 1), half] {
            store
                .append(&tenant(), &batch, OnConflict::RejectCall)
                .await
                .unwrap();
        }
    });
    std::fs::write(scene.file("liar"), "try 1\nack 1\ntry 2\ntry 3\n")?;
    let found = runtime.block_on(scene.problems(&names));
    assert_eq!(found, ["liar 2: 5 of 27 records"]);
    std::fs::write(scene.file("liar"), "try 1\nack 1\ntry 3\nack 3\n")?;
    let found = runtime.block_on(scene.problems(&names));
    assert_eq!(
        found,
        [
            "liar 3: 0 of 40 records",
            "llm_run has 19 rows for 14 records",
            "record_key has 19 rows for 14 records"
        ]
    );
    Ok(())
}
