//! Kills at random moments: what was acknowledged is stored, once.

use std::thread;
use std::time::Duration;

use crate::client::Connection;
use crate::comparison::{Fault, Sent, compare};
use crate::load::{Door, Load, RUNS, TOKENS, resend};
use crate::process::{Service, kill_while_starting};

/// How many times the service is killed, unless [`ROUNDS`] says otherwise.
const DEFAULT_ROUNDS: usize = 20;
/// The variable of `cargo xtask kills`.
const ROUNDS: &str = "LOGS_KILL_ROUNDS";
const CONNECTIONS: usize = 4;
/// The longest load of a round.
const LONGEST: Duration = Duration::from_millis(400);
/// The longest start that is killed.
const LONGEST_START: Duration = Duration::from_millis(150);

/// Durations that look random, the same in every run (SplitMix64).
struct Moments(u64);

impl Moments {
    fn next(&mut self, longest: Duration) -> Duration {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        Duration::from_micros(mixed % u64::try_from(longest.as_micros()).unwrap())
    }
}

/// All runs of the store, page by page.
fn stored(connection: &mut Connection) -> Vec<String> {
    let mut all = Vec::new();
    let mut place = String::new();
    loop {
        let page = connection.get(&format!("/api/v1/runs?limit=1000&count=skip{place}"));
        for item in page["items"].as_array().unwrap() {
            all.push(item["record"]["run_id"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        place = format!("&after={next}");
    }
}

/// The usage is that of these runs, and the traces of spans have their steps.
fn other_answers_agree(connection: &mut Connection, stored: &[String]) {
    let usage = connection.get("/api/v1/usage");
    let sums = &usage["groups"][0];
    assert_eq!(sums["runs"], stored.len(), "{usage}");
    assert_eq!(sums["input_tokens"], stored.len() * TOKENS, "{usage}");
    let spans = stored.iter().filter(|run| run.contains(':')).count();
    let counted = connection.get("/api/v1/steps?limit=1&count=exact");
    assert_eq!(counted["total"]["exact"], spans, "{}", counted["total"]);
}

/// The requests of a round in which the service is killed at a random moment.
fn round(file: &std::path::Path, load: &Load, moments: &mut Moments) -> Vec<(usize, Sent)> {
    kill_while_starting(file, moments.next(LONGEST_START));
    let service = Service::start(file);
    let address = service.address;
    let moment = moments.next(LONGEST);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let connection = Connection::open(address).unwrap();
                scope.spawn(move || load.send_until_gone(connection))
            })
            .collect();
        thread::sleep(moment);
        service.kill();
        let sent = clients
            .into_iter()
            .flat_map(|client| client.join().unwrap());
        sent.collect()
    })
}

#[test]
fn what_was_acknowledged_before_a_kill_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logs.db");
    let load = Load::default();
    let mut moments = Moments(20_261_127);
    let mut sent: Vec<(usize, Sent)> = Vec::new();
    let rounds = std::env::var(ROUNDS);
    let rounds = rounds.map_or(DEFAULT_ROUNDS, |rounds| rounds.parse().unwrap());
    for _ in 0..rounds {
        sent.extend(round(&file, &load, &mut moments));
    }
    sent.sort_by_key(|(number, _)| *number);
    let (numbers, mut requests): (Vec<usize>, Vec<Sent>) = sent.into_iter().unzip();
    for door in [Door::Records, Door::Otlp] {
        let answered = requests
            .iter()
            .zip(&numbers)
            .filter(|(request, number)| request.is_acknowledged && Door::of(**number) == door);
        assert!(
            answered.count() >= rounds,
            "{door:?}: the load was too small"
        );
    }
    let in_flight = requests.iter().filter(|request| !request.is_acknowledged);
    assert_eq!(in_flight.count(), rounds * CONNECTIONS, "one a connection");

    let service = Service::start(&file);
    let mut connection = Connection::open(service.address).unwrap();
    let found = stored(&mut connection);
    assert_eq!(compare(&requests, &found), []);
    other_answers_agree(&mut connection, &found);
    // A run that was never sent is not there, and a claim that it was acknowledged would be seen.
    let (never, _) = Door::Records.request(numbers.len() * 2);
    let claimed = Sent {
        runs: never.clone(),
        is_acknowledged: true,
    };
    let lost: Vec<Fault> = never.into_iter().map(Fault::Lost).collect();
    assert_eq!(compare(&[&requests[..], &[claimed]].concat(), &found), lost);

    // The first time, what was never answered may be new. The second time, nothing is.
    for time in 0..2 {
        for (number, request) in numbers.iter().zip(&mut requests) {
            let new = resend(&mut connection, *number);
            assert!(
                new == 0 || (time == 0 && !request.is_acknowledged),
                "{request:?}"
            );
            request.is_acknowledged = true;
        }
        let again = stored(&mut connection);
        assert_eq!(compare(&requests, &again), []);
        assert_eq!(again.len(), requests.len() * RUNS);
        other_answers_agree(&mut connection, &again);
    }
}
