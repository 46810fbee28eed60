//! Where new record ids come from.

use std::fmt::Debug;

use uuid::Uuid;

use crate::RecordId;

/// Makes ids for system, audit and export drafts.
///
/// A program injects it where it makes drafts. A draft has its id from the start. So a producer can send the
/// draft again after an error, and the store does not store it twice.
pub trait RecordIdGenerator: Debug + Send + Sync {
    /// A new id, different from every other.
    fn next_id(&self) -> RecordId;
}

/// Makes UUIDs of version 7 (RFC 9562): the time in milliseconds, then random bits of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidV7Generator;

impl RecordIdGenerator for UuidV7Generator {
    fn next_id(&self) -> RecordId {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the generator that is injected"
        )]
        let uuid = Uuid::now_v7();
        RecordId::from_valid(uuid)
    }
}

#[cfg(test)]
mod tests {
    use super::{RecordIdGenerator, UuidV7Generator};
    use crate::RecordId;

    #[test]
    fn ids_are_of_version_7_and_differ() {
        let (one, two) = (UuidV7Generator.next_id(), UuidV7Generator.next_id());
        assert_ne!(one, two);
        assert_eq!(RecordId::from_bytes(*one.as_bytes()).unwrap(), one);
        assert_eq!(one.as_uuid().get_version_num(), 7);
    }
}
