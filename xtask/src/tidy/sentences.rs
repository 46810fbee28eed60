//! Sentences of the documentation are short, so that a reader understands them at the first reading.

use std::path::Path;

use super::Violations;
use super::files::documents;
use crate::process;

const MOST_WORDS: usize = 25;

/// Every bundle contains its format. These bytes change only with the version of the format.
const FORMAT: &str = "FORMAT.md";

/// Counts the words of each sentence in every Markdown file.
pub(super) fn check() -> anyhow::Result<Violations> {
    let root = process::root()?;
    let mut files = documents(&root, &["crates", "docs", "examples"])?;
    files.retain(|file| file.file_name().is_none_or(|name| name != FORMAT));
    let mut violations = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap_or(&file);
        violations.extend(long_sentences(path, &std::fs::read_to_string(&file)?));
    }
    Ok(violations)
}

fn long_sentences(path: &Path, text: &str) -> Violations {
    let mut violations = Vec::new();
    for (line, block) in blocks(text) {
        let mut words = Vec::new();
        for word in plain(&block).split_whitespace() {
            if word.contains(char::is_alphanumeric) {
                words.push(word.to_owned());
            }
            let end = word.trim_end_matches([')', '"', '*']);
            if end.ends_with(['.', '?', '!', ':', ';']) {
                violations.extend(too_long(path, line, &words));
                words.clear();
            }
        }
        violations.extend(too_long(path, line, &words));
    }
    violations
}

fn too_long(path: &Path, line: usize, words: &[String]) -> Option<String> {
    let (count, path) = (words.len(), path.display());
    let start = words.get(..5)?.join(" ");
    (count > MOST_WORDS)
        .then(|| format!("{path}:{line}: {count} words, at most {MOST_WORDS}: \"{start} …\""))
}

/// Paragraphs, items of lists and cells of tables, each with its first line. Code blocks have no sentences.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (index, line) in text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.starts_with("```") {
            (is_code, is_open) = (!is_code, false);
        } else if is_code {
            // The next line.
        } else if line.starts_with('|') {
            is_open = false;
            blocks.extend(line.split('|').map(|cell| (number, cell.to_owned())));
        } else {
            let is_item = line.starts_with("- ") || is_numbered(line);
            is_open &= !line.is_empty() && !line.starts_with('#') && !is_item;
            match blocks.last_mut() {
                Some((_, block)) if is_open => *block += &format!(" {line}"),
                _ => blocks.push((number, line.to_owned())),
            }
            is_open = !line.is_empty() && !line.starts_with('#');
        }
    }
    blocks
}

fn is_numbered(line: &str) -> bool {
    let number = line.split_once(". ").map_or("", |(number, _)| number);
    !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
}

/// The text with one word for each code span, and without the targets of links.
fn plain(block: &str) -> String {
    let mut text = String::new();
    for (index, part) in block.split('`').enumerate() {
        text += if index % 2 == 0 { part } else { "code" };
    }
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once(')').map_or(part, |(_, rest)| rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MOST_WORDS, long_sentences};

    fn lines(text: &str) -> Vec<String> {
        let found = long_sentences(Path::new("a.md"), text);
        let place = |sentence: String| sentence.split(" words").next().unwrap_or("").to_owned();
        found.into_iter().map(place).collect()
    }

    #[test]
    fn the_limit_is_the_last_length_that_passes() {
        let words = |count| vec!["word"; count].join(" ");
        assert!(lines(&format!("{}. {}", words(MOST_WORDS), words(MOST_WORDS))).is_empty());
        let found = lines(&format!("Short.\n\n{}", words(MOST_WORDS + 1)));
        assert_eq!(found, ["a.md:3: 26"]);
    }

    #[test]
    fn a_sentence_ends_with_its_paragraph_item_or_cell() {
        let half = vec!["word"; 13].join(" ");
        for between in ["\n\n", "\n- ", "\n2. ", " | ", ":\n", ".) "] {
            let text = format!("{half}{between}{half}");
            let text = if between == " | " {
                format!("| {text} |")
            } else {
                text
            };
            assert!(lines(&text).is_empty(), "{text}");
        }
        assert_eq!(lines(&format!("{half}\n{half}")), ["a.md:1: 26"]);
        assert_eq!(lines(&format!("- {half}\n  {half}")), ["a.md:1: 26"]);
        assert_eq!(lines(&format!("{half}\n10 {half}")), ["a.md:1: 27"]);
    }

    #[test]
    fn code_and_the_targets_of_links_are_no_words() {
        let many = vec!["word"; 40].join(" ");
        assert!(lines(&format!("See `{many}`.\n\n```text\n{many}\n```")).is_empty());
        assert!(lines(&format!("See [this](https://example.org/ {many}) now.")).is_empty());
    }
}
