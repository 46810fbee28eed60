//! Bundles: what is written is found intact, and what nobody should believe is refused.

mod support;

use logs_ledger::{BundleError, Checkpoint, Layout, Problem, TILE_WIDTH, TreeHead};
use support::{Entry, Log, ORIGIN, id, intact, reseal, signer, verify};

#[test]
fn bundles_of_every_range_are_intact_and_say_what_they_hold() {
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 1000, 3000] {
        let log = Log::of(size);
        let mut ends: Vec<u64> = (0..size).step_by(TILE_WIDTH as usize).collect();
        ends.push(size);
        for (place, from) in ends.iter().enumerate() {
            for to in ends.iter().skip(place + 1) {
                let bundle = log.bundle(size, *from, *to, &[]).unwrap();
                let (summary, findings) = verify(&bundle, &log.keys(), None).unwrap();
                assert_eq!(findings, [], "{from}..{to} of {size}");
                assert_eq!(summary.entries, to - from);
                assert_eq!((summary.manifest.from, summary.manifest.to), (*from, *to));
                let times = (
                    summary.manifest.occurred_from_micros - 1_700_000_000_000_000,
                    summary.manifest.occurred_to_micros - 1_700_000_000_000_000,
                );
                assert_eq!(times, (*from as i64, *to as i64 - 1));
                assert_eq!(summary.signed_by.len(), 1);
            }
        }
    }
}

#[test]
fn the_same_range_at_the_same_checkpoint_gives_the_same_bytes() {
    let log = Log::with_redactions(700);
    let one = log.bundle(700, 0, 700, &[100, 600]).unwrap();
    let other = log.bundle(700, 0, 700, &[600, 100]).unwrap();
    assert_eq!(one, other);
}

#[test]
fn a_bundle_holds_the_tiles_of_its_range_and_the_edges_of_the_rest() {
    let log = Log::of(3000);
    let bundle = log.bundle(3000, 1024, 1280, &[]).unwrap();
    let tiles: Vec<&str> = bundle
        .files
        .keys()
        .map(String::as_str)
        .filter(|path| path.starts_with("tile/"))
        .collect();
    let expected = [
        "tile/0/004",
        "tile/0/011.p/184",
        "tile/1/000.p/11",
        "tile/entries/004",
    ];
    assert_eq!(tiles, expected);
    let all = Layout::covering(3000, 1100, 1101).unwrap();
    assert_eq!((all.from(), all.to()), (1024, 1280));
}

#[test]
fn redacted_parts_are_told_from_missing_ones() {
    let log = Log::with_redactions(600);
    let bundle = log.bundle(600, 0, 600, &[]).unwrap();
    let (summary, findings) = verify(&bundle, &log.keys(), None).unwrap();
    assert_eq!((findings.len(), summary.manifest.redacted_parts), (0, 3));
    let payloads = String::from_utf8(bundle.files["payloads.ndjson"].clone()).unwrap();
    assert!(!payloads.contains("ada-200"), "it was removed");

    let mut missing = bundle.clone();
    let kept: Vec<&str> = payloads
        .lines()
        .filter(|line| !line.starts_with("{\"index\":200,\"part\":\"who\""))
        .collect();
    let kept = kept.join("\n") + "\n";
    missing
        .files
        .insert("payloads.ndjson".to_owned(), kept.into_bytes());
    reseal(&mut missing);
    let (_, findings) = verify(&missing, &log.keys(), None).unwrap();
    assert_eq!(findings[0].entry.unwrap().id, Some(id(200)));
    assert!(
        findings[0]
            .to_string()
            .contains("part who is missing, and not redacted")
    );
}

