//! All ports together.

use super::{LogsLedger, LogsReader, LogsWriter, PlatformWriter, StoreLifecycle};

/// The four ports of records together, for a composition root. Every type with the four has this one.
pub trait LogsStore: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle {}

impl<S: LogsReader + LogsWriter + PlatformWriter + StoreLifecycle + ?Sized> LogsStore for S {}

/// A store with the ledger. Every type with the five ports has this one.
pub trait LedgerStore: LogsStore + LogsLedger {}

impl<S: LogsStore + LogsLedger + ?Sized> LedgerStore for S {}
