//! A page of a list, or all of it.

use std::io::{self, Write};

use logs_domain::{PageRequest, QueryResult, StoreResult, Total};
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
    next: Option<&'a str>,
}

/// Writes the page that the flags ask for, or page after page to the end. On the way to the end,
/// records that cannot be read are told on standard error, and fail the command after all others.
///
/// As a table it ends with a line that tells how many of how many there are, and the cursor of the
/// next page. As JSON, standard output has records only, and that line is an object on standard
/// error: `{"page":{"items":50,"total":{"exact":120},"has_more":true,"next":"…"}}`.
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
                let (Some(found), Some(next)) = (found, error.next()) else {
                    return Err(error.into());
                };
                found.write(&mut output)?;
                unreadable += 1;
                request = request.after(next.clone());
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
                let next = page.next.as_ref().map(logs_domain::Cursor::as_str);
                write_end(&mut output, noun, shown, total, next)?;
                return match unreadable {
                    0 => Ok(()),
                    count => Err(Failure::inconsistent(count)),
                };
            }
        }
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
    next: Option<&str>,
) -> io::Result<()> {
    if output.json {
        output.out.flush()?;
        let page = PageInfo {
            items: shown,
            total,
            has_more: next.is_some(),
            next,
        };
        let line = serde_json::to_string(&page)?;
        return writeln!(output.err, "{{\"page\":{line}}}");
    }
    let line = last_line(noun, shown, total, next);
    writeln!(output.out, "{line}")
}

fn last_line(noun: Noun, shown: u64, total: Total, next: Option<&str>) -> String {
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
    match next {
        Some(cursor) => format!("{line}; next page: --after {cursor}"),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use logs_domain::Total;

    use super::{Noun, last_line};

    #[test]
    fn the_last_line_tells_how_many_of_how_many() {
        let runs = Noun::new("run", "runs");
        let line = |shown, total, next| last_line(runs, shown, total, next);
        assert_eq!(line(1, Total::Exact(1), None), "1 run");
        assert_eq!(
            line(2, Total::Exact(7), Some("c")),
            "2 of 7 runs; next page: --after c"
        );
        assert_eq!(line(2, Total::AtLeast(9), None), "2 of 9 or more runs");
        assert_eq!(line(2, Total::NotCounted, None), "2 runs");
        assert_eq!(line(0, Total::Exact(0), None), "no runs");
        assert_eq!(line(0, Total::Exact(7), None), "no runs here");
    }
}
