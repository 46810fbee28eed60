//! A part of a request: as many of its records as one append takes.

use std::sync::Arc;

use logs_domain::{Draft, OnConflict, RecordKey, RecordReceipt};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::budget::Permit;
use crate::error::IngestError;

/// The answer to a part: a receipt for each of its drafts, in their order.
pub(crate) type Answer = Result<Vec<RecordReceipt>, IngestError>;

/// Drafts with different keys, unless they are to be stored [atomically](OnConflict::RejectCall).
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) drafts: Vec<Draft>,
    /// The key of each draft.
    pub(crate) keys: Vec<RecordKey>,
    /// The sum of [`Draft::byte_len`].
    pub(crate) bytes: usize,
}

/// A part of a request, in a lane or in a commit. The permit of the request returns with its last part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) drafts: Drafts,
    pub(crate) on_conflict: OnConflict,
    /// The number of its request, equal for all parts of a request only.
    pub(crate) request: u64,
    pub(crate) since: Instant,
    pub(crate) waiter: Waiter,
}

/// The way back to the request.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) answer: oneshot::Sender<Answer>,
    pub(crate) permit: Arc<Permit>,
}

impl Waiter {
    /// Answers the request, if it still waits. The permit is free before that, so that who gets the answer
    /// finds it free.
    pub(crate) fn answer(self, answer: Answer) {
        drop(self.permit);
        // A client that is gone needs no answer.
        drop(self.answer.send(answer));
    }
}
