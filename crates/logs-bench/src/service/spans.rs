//! Export requests of OTLP (opentelemetry-proto 1.10) in protobuf, with the spans of model calls.

use anyhow::Context;
use bytes::Bytes;
use logs_domain::{ExecutionStatus, NewLlmRun, Timestamp};

use crate::data::Producer;

/// The kind of a span that calls another service.
const CLIENT: u64 = 3;
/// The code of a status that says that the call failed.
const ERROR: u64 = 2;

/// A request with the spans of the next calls of a producer.
pub(crate) fn request(producer: &mut Producer<'_>, spans: usize) -> anyhow::Result<Bytes> {
    let mut scope = Message::default().message(1, |scope| {
        scope
            .text(1, "opentelemetry.instrumentation.openai_v2")
            .text(2, "2.4b0")
    });
    for _ in 0..spans {
        let span = span(&producer.next()?)?;
        scope = scope.bytes(2, &span.0);
    }
    let resource = Message::default().message(1, |resource| {
        resource
            .attribute(1, "service.name", |value| value.text(1, "assistant"))
            .attribute(1, "telemetry.sdk.language", |value| value.text(1, "python"))
            .attribute(1, "telemetry.sdk.name", |value| {
                value.text(1, "opentelemetry")
            })
            .attribute(1, "telemetry.sdk.version", |value| value.text(1, "1.38.0"))
    });
    let request = Message::default().bytes(1, &resource.bytes(2, &scope.0).0);
    Ok(request.0.into())
}

/// The span of a call, with the attributes of the conventions of OpenTelemetry for generative AI.
fn span(run: &NewLlmRun) -> anyhow::Result<Message> {
    let hex = |text: &str| u128::from_str_radix(text, 16);
    let trace = run.trace_id.as_ref().context("a trace")?;
    let (_, number) = run.run_id.as_str().split_once('-').context("a run")?;
    let [id @ .., _, _, _, _, _, _, _, _] = hex(number)?.to_be_bytes();
    let completed = run.completed_at.context("an end")?;
    let session = run.session_id.as_ref().context("a session")?;
    let (input, output) = (run.input_tokens, run.output_tokens);
    let (input, output) = (input.context("tokens")?, output.context("tokens")?);
    let model = run.model.as_str();
    let mut span = Message::default()
        .bytes(1, &hex(trace.as_str())?.to_be_bytes())
        .bytes(2, &id)
        .text(5, &format!("chat {model}"))
        .varint(6, CLIENT)
        .fixed(7, nanos(run.started_at)?)
        .fixed(8, nanos(completed)?)
        .attribute(9, "gen_ai.operation.name", |value| value.text(1, "chat"))
        .attribute(9, "gen_ai.provider.name", |value| {
            value.text(1, run.provider.as_str())
        })
        .attribute(9, "gen_ai.request.model", |value| value.text(1, model))
        .attribute(9, "gen_ai.response.model", |value| value.text(1, model))
        .attribute(9, "gen_ai.response.id", |value| {
            value.text(1, &format!("chatcmpl-{number}"))
        })
        .attribute(9, "gen_ai.response.finish_reasons", |value| {
            value.message(5, |list| list.message(1, |value| value.text(1, "stop")))
        })
        .attribute(9, "gen_ai.conversation.id", |value| {
            value.text(1, session.as_str())
        })
        .attribute(9, "gen_ai.usage.input_tokens", |value| {
            value.varint(3, input.get())
        })
        .attribute(9, "gen_ai.usage.output_tokens", |value| {
            value.varint(3, output.get())
        })
        .attribute(9, "gen_ai.request.max_tokens", |value| {
            value.varint(3, 1_000)
        })
        .attribute(9, "server.address", |value| {
            value.text(1, "api.example.com")
        })
        .attribute(9, "server.port", |value| value.varint(3, 443));
    if run.execution_status != ExecutionStatus::Succeeded {
        span = span
            .attribute(9, "error.type", |value| value.text(1, "APIError"))
            .message(15, |status| status.varint(3, ERROR));
    }
    Ok(span)
}

fn nanos(time: Timestamp) -> anyhow::Result<u64> {
    Ok(u64::try_from(time.as_micros())? * 1_000)
}

/// A message of protobuf, field by field.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn varint(mut self, field: u64, value: u64) -> Self {
        self.number(field << 3);
        self.number(value);
        self
    }

    fn fixed(mut self, field: u64, value: u64) -> Self {
        self.number(field << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, content: &[u8]) -> Self {
        self.number(field << 3 | 2);
        self.number(content.len() as u64);
        self.0.extend_from_slice(content);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, make: impl FnOnce(Self) -> Self) -> Self {
        let content = make(Self::default());
        self.bytes(field, &content.0)
    }

    /// A name and its value.
    fn attribute(self, field: u64, name: &str, value: impl FnOnce(Self) -> Self) -> Self {
        self.message(field, |pair| pair.text(1, name).message(2, value))
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::{Draft, TenantId};
    use logs_otlp::decode::{self, Encoding};
    use logs_otlp::map::{self, Settings};

    use super::request;
    use crate::data::{Population, Producer};

    #[test]
    fn the_service_reads_the_runs_that_were_written() {
        let population = Population::load().unwrap();
        let body = request(&mut Producer::new(&population, 5), 40).unwrap();
        let decoded = decode::traces(&body, Encoding::Protobuf).unwrap();
        let tenant = TenantId::new("t").unwrap();
        let mapped = map::traces(&decoded, &tenant, &Settings::default());
        assert_eq!((mapped.drafts.len(), mapped.refused.len()), (80, 0));
        let mut producer = Producer::new(&population, 5);
        let runs = mapped.drafts.iter().filter_map(|made| {
            let Draft::LlmRun(run) = &made.draft else {
                return None;
            };
            Some(run)
        });
        let mut count = 0;
        for run in runs {
            let made = producer.next().unwrap();
            let told = |run: &logs_domain::NewLlmRun| {
                (
                    (run.trace_id.clone(), run.session_id.clone()),
                    (run.provider.clone(), run.model.clone()),
                    (run.input_tokens, run.output_tokens),
                    (run.started_at, run.completed_at),
                )
            };
            assert_eq!(told(run), told(&made));
            count += 1;
        }
        assert_eq!(count, 40);
    }
}