#[test]
fn a_redaction_needs_an_entry_that_records_it() {
    let log = Log::with_redactions(600);
    // Redacted by an entry of another kind, by one that names another entry, by one that removes
    // another part only, by itself, by an earlier one, by one behind the last.
    for (target, who, what) in [
        (10, Some(20), None),
        (10, Some(598), None),
        (300, None, Some(599)),
        (10, Some(10), None),
        (10, Some(5), None),
        (10, Some(600), None),
    ] {
        let mut entries = log.entries.clone();
        let entry: &mut Entry = &mut entries[target];
        entry.who_redacted_by = who.or(entry.who_redacted_by);
        entry.what_redacted_by = what;
        let forged = Log::with(log.tenant, entries);
        let by = who.or(what).unwrap();
        let written = forged.bundle(600, 0, 600, &[]);
        if by <= target as u64 || by >= 600 {
            let refused = written.unwrap_err().to_string();
            assert!(
                refused.contains("must follow in the same bundle"),
                "{refused}"
            );
            continue;
        }
        let (_, findings) = verify(&written.unwrap(), &log.keys(), None).unwrap();
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert!(matches!(finding.problem, Problem::Redaction { by: found, .. } if found == by));
        assert_eq!(finding.entry.unwrap().index, target as u64);
    }
    // What records a redaction is never redacted.
    let mut entries = log.entries.clone();
    entries[598].who_redacted_by = Some(599);
    let refused = Log::with(log.tenant, entries).bundle(600, 0, 600, &[]);
    assert!(refused.unwrap_err().to_string().contains("never redacted"));
}

#[test]
fn a_bundle_extends_its_older_checkpoints_and_the_trusted_one() {
    let log = Log::of(2000);
    let bundle = log
        .bundle(2000, 512, 1024, &[1, 100, 700, 1500, 1999])
        .unwrap();
    for (trusted, extends) in [
        (0, 0),
        (1, 1),
        (100, 100),
        (512, 512),
        (700, 700),
        (800, 800),
    ] {
        let checkpoint = log.checkpoint(trusted);
        let (summary, findings) = verify(&bundle, &log.keys(), Some(&checkpoint)).unwrap();
        assert_eq!(
            (findings.len(), summary.extends),
            (0, Some(extends)),
            "{trusted}"
        );
        assert_eq!(summary.older, 5);
    }
    for trusted in [1500, 1999, 2000] {
        assert!(intact(&bundle, &log.keys(), Some(&log.checkpoint(trusted))));
    }
    // Nothing leads from these to the bundle.
    for trusted in [99, 1100, 1998] {
        let unknown = verify(&bundle, &log.keys(), Some(&log.checkpoint(trusted))).unwrap_err();
        assert!(
            unknown.to_string().contains("ask for a bundle"),
            "{unknown}"
        );
    }
    // Another history of the same log.
    let mut entries = log.entries.clone();
    entries[50].what = b"{}".to_vec();
    let forked = Log::with(log.tenant, entries);
    for trusted in [100, 512, 700, 2000] {
        let (_, findings) =
            verify(&bundle, &log.keys(), Some(&forked.checkpoint(trusted))).unwrap();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains("another root"));
    }
    // An older bundle than what is trusted, and a checkpoint of another log.
    let old = log.bundle(1000, 0, 1000, &[]).unwrap();
    let (_, findings) = verify(&old, &log.keys(), Some(&log.checkpoint(1001))).unwrap();
    assert!(
        findings[0]
            .to_string()
            .contains("before what was trusted already")
    );
    let TreeHead { size, root } = log.checkpoint(1000).head();
    let elsewhere = Checkpoint::new("logs.example/other", TreeHead { size, root }).unwrap();
    let (_, findings) = verify(&old, &log.keys(), Some(&elsewhere)).unwrap();
    assert!(findings[0].to_string().contains("logs.example/other"));
}

#[test]
fn only_a_given_key_of_this_log_makes_a_checkpoint_worth_something() {
    let log = Log::of(10);
    let bundle = log.bundle(10, 0, 10, &[]).unwrap();
    let other = [signer(8).verifier()];
    let (_, findings) = verify(&bundle, &other, None).unwrap();
    assert!(matches!(findings[0].problem, Problem::Checkpoint { .. }));
    assert!(verify(&bundle, &[], None).unwrap().0.findings > 0);
    // The right bytes under the name of another log.
    let renamed = logs_ledger::NoteSigner::from_seed(
        logs_ledger::KeyName::new("logs.example/other").unwrap(),
        &[7; 32],
    );
    let text = log.checkpoint(10).to_text();
    let note = logs_ledger::SignedNote::sign(&text, &[&renamed]).unwrap();
    let mut forged = bundle.clone();
    forged
        .files
        .insert("checkpoint".to_owned(), note.to_text().into_bytes());
    reseal(&mut forged);
    let (_, findings) = verify(&forged, &[renamed.verifier()], None).unwrap();
    assert!(findings[0].to_string().contains(ORIGIN), "{}", findings[0]);
}

