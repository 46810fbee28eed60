//! Selections and receipts: chosen records are intact and in the log, or the bad one is named.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use logs_ledger::{
    BundleError, BundleForm, BundleHead, Finding, MAX_ANSWERS, MAX_PAYLOAD_BYTES,
    MAX_QUESTION_BYTES, MemoryBundle, Problem, Receipt, ReceiptError, SelectionWriter,
    Verification, prove_inclusion,
};
use support::{Log, QUESTION, golden_selection, id, intact, reseal, signer, verify};

/// The bundle with the lines of its entries changed, under sums that fit.
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
fn chosen_entries_of_logs_of_every_shape_are_intact() {
    for size in [1, 2, 3, 255, 256, 257, 1000] {
        let log = Log::of(size);
        let chosen: Vec<(u64, &str)> = (0..size).map(|index| (index, "step")).collect();
        for chosen in [&chosen[..], &chosen[size as usize - 1..], &[]] {
            let bundle = log.selection(size, chosen, &[]).unwrap();
            let (summary, findings) = verify(&bundle, &log.keys(), None).unwrap();
            assert_eq!(findings, [], "{} of {size}", chosen.len());
            assert_eq!(summary.present, chosen.len() as u64);
        }
    }
}

#[test]
fn a_selection_says_what_was_asked_and_which_part_its_entries_answer_to() {
    let (log, bundle) = golden_selection();
    let (summary, findings) = verify(&bundle, &log.keys(), Some(&log.checkpoint(100))).unwrap();
    assert_eq!(findings, []);
    let counts = (summary.present, summary.redacted, summary.expired);
    assert_eq!((counts, summary.older), ((3, 2, 1), 2));
    assert_eq!(summary.extends, Some(100));
    let BundleForm::Selection { question, answers } = &summary.manifest.form else {
        panic!("{:?}", summary.manifest.form)
    };
    assert_eq!(question, QUESTION);
    let answers: Vec<(&str, u64)> = answers.iter().collect();
    let expected = [("governance", 1), ("redaction", 2), ("run", 1), ("step", 2)];
    assert_eq!(answers, expected);
    assert_eq!(golden_selection().1, bundle, "the same bytes each time");
    // Nothing leads from a checkpoint that the bundle does not carry.
    let unknown = verify(&bundle, &log.keys(), Some(&log.checkpoint(101))).unwrap_err();
    assert!(
        unknown.to_string().contains("ask for a bundle"),
        "{unknown}"
    );
}

#[test]
fn moved_doubled_and_foreign_lines_are_refused_and_named() {
    let (log, bundle) = golden_selection();
    let names = |bundle: &MemoryBundle| -> Vec<String> {
        let (_, findings) = verify(bundle, &log.keys(), None).unwrap();
        findings.iter().map(ToString::to_string).collect()
    };
    let other_proof = relined(&bundle, |lines| {
        let proof = |line: &str| line.split("\"proof\":[").nth(1).unwrap()[..50].to_owned();
        let (third, last) = (proof(&lines[0]), proof(&lines[5]));
        lines[0] = lines[0].replace(&third, &last);
    });
    let altered = "it was altered: its leaf and its proof lead to another root than the signed one";
    let third = format!(
        "entry 3 (audit_entry {}): {altered}",
        "018f4e5c-8f4e-7c3a-8b4e-000000000003"
    );
    assert_eq!(names(&other_proof), std::slice::from_ref(&third));
    let elsewhere = relined(&bundle, |lines| {
        lines[0] = lines[0].replace("{\"index\":3,", "{\"index\":4,");
    });
    assert_eq!(names(&elsewhere), [third.replace("entry 3", "entry 4")]);
    let shorter = relined(&bundle, |lines| {
        let start = lines[0].find("\"proof\":[").unwrap() + "\"proof\":[".len();
        lines[0].replace_range(start..start + 47, "");
    });
    assert_eq!(names(&shorter), [third]);

    let twice = relined(&bundle, |lines| lines.insert(0, lines[0].clone()));
    assert!(names(&twice)[0].ends_with("a line for it does not belong to the bundle"));
    let swapped = relined(&bundle, |lines| lines.swap(0, 1));
    assert!(names(&swapped)[0].starts_with("entry 3 "));
    let fewer = relined(&bundle, |lines| drop(lines.remove(2)));
    assert!(names(&fewer)[0].starts_with("the manifest says answers"));
    let without_redaction = relined(&bundle, |lines| drop(lines.remove(4)));
    assert!(names(&without_redaction)[1].starts_with("entry 258 (audit_entry"));
    let unread = relined(&bundle, |lines| lines[1] = "{}\n".to_owned());
    assert_eq!(names(&unread)[0], "line 2 of entries.ndjson cannot be read");
    let of_a_range = relined(&bundle, |lines| {
        let (before, _) = lines[0].split_once("\"answers\"").unwrap();
        let (_, after) = lines[0].split_once("\"entry\"").unwrap();
        lines[0] = format!("{before}\"entry\"{after}");
    });
    assert_eq!(
        names(&of_a_range)[0],
        "line 1 of entries.ndjson cannot be read"
    );

    // The log of another tenant, whose entries say the same.
    let other = Log::with("other", log.entries.clone());
    let foreign = other.selection(264, &[(3, "run")], &[]).unwrap();
    let lines = foreign.files["entries.ndjson"].clone();
    let moved = relined(&bundle, |old| {
        old[0] = String::from_utf8(lines).unwrap();
    });
    assert!(names(&moved)[0].starts_with("entry 3 "));
}

