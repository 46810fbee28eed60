//! Why there is no store.

use logs_domain::StoreError;

/// Why there is no store. No message holds a URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL names no backend that is built in, or is malformed.
    #[error("store URL: {reason}; use {expected}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: String,
        /// The forms that work.
        expected: String,
    },

    /// There is no store yet, and the call makes none.
    #[error("there is no store at {place}")]
    NotThere {
        /// Where it would be.
        place: String,
    },

    /// The call is not for this backend.
    #[error("{reason}")]
    NotForBackend {
        /// Why, and what is done instead.
        reason: String,
    },

    /// The backend could not be opened.
    #[error(transparent)]
    Store(#[from] StoreError),

    /// [`get`](crate::get) was called before [`init`](crate::init) had succeeded.
    #[error("the store of the process is not initialised; call `logs_store::init(url)` first")]
    NotInitialised,

    /// The store of the process was initialised with another URL before.
    #[error("the store of the process is initialised with another URL already")]
    AlreadyInitialised,
}
