//! Pages of lists and windows: how many, from where, and how many there are in all.

mod cursor;
mod key;
mod request;
mod result;

pub use cursor::{Cursor, CursorKey, CursorScope, ReadMethod};
pub use key::{ListKey, ReplayEventKey, ReplayKey, StepOrder, SystemListKey, SystemWindowKey};
pub use request::{CountMode, PageLimit, PageOffset, PageRequest, Position};
pub use result::{QueryResult, Total};
