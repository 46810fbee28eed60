#![doc = include_str!("../README.md")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a case fails by panicking, as every test does"
)]

pub mod appends;
mod backend;
mod call_spy;
mod case;
mod cases;
mod clock;
pub mod damage;
pub mod ledger;
mod lists;
pub mod property;
pub mod questions;
mod read_back;
mod runner;
pub mod samples;
pub mod spans;
mod variants;

pub use backend::{BackendError, Capability, ContractBackend, Exemption, StoreFixture};
pub use call_spy::CallSpy;
pub use case::{Case, CaseContext, CaseFuture};
pub use cases::{RULES, cases};
pub use clock::TestClock;
pub use runner::run;
