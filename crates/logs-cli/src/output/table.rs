//! Aligned columns.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::cell::{one_line, shortened};

/// No column of prose is wider, however long a text is; `--json` has all of it.
const WIDEST_PROSE: usize = 72;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    content: CellContent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellContent {
    Text,
    Prose,
    Number,
}

impl Column {
    /// A column of names and ids, which are never cut.
    pub(crate) const fn text(title: &'static str) -> Self {
        let content = CellContent::Text;
        Self { title, content }
    }

    /// A column of prose, which may be cut.
    pub(crate) const fn prose(title: &'static str) -> Self {
        let content = CellContent::Prose;
        Self { title, content }
    }

    /// A column of numbers, aligned to the right.
    pub(crate) const fn number(title: &'static str) -> Self {
        let content = CellContent::Number;
        Self { title, content }
    }

    fn fitted(self, cell: &str) -> String {
        let cell = one_line(cell);
        match self.content {
            CellContent::Prose => shortened(&cell, WIDEST_PROSE),
            CellContent::Text | CellContent::Number => cell,
        }
    }
}

/// What can stand in a table.
pub(crate) trait Row {
    /// The columns of the table; titles name the unit.
    const COLUMNS: &'static [Column];

    /// One cell for each column.
    fn cells(&self) -> Vec<String>;
}

/// A table that is written in parts: the first part gives the widths, later rows may be wider.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    widths: Vec<usize>,
}

impl Table {
    /// A table of which nothing is written yet.
    pub(crate) fn new(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            widths: Vec::new(),
        }
    }

    /// Writes rows, before the first ones the titles.
    pub(crate) fn write<'r, R: Row + 'r>(
        &mut self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> io::Result<()> {
        self.write_cells(out, rows.into_iter().map(Row::cells))
    }

    /// Writes rows by their cells, one for each column.
    pub(crate) fn write_cells(
        &mut self,
        out: &mut dyn Write,
        rows: impl IntoIterator<Item = Vec<String>>,
    ) -> io::Result<()> {
        let rows = rows.into_iter().map(|cells| self.fitted(&cells));
        let rows: Vec<Vec<String>> = rows.collect();
        if self.widths.is_empty() {
            let titles: Vec<String> = self.columns.iter().map(|c| c.title.to_owned()).collect();
            self.widths = (0..self.columns.len())
                .map(|place| widest(&titles, &rows, place))
                .collect();
            self.write_line(out, &titles)?;
        }
        for row in &rows {
            self.write_line(out, row)?;
        }
        Ok(())
    }

    fn fitted(&self, cells: &[String]) -> Vec<String> {
        let columns = self.columns.iter().zip(cells);
        columns.map(|(column, cell)| column.fitted(cell)).collect()
    }

    fn write_line(&self, out: &mut dyn Write, cells: &[String]) -> io::Result<()> {
        let mut line = String::new();
        let columns = self.columns.iter().zip(&self.widths);
        for ((column, width), cell) in columns.zip(cells) {
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            if column.content == CellContent::Number {
                line.push_str(&gap);
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.push_str(&gap);
            }
            line.push_str("  ");
        }
        writeln!(out, "{}", line.trim_end())
    }
}

fn widest(titles: &[String], rows: &[Vec<String>], place: usize) -> usize {
    let title = titles.get(place);
    let cells = rows.iter().filter_map(|row| row.get(place)).chain(title);
    cells.map(|cell| cell.width()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Column, Row, Table};

    struct Line(&'static str, &'static str, String);

    fn line(name: &'static str, ms: &'static str, why: impl Into<String>) -> Line {
        Line(name, ms, why.into())
    }

    impl Row for Line {
        const COLUMNS: &'static [Column] = &[
            Column::text("NAME"),
            Column::number("MS"),
            Column::prose("WHY"),
        ];

        fn cells(&self) -> Vec<String> {
            vec![self.0.to_owned(), self.1.to_owned(), self.2.clone()]
        }
    }

    fn written(parts: &[&[Line]]) -> String {
        let mut out = Vec::new();
        let mut table = Table::new(Line::COLUMNS);
        for part in parts {
            table.write(&mut out, *part).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_aligned_by_what_a_terminal_shows() {
        let shown = written(&[&[line("漢字", "5", "a"), line("abcdef", "1200", "")]]);
        assert_eq!(shown, "NAME      MS  WHY\n漢字       5  a\nabcdef  1200\n");
    }

    #[test]
    fn a_cell_stays_in_its_line_and_obeys_nothing() {
        let shown = written(&[&[line("a\nb\u{1b}[2J", "1", "x\ty")]]);
        assert_eq!(shown.lines().count(), 2);
        assert!(
            shown.contains("a\\nb\\u{1b}[2J") && shown.contains("x\\ty"),
            "{shown}"
        );
    }

    #[test]
    fn prose_is_cut_and_ids_are_not() {
        let id: &'static str = Box::leak("x".repeat(100).into_boxed_str());
        let shown = written(&[&[line(id, "1", "y".repeat(100))]]);
        assert!(shown.contains(id), "{shown}");
        assert!(
            shown.contains(&format!("  {}…\n", "y".repeat(71))),
            "{shown}"
        );
    }

    #[test]
    fn titles_come_once_and_later_parts_keep_the_widths() {
        let shown = written(&[&[line("abcdef", "1", "")], &[line("a", "2", "")]]);
        assert_eq!(shown, "NAME    MS  WHY\nabcdef   1\na        2\n");
    }
}
