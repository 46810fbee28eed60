//! What can go wrong, as values that a caller can act upon.

mod invalid_value;
mod store_error;

pub use invalid_value::InvalidValue;
pub use store_error::{RecordReference, StoreError, StoreResult, WriteOutcome};