/// What no selection shows: that an answer was left out. `FORMAT.md` says so.
#[test]
fn an_answer_that_was_left_out_of_everything_is_not_missed() {
    let (log, _) = golden_selection();
    let bundle = log.selection(264, &[(3, "run")], &[]).unwrap();
    assert!(intact(&bundle, &log.keys(), None));
}

#[test]
fn a_record_that_is_gone_expired_or_is_missing() {
    let mut log = Log::of(300);
    log.entries[7].gone = true;
    let bundle = |log: &Log| log.selection(300, &[(7, "run")], &[]).unwrap();
    log.minimum_index = 8;
    let (summary, findings) = verify(&bundle(&log), &log.keys(), None).unwrap();
    assert_eq!((summary.expired, findings.len()), (1, 0));
    log.minimum_index = 7;
    let (_, findings) = verify(&bundle(&log), &log.keys(), None).unwrap();
    let minimum_index = 7;
    assert_eq!(
        findings[0].problem,
        Problem::RecordMissing { minimum_index }
    );
    assert_eq!(findings[0].entry.unwrap().record, Some((5, id(7))));
}

#[test]
fn the_writer_refuses_what_no_selection_has() {
    let log = Log::with_redactions(300);
    let refused = |chosen: &[(u64, &str)]| {
        let error = log.selection(300, chosen, &[]).unwrap_err();
        assert!(matches!(error, BundleError::Entry { .. }), "{error}");
        error.to_string()
    };
    let long = "x".repeat(65);
    for chosen in [
        &[(2, "a"), (2, "a")][..],
        &[(2, "a"), (1, "a")],
        &[(2, "")],
        &[(2, "A")],
        &[(2, &long)],
    ] {
        refused(chosen);
    }
    let outside = log.selection(299, &[(299, "a")], &[]).unwrap_err();
    assert!(
        outside.to_string().contains("is not in the log"),
        "{outside}"
    );
    // The record of the redaction of entry 100 is entry 298.
    let alone = refused(&[(100, "run"), (299, "redaction")]);
    assert!(
        alone.contains("entry 298") && alone.contains("must follow"),
        "{alone}"
    );
    let names: Vec<String> = (0..=MAX_ANSWERS).map(|part| format!("p{part}")).collect();
    let parts: Vec<(u64, &str)> = (0..).zip(names.iter().map(String::as_str)).collect();
    assert!(log.selection(300, &parts[..MAX_ANSWERS], &[]).is_ok());
    refused(&parts);

    let mut altered = Log::of(300);
    altered.entries[7].content = "{}".to_owned();
    let error = altered.selection(300, &[(7, "run")], &[]).unwrap_err();
    assert!(error.to_string().contains("another leaf"), "{error}");

    let head = BundleHead {
        tenant: "acme",
        checkpoint: &log.note(300),
        older: &[],
        minimum_index: 0,
    };
    let longest = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_QUESTION_BYTES - 8));
    let longer = longest.replacen('x', "xx", 1);
    for (question, fits) in [
        ("", false),
        ("[]", false),
        ("{}{}", false),
        ("{\n}", false),
        (&longer, false),
        (&longest, true),
    ] {
        let begun = SelectionWriter::begin(MemoryBundle::default(), &head, question, &log.hashes);
        assert_eq!(begun.is_ok(), fits);
        assert!(fits || matches!(begun.err(), Some(BundleError::Question)));
    }
}

