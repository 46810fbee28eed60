//! All ports together.

use super::{LogsReader, LogsWriter, PlatformWriter, StoreLifecycle};

/// All ports together: what a composition root holds. Everything that has the four has this.
pub trait LogsStore: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle {}

impl<S: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle + ?Sized> LogsStore for S {}
