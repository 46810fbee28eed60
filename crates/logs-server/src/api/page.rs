//! The parameters of pages, and the links from a page to its neighbours.

use axum::http::Uri;
use logs_domain::{CountMode, Cursor, Direction, InvalidValue, PageLimit, PageOffset, PageRequest};

use super::parameters::{Parameter, Parameters};
use super::schema::Schema;

/// The parameter of the page behind a position.
pub(crate) const AFTER: &str = "after";
const BEFORE: &str = "before";

/// The parameters of a page.
pub(crate) fn parameters() -> Vec<Parameter> {
    const COUNT: &[&str] = &["exact", "skip"];
    const ORDER: &[&str] = &["oldest_first", "newest_first"];
    vec![
        Parameter::optional(
            "limit",
            "At most so many items, 1 to 1000; default 50",
            Schema::Within(1, PageLimit::MAX.get()),
        ),
        Parameter::optional(
            "offset",
            "Skips so many items, 0 to 10000",
            Schema::Within(0, PageOffset::MAX.get()),
        ),
        Parameter::optional(
            AFTER,
            "Begins behind this `next` of another page",
            Schema::Text,
        ),
        Parameter::optional(
            BEFORE,
            "Ends before this `previous` of another page",
            Schema::Text,
        ),
        Parameter::optional("order", "The direction of the list", Schema::Word(ORDER)),
        Parameter::optional(
            "count",
            "Counts all, or nothing; default up to 10000",
            Schema::Word(COUNT),
        ),
    ]
}

/// The page that is asked for.
pub(crate) fn request(parameters: &Parameters) -> Result<PageRequest, InvalidValue> {
    let mut request = PageRequest::default();
    if let Some(limit) = parameters.number("limit")? {
        request = request.limit(PageLimit::new(limit)?);
    }
    let offset = parameters.number("offset")?;
    let cursor = |name| {
        let text = parameters.text(name).map(Cursor::from_text).transpose();
        text.map_err(|refused| refused.in_field(name))
    };
    request = match (offset, cursor(AFTER)?, cursor(BEFORE)?) {
        (None, None, None) => request,
        (Some(offset), None, None) => request.offset(PageOffset::new(offset)?),
        (None, Some(after), None) => request.after(after),
        (None, None, Some(before)) => request.before(before),
        _ => {
            let all = "one of offset, after and before";
            return Err(InvalidValue::new("after", "several positions", all));
        }
    };
    request = match parameters.text("order") {
        None => request,
        Some("oldest_first") => request.direction(Direction::Ascending),
        Some("newest_first") => request.direction(Direction::Descending),
        Some(other) => {
            return Err(InvalidValue::new(
                "order",
                other,
                "oldest_first or newest_first",
            ));
        }
    };
    match parameters.text("count") {
        None => Ok(request),
        Some("exact") => Ok(request.count(CountMode::Exact)),
        Some("skip") => Ok(request.count(CountMode::Skip)),
        Some(other) => Err(InvalidValue::new("count", other, "exact or skip")),
    }
}

/// The value of the header `Link` (RFC 8288) for the neighbours of a page.
pub(crate) fn links(
    uri: &Uri,
    next: Option<&(&'static str, Cursor)>,
    previous: Option<&Cursor>,
) -> Option<String> {
    let link = |name: &str, cursor: &Cursor, relation: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (known, value) in form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()) {
            if !["offset", AFTER, BEFORE, name].contains(&&*known) {
                query.append_pair(&known, &value);
            }
        }
        query.append_pair(name, cursor.as_str());
        format!("<{}?{}>; rel=\"{relation}\"", uri.path(), query.finish())
    };
    let next = next.map(|(name, cursor)| link(name, cursor, "next"));
    let previous = previous.map(|cursor| link(BEFORE, cursor, "prev"));
    let links: Vec<String> = next.into_iter().chain(previous).collect();
    Some(links.join(", ")).filter(|links| !links.is_empty())
}

#[cfg(test)]
mod tests {
    use logs_domain::{Cursor, Direction, PageRequest, Position};

    use super::{links, parameters, request};
    use crate::api::parameters::Parameters;

    fn read(query: &str) -> Result<PageRequest, String> {
        let found = Parameters::of(Some(query), &parameters()).unwrap();
        request(&found).map_err(|refused| refused.to_string())
    }

    #[test]
    fn a_page_is_asked_for_by_parameters() {
        assert_eq!(read("").unwrap(), PageRequest::default());
        let page = read("limit=7&after=abc&order=oldest_first&count=skip").unwrap();
        assert_eq!(page.limit.get(), 7);
        assert_eq!(
            page.position,
            Position::After(Cursor::from_text("abc").unwrap())
        );
        assert_eq!(page.direction, Some(Direction::Ascending));
        for wrong in [
            "limit=0",
            "limit=x",
            "offset=1&after=abc",
            "order=up",
            "count=all",
            "after=%20",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn links_keep_the_question_and_replace_the_position() {
        let uri = "/api/v1/runs?model=a%26b&after=old&limit=2"
            .parse()
            .unwrap();
        let cursor = |text: &str| Cursor::from_text(text).unwrap();
        let both = links(&uri, Some(&("after", cursor("n"))), Some(&cursor("p"))).unwrap();
        let expected = "</api/v1/runs?model=a%26b&limit=2&after=n>; rel=\"next\", \
                        </api/v1/runs?model=a%26b&limit=2&before=p>; rel=\"prev\"";
        assert_eq!(both, expected);
        assert_eq!(links(&uri, None, None), None);
    }
}
