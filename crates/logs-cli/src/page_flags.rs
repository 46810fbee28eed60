//! Flags for the part of a list that is shown.

use clap::{Args, ValueEnum};
use logs_domain::{CountMode, Cursor, Direction, PageLimit, PageOffset, PageRequest};

use crate::failure::Failure;

/// Which part of the list is shown.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Page")]
pub(crate) struct PageFlags {
    /// The largest number of records, 1 to 1000 [default: 50]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        conflicts_with = "all"
    )]
    limit: Option<u32>,
    /// Start after this cursor (`next` of another page)
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["before", "offset", "all"])]
    after: Option<Cursor>,
    /// End before this cursor (`previous` of another page)
    #[arg(long, value_name = "CURSOR", conflicts_with_all = ["offset", "all"])]
    before: Option<Cursor>,
    /// Skip this number of records, 0 to 10000
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        conflicts_with = "all"
    )]
    offset: Option<u32>,
    /// Show the whole list, of any length
    #[arg(long)]
    pub(crate) all: bool,
    /// List the oldest record first
    #[arg(long, conflicts_with = "newest_first")]
    oldest_first: bool,
    /// List the newest record first
    #[arg(long)]
    newest_first: bool,
    /// Count all records of the list exactly, or do not count [default: up to 10000]
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
