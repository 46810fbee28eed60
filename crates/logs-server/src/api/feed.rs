//! Feeds for SIEMs and warehouses.

use logs_domain::{Cursor, EntityType, InvalidValue, PageLimit, Record, RecordKind};
use logs_facade::{FeedItem, LogsFacade, OcsfEvent};

use logs_keys::Role;

use super::answered::Answered;
use super::call::Call;
use super::parameters::{Parameter, Parameters};
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const PATH: &str = "/feed";
const FROM: &str = "from";
const FORMAT: &str = "format";
/// The words of [`Format`], the default first.
const FORMATS: &[&str] = &["ndjson", "ocsf"];
/// The words of [`LogsFacade::FEEDS`].
const KINDS: &[&str] = &{
    let mut words = [""; LogsFacade::FEEDS.len()];
    let mut place = 0;
    while place < words.len() {
        words[place] = LogsFacade::FEEDS[place].as_str();
        place += 1;
    }
    words
};

pub(super) fn routes() -> Vec<Route> {
    let summary = "All records of a kind, oldest first, up to the settled time";
    let limit = "At most so many records, 1 to 1000; default 1000";
    let from = "Begins behind this `cursor` of a line; without it, at the first record";
    let format = "ndjson (default): the record with its evidence and cursor; ocsf: an event of OCSF 1.8.0 that has \
                  all this under `unmapped`";
    let routes = vec![
        Route::get("feed", PATH, summary, Schema::Lines, feed)
            .with(Parameter::required(
                "kind",
                "The kind of records",
                Schema::Word(KINDS),
            ))
            .with(Parameter::optional(FROM, from, Schema::Text))
            .with(Parameter::optional(
                "limit",
                limit,
                Schema::Within(1, PageLimit::MAX.get()),
            ))
            .with(Parameter::optional(FORMAT, format, Schema::Word(FORMATS))),
    ];
    let routes = routes.into_iter();
    routes.map(|route| route.role(Role::AuditRead)).collect()
}

fn kind(parameters: &Parameters) -> Result<RecordKind, InvalidValue> {
    let word = parameters.text("kind").unwrap_or("");
    let kinds = LogsFacade::FEEDS.iter();
    let found = kinds.copied().find(|kind| kind.as_str() == word);
    let expected = || format!("one of {}", KINDS.join(", "));
    found.ok_or_else(|| InvalidValue::new("kind", word, expected()))
}

/// What a line of the answer is.
#[derive(Clone, Copy, Debug)]
enum Format {
    /// The item itself.
    Own,
    /// An event of OCSF.
    Ocsf,
}

impl Format {
    fn of(parameters: &Parameters) -> Result<Self, InvalidValue> {
        match parameters.text(FORMAT) {
            None | Some("ndjson") => Ok(Self::Own),
            Some("ocsf") => Ok(Self::Ocsf),
            Some(other) => {
                let expected = format!("one of {}", FORMATS.join(", "));
                Err(InvalidValue::new(FORMAT, other, expected))
            }
        }
    }

    fn write(self, lines: &mut Vec<u8>, item: &FeedItem) -> serde_json::Result<()> {
        match self {
            Self::Own => serde_json::to_writer(&mut *lines, item),
            Self::Ocsf => serde_json::to_writer(&mut *lines, &OcsfEvent::from(item)),
        }?;
        lines.push(b'\n');
        Ok(())
    }
}

/// Whether an item is the entry about an earlier read of a feed. A reader that asks until nothing comes would else
/// never end: each answer would make the next item.
fn is_own(item: &FeedItem) -> bool {
    let Record::AuditEntry(entry) = &item.record else {
        return false;
    };
    entry.entity_type == EntityType::ACCESS && entry.entity_id.as_str() == PATH
}

async fn feed(call: Call) -> Result<Answered, Problem> {
    let kind = kind(&call.parameters)?;
    let format = Format::of(&call.parameters)?;
    let from = call
        .parameters
        .text(FROM)
        .map(Cursor::from_text)
        .transpose();
    let from = from.map_err(|refused| refused.in_field(FROM))?;
    let limit = call
        .parameters
        .number("limit")?
        .map(PageLimit::new)
        .transpose()?;
    let limit = limit.unwrap_or(PageLimit::MAX);
    let facade = &call.app.facade;
    let feed = facade.feed(&call.caller.tenant, kind, from, limit).await?;
    let mut lines = Vec::new();
    for item in &feed.items {
        format.write(&mut lines, item).map_err(Problem::failed)?;
    }
    Ok(Answered::lines(
        lines,
        feed.items.iter().filter(|item| !is_own(item)).count(),
        feed.next.map(|cursor| (FROM, cursor)),
    ))
}
