//! Bundles: what is written is found intact, and what nobody should believe is refused.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use logs_ledger::{
    BundleError, BundleForm, Checkpoint, Layout, MAX_PAYLOAD_BYTES, MemoryBundle, Problem,
    RangeWriter, TILE_WIDTH, TreeHead,
};
use support::{KIND, Log, ORIGIN, id, intact, reseal, signer, verify};

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
                assert_eq!(summary.present, to - from);
                assert_eq!(
                    summary.manifest.form,
                    BundleForm::Range {
                        from: *from,
                        to: *to
                    }
                );
                let at = |index: u64| log.leaf(index).recorded_at_micros;
                assert_eq!(summary.recorded_micros, Some((at(*from), at(*to - 1))));
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
    let expected = ["tile/0/004", "tile/0/011.p/184", "tile/1/000.p/11"];
    assert_eq!(tiles, expected);
    let all = Layout::covering(3000, 1100, 1101).unwrap();
    assert_eq!((all.from(), all.to()), (1024, 1280));
}

/// A bundle with the lines of its entries changed, under sums that fit.
fn relined(bundle: &MemoryBundle, change: impl FnOnce(&mut Vec<String>)) -> MemoryBundle {
    let mut changed = bundle.clone();
    let file = changed.files.get_mut("entries.ndjson").unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    let mut lines: Vec<String> = text.lines().map(|line| format!("{line}\n")).collect();
    change(&mut lines);
    *file = lines.concat().into_bytes();
    reseal(&mut changed);
    changed
}

#[test]
fn present_redacted_expired_and_missing_records_are_told_apart() {
    let mut log = Log::with_redactions(600);
    log.minimum_index = 100;
    for index in [0, 7, 99] {
        log.entries[index].gone = true;
    }
    let bundle = log.bundle(600, 0, 600, &[]).unwrap();
    let (summary, findings) = verify(&bundle, &log.keys(), None).unwrap();
    assert_eq!(findings, []);
    let counts = (summary.present, summary.redacted, summary.expired);
    assert_eq!(counts, (595, 2, 3));
    let lines = String::from_utf8(bundle.files["entries.ndjson"].clone()).unwrap();
    assert!(!lines.contains("ada-200"), "it was removed");
    assert!(!lines.contains("ada-7\""), "it expired");

    // A record that is gone from the minimum index on is missing, and so is one without a line.
    log.entries[100].gone = true;
    let missing = log.bundle(600, 0, 600, &[]).unwrap();
    let (summary, findings) = verify(&missing, &log.keys(), None).unwrap();
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}")
    };
    assert_eq!(
        finding.to_string(),
        "entry 100 (audit_entry 018f4e5c-8f4e-7c3a-8b4e-000000000064): its record is missing: only \
         records below the minimum index 100 expired"
    );
    assert_eq!(summary.present, 594);
    let without = relined(&bundle, |lines| drop(lines.remove(200)));
    let (_, findings) = verify(&without, &log.keys(), None).unwrap();
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.to_string(), "entry 200: its line is missing");
}

#[test]
fn a_redaction_needs_an_entry_that_records_it() {
    let log = Log::with_redactions(600);
    // Redacted by an entry of another kind, by one that names another entry, by itself, by an earlier
    // one, by one behind the last.
    for (target, by) in [(10, 20), (10, 598), (10, 10), (10, 5), (10, 600)] {
        let mut entries = log.entries.clone();
        entries[target as usize].redacted_by = Some(by);
        let forged = Log::with(log.tenant, entries);
        let written = forged.bundle(600, 0, 600, &[]);
        if by <= target || by >= 600 {
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
        assert_eq!(finding.problem, Problem::Redaction { by });
        assert_eq!(finding.entry.unwrap().index, target);
    }
    // It names the kind too: ids of different kinds may be equal.
    let mut entries = log.entries.clone();
    entries[10].redacted_by = Some(20);
    entries[20].redacts(KIND + 1, id(10));
    let forged = Log::with(log.tenant, entries);
    let bundle = forged.bundle(600, 0, 600, &[]).unwrap();
    let (_, findings) = verify(&bundle, &log.keys(), None).unwrap();
    assert_eq!(findings[0].problem, Problem::Redaction { by: 20 });
    // What records a redaction is never redacted.
    let mut entries = log.entries.clone();
    entries[598].redacted_by = Some(599);
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
    entries[50].content = "{}".to_owned();
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
    altered.entries[7].content = "{}".to_owned();
    let refused = altered.bundle(600, 0, 600, &[]).unwrap_err().to_string();
    assert!(
        refused.contains("entry 7") && refused.contains("another leaf"),
        "{refused}"
    );
    for facts in [
        "",
        "[]",
        "{}{}",
        "{",
        "{\n}",
        &"x".repeat(MAX_PAYLOAD_BYTES + 1),
    ] {
        let mut entries = Log::of(2).entries;
        entries[1].facts = facts.to_owned();
        let refused = Log::with("acme", entries).bundle(2, 0, 2, &[]);
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("entry 1") && refused.contains("facts"),
            "{refused}"
        );
    }
    for older in [&[600][..], &[0], &[5, 5]] {
        let refused = log.bundle(600, 0, 600, older).unwrap_err();
        assert!(
            matches!(refused, BundleError::Checkpoint { .. }),
            "{older:?}"
        );
    }
    let shorter = Log::of(500);
    let head = logs_ledger::BundleHead {
        tenant: "acme",
        checkpoint: &shorter.note(500),
        older: &[],
        minimum_index: 0,
    };
    let sink = MemoryBundle::default();
    let mut writer = RangeWriter::begin(sink, &head, 0, 500, &shorter.hashes).unwrap();
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
