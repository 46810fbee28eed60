//! Nothing in a bundle can be changed without being refused: every bit of every file in turn, and
//! whole files, entries and lines. The control is the bundle itself, which is intact.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use logs_ledger::{Checkpoint, MemoryBundle, NoteVerifier};
use support::{Log, golden, golden_selection, intact, reseal, verify};

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
) -> (Vec<Survivor>, usize) {
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

/// The bytes that hold claims which nothing authenticates, as `FORMAT.md` says: the software, the minimum index,
/// the question of a selection, and the names of an expired record.
fn claims(bundle: &MemoryBundle) -> Vec<(&'static str, std::ops::Range<usize>)> {
    let (manifest, entries) = ("manifest.json", "entries.ndjson");
    let gone = "\"entry\":{\"kind\":";
    let text = std::str::from_utf8(&bundle.files[entries]).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("\"leaf\""))
        .unwrap();
    let start: usize = text.lines().take(line).map(|line| line.len() + 1).sum();
    let kind = start + text[start..].find(gone).unwrap() + gone.len();
    let id = kind + text[kind..].find("\"id\":\"").unwrap() + "\"id\":\"".len();
    let mut claims = vec![
        (manifest, span(bundle, manifest, "\"software\": \"", "\"")),
        (manifest, span(bundle, manifest, "\"minimum_index\": ", ",")),
        (entries, kind..kind + 1),
        (entries, id..id + 36),
    ];
    if bundle == &golden_selection().1 {
        claims.push((manifest, span(bundle, manifest, "\"question\": {", "},\n")));
    }
    claims
}

/// Where the first text between two others stands.
fn span(bundle: &MemoryBundle, file: &str, from: &str, to: &str) -> std::ops::Range<usize> {
    let text = std::str::from_utf8(&bundle.files[file]).unwrap();
    let start = text.find(from).unwrap() + from.len();
    start..start + text[start..].find(to).unwrap()
}

type Survivor = (String, usize, u8);

/// The survivors among such claims, and the others.
fn parted(bundle: &MemoryBundle, survivors: Vec<Survivor>) -> (Vec<Survivor>, Vec<Survivor>) {
    let claims = claims(bundle);
    let claimed = |(file, byte, _): &Survivor| {
        let at =
            |(path, span): &(&str, std::ops::Range<usize>)| path == file && span.contains(byte);
        claims.iter().any(at)
    };
    survivors.into_iter().partition(claimed)
}

/// Flips every bit of some files; says how many mutants were killed. Only claims that nothing authenticates
/// survive.
fn flipped(log: &Log, bundle: &MemoryBundle, forged: bool, files: &[&str]) -> String {
    let judge = Judge {
        keys: log.keys(),
        trusted: log.checkpoint(260),
    };
    assert!(!judge.kills(bundle), "the control is intact");
    let (survivors, tried) = survivors(bundle, &judge, forged, files);
    let (declared, others) = parted(bundle, survivors);
    assert_eq!(others, []);
    assert!(tried > 25_000, "{tried}");
    let (killed, declared) = (tried - declared.len(), declared.len());
    format!("{killed} of {tried} killed; {declared} survive in claims that nothing authenticates")
}

fn files(bundle: &MemoryBundle, except: &[&str]) -> Vec<String> {
    let files = bundle.files.keys().cloned();
    files
        .filter(|file| !except.contains(&file.as_str()))
        .collect()
}

fn texts(files: &[String]) -> Vec<&str> {
    files.iter().map(String::as_str).collect()
}

#[test]
fn every_bit_of_every_file_counts() {
    let (log, bundle) = golden();
    let flipped_range = flipped(&log, &bundle, false, &texts(&files(&bundle, &[])));
    println!("single bits of a range: {flipped_range}");
    let (log, bundle) = golden_selection();
    // The page is the same in both forms, and the longest file.
    let all_but_page = files(&bundle, &["FORMAT.md"]);
    let flipped_selection = flipped(&log, &bundle, false, &texts(&all_but_page));
    println!("single bits of a selection: {flipped_selection}");
}

#[test]
fn sums_that_are_made_to_fit_hide_nothing() {
    for (name, (log, bundle)) in [("range", golden()), ("selection", golden_selection())] {
        let mut sealed = bundle.clone();
        reseal(&mut sealed);
        assert_eq!(
            sealed, bundle,
            "the control: the sums are those of the writer"
        );
        let evidence = files(&bundle, &["FORMAT.md", "SHA256SUMS", "manifest.json"]);
        let said = flipped(&log, &bundle, true, &texts(&evidence));
        println!("single bits of a {name} under sums that fit: {said}");
    }
}

/// Changes a bundle as a forger would.
fn forged(bundle: &MemoryBundle, change: impl FnOnce(&mut MemoryBundle)) -> MemoryBundle {
    let mut mutant = bundle.clone();
    change(&mut mutant);
    reseal(&mut mutant);
    mutant
}

