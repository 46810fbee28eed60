//! Requests with runs, and what clients do with them until their service is gone.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::client::Connection;
use crate::comparison::Sent;

/// Runs of a request.
pub(crate) const RUNS: usize = 3;
/// Input tokens of a run.
pub(crate) const TOKENS: usize = 7;

/// By which door a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Records,
    Otlp,
}

impl Door {
    pub(crate) const fn of(number: usize) -> Self {
        if number.is_multiple_of(2) {
            Self::Records
        } else {
            Self::Otlp
        }
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Records => "/api/v1/records",
            Self::Otlp => "/v1/traces",
        }
    }

    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Records => "application/x-ndjson",
            Self::Otlp => "application/json",
        }
    }

    /// The runs of a request, and its body. The number tells it from every other request.
    pub(crate) fn request(self, number: usize) -> (Vec<String>, String) {
        let numbers = number * RUNS + 1..=(number + 1) * RUNS;
        match self {
            Self::Records => {
                let runs: Vec<String> = numbers.map(|run| format!("run-{run}")).collect();
                let body = runs.iter().map(|run| draft(run)).collect();
                (runs, body)
            }
            Self::Otlp => {
                let trace = format!("{:032x}", number + 1);
                let spans: Vec<String> = numbers.map(|run| format!("{run:016x}")).collect();
                let runs = spans.iter().map(|span| format!("{trace}:{span}")).collect();
                let spans: Vec<Value> = spans.iter().map(|id| span(&trace, id)).collect();
                let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]});
                (runs, body.to_string())
            }
        }
    }
}

fn draft(run: &str) -> String {
    let run = json!({"llm_run": {
        "run_id": run, "provider": "p", "model": "m", "source": "SDK", "input_tokens": TOKENS,
        "execution_status": "SUCCEEDED", "started_at": "2026-03-02T10:00:00Z",
    }});
    format!("{run}\n")
}

fn span(trace: &str, span: &str) -> Value {
    json!({
        "traceId": trace, "spanId": span, "name": "chat m",
        "startTimeUnixNano": "1772445600000000000", "endTimeUnixNano": "1772445601000000000",
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.response.model", "value": {"stringValue": "m"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": TOKENS.to_string()}},
        ],
    })
}

/// Requests and their answers, by number.
#[derive(Debug, Default)]
pub(crate) struct Load {
    next: AtomicUsize,
}

impl Load {
    /// Sends request after request on a connection, until the service is gone: what was sent.
    pub(crate) fn send_until_gone(&self, mut connection: Connection) -> Vec<(usize, Sent)> {
        let mut all = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let door = Door::of(number);
            let (runs, body) = door.request(number);
            let answer = connection.post(door.path(), door.media_type(), &body);
            let is_acknowledged = answer.is_ok();
            all.push((
                number,
                Sent {
                    runs,
                    is_acknowledged,
                },
            ));
            match answer {
                Ok((200, _)) => {}
                Ok((status, body)) => {
                    panic!("{status}: {}", String::from_utf8_lossy(&body));
                }
                Err(_) => return all,
            }
        }
    }
}

/// Sends a request once more: how many of its runs are new, as far as the answer tells.
pub(crate) fn resend(connection: &mut Connection, number: usize) -> u64 {
    let door = Door::of(number);
    let (_, body) = door.request(number);
    let (status, answer) = connection
        .post(door.path(), door.media_type(), &body)
        .unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&answer));
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    match door {
        Door::Records => {
            let stored = answer["stored"].as_u64().unwrap();
            assert_eq!(answer["already_stored"], RUNS as u64 - stored);
            stored
        }
        Door::Otlp => {
            assert_eq!(answer, json!({}), "all spans are taken");
            0
        }
    }
}
