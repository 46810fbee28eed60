//! What only this store does, on databases of its own.
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod append_work;
mod clocks;
mod contested;
mod damage;
mod deep;
mod disk;
mod doctor;
mod failover;
mod faults;
mod indexes;
mod network;
mod outcomes;
mod plans;
mod proxy;
mod questions;
mod records;
mod reporting;
mod retries;
mod schema;
mod sessions;
mod settled;
mod small_disk;
mod standbys;
mod store;
#[path = "../support/mod.rs"]
mod support;
mod versions;
mod work;
