//! Why a request was not stored.

use std::sync::Arc;
use std::time::Duration;

use logs_domain::{StoreError, WriteOutcome};

/// The limit that an admission met. None of its words depends on a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Busy {
    /// All slots for requests are taken.
    #[error("too many requests are open")]
    Requests,
    /// The request does not fit in the free bytes.
    #[error("the open requests have too many bytes")]
    Bytes,
    /// The tenant has its share of the slots.
    #[error("too many requests of this tenant are open")]
    TenantRequests,
    /// The request does not fit in the tenant's share of the bytes.
    #[error("the open requests of this tenant have too many bytes")]
    TenantBytes,
}

/// Why a request was not stored.
///
/// It is always safe to send the request again. No message contains data of a tenant, apart from
/// [`Store`](Self::Store), which says what the store said.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// There is no room for the request. Send it again after some seconds.
    #[error("busy: {0}")]
    Busy(#[from] Busy),

    /// The request is larger than everything that may be admitted. It is useless to send it again.
    #[error("the request has {bytes} bytes, at most {maximum} are accepted")]
    TooLarge {
        /// The bytes of the request.
        bytes: usize,
        /// The limit: [`IngestOptions::queue`](crate::IngestOptions::queue).
        maximum: usize,
    },

    /// The commit of the request did not begin in time. The request left the queue.
    #[error("the request waited over {} ms for its commit", .after.as_millis())]
    Deadline {
        /// The limit: [`IngestOptions::queue_deadline`](crate::IngestOptions::queue_deadline).
        after: Duration,
    },

    /// The service shuts down. Nothing of the request was given to the store.
    #[error("the service is shutting down")]
    ShuttingDown,

    /// The store refused or failed the append. If the append held several requests and all of them failed,
    /// they share the error.
    #[error(transparent)]
    Store(Arc<StoreError>),

    /// The request had more records than one append may have, and one of its appends failed. Others were
    /// committed, or may be.
    #[error("{committed} records of the request were committed before it failed: {source}")]
    Partial {
        /// How many records of the request were certainly committed, from 0.
        committed: usize,
        /// The first failure.
        source: Box<IngestError>,
    },
}

impl IngestError {
    /// Whether the same request may succeed if the client repeats it unchanged.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Deadline { .. } | Self::ShuttingDown => true,
            Self::TooLarge { .. } => false,
            Self::Store(error) => error.is_retryable(),
            Self::Partial { source, .. } => source.is_retryable(),
        }
    }

    /// Whether records of the request may be stored. `NotApplied` means that certainly none is. A request
    /// of several appends may be stored in part.
    #[must_use]
    pub fn write_outcome(&self) -> WriteOutcome {
        match self {
            Self::Busy(_) | Self::TooLarge { .. } | Self::Deadline { .. } | Self::ShuttingDown => {
                WriteOutcome::NotApplied
            }
            Self::Store(error) => error.write_outcome(),
            Self::Partial { .. } => WriteOutcome::Unknown,
        }
    }
}
