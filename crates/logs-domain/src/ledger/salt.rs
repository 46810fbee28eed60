//! Where the salts of leaves come from.

use std::fmt::Debug;
use std::io;

use logs_ledger::{SALT_BYTES, Salt};

/// Makes the salts of leaves, injected into every store.
pub trait SaltGenerator: Debug + Send + Sync {
    /// So many salts, each of 16 bytes that nobody can guess. A store gives them to the new records of an
    /// append in the order of their entries.
    ///
    /// # Errors
    /// The source of random bytes failed. The store then stores nothing.
    fn salts(&self, count: usize) -> io::Result<Vec<Salt>>;
}

/// Random bytes of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemSalts;

impl SaltGenerator for SystemSalts {
    fn salts(&self, count: usize) -> io::Result<Vec<Salt>> {
        let mut bytes = vec![[0; SALT_BYTES]; count];
        getrandom::fill(bytes.as_flattened_mut()).map_err(io::Error::other)?;
        Ok(bytes.into_iter().map(Salt::from_bytes).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SaltGenerator, SystemSalts};

    #[test]
    fn salts_are_as_many_as_asked_for_and_differ() {
        let mut salts = SystemSalts.salts(1_000).unwrap();
        salts.extend(SystemSalts.salts(1_000).unwrap());
        let different: BTreeSet<_> = salts.iter().map(|salt| *salt.as_bytes()).collect();
        assert_eq!(different.len(), 2_000);
        assert!(SystemSalts.salts(0).unwrap().is_empty());
    }
}
