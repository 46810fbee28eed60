//! The position of a record in the order of a list. A cursor encodes it.
//!
//! `Ord` of each key is the default order of its list: the smaller key comes first. Ids are those in the store.
//! So a list can continue past a record with an altered id.

use std::cmp::Ordering;

use uuid::Uuid;

use super::codec::{CursorKey, KeyReader, KeyWriter};
use crate::{SpanId, StepPosition, Timestamp};

/// Lists: newest first, by record time and then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListKey {
    /// The record time.
    pub created_at: Timestamp,
    /// The id.
    pub id: Uuid,
}

impl Ord for ListKey {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.created_at, other.id).cmp(&(self.created_at, self.id))
    }
}

impl PartialOrd for ListKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl CursorKey for ListKey {
    fn write(&self, writer: &mut KeyWriter) {
        writer.time(self.created_at);
        writer.id(self.id);
    }

    fn read(reader: &mut KeyReader<'_>) -> Option<Self> {
        Some(Self {
            created_at: reader.time()?,
            id: reader.id()?,
        })
    }
}

/// Lists of system records: newest first by record time, on equal times those of the tenant before
/// those of the platform, then by id, the larger first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SystemListKey {
    /// The record time.
    pub created_at: Timestamp,
    /// Whether it is a record of the platform.
    pub platform: bool,
    /// The id.
    pub id: Uuid,
}

impl Ord for SystemListKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = other.created_at.cmp(&self.created_at);
        by_time
            .then(self.platform.cmp(&other.platform))
            .then(other.id.cmp(&self.id))
    }
}

impl PartialOrd for SystemListKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl CursorKey for SystemListKey {
    fn write(&self, writer: &mut KeyWriter) {
        writer.time(self.created_at);
        writer.flag(self.platform);
        writer.id(self.id);
    }

    fn read(reader: &mut KeyReader<'_>) -> Option<Self> {
        Some(Self {
            created_at: reader.time()?,
            platform: reader.flag()?,
            id: reader.id()?,
        })
    }
}

/// Windows and look-ups by correlation: oldest first by `occurred_at`, on equal times records of
/// the tenant before those of the platform, then by id, the smaller first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemWindowKey {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Whether it is a record of the platform.
    pub platform: bool,
    /// The id.
    pub id: Uuid,
}

impl CursorKey for SystemWindowKey {
    fn write(&self, writer: &mut KeyWriter) {
        writer.time(self.occurred_at);
        writer.flag(self.platform);
        writer.id(self.id);
    }

    fn read(reader: &mut KeyReader<'_>) -> Option<Self> {
        Some(Self {
            occurred_at: reader.time()?,
            platform: reader.flag()?,
            id: reader.id()?,
        })
    }
}

/// The steps of a trace: positioned ones by position, then the others by time and span id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepOrder {
    /// A positioned step.
    Position(StepPosition),
    /// A step that was made from a span.
    Span {
        /// When the step began.
        timestamp: Timestamp,
        /// The span.
        span_id: SpanId,
    },
}

impl CursorKey for StepOrder {
    fn write(&self, writer: &mut KeyWriter) {
        match self {
            Self::Position(position) => {
                writer.tag(0);
                writer.number(position.get());
            }
            Self::Span { timestamp, span_id } => {
                writer.tag(1);
                writer.time(*timestamp);
                writer.text(span_id.as_str());
            }
        }
    }

    fn read(reader: &mut KeyReader<'_>) -> Option<Self> {
        match reader.tag()? {
            0 => Some(Self::Position(StepPosition::new(reader.number()?).ok()?)),
            1 => {
                let timestamp = reader.time()?;
                Some(Self::Span {
                    timestamp,
                    span_id: SpanId::new(reader.text()?).ok()?,
                })
            }
            _ => None,
        }
    }
}

/// What stands at a time of a replay window, in the order of the merge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplayEventKey {
    /// A step of the trace.
    Step(StepOrder),
    /// A system record.
    System {
        /// Whether it is a record of the platform.
        platform: bool,
        /// The id.
        id: Uuid,
    },
    /// An audit entry.
    Policy {
        /// The id.
        id: Uuid,
    },
}

/// Replay windows: oldest first; on equal times steps, then system records of the tenant, of the
/// platform, then audit entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey {
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub event: ReplayEventKey,
}

impl CursorKey for ReplayKey {
    fn write(&self, writer: &mut KeyWriter) {
        writer.time(self.timestamp);
        match &self.event {
            ReplayEventKey::Step(order) => {
                writer.tag(0);
                order.write(writer);
            }
            ReplayEventKey::System { platform, id } => {
                writer.tag(1);
                writer.flag(*platform);
                writer.id(*id);
            }
            ReplayEventKey::Policy { id } => {
                writer.tag(2);
                writer.id(*id);
            }
        }
    }

    fn read(reader: &mut KeyReader<'_>) -> Option<Self> {
        let timestamp = reader.time()?;
        let event = match reader.tag()? {
            0 => ReplayEventKey::Step(StepOrder::read(reader)?),
            1 => ReplayEventKey::System {
                platform: reader.flag()?,
                id: reader.id()?,
            },
            2 => ReplayEventKey::Policy { id: reader.id()? },
            _ => return None,
        };
        Some(Self { timestamp, event })
    }
}
