//! The page that says what is in a bundle: its examples are what the code makes, and bundles written
//! long ago are read for ever.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::path::Path;

use logs_ledger::{
    FORMAT, MemoryBundle, NoteVerifier, Tile, TlogProof, TlogProofError, prove_inclusion,
};
use support::{KIND, Log, golden, golden_selection, id, salt, verify};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The page has this example, in a block of its own or at the end of one.
fn shown(example: &str) {
    let example = example.trim_end();
    let block = format!("```\n{example}\n");
    let inside = format!("\n{example}\n```\n");
    let found = FORMAT.contains(&block) || FORMAT.contains(&inside);
    assert!(found, "FORMAT.md does not show\n{example}");
}

#[test]
fn the_examples_are_what_the_code_makes() {
    let log = Log::of(3);
    let leaf = log.leaf(2);
    shown(&log.signer.verifier().to_text());
    shown(&log.entries[2].facts);
    shown(&log.entries[2].content);
    shown(&hex(salt(2).as_bytes()));
    shown(&hex(leaf.facts.as_bytes()));
    shown(&hex(leaf.content.as_bytes()));
    shown(&hex(&leaf.encode()));
    shown(&format!("{:?}", leaf.hash()));
    shown(&format!("{:?}", log.roots[3]));
    shown(&log.note(3).to_text());
    shown(&Tile::of(1 << 40, 0, 1_234_067).unwrap().path());
    let bundle = log.bundle(3, 0, 3, &[2]).unwrap();
    let text = |file: &str| String::from_utf8(bundle.files[file].clone()).unwrap();
    shown(text("entries.ndjson").lines().nth(2).unwrap());
    let manifest = text("manifest.json");
    let (manifest, _) = manifest.split_once("  \"sums\"").unwrap();
    shown(manifest);
    let mut entries = log.entries.clone();
    entries[0].gone = true;
    entries[1].redacted_by = Some(2);
    entries[2].redacts(KIND, id(1));
    shown(&entries[2].facts);
    let selection = log.selection(3, &[(2, "run")], &[2]).unwrap();
    let text = |file: &str| String::from_utf8(selection.files[file].clone()).unwrap();
    shown(text("entries.ndjson").lines().next().unwrap());
    let manifest = text("manifest.json");
    let (_, form) = manifest.split_once("  \"minimum_index\": 0,\n").unwrap();
    let (form, _) = form.split_once("  \"older\"").unwrap();
    shown(form);
    shown(&log.receipt(2, 3).to_text());
    let bundle = Log::with(log.tenant, entries).bundle(3, 0, 3, &[]).unwrap();
    let lines = String::from_utf8(bundle.files["entries.ndjson"].clone()).unwrap();
    shown(lines.lines().next().unwrap());
    shown(lines.lines().nth(1).unwrap());
}

/// Writes the files that are kept for ever, before the first release. `LOGS_WRITE_FIXTURES=1 cargo test -p
/// logs-ledger --test format` does.
#[test]
fn a_bundle_is_written_again_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, (_, bundle)) in [("range", golden()), ("selection", golden_selection())] {
        let fixture = folder.join(format!("tests/fixtures/{name}-v1"));
        if std::env::var_os("LOGS_WRITE_FIXTURES").is_some() {
            write(&bundle, &fixture, &folder.join("fuzz/corpus").join(name));
        }
        let mut kept = MemoryBundle::default();
        read(&fixture, "", &mut kept);
        assert_eq!(kept, bundle);
    }
}

fn write(bundle: &MemoryBundle, fixture: &Path, corpus: &Path) {
    for (place, (path, bytes)) in bundle.files.iter().enumerate() {
        let file = fixture.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
        // A byte that chooses the file, and its content.
        if path != "FORMAT.md" {
            std::fs::create_dir_all(corpus).unwrap();
            let file = corpus.join(path.replace('/', "-"));
            std::fs::write(file, [&[place as u8], bytes.as_slice()].concat()).unwrap();
        }
    }
}