fn lines(bundle: &MemoryBundle) -> Vec<String> {
    let text = std::str::from_utf8(&bundle.files["entries.ndjson"]).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

/// What a line says of its record.
fn record(line: &str) -> &str {
    line.split_once("\"entry\":").unwrap().1
}

/// A line that says that its content is redacted; `None` for one whose record is gone.
fn redacted(log: &Log, line: &str, index: u64, by: u64) -> Option<String> {
    let present = line.split_once(",\"content\":");
    let (before, _) = present.or_else(|| line.split_once(",\"commitment\":"))?;
    let commitment = STANDARD.encode(log.leaf(index).content.as_bytes());
    let after = format!("\"commitment\":\"{commitment}\",\"redacted_by\":{by}");
    Some(format!("{before},{after}}}}}\n"))
}

/// A line that says that its record is gone; `None` for one that does.
fn gone(log: &Log, line: &str, index: u64) -> Option<String> {
    let (before, _) = line.split_once(",\"recorded_at_micros\":")?;
    let leaf = STANDARD.encode(log.leaf(index).hash().as_bytes());
    Some(format!("{before},\"leaf\":\"{leaf}\"}}}}\n"))
}

fn set(bundle: &mut MemoryBundle, file: &str, bytes: impl Into<Vec<u8>>) {
    bundle.files.insert(file.to_owned(), bytes.into());
}

#[test]
fn whole_files_entries_and_lines_cannot_be_moved_either() {
    let (log, bundle) = golden();
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

    let lines = lines(&bundle);
    let relined = |lines: &[String]| {
        forged(&bundle, |bundle| {
            set(bundle, "entries.ndjson", lines.concat())
        })
    };
    for place in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(place);
        mutants.push((format!("line {place} deleted"), relined(&fewer)));
        let mut twice = lines.clone();
        twice.insert(place, lines[place].clone());
        mutants.push((format!("line {place} twice"), relined(&twice)));
        if place > 0 {
            let mut swapped = lines.clone();
            swapped.swap(place - 1, place);
            mutants.push((format!("line {place} swapped"), relined(&swapped)));
            // The record of one entry at the index of the other.
            let (one, other) = (record(&lines[place - 1]), record(&lines[place]));
            swapped[place - 1] = lines[place - 1].replace(one, other);
            swapped[place] = lines[place].replace(other, one);
            mutants.push((format!("record {place} swapped"), relined(&swapped)));
        }
        // Content that is said to be redacted, by each entry in turn, and a record that is said to have expired.
        let index = 256 + place as u64;
        let others = (0..=264).map(|by| redacted(&log, &lines[place], index, by));
        for other in others.chain([gone(&log, &lines[place], index)]).flatten() {
            let mut changed = lines.clone();
            changed[place] = other;
            if changed != lines {
                mutants.push((changed[place].clone(), relined(&changed)));
            }
        }
    }
    // The log of another tenant, with the same content and key.
    let other = Log::with("other", log.entries.clone());
    let moved = other.bundle(264, 256, 264, &[]).unwrap();
    let content = moved.files["entries.ndjson"].clone();
    let moved = forged(&bundle, |bundle| set(bundle, "entries.ndjson", content));
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
    let (log, bundle) = golden();
    let keys = log.keys();
    let named = |mutant: &MemoryBundle| {
        let (_, findings) = verify(mutant, &keys, None).unwrap();
        let entries = findings.iter().filter_map(|finding| finding.entry);
        entries.map(|entry| entry.index).collect::<Vec<u64>>()
    };
    let lines = lines(&bundle);
    let values = [
        "\"facts\":{\"",
        "\"content\":{\"",
        "\"commitment\":\"",
        "\"salt\":\"",
        "\"leaf\":\"",
    ];
    let mut touched_values = 0;
    for (place, line) in lines.iter().enumerate() {
        for value in values {
            let Some(at) = line.find(value) else {
                continue;
            };
            let mut touched = lines.clone();
            let at = at + value.len();
            let letter = if &line[at..=at] == "A" { "B" } else { "A" };
            touched[place].replace_range(at..=at, letter);
            let mutant = forged(&bundle, |bundle| {
                set(bundle, "entries.ndjson", touched.concat())
            });
            // A redaction that cannot be read any more leaves what it removed without a record.
            let indexes = named(&mutant);
            assert!(indexes.contains(&(256 + place as u64)), "{line}");
            assert!(indexes.len() == 1 || place >= 6, "{line}");
            touched_values += 1;
        }
    }
    assert_eq!(touched_values, 1 + 2 * 2 + 5 * 3);
    let file = "tile/0/001.p/8";
    for place in 0..8 {
        let mut touched = bundle.files[file].clone();
        touched[32 * place] ^= 1;
        let mutant = forged(&bundle, |bundle| set(bundle, file, touched));
        assert_eq!(named(&mutant), [256 + place as u64]);
    }
}
