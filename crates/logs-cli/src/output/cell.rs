//! Text of records on its way to a terminal.

use std::fmt::{Display, Write};

use logs_domain::Timestamp;
use unicode_width::UnicodeWidthChar;

/// The text in one line that a terminal only shows and never obeys: control characters, and
/// characters that change the direction of text or are not seen, are written as escapes.
pub(crate) fn one_line(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same, with line breaks and tabs kept.
pub(crate) fn printable(text: &str) -> String {
    escaped(text, |character| matches!(character, '\n' | '\t'))
}

fn escaped(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if kept(character) || !is_harmful(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
    }
    shown
}

/// Control characters (Cc), marks of direction and other characters of format that are not seen
/// (most of Cf), and separators of lines (Zl, Zp).
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text, cut so that it takes at most `width` columns of a terminal.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let mut taken = 0;
    for (place, character) in text.char_indices() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            return with_ellipsis(&text[..place], width);
        }
    }
    text.to_owned()
}

fn with_ellipsis(text: &str, width: usize) -> String {
    let mut kept = String::new();
    let mut taken = 1;
    for character in text.chars() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// An optional value; a dash where it is unknown.
pub(crate) fn optional(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// A time in UTC to the millisecond, or to the microsecond where it is that fine; it can be pasted
/// into a flag.
pub(crate) fn time(time: Timestamp) -> String {
    let format = if time.as_micros() % 1000 == 0 {
        "%Y-%m-%dT%H:%M:%S%.3fZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6fZ"
    };
    let mut text = String::new();
    // Writing to a string cannot fail, and the format is a constant that is right.
    let _ = write!(text, "{}", time.to_datetime().format(format));
    text
}

#[cfg(test)]
mod tests {
    use logs_domain::Timestamp;
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::{one_line, printable, shortened, time};

    #[test]
    fn a_terminal_obeys_nothing_of_a_record() {
        assert_eq!(
            one_line("\u{1b}[31mred\u{7}\r\n"),
            "\\u{1b}[31mred\\u{7}\\r\\n"
        );
        assert_eq!(one_line("\u{9b}2J \u{202e}txt"), "\\u{9b}2J \\u{202e}txt");
        assert_eq!(one_line("grün 漢字 👩‍💻"), "grün 漢字 👩‍💻");
        assert_eq!(printable("a\n\tb\u{1b}"), "a\n\tb\\u{1b}");
    }

    #[test]
    fn a_cut_counts_columns() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcd", 3), "ab…");
        assert_eq!(shortened("漢字漢字", 8), "漢字漢字");
        assert_eq!(shortened("漢字漢字", 7), "漢字漢…");
        assert_eq!(shortened("漢字漢字", 6), "漢字…");
    }

    #[test]
    fn times_are_as_fine_as_they_need_to_be() {
        let shown = |text| time(Timestamp::parse_rfc3339(text).unwrap());
        assert_eq!(
            shown("2026-03-02T11:15:04.12+01:00"),
            "2026-03-02T10:15:04.120Z"
        );
        assert_eq!(
            shown("2026-03-02T10:15:04.120001Z"),
            "2026-03-02T10:15:04.120001Z"
        );
        assert_eq!(
            shown("0001-01-01T00:00:00.000001Z"),
            "0001-01-01T00:00:00.000001Z"
        );
    }

    proptest! {
        #[test]
        fn no_text_drives_a_terminal_or_leaves_its_column(text in any::<String>(), width in 1..40_usize) {
            let shown = one_line(&text);
            prop_assert!(!shown.chars().any(char::is_control));
            let turned = shown.contains(['\u{202e}', '\u{2066}', '\u{2028}']);
            prop_assert!(!turned);
            prop_assert!(shortened(&shown, width).width() <= width);
        }
    }
}
