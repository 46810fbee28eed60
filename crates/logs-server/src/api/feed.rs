//! Feeds for SIEMs and warehouses.

use logs_domain::{Cursor, EntityType, InvalidValue, PageLimit, Record, RecordKind};
use logs_facade::{FeedItem, LogsFacade};

use logs_keys::Role;

use super::answered::Answered;
use super::call::Call;
use super::parameters::{Parameter, Parameters};
use super::route::Route;
use super::schema::Schema;
use crate::problem::Problem;

const PATH: &str = "/feed";
const FROM: &str = "from";
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
            )),
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
        serde_json::to_writer(&mut lines, item).map_err(Problem::failed)?;
        lines.push(b'\n');
    }
    Ok(Answered::lines(
        lines,
        feed.items.iter().filter(|item| !is_own(item)).count(),
        feed.next.map(|cursor| (FROM, cursor)),
    ))
}
