//! All ports together.

use super::{LogsReader, LogsWriter, PlatformWriter, StoreLifecycle};

/// All ports together, for a composition root. Every type with the four ports has this one.
pub trait LogsStore: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle {}

impl<S: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle + ?Sized> LogsStore for S {}
