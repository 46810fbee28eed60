//! Whether the service takes new work.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the service takes new work.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    is_ending: AtomicBool,
}

impl Readiness {
    /// From now on the service is not ready.
    pub(crate) fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    /// Whether the service is ending.
    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}
