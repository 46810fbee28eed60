//! Nothing in a bundle can be changed without being refused: every bit of every file in turn, and
//! whole files, entries and lines. The control is the bundle itself, which is intact.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use logs_ledger::{Checkpoint, MemoryBundle, NoteVerifier};
use support::{Log, intact, reseal, verify};

/// A small bundle at the end of a log, with everything that a bundle can hold.
fn small() -> (Log, MemoryBundle) {
    let log = Log::with_redactions(264);
    let mut entries = log.entries.clone();
    // Redacted parts inside the range, recorded by its last entries.
    for (target, by) in [(258_usize, 262_usize), (259, 263)] {
        let redaction = logs_ledger::Redaction {
            entry_id: entries[target].id,
            who: true,
            what: by == 263,
        };
        entries[by].what = redaction.to_payload();
        entries[target].who_redacted_by = Some(by as u64);
        entries[target].what_redacted_by = (by == 263).then_some(by as u64);
    }
    let log = Log::with(log.tenant, entries);
    let bundle = log.bundle(264, 256, 264, &[100, 260]).unwrap();
    (log, bundle)
}

struct Judge {
    keys: Vec<NoteVerifier>,
    trusted: Checkpoint,
}

impl Judge {
    fn kills(&self, bundle: &MemoryBundle) -> bool {
        !intact(bundle, &self.keys, Some(&self.trusted))
    }
}

/// Bits that survive, as `(file, byte, bit)`, and how many were tried.
fn survivors(
    bundle: &MemoryBundle,
    judge: &Judge,
    forged: bool,
    files: &[&str],
) -> (Vec<(String, usize, u8)>, usize) {
    let bytes: Vec<(&str, usize)> = files
        .iter()
        .flat_map(|file| (0..bundle.files[*file].len()).map(move |byte| (*file, byte)))
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let survivors = std::thread::scope(|scope| {
        let tasks: Vec<_> = bytes
            .chunks(bytes.len().div_ceil(workers))
            .map(|bytes| {
                scope.spawn(move || {
                    let mut survivors = Vec::new();
                    for (file, byte) in bytes {
                        for bit in 0..8 {
                            let mut mutant = bundle.clone();
                            mutant.files.get_mut(*file).unwrap()[*byte] ^= 1 << bit;
                            if forged {
                                reseal(&mut mutant);
                            }
                            if !judge.kills(&mutant) {
                                survivors.push(((*file).to_owned(), *byte, bit));
                            }
                        }
                    }
                    survivors
                })
            })
            .collect();
        let found = tasks.into_iter().flat_map(|task| task.join().unwrap());
        found.collect()
    });
    (survivors, bytes.len() * 8)
}

/// Where a field of the manifest stands.
fn span(bundle: &MemoryBundle, file: &str, from: &str, to: &str) -> std::ops::Range<usize> {
    let text = std::str::from_utf8(&bundle.files[file]).unwrap();
    let start = text.find(from).unwrap() + from.len();
    start..start + text[start..].find(to).unwrap()
}

#[test]
fn every_bit_of_every_file_counts() {
    let (log, bundle) = small();
    let judge = Judge {
        keys: log.keys(),
        trusted: log.checkpoint(260),
    };
    assert!(!judge.kills(&bundle), "the control is intact");
    let files: Vec<&str> = bundle.files.keys().map(String::as_str).collect();
    let (survivors, tried) = survivors(&bundle, &judge, false, &files);
    // The one field that nothing authenticates, as FORMAT.md says.
    let software = span(&bundle, "manifest.json", "\"software\": \"", "\"");
    let (declared, others): (Vec<_>, Vec<_>) = survivors
        .into_iter()
        .partition(|(file, byte, _)| file == "manifest.json" && software.contains(byte));
    println!(
        "single bits: {} of {tried} killed; {} survive in the field `software` of the manifest",
        tried - declared.len() - others.len(),
        declared.len()
    );
    assert_eq!(others, []);
    assert!(tried > 40_000, "{tried}");
}

#[test]
fn sums_that_are_made_to_fit_hide_nothing() {
    let (log, bundle) = small();
    let judge = Judge {
        keys: log.keys(),
        trusted: log.checkpoint(260),
    };
    let mut sealed = bundle.clone();
    reseal(&mut sealed);
    assert_eq!(
        sealed, bundle,
        "the control: the sums are those of the writer"
    );
    let evidence: Vec<&str> = bundle
        .files
        .keys()
        .map(String::as_str)
        .filter(|file| !matches!(*file, "FORMAT.md" | "SHA256SUMS" | "manifest.json"))
        .collect();
    let (survivors, tried) = survivors(&bundle, &judge, true, &evidence);
    println!(
        "single bits under sums that fit: {} of {tried} killed",
        tried - survivors.len()
    );
    assert_eq!(survivors, []);
}

/// Changes a bundle as a forger would.
fn forged(bundle: &MemoryBundle, change: impl FnOnce(&mut MemoryBundle)) -> MemoryBundle {
    let mut mutant = bundle.clone();
    change(&mut mutant);
    reseal(&mut mutant);
    mutant
}

