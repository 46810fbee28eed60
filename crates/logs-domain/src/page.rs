//! Pages of lists and windows: limit, position, direction and total.

mod codec;
mod cursor;
mod direction;
mod key;
mod keyed;
mod request;
mod result;
mod scope;
mod walk;

pub use codec::{CursorKey, KeyReader, KeyWriter};
pub use cursor::Cursor;
pub use direction::Direction;
pub use key::{ListKey, ReplayEventKey, ReplayKey, StepOrder, SystemListKey, SystemWindowKey};
pub use keyed::{Keyed, refuse_twins};
pub use request::{CountMode, PageLimit, PageOffset, PageRequest, Position};
pub use result::{QueryResult, Total};
pub use scope::{CursorScope, ReadMethod};
pub use walk::Walk;
