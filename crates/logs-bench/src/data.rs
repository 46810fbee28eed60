//! Runs like those of production: sizes and gaps of a published trace where it is at hand.
//!
//! The trace is that of two LLM services, of November 2023 (Azure/AzurePublicDataset, CC-BY-4.0).
//! Without it, sizes and gaps are drawn from the quantiles of the same trace below.

pub(crate) mod events;

use std::path::Path;

use anyhow::Context;
use logs_domain::{
    Cost, ExecutionStatus, JsonObject, Model, NewLlmRun, Provider, RecordSource, RunId, SessionId,
    Timestamp, TokenCount, TraceId,
};

/// The trace, beside the folder of the workspace.
const TRACE: &str = "../shared/data/llm-runs/azure-llm-2023/AzureLLMInferenceTrace_conv.csv";
/// Quantiles 0, 10 % … 100 % of the trace: gap in microseconds, tokens in, tokens out.
const QUANTILES: [Call; 11] = [
    call(2, 2, 7),
    call(16129, 207, 54),
    call(36523, 387, 77),
    call(60722, 403, 91),
    call(87254, 703, 103),
    call(118424, 1020, 129),
    call(158694, 1071, 177),
    call(213606, 1130, 384),
    call(288892, 1315, 400),
    call(420740, 2735, 424),
    call(4314579, 14050, 1000),
];
/// 2026-11-01T00:00:00Z
const BEGIN: i64 = 1_793_491_200_000_000;
/// Runs of one trace.
const RUNS_OF_A_TRACE: u64 = 5;

/// One call of the trace.
#[derive(Clone, Copy, Debug)]
struct Call {
    gap_micros: i64,
    input_tokens: u64,
    output_tokens: u64,
}

const fn call(gap_micros: i64, input_tokens: u64, output_tokens: u64) -> Call {
    Call {
        gap_micros,
        input_tokens,
        output_tokens,
    }
}

/// Calls to draw from.
#[derive(Debug)]
pub(crate) struct Population {
    calls: Vec<Call>,
    pub(crate) described: &'static str,
}

impl Population {
    /// The trace, or its quantiles.
    pub(crate) fn load() -> anyhow::Result<Self> {
        let trace = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(TRACE);
        if trace.is_file() {
            let calls = read(&trace).with_context(|| format!("reading {TRACE}"))?;
            let described = "sizes and gaps of the Azure LLM trace of 2023 (conversations)";
            return Ok(Self { calls, described });
        }
        let mut random = Random(7);
        Ok(Self {
            calls: (0..20_000)
                .map(|_| between_quantiles(&mut random))
                .collect(),
            described: "sizes and gaps from quantiles of the Azure LLM trace of 2023",
        })
    }
}

fn read(trace: &Path) -> anyhow::Result<Vec<Call>> {
    let mut calls = Vec::new();
    let mut before = None;
    for line in csv::Reader::from_path(trace)?.into_deserialize() {
        let (time, input_tokens, output_tokens): (String, u64, u64) = line?;
        let time = Timestamp::parse_rfc3339(&format!("{}Z", time.replace(' ', "T")))?.as_micros();
        calls.push(Call {
            gap_micros: before.map_or(0, |before: i64| (time - before).max(0)),
            input_tokens,
            output_tokens,
        });
        before = Some(time);
    }
    anyhow::ensure!(!calls.is_empty(), "no calls in it");
    Ok(calls)
}

fn between_quantiles(random: &mut Random) -> Call {
    let mut draw = |of: fn(&Call) -> f64| {
        let place = random.fraction() * (QUANTILES.len() - 1) as f64;
        let (low, rest) = (place.floor(), place.fract());
        let value = |index: usize| QUANTILES.get(index).map_or(0.0, of);
        let low = low as usize;
        (value(low) * (1.0 - rest) + value(low + 1) * rest) as u64
    };
    Call {
        gap_micros: i64::try_from(draw(|call| call.gap_micros as f64)).unwrap_or_default(),
        input_tokens: draw(|call| call.input_tokens as f64),
        output_tokens: draw(|call| call.output_tokens as f64),
    }
}

/// Makes runs, each with a key of its own; the same seed makes the same runs.
#[derive(Debug)]
pub(crate) struct Producer<'a> {
    population: &'a Population,
    random: Random,
    made: u64,
    time: i64,
    trace: u128,
    /// Bytes of text in the attributes of each run, beyond the usual.
    text: usize,
}

impl<'a> Producer<'a> {
    pub(crate) const fn new(population: &'a Population, seed: u64) -> Self {
        Self {
            population,
            random: Random(seed),
            made: 0,
            time: BEGIN,
            trace: 0,
            text: 0,
        }
    }

    /// Puts so many more bytes of text into each run.
    pub(crate) const fn with_text(mut self, bytes: usize) -> Self {
        self.text = bytes;
        self
    }

    /// The next run.
    pub(crate) fn next(&mut self) -> anyhow::Result<NewLlmRun> {
        let calls = &self.population.calls;
        let place = usize::try_from(self.made)? % calls.len();
        let call = calls.get(place).context("a call of the trace")?;
        if self.made.is_multiple_of(RUNS_OF_A_TRACE) {
            self.trace = self.random.wide();
        }
        self.made += 1;
        self.time += call.gap_micros;
        let (provider, model) = self.random.pick(&MODELS);
        let status = match self.random.below(1_000) {
            0..970 => ExecutionStatus::Succeeded,
            970..990 => ExecutionStatus::Failed,
            990..997 => ExecutionStatus::Timeout,
            _ => ExecutionStatus::Aborted,
        };
        let run = NewLlmRun::new(
            RunId::new(format!("run-{:032x}", self.random.wide()))?,
            Provider::new(*provider)?,
            Model::new(*model)?,
            status,
            Timestamp::from_micros(self.time)?,
            RecordSource::Sdk,
        );
        let took = 300_000 + 21_000 * i64::try_from(call.output_tokens)?;
        let cost = 150 * call.input_tokens + 600 * call.output_tokens;
        let attributes = format!(
            r#"{{"finish_reason":"stop","requested_model":"{model}","service":"assistant-{}","text":"{}"}}"#,
            self.random.below(20),
            "x".repeat(self.text),
        );
        Ok(run
            .trace_id(TraceId::new(format!("{:032x}", self.trace))?)
            .session_id(SessionId::new(format!("{:016x}", self.random.next()))?)
            .input_tokens(TokenCount::new(call.input_tokens)?)
            .output_tokens(TokenCount::new(call.output_tokens)?)
            .cost(Cost::from_nano_usd(i64::try_from(cost)?)?)
            .completed_at(Timestamp::from_micros(self.time + took)?)
            .attributes(JsonObject::parse(&attributes)?))
    }
}

/// What calls go to; the first most often.
const MODELS: [(&str, &str); 6] = [
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-haiku-4-5"),
    ("openai", "gpt-5-mini"),
    ("openai", "gpt-5"),
    ("google", "gemini-2.5-flash"),
    ("mistral", "mistral-large-2411"),
];

/// Numbers that look random, the same in every run (SplitMix64).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn wide(&mut self) -> u128 {
        (self.next() as u128) << 64 | self.next() as u128
    }

    /// At least 0, less than 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// The first half of the time, the second a quarter of the time, and so on.
    fn pick<'a, T>(&mut self, choices: &'a [T; 6]) -> &'a T {
        let [first, second, third, fourth, fifth, sixth] = choices;
        match self.next().leading_zeros() {
            0 => first,
            1 => second,
            2 => third,
            3 => fourth,
            4 => fifth,
            _ => sixth,
        }
    }
}
