//! The text of a checkpoint: one text for each, and everything else refused.

use logs_ledger::{Checkpoint, CheckpointError, TreeHead, hash_leaf};

const ROOT: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

#[test]
fn what_is_written_is_read_back() {
    for size in [0, 1, 20_852_163, 1 << 63] {
        let head = TreeHead {
            size,
            root: hash_leaf(b"x"),
        };
        let written = Checkpoint::new("example.com/acme", head).unwrap();
        assert_eq!(Checkpoint::parse(&written.to_text()).unwrap(), written);
        assert_eq!(
            (written.origin(), written.head()),
            ("example.com/acme", head)
        );
    }
    let text = format!("example.com/log\n0\n{ROOT}\nmore\n");
    let read = Checkpoint::parse(&text).unwrap();
    assert_eq!(read.head().root, logs_ledger::empty_root());
    assert_eq!(read.extensions(), ["more"]);
    assert_eq!(read.to_text(), text);
}

#[test]
fn other_texts_are_refused_by_their_line() {
    use CheckpointError::{Lines, Root, Size, TooLong};
    let unpadded = ROOT.trim_end_matches('=');
    for (text, why) in [
        (String::new(), Lines),
        ("o\n1\n".to_owned(), Lines),
        (format!("o\n1\n{ROOT}"), Lines),
        (format!("o\n1\n{ROOT}\n\n"), Lines),
        (format!("\n1\n{ROOT}\n"), Lines),
        (format!("o\r\n1\n{ROOT}\n"), Lines),
        (format!("o\n01\n{ROOT}\n"), Size),
        (format!("o\n+1\n{ROOT}\n"), Size),
        (format!("o\n-1\n{ROOT}\n"), Size),
        (format!("o\n9223372036854775809\n{ROOT}\n"), Size),
        (format!("o\n99999999999999999999\n{ROOT}\n"), Size),
        (format!("o\n1\n{unpadded}\n"), Root),
        // Other bits where the last digit has none to carry.
        (format!("o\n1\n{}V=\n", &ROOT[..42]), Root),
        ("o\n1\nAAAA\n".to_owned(), Root),
        ("o".repeat(70_000), TooLong),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(why), "{text:.80}");
    }
    let head = TreeHead {
        size: 1,
        root: hash_leaf(b"x"),
    };
    for origin in ["", "two\nlines"] {
        assert!(Checkpoint::new(origin, head).is_err());
    }
}
