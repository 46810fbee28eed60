//! Flags for the part of a list that is shown.

use clap::{Args, ValueEnum};
use logs_domain::{CountMode, Cursor, Direction, PageLimit, PageOffset, PageRequest};

use crate::failure::Failure;

/// Which part of the list is shown.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Page")]
pub(crate) struct PageFlags {
    /// How many records at most, 1 to 1000 [default: 50]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        conflicts_with = "all"
    )]
    limit: Option<u32>,
    /// Go on after the page that gave this cursor
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["before", "offset", "all"])]
    after: Option<Cursor>,
    /// Go back before the page that gave this cursor
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["offset", "all"])]
    before: Option<Cursor>,
    /// Leave out so many records first, 0 to 10000
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        conflicts_with = "all"
    )]
    offset: Option<u32>,
    /// Show the whole list, however long it is
    #[arg(long)]
    pub(crate) all: bool,
    /// Oldest first, whatever the list's own order
    #[arg(long, conflicts_with = "newest_first")]
    oldest_first: bool,
    /// Newest first, whatever the list's own order
    #[arg(long)]
    newest_first: bool,
    /// Count the whole list: exactly however long it takes, or not at all [default: up to 10000]
    #[arg(long, value_name = "HOW", conflicts_with = "all")]
    count: Option<Count>,
}

/// How the whole list is counted.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Count {
    Exact,
    Skip,
}

impl PageFlags {
    /// The way that is asked for; none is the list's own.
    const fn direction(&self) -> Option<Direction> {
        match (self.oldest_first, self.newest_first) {
            (true, _) => Some(Direction::Ascending),
            (false, true) => Some(Direction::Descending),
            (false, false) => None,
        }
    }

    /// The first page to ask for.
    pub(crate) fn request(&self) -> Result<PageRequest, Failure> {
        let mut request = PageRequest::default();
        request.direction = self.direction();
        if self.all {
            return Ok(request.limit(PageLimit::MAX).count(CountMode::Skip));
        }
        if let Some(limit) = self.limit {
            let limit = PageLimit::new(limit).map_err(|error| error.in_field("--limit"))?;
            request = request.limit(limit);
        }
        if let Some(offset) = self.offset {
            let offset = PageOffset::new(offset).map_err(|error| error.in_field("--offset"))?;
            request = request.offset(offset);
        }
        if let Some(cursor) = &self.after {
            request = request.after(cursor.clone());
        }
        if let Some(cursor) = &self.before {
            request = request.before(cursor.clone());
        }
        Ok(match self.count {
            Some(Count::Exact) => request.count(CountMode::Exact),
            Some(Count::Skip) => request.count(CountMode::Skip),
            None => request,
        })
    }
}
