//! Where a command writes to.

use std::fmt;
use std::io::Write;

/// Where a command writes to.
pub struct Streams<'a> {
    /// For answers.
    pub out: &'a mut dyn Write,
    /// For errors, progress and notes.
    pub err: &'a mut dyn Write,
    /// Whether a person watches `err`.
    pub err_is_terminal: bool,
}

impl fmt::Debug for Streams<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Streams").finish_non_exhaustive()
    }
}
