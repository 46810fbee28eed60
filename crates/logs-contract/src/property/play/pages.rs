//! Questions of a play: pages of both stores, compared.

use std::collections::BTreeSet;

use logs_domain::{CountMode, Direction, PageLimit, PageOffset, PageRequest, TenantId};

use super::{Play, compare};
use crate::property::ask::{Answer, Page, ask};
use crate::property::filters::{Asked, Query};
use crate::property::operations::{Append, Count};

impl Play<'_> {
    pub(super) async fn offset(
        &self,
        (tenant, asked): (&TenantId, &Asked),
        request: PageRequest,
        (limit, offset): (u32, u32),
        count: Count,
    ) -> Result<(), String> {
        let count = match count {
            Count::Default => CountMode::Default,
            Count::Exact => CountMode::Exact,
            Count::Skip => CountMode::Skip,
        };
        let note = match count {
            CountMode::Default => "count: at the default",
            CountMode::Exact => "count: exact",
            CountMode::Skip => "count: skipped",
        };
        self.coverage.note(note);
        self.coverage.note_if(offset == 10_000, "offset 10000");
        let limit = PageLimit::new(limit).map_err(|error| error.to_string())?;
        let page = request.limit(limit).count(count);
        let page = page.offset(PageOffset::new(offset).map_err(|error| error.to_string())?);
        self.page(tenant, asked, &page).await.map(|_| ())
    }

    /// A request that goes in a direction, or in none that is asked for.
    pub(super) fn in_direction(&self, direction: Option<Direction>) -> PageRequest {
        match direction {
            None => {}
            Some(Direction::Ascending) => self.coverage.note("direction: ascending"),
            Some(Direction::Descending) => self.coverage.note("direction: descending"),
        }
        let mut request = PageRequest::default();
        request.direction = direction;
        request
    }

    pub(super) async fn walk(
        &mut self,
        (tenant, asked): (&TenantId, &Asked),
        request: &PageRequest,
        (first, rest): (u32, u32),
        between: Option<&Append>,
    ) -> Result<(), String> {
        let whole = request.clone().limit(PageLimit::MAX);
        let before = self.page(tenant, asked, &whole).await?;
        let limit = |limit| PageLimit::new(limit).map_err(|error| error.to_string());
        self.coverage.note_if(first == 1, "limit 1");
        let mut page = self
            .page(tenant, asked, &request.clone().limit(limit(first)?))
            .await?;
        let mut walked = page.items.clone();
        if let (Some(append), true) = (between, page.has_more) {
            self.append(append).await?;
            self.coverage.note("walk with an append between pages");
        }
        self.coverage.note_if(page.has_more, "walk over pages");
        self.coverage
            .note_if(page.has_more && first != rest, "cursor with another limit");
        let request = request.clone().limit(limit(rest)?);
        while let Some(next) = page.next {
            page = self
                .page(tenant, asked, &request.clone().after(next))
                .await?;
            walked.extend(page.items.iter().cloned());
        }
        exactly_once(asked, &before.items, &walked)?;
        let mut back = page.items;
        while let Some(previous) = page.previous {
            let request = request.clone().before(previous);
            page = self.page(tenant, asked, &request).await?;
            back.extend(page.items);
            self.coverage.note("walk back over pages");
        }
        exactly_once(asked, &before.items, &back)
    }

    pub(super) async fn foreign(
        &self,
        (tenant, from): (&TenantId, &Asked),
        (to_tenant, to): (&TenantId, &Asked),
    ) -> Result<(), String> {
        let page = self.page(tenant, from, &smallest()).await?;
        let Some(cursor) = page.next else {
            return Ok(());
        };
        let request = PageRequest::default().after(cursor);
        let expected = ask(&*self.oracle, to_tenant, &to.question, &request).await;
        let found = ask(&*self.subject, to_tenant, &to.question, &request).await;
        self.coverage
            .note_if(expected.is_err(), "cursor on another list refused");
        compare("foreign cursor", &expected, &found)
    }

    /// A page of both stores, which must be equal.
    async fn page(
        &self,
        tenant: &TenantId,
        asked: &Asked,
        request: &PageRequest,
    ) -> Result<Page, String> {
        let expected: Answer = ask(&*self.oracle, tenant, &asked.question, request).await;
        let found: Answer = ask(&*self.subject, tenant, &asked.question, request).await;
        compare("page", &expected, &found)?;
        self.coverage.note_filter(asked.list, &asked.fields);
        self.coverage
            .note_if(request.limit == PageLimit::MAX, "limit 1000");
        let page = expected?;
        self.coverage.note_if(page.items.is_empty(), "page: empty");
        Ok(page)
    }
}

/// Everything that was there before the first page comes exactly once, and nothing comes twice.
/// By nature, steps may be renumbered and exports may change while a walk goes on; their identity
/// is not in the items.
fn exactly_once(asked: &Asked, before: &[String], walked: &[String]) -> Result<(), String> {
    let changing = matches!(
        asked.question,
        Query::StepsOf(_) | Query::Replay(_) | Query::Exports(_)
    );
    if changing {
        return Ok(());
    }
    for item in before {
        let times = walked.iter().filter(|found| *found == item).count();
        if times != 1 {
            return Err(format!("a walk gave {times} times, not once: {item}"));
        }
    }
    let distinct: BTreeSet<&String> = walked.iter().collect();
    if distinct.len() == walked.len() {
        return Ok(());
    }
    Err("a walk gave a record twice".to_owned())
}

fn smallest() -> PageRequest {
    PageRequest::first(1).unwrap_or_default()
}
