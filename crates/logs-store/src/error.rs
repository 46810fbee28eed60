//! Errors of opening a store.

use logs_domain::StoreError;

/// The error of opening a store. No message contains a URL, because a URL may contain a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is malformed, or this build has no backend for it.
    #[error("store URL: {reason}; use {expected}")]
    InvalidUrl {
        /// The fault of the URL.
        reason: String,
        /// The accepted forms.
        expected: String,
    },

    /// The store does not exist, and the call creates none.
    #[error("there is no store at {place}")]
    NotThere {
        /// The place of the store.
        place: String,
    },

    /// The backend does not support the call.
    #[error("{reason}")]
    NotForBackend {
        /// The reason, and the alternative.
        reason: String,
    },

    /// The backend did not open.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// A call of [`get`](crate::get) came before a successful [`init`](crate::init).
    #[error("the store of the process is not initialised; call `logs_store::init(url)` first")]
    NotInitialised,

    /// An earlier [`init`](crate::init) used another URL.
    #[error("the store of the process is initialised with another URL already")]
    AlreadyInitialised,
}
