//! How fast the log is: leaves beside bare SHA-256 over the same bytes, proofs, and whole bundles.
//!
//! `cargo bench -p logs-ledger`; with `LOGS_BENCH_ENTRIES` for another number of entries.
#![expect(clippy::unwrap_used, reason = "a bench fails as a test does")]

#[path = "../tests/support/levels.rs"]
mod levels;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use levels::Levels;
use logs_ledger::{
    BundleEntry, BundleHead, Checkpoint, CompactRange, EntryRecord, Hash, KeyName, Leaf,
    MemoryBundle, NoteSigner, RangeWriter, Salt, SelectionWriter, SignedNote, TreeHead,
    Verification, commit, hash_facts, prove_consistency, prove_inclusion,
};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "logs.example/acme";

fn entries() -> u64 {
    let given = std::env::var("LOGS_BENCH_ENTRIES").ok();
    given.map_or(1_000_000, |given| given.parse().unwrap())
}

fn facts(index: u64) -> String {
    format!(r#"{{"entity_id":"limit/{index}","event_type":"LimitUpdated","occurred_at":null}}"#)
}

fn content(index: u64) -> String {
    format!(r#"{{"action_reason":"as agreed in the review","actor_id":"ada-{index}"}}"#)
}

fn salt(index: u64) -> Salt {
    Salt::from_bytes(u128::from(index).to_be_bytes())
}

fn leaf(index: u64) -> Leaf<'static> {
    Leaf {
        tenant: "acme",
        kind: 5,
        id: u128::from(index).to_be_bytes(),
        recorded_at_micros: 1_700_000_000_000_000 + index as i64,
        facts: hash_facts(facts(index).as_bytes()),
        content: commit(&salt(index), content(index).as_bytes()),
    }
}

fn entry(index: u64) -> BundleEntry {
    let leaf = leaf(index);
    BundleEntry {
        kind: leaf.kind,
        id: leaf.id,
        record: EntryRecord::Present {
            recorded_at_micros: leaf.recorded_at_micros,
            facts: facts(index),
            content: content(index),
            salt: salt(index),
        },
    }
}

/// Leaves, encoded, hashed and appended, beside SHA-256 over as many bytes in as many calls: one over
/// each leaf, and one over each node that its tree has.
fn appends(criterion: &mut Criterion) {
    const LEAVES: u64 = 10_000;
    let leaves: Vec<Leaf<'_>> = (0..LEAVES).map(leaf).collect();
    let encoded: Vec<Vec<u8>> = leaves
        .iter()
        .map(|leaf| [&[0], leaf.encode().as_slice()].concat())
        .collect();
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(LEAVES));
    group.bench_function("bare SHA-256 over the same bytes", |bencher| {
        bencher.iter(|| {
            let mut node = [1; 65];
            for bytes in &encoded {
                let hash = Sha256::digest(bytes);
                node[1..33].copy_from_slice(&hash);
                black_box(Sha256::digest(node));
            }
        });
    });
    group.bench_function("encode, hash and append", |bencher| {
        bencher.iter(|| {
            let mut range = CompactRange::starting_at(0).unwrap();
            for leaf in &leaves {
                let hash = leaf.hash();
                range
                    .append(hash, &mut |_, hash| {
                        black_box(hash);
                    })
                    .unwrap();
            }
            range
        });
    });
    group.finish();
}

fn proofs(criterion: &mut Criterion) {
    let size = entries();
    let (levels, _) = log(size);
    let mut group = criterion.benchmark_group(format!("proofs at {size} leaves"));
    group.throughput(Throughput::Elements(1));
    let mut index = 0;
    let mut next = move || {
        index = (index + 618_033) % size;
        index
    };
    group.bench_function("inclusion", |bencher| {
        bencher.iter(|| prove_inclusion(&levels, next(), size).unwrap());
    });
    group.bench_function("consistency", |bencher| {
        bencher.iter(|| prove_consistency(&levels, 1 + next(), size).unwrap());
    });
    group.finish();
}

fn bundles(criterion: &mut Criterion) {
    let size = entries();
    let (levels, root) = log(size);
    let signer = NoteSigner::from_seed(KeyName::new(ORIGIN).unwrap(), &[7; 32]);
    let checkpoint = Checkpoint::new(ORIGIN, TreeHead { size, root }).unwrap();
    let note = SignedNote::sign(&checkpoint.to_text(), &[&signer]).unwrap();
    let head = BundleHead {
        tenant: "acme",
        checkpoint: &note,
        older: &[],
        minimum_index: 0,
    };
    let sink = MemoryBundle::default();
    let mut writer = RangeWriter::begin(sink, &head, 0, size, &levels).unwrap();
    for index in 0..size {
        writer.entry(&entry(index)).unwrap();
    }
    let bundle = writer.finish().unwrap();
    let bytes: usize = bundle.files.values().map(Vec::len).sum();
    let keys = [signer.verifier()];
    let verification = Verification {
        keys: &keys,
        trusted: None,
    };
    let mut group = criterion.benchmark_group(format!("bundle of {size} entries"));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(20));
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("verify", |bencher| {
        bencher.iter_batched(
            || (),
            |()| {
                let summary = verification.run(&bundle, &mut |_| {}).unwrap();
                assert_eq!((summary.present, summary.findings), (size, 0));
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
    selections(criterion, &head, &levels, size, &verification);
}

/// A run of 1,000 steps, spread over the log.
fn selections(
    criterion: &mut Criterion,
    head: &BundleHead<'_>,
    levels: &Levels,
    size: u64,
    verification: &Verification<'_>,
) {
    const STEPS: u64 = 1_000;
    let write = || {
        let sink = MemoryBundle::default();
        let mut writer =
            SelectionWriter::begin(sink, head, r#"{"run_id":"run-1"}"#, levels).unwrap();
        for index in (0..STEPS).map(|step| step * (size / STEPS)) {
            writer.entry(index, "step", &entry(index)).unwrap();
        }
        writer.finish().unwrap()
    };
    let bundle = write();
    let mut group = criterion.benchmark_group(format!("selection of {STEPS} of {size} entries"));
    group.throughput(Throughput::Elements(STEPS));
    group.bench_function("write", |bencher| bencher.iter(write));
    group.bench_function("verify", |bencher| {
        bencher.iter(|| {
            let summary = verification.run(&bundle, &mut |_| {}).unwrap();
            assert_eq!((summary.present, summary.findings), (STEPS, 0));
        });
    });
    group.finish();
}

fn log(size: u64) -> (Levels, Hash) {
    let mut levels = Levels::default();
    let mut range = CompactRange::starting_at(0).unwrap();
    for index in 0..size {
        let hash = leaf(index).hash();
        let mut store = |node, hash| levels.push(node, hash);
        range.append(hash, &mut store).unwrap();
    }
    (levels, range.root().unwrap())
}

criterion_group!(benches, appends, proofs, bundles);
criterion_main!(benches);
