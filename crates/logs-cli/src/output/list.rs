//! A page of a list, or all of it.

use std::io::{self, Write};

use logs_domain::{Cursor, PageRequest, Position, QueryResult, StoreError, StoreResult, Total};
use serde::Serialize;

use super::{Inconsistency, Output, Row, Table};
use crate::failure::Failure;
use crate::page_flags::PageFlags;

/// What a list is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noun {
    pub(crate) one: &'static str,
    pub(crate) many: &'static str,
}

impl Noun {
    pub(crate) const fn new(one: &'static str, many: &'static str) -> Self {
        Self { one, many }
    }

    /// A number of them.
    pub(crate) fn counted(self, count: u64) -> String {
        let noun = if count == 1 { self.one } else { self.many };
        format!("{count} {noun}")
    }
}

/// Where a page stands in its list, as programs read it.
#[derive(Serialize)]
struct PageInfo<'a> {
    items: u64,
    total: Total,
    has_more: bool,
    #[serde(flatten)]
    cursors: Cursors<'a>,
}

/// The ways on from a page.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Cursors<'a> {
    previous: Option<&'a Cursor>,
    next: Option<&'a Cursor>,
}

/// Writes the page of the flags, or all pages. With all pages, it names inconsistent records on
/// standard error, and the command fails after the last page.
///
/// A table ends with a line with the total. A further line for the previous and the next page has
/// the flag that shows it. With JSON, standard output has only records. The rest is an object on
/// standard error:
/// `{"page":{"items":50,"total":{"exact":120},"has_more":true,"previous":null,"next":"…"}}`.
pub(crate) async fn list<T: Row + Serialize>(
    mut output: Output<'_>,
    flags: &PageFlags,
    noun: Noun,
    fetch: impl AsyncFn(PageRequest) -> StoreResult<QueryResult<T>>,
) -> Result<(), Failure> {
    let mut request = flags.request()?;
    let mut table = Table::new(T::COLUMNS);
    let mut shown = 0;
    let mut unreadable = 0;
    loop {
        let mut page = match fetch(request.clone()).await {
            Ok(page) => page,
            Err(error) => {
                let found = Inconsistency::of(&error).filter(|_| flags.all);
                let (Some(found), Some(place)) = (found, error.place()) else {
                    return Err(with_way_on(error, &request));
                };
                found.write(&mut output)?;
                unreadable += 1;
                request = request.past(place.clone());
                continue;
            }
        };
        shown += page.items.len() as u64;
        if output.json {
            write_json(output.out, &page.items)?;
        } else if !page.items.is_empty() {
            table.write(output.out, &page.items)?;
        }
        match page.next.take_if(|_| flags.all) {
            Some(next) => request = request.after(next),
            None => {
                let total = if flags.all {
                    Total::Exact(shown)
                } else {
                    page.total
                };
                // All of a list has nothing before it or behind.
                let cursors = if flags.all {
                    Cursors::default()
                } else {
                    Cursors {
                        previous: page.previous.as_ref(),
                        next: page.next.as_ref(),
                    }
                };
                write_end(&mut output, noun, shown, total, cursors)?;
                return match unreadable {
                    0 => Ok(()),
                    count => Err(Failure::inconsistent(count)),
                };
            }
        }
    }
}

/// Why a page cannot be read; where a record is the reason, with the flag that goes on past it the way
/// the list was read.
fn with_way_on(error: StoreError, request: &PageRequest) -> Failure {
    let flag = match request.position {
        Position::Offset(_) | Position::After(_) => "--after",
        Position::Before(_) => "--before",
    };
    let way = error
        .place()
        .map(|cursor| format!("to continue past it: {flag} {cursor}"));
    let failure = Failure::from(error);
    match way {
        Some(way) => failure.and_also(&way),
        None => failure,
    }
}

fn write_json<T: Serialize>(out: &mut dyn Write, items: &[T]) -> Result<(), Failure> {
    for item in items {
        serde_json::to_writer(&mut *out, item)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn write_end(
    output: &mut Output<'_>,
    noun: Noun,
    shown: u64,
    total: Total,
    cursors: Cursors<'_>,
) -> io::Result<()> {
    if output.json {
        output.out.flush()?;
        let page = PageInfo {
            items: shown,
            total,
            has_more: cursors.next.is_some(),
            cursors,
        };
        let line = serde_json::to_string(&page)?;
        return writeln!(output.err, "{{\"page\":{line}}}");
    }
    let lines = last_lines(noun, shown, total, cursors);
    writeln!(output.out, "{lines}")
}

fn last_lines(noun: Noun, shown: u64, total: Total, cursors: Cursors<'_>) -> String {
    let mut line = match total {
        Total::Exact(all) if all == shown => noun.counted(shown),
        Total::Exact(all) => format!("{shown} of {}", noun.counted(all)),
        Total::AtLeast(all) => format!("{shown} of {all} or more {}", noun.many),
        Total::NotCounted => noun.counted(shown),
    };
    if shown == 0 {
        line = match total {
            Total::Exact(0) => format!("no {}", noun.many),
            Total::Exact(_) | Total::AtLeast(_) | Total::NotCounted => {
                format!("no {} here", noun.many)
            }
        };
    }
    if let Some(cursor) = cursors.previous {
        line.push_str(&format!("\nprevious page: --before {cursor}"));
    }
    if let Some(cursor) = cursors.next {
        line.push_str(&format!("\nnext page: --after {cursor}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use logs_domain::{Cursor, Total};

    use super::{Cursors, Noun, last_lines};

    #[test]
    fn the_last_lines_tell_how_many_of_how_many_and_the_ways_on() {
        let runs = Noun::new("run", "runs");
        let lines = |shown, total| last_lines(runs, shown, total, Cursors::default());
        assert_eq!(lines(1, Total::Exact(1)), "1 run");
        assert_eq!(lines(2, Total::AtLeast(9)), "2 of 9 or more runs");
        assert_eq!(lines(2, Total::NotCounted), "2 runs");
        assert_eq!(lines(0, Total::Exact(0)), "no runs");
        assert_eq!(lines(0, Total::Exact(7)), "no runs here");
        let cursor = |text| Cursor::from_text(text).unwrap();
        let (previous, next) = (&cursor("p"), &cursor("n"));
        let ways =
            |previous, next| last_lines(runs, 2, Total::Exact(7), Cursors { previous, next });
        assert_eq!(ways(None, Some(next)), "2 of 7 runs\nnext page: --after n");
        assert_eq!(
            ways(Some(previous), None),
            "2 of 7 runs\nprevious page: --before p"
        );
        assert_eq!(
            ways(Some(previous), Some(next)),
            "2 of 7 runs\nprevious page: --before p\nnext page: --after n"
        );
    }
}
