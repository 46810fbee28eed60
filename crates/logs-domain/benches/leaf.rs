//! What the ledger adds to an append: facts, content and the hash of the leaf of one record of each kind.
//!
//! `cargo bench -p logs-domain`
#![expect(clippy::unwrap_used, reason = "a bench fails as a test does")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use logs_domain::{Draft, RecordId, RecordKind, TenantId, Timestamp};
use logs_ledger::Salt;

const DRAFTS: &str = include_str!("../tests/fixtures/drafts.ndjson");

fn leaves(criterion: &mut Criterion) {
    let tenant = TenantId::new("acme").unwrap();
    let id = RecordId::imported(&tenant, "bench", 0);
    let at = Timestamp::parse_rfc3339("2026-01-31T10:00:00.123456Z").unwrap();
    let salt = Salt::from_bytes([7; 16]);
    let drafts: Vec<Draft> = DRAFTS
        .lines()
        .map(|line| Draft::from_json(line).unwrap())
        .collect();
    for kind in RecordKind::ALL {
        let draft = drafts.iter().find(|draft| draft.kind() == *kind).unwrap();
        let mut group = criterion.benchmark_group(kind.as_str());
        group.throughput(Throughput::Elements(1));
        group.bench_function("digest", |bencher| {
            bencher.iter(|| black_box(draft).digest())
        });
        group.bench_function("facts and content", |bencher| {
            bencher.iter(|| (black_box(draft).facts(at), draft.content(at)));
        });
        group.bench_function("leaf hash", |bencher| {
            bencher.iter(|| black_box(draft).leaf_hash(Some(&tenant), id, at, &salt));
        });
        group.finish();
    }
}

criterion_group!(benches, leaves);
criterion_main!(benches);
