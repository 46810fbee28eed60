//! The form of answers.

use logs_domain::{Cursor, QueryResult, StoreResult, TenantId, Timestamp, Total};
use serde::Serialize;

use crate::{Evidence, LogsFacade};

/// A record with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer<T> {
    /// What is known about the record beside its content.
    pub evidence: Evidence,
    /// The record as the store returned it.
    pub record: T,
}

impl<T> From<T> for Answer<T>
where
    for<'a> Evidence: From<&'a T>,
{
    fn from(record: T) -> Self {
        Self {
            evidence: Evidence::from(&record),
            record,
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The position for the page behind this one, if records follow.
    pub next: Option<Cursor>,
    /// The position for the page before this one, if records come before.
    pub previous: Option<Cursor>,
    /// How many records the whole filtered list holds.
    pub total: Total,
    /// The settled time, read before the page: the list holds all records with an earlier record time.
    pub complete_until: Timestamp,
}

impl LogsFacade {
    /// Reads a page, and before it the time up to which the page is complete.
    pub(crate) async fn page<T, U: From<T>>(
        &self,
        tenant: &TenantId,
        read: impl Future<Output = StoreResult<QueryResult<T>>>,
    ) -> StoreResult<Page<U>> {
        // A record that is appended between the two reads has a later record time.
        let complete_until = self.store.settled_before(tenant).await?;
        let page = read.await?;
        Ok(Page {
            items: page.items.into_iter().map(U::from).collect(),
            next: page.next,
            previous: page.previous,
            total: page.total,
            complete_until,
        })
    }
}