fn lines(bundle: &MemoryBundle) -> Vec<String> {
    let text = std::str::from_utf8(&bundle.files["payloads.ndjson"]).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn set(bundle: &mut MemoryBundle, file: &str, bytes: impl Into<Vec<u8>>) {
    bundle.files.insert(file.to_owned(), bytes.into());
}

#[test]
fn whole_files_entries_and_lines_cannot_be_moved_either() {
    let (log, bundle) = small();
    let judge = Judge {
        keys: log.keys(),
        trusted: log.checkpoint(260),
    };
    let mut mutants: Vec<(String, MemoryBundle)> = Vec::new();
    for file in bundle.files.keys() {
        let mut without = bundle.clone();
        without.files.remove(file);
        mutants.push((format!("without {file}"), without));
        let sealed = matches!(file.as_str(), "FORMAT.md" | "SHA256SUMS" | "manifest.json");
        if !sealed {
            let without = forged(&bundle, |bundle| drop(bundle.files.remove(file)));
            mutants.push((format!("without {file}, sums fitting"), without));
            let mut cut = bundle.files[file].clone();
            cut.truncate(cut.len() / 2);
            let cut = forged(&bundle, |bundle| set(bundle, file, cut));
            mutants.push((format!("half of {file}"), cut));
        }
    }
    let more = |bundle: &mut MemoryBundle| set(bundle, "tile/0/000", [0; 32]);
    let mut unnamed = bundle.clone();
    more(&mut unnamed);
    mutants.push(("a file more".to_owned(), unnamed));

    let file = "tile/entries/001.p/8";
    let leaves: Vec<Vec<u8>> = logs_ledger::entries(&bundle.files[file])
        .map(|leaf| {
            let mut bytes = Vec::new();
            logs_ledger::push_entry(&mut bytes, leaf.unwrap()).unwrap();
            bytes
        })
        .collect();
    let lines = lines(&bundle);
    let entries = |leaves: &[Vec<u8>]| forged(&bundle, |bundle| set(bundle, file, leaves.concat()));
    let payloads = |lines: &[String]| {
        forged(&bundle, |bundle| {
            set(bundle, "payloads.ndjson", lines.concat())
        })
    };
    for place in 0..leaves.len() {
        let mut fewer = leaves.clone();
        fewer.remove(place);
        mutants.push((format!("entry {place} deleted"), entries(&fewer)));
        let mut twice = leaves.clone();
        twice.insert(place, leaves[place].clone());
        mutants.push((format!("entry {place} twice"), entries(&twice)));
        if place > 0 {
            let mut swapped = leaves.clone();
            swapped.swap(place - 1, place);
            mutants.push((format!("entry {place} swapped"), entries(&swapped)));
        }
    }
    for place in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(place);
        mutants.push((format!("line {place} deleted"), payloads(&fewer)));
        let mut twice = lines.clone();
        twice.insert(place, lines[place].clone());
        mutants.push((format!("line {place} twice"), payloads(&twice)));
        if place > 0 {
            let mut swapped = lines.clone();
            swapped.swap(place - 1, place);
            mutants.push((format!("line {place} swapped"), payloads(&swapped)));
        }
        // A part that is said to be redacted, by each entry in turn.
        let (key, _) = lines[place].split_once("\",\"").unwrap();
        for by in 0..=264 {
            let mut redacted = lines.clone();
            redacted[place] = format!("{key}\",\"redacted_by\":{by}}}\n");
            if redacted != lines {
                mutants.push((
                    format!("line {place} redacted by {by}"),
                    payloads(&redacted),
                ));
            }
        }
    }
    // The log of another tenant, with the same content and key.
    let other = Log::with("other", log.entries.clone());
    let moved = other.bundle(264, 256, 264, &[]).unwrap();
    let content = moved.files[file].clone();
    let moved = forged(&bundle, |bundle| set(bundle, file, content));
    mutants.push(("entries of another tenant".to_owned(), moved));
    // An older state of the log than what is trusted.
    let older = log.bundle(258, 256, 258, &[]).unwrap();
    mutants.push(("an older checkpoint".to_owned(), older));
    // The older checkpoint in the place of the newer one.
    let note = log.note(260).to_text();
    let replayed = forged(&bundle, |bundle| set(bundle, "checkpoint", note));
    mutants.push(("another checkpoint".to_owned(), replayed));

    let killed = mutants.iter().filter(|(_, mutant)| judge.kills(mutant));
    println!(
        "whole files, entries and lines: {} of {} killed",
        killed.count(),
        mutants.len()
    );
    for (name, mutant) in &mutants {
        assert!(judge.kills(mutant), "{name} survives");
    }
}

#[test]
fn an_entry_that_is_touched_is_named() {
    let (log, bundle) = small();
    let keys = log.keys();
    let named = |mutant: &MemoryBundle| {
        let (_, findings) = verify(mutant, &keys, None).unwrap();
        let entries = findings.iter().filter_map(|finding| finding.entry);
        entries.map(|entry| entry.index).collect::<Vec<u64>>()
    };
    let lines = lines(&bundle);
    for (place, line) in lines.iter().enumerate() {
        let Some(at) = line.find("\"payload\":\"") else {
            continue;
        };
        let mut touched = lines.clone();
        let at = at + "\"payload\":\"".len();
        let letter = if &line[at..=at] == "A" { "B" } else { "A" };
        touched[place].replace_range(at..=at, letter);
        let mutant = forged(&bundle, |bundle| {
            set(bundle, "payloads.ndjson", touched.concat())
        });
        // A redaction that cannot be read any more leaves what it removed without a record.
        assert_eq!(named(&mutant)[0], 256 + place as u64 / 2, "{line}");
    }
    let file = "tile/entries/001.p/8";
    let mut start = 0;
    for (place, leaf) in logs_ledger::entries(&bundle.files[file]).enumerate() {
        let last = start + 2 + leaf.unwrap().len() - 1;
        let mut touched = bundle.files[file].clone();
        touched[last] ^= 1;
        let mutant = forged(&bundle, |bundle| set(bundle, file, touched));
        assert!(named(&mutant).contains(&(256 + place as u64)), "{place}");
        assert!(
            named(&mutant)
                .iter()
                .all(|index| *index == 256 + place as u64)
        );
        start = last + 1;
    }
}