#[test]
fn a_bundle_of_the_first_version_is_read_for_ever() {
    let key = "logs.example/acme+cf899818+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    let keys = [NoteVerifier::parse(key).unwrap()];
    let trusted = golden().0.checkpoint(100);
    for (name, counts) in [("range", (5, 2, 1)), ("selection", (3, 2, 1))] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut bundle = MemoryBundle::default();
        read(
            &folder.join(format!("tests/fixtures/{name}-v1")),
            "",
            &mut bundle,
        );
        let (summary, findings) = verify(&bundle, &keys, Some(&trusted)).unwrap();
        assert_eq!(findings, []);
        let found = (summary.present, summary.redacted, summary.expired);
        assert_eq!((found, summary.older), (counts, 2));
        assert_eq!(summary.extends, Some(100));
    }
}

fn read(folder: &Path, prefix: &str, bundle: &mut MemoryBundle) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{path}/"), bundle);
        } else {
            let bytes = std::fs::read(entry.path()).unwrap();
            bundle.files.insert(path, bytes);
        }
    }
}

#[test]
fn the_proof_of_one_entry_is_read_back_and_refused_when_a_line_is_touched() {
    let log = Log::of(700);
    for index in [0, 255, 256, 699] {
        let path = prove_inclusion(&log.hashes, index, 700).unwrap();
        let leaf = log.leaf(index).hash();
        for extra in [None, Some(b"note".to_vec()), Some(Vec::new())] {
            let mut proof = TlogProof::new(index, path.clone(), log.note(700));
            if let Some(extra) = extra.clone() {
                proof = proof.with_extra(extra);
            }
            let text = proof.to_text();
            let read = TlogProof::parse(&text).unwrap();
            assert_eq!(read, proof);
            assert_eq!(read.unauthenticated_extra(), extra.as_deref());
            assert_eq!(
                read.verify(&leaf, &log.keys()).unwrap(),
                log.checkpoint(700)
            );
            let other = log.leaf(index ^ 1).hash();
            assert!(read.verify(&other, &log.keys()).is_err());
        }
        let text = TlogProof::new(index, path, log.note(700)).to_text();
        for byte in 0..text.len() {
            for bit in 0..8 {
                let mut touched = text.clone().into_bytes();
                touched[byte] ^= 1 << bit;
                let Ok(touched) = String::from_utf8(touched) else {
                    continue;
                };
                let verified =
                    TlogProof::parse(&touched).and_then(|proof| proof.verify(&leaf, &log.keys()));
                assert!(verified.is_err(), "byte {byte}, bit {bit} of\n{text}");
            }
        }
    }
}

#[test]
fn what_is_no_proof_is_refused_by_its_line() {
    let log = Log::of(3);
    let path = prove_inclusion(&log.hashes, 2, 3).unwrap();
    let good = TlogProof::new(2, path, log.note(3)).to_text();
    for (from, to, line) in [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2", 1),
        ("index 2", "index 02", 2),
        ("index 2", "index -2", 2),
        ("index 2", "index 9223372036854775808", 2),
        ("index 2", "extra !", 2),
        ("index 2", "extra AA==", 3),
        ("index 2", "", 2),
        ("iZp3", "iZp", 3),
        ("iZp3", "!Zp3", 3),
    ] {
        assert!(good.contains(from));
        let refused = TlogProof::parse(&good.replacen(from, to, 1)).unwrap_err();
        let form = matches!(refused, TlogProofError::Form { line: found, .. } if found == line);
        assert!(form, "{to}: {refused}");
    }
    for cut in 0..good.len() {
        if good.is_char_boundary(cut) {
            assert!(TlogProof::parse(&good[..cut]).is_err(), "{cut} bytes");
        }
    }
    let endless = format!(
        "c2sp.org/tlog-proof@v1\nindex 2\n{}\n",
        format!("{}=\n", "A".repeat(43)).repeat(64)
    );
    assert!(TlogProof::parse(&endless).is_err());
}
