//! What a source looks like, by its first bytes.

/// What a source looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Nothing is there.
    Empty,
    /// JSON, a value on each line.
    Lines,
    /// One JSON document.
    Document,
    /// Text that is no JSON: perhaps CSV.
    Text,
    /// Text in UTF-16.
    Utf16,
    /// A file of this name that is neither text nor compressed text.
    Binary(&'static str),
}

/// Looks at the first bytes of a source, as many as there are at hand.
#[must_use]
pub fn looks_like(start: &[u8]) -> Looks {
    for (mark, name) in [
        (&b"PK\x03\x04"[..], "a zip archive or a spreadsheet"),
        (b"PAR1", "a Parquet file"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xfd7zXZ\0", "an xz file"),
        (b"BZh", "a bzip2 file"),
        (b"%PDF", "a PDF file"),
    ] {
        if start.starts_with(mark) {
            return Looks::Binary(name);
        }
    }
    if start.get(257..262) == Some(b"ustar") {
        return Looks::Binary("a tar archive");
    }
    let marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    let halves = start
        .get(..4)
        .map(|start| start.iter().map(|byte| *byte == 0));
    let every_other = halves.is_some_and(|halves| {
        let zeros: Vec<bool> = halves.collect();
        zeros == [true, false, true, false] || zeros == [false, true, false, true]
    });
    if marked || every_other {
        return Looks::Utf16;
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = text.trim_ascii_start();
    match text.first() {
        None => Looks::Empty,
        Some(b'[') => Looks::Document,
        Some(b'{') if ends_in_its_line(text) => Looks::Lines,
        Some(b'{') => Looks::Document,
        Some(_) => Looks::Text,
    }
}

/// Whether the object that begins here ends before its line, or reaches beyond what is at hand.
fn ends_in_its_line(text: &[u8]) -> bool {
    let mut depth = 0_usize;
    let (mut quoted, mut escaped) = (false, false);
    for byte in text {
        match byte {
            b'\n' if depth > 0 => return false,
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !quoted {
            return true;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Looks, looks_like};

    #[test]
    fn a_source_is_told_by_its_first_bytes() {
        for (start, looks) in [
            (&b""[..], Looks::Empty),
            (b" \r\n", Looks::Empty),
            (b"{\"a\":\"}\\\"\"}\n{\"a\":2}", Looks::Lines),
            (b"\xef\xbb\xbf{\"a\":[1", Looks::Lines),
            (b"{\n  \"a\": 1\n}", Looks::Document),
            (b"{\"Records\":[\n{}]}", Looks::Document),
            (b" [{}]", Looks::Document),
            (b"id,in\nr1,1\n", Looks::Text),
            (b"\xff\xfei\0d\0", Looks::Utf16),
            (b"i\0d\0", Looks::Utf16),
            (b"\0i\0d", Looks::Utf16),
            (b"{\0\0\0\0", Looks::Lines),
            (b"PAR1\0", Looks::Binary("a Parquet file")),
            (
                &[&[b'a'; 257][..], b"ustar\0"].concat(),
                Looks::Binary("a tar archive"),
            ),
        ] {
            assert_eq!(looks_like(start), looks, "{start:?}");
        }
    }
}