#[test]
fn the_writer_refuses_what_the_log_does_not_hold() {
    let log = Log::of(600);
    for (from, to) in [(0, 0), (1, 600), (0, 599), (256, 256), (512, 256), (0, 601)] {
        let refused = log.bundle(600, from, to, &[]).unwrap_err();
        assert!(
            matches!(refused, BundleError::Range { .. }),
            "{from}..{to}: {refused}"
        );
    }
    let mut altered = Log::of(600);
    altered.entries[7].what = b"{}".to_vec();
    let refused = altered.bundle(600, 0, 600, &[]).unwrap_err().to_string();
    assert!(
        refused.contains("entry 7") && refused.contains("another leaf"),
        "{refused}"
    );
    for older in [&[600][..], &[0], &[5, 5]] {
        let refused = log.bundle(600, 0, 600, older).unwrap_err();
        assert!(
            matches!(refused, BundleError::Checkpoint { .. }),
            "{older:?}"
        );
    }
    let shorter = Log::of(500);
    let plan = logs_ledger::BundlePlan {
        tenant: "acme",
        checkpoint: &shorter.note(500),
        older: &[],
        from: 0,
        to: 500,
    };
    let sink = logs_ledger::MemoryBundle::default();
    let mut writer = logs_ledger::BundleWriter::begin(sink, &plan, &shorter.hashes).unwrap();
    writer.entry(&shorter.bundle_entry(0)).unwrap();
    let missing = writer.finish().unwrap_err();
    assert!(matches!(
        missing,
        BundleError::Count {
            expected: 500,
            found: 1
        }
    ));
}

/// A signed checkpoint may claim any size: what follows from it is computed, never counted through.
#[test]
fn a_bundle_of_the_largest_log_that_holds_nothing_is_refused_at_once() {
    let log = Log::of(300);
    let size = logs_ledger::MAX_LOG_SIZE;
    let root = log.roots[300];
    let text = Checkpoint::new(ORIGIN, TreeHead { size, root })
        .unwrap()
        .to_text();
    let note = logs_ledger::SignedNote::sign(&text, &[&log.signer]).unwrap();
    for to in [size, 256] {
        let mut bundle = log.bundle(300, 0, 300, &[]).unwrap();
        let manifest = String::from_utf8(bundle.files["manifest.json"].clone()).unwrap();
        let manifest = manifest
            .replace("\"size\": 300", &format!("\"size\": {size}"))
            .replace("\"to\": 300", &format!("\"to\": {to}"));
        bundle
            .files
            .insert("manifest.json".to_owned(), manifest.into_bytes());
        bundle
            .files
            .insert("checkpoint".to_owned(), note.to_text().into_bytes());
        reseal(&mut bundle);
        assert!(verify(&bundle, &log.keys(), None).is_err(), "{to}");
    }
}

#[test]
fn either_key_of_a_rotation_is_enough() {
    let mut log = Log::of(10);
    let (old, new) = (log.signer.clone(), signer(8));
    let text = log.checkpoint(10).to_text();
    let note = logs_ledger::SignedNote::sign(&text, &[&old, &new]).unwrap();
    let mut bundle = log.bundle(10, 0, 10, &[]).unwrap();
    bundle
        .files
        .insert("checkpoint".to_owned(), note.to_text().into_bytes());
    reseal(&mut bundle);
    for (keys, signed_by) in [
        (vec![old.verifier()], 1),
        (vec![new.verifier()], 1),
        (vec![new.verifier(), old.verifier()], 2),
    ] {
        let (summary, findings) = verify(&bundle, &keys, None).unwrap();
        assert_eq!((findings.len(), summary.signed_by.len()), (0, signed_by));
    }
    // After it, the old key alone has signed the older checkpoints: both keys are given then.
    log.signer = new.clone();
    let mut bundle = log.bundle(10, 0, 10, &[5]).unwrap();
    let older = logs_ledger::SignedNote::sign(&log.checkpoint(5).to_text(), &[&old]).unwrap();
    bundle
        .files
        .insert("checkpoints/5".to_owned(), older.to_text().into_bytes());
    reseal(&mut bundle);
    assert!(intact(&bundle, &[new.verifier(), old.verifier()], None));
    let (_, findings) = verify(&bundle, &[new.verifier()], None).unwrap();
    assert!(matches!(
        findings[0].problem,
        Problem::Older { size: 5, .. }
    ));
}