/// What is said of a receipt: how many things are wrong, or `None` when it cannot be judged.
fn judged(text: &str, verification: &Verification<'_>) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut report = |finding: &Finding| findings.push(finding.clone());
    let summary = verification.run_receipt(text, &mut report).ok()?;
    assert_eq!(summary.findings, findings.len() as u64);
    Some(findings)
}

#[test]
fn a_receipt_shows_the_record_and_every_bit_of_it_counts() {
    let log = Log::of(700);
    let keys = log.keys();
    let (same, other) = (log.checkpoint(700), log.checkpoint(699));
    let verification = Verification {
        keys: &keys,
        trusted: Some(&same),
    };
    let text = log.receipt(699, 700).to_text();
    assert_eq!(Receipt::parse(&text).unwrap().to_text(), text);
    let summary = verification.run_receipt(&text, &mut |bad| panic!("{bad}"));
    let summary = summary.unwrap();
    assert_eq!(
        (summary.entry.index, summary.tenant.as_str()),
        (699, "acme")
    );
    assert_eq!(summary.entry.record, Some((5, id(699))));
    assert_eq!(summary.extends, Some(700));
    let at = log.leaf(699).recorded_at_micros;
    assert_eq!(summary.recorded_at_micros, Some(at));

    let (mut tried, mut killed) = (0, 0);
    for byte in 0..text.len() {
        for bit in 0..8 {
            let mut touched = text.clone().into_bytes();
            touched[byte] ^= 1 << bit;
            tried += 1;
            let touched = String::from_utf8(touched).ok();
            let intact = touched.and_then(|text| judged(&text, &verification));
            assert!(intact.is_none_or(|found| !found.is_empty()), "{byte} {bit}");
            killed += 1;
        }
    }
    println!("receipt, single bits: {killed} of {tried} killed");

    // Another entry with the proof of this one, another tenant, another key, another history.
    let path = || prove_inclusion(&log.hashes, 699, 700).unwrap();
    let foreign = [("acme", 698), ("other", 699)];
    for (tenant, entry) in foreign {
        let entry = log.bundle_entry(entry);
        let receipt = Receipt::new(tenant, entry, 699, path(), log.note(700)).unwrap();
        let found = judged(&receipt.to_text(), &verification).unwrap();
        assert_eq!(found[0].problem, Problem::AlteredOrMoved);
    }
    let strangers = [signer(9).verifier()];
    let stranger = Verification {
        keys: &strangers,
        trusted: None,
    };
    let found = judged(&text, &stranger).unwrap();
    assert!(matches!(found[0].problem, Problem::Checkpoint { .. }));
    let mut entries = log.entries.clone();
    entries[5].content = "{}".to_owned();
    let fork = Log::with(log.tenant, entries).checkpoint(700);
    let forked = Verification {
        trusted: Some(&fork),
        ..verification
    };
    let found = judged(&text, &forked).unwrap();
    assert!(matches!(
        found[0].problem,
        Problem::Trusted { size: 700, .. }
    ));
    let elsewhere = Verification {
        trusted: Some(&other),
        ..verification
    };
    assert_eq!(judged(&text, &elsewhere), None);
}

#[test]
fn a_receipt_is_for_a_whole_record() {
    let mut log = Log::with_redactions(300);
    log.entries[7].gone = true;
    let path = |index| prove_inclusion(&log.hashes, index, 300).unwrap();
    for index in [7, 100] {
        let entry = log.bundle_entry(index);
        let refused = Receipt::new("acme", entry, index, path(index), log.note(300));
        assert!(matches!(refused, Err(ReceiptError::Record(_))), "{index}");
    }
    let entry = log.bundle_entry(8);
    let refused = Receipt::new("ac\nme", entry.clone(), 8, path(8), log.note(300));
    assert!(matches!(refused, Err(ReceiptError::Record(_))));
    let quoted = Receipt::new("a\"c\\me", entry, 8, path(8), log.note(300)).unwrap();
    assert_eq!(Receipt::parse(&quoted.to_text()).unwrap(), quoted);

    let mut entries = Log::of(2).entries;
    let object = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
    entries[1].content = object(MAX_PAYLOAD_BYTES);
    entries[1].facts = object(MAX_PAYLOAD_BYTES);
    let log = Log::with("acme", entries);
    let path = prove_inclusion(&log.hashes, 1, 2).unwrap();
    let refused = Receipt::new("acme", log.bundle_entry(1), 1, path, log.note(2));
    assert!(matches!(refused, Err(ReceiptError::Proof(_))), "too long");
}
