//! What only this store does, on databases of its own.
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

mod append_cost;
mod clocks;
mod contested;
mod damage;
mod damaged_by_id;
mod deep;
mod disk;
mod doctor;
mod escalation;
mod failover;
mod faults;
mod indexes;
mod network;
mod outcomes;
mod partitions;
mod plans;
mod pooler;
mod proxy;
mod query_cost;
mod records;
mod replication;
mod reporting;
mod retention;
mod retries;
mod schema;
mod sessions;
mod settled;
mod small_disk;
mod spans;
mod standbys;
mod statements;
mod store;
#[path = "../support/mod.rs"]
mod support;
mod versions;
