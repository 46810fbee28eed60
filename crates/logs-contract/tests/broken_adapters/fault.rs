//! Stores with one fault each: every method passes its call on, except those that a fault changes.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use logs_domain::{
    LedgerStore, LogsLedger, LogsReader, LogsWriter, PlatformWriter, StoreLifecycle, StoreOptions,
    StoreResult, port_methods,
};
use logs_memory::MemoryStore;

/// One adapter that breaks a rule.
pub(crate) struct BrokenAdapter {
    /// The rule, then what is wrong: `r05_total_ignores_the_filter`.
    pub(crate) name: &'static str,
    /// Opens the store.
    pub(crate) open: fn(StoreOptions) -> Arc<dyn LedgerStore>,
}

/// Names broken adapters after their faults, which are made by `Default`.
macro_rules! broken_adapters {
    ($($name:ident: $fault:ty),+ $(,)?) => {
        pub(crate) const ADAPTERS: &[crate::fault::BrokenAdapter] = &[$(
            crate::fault::BrokenAdapter {
                name: stringify!($name),
                open: |options| crate::fault::with_fault(options, <$fault>::default()),
            }
        ),+];
    };
}
pub(crate) use broken_adapters;

/// A memory store with a fault.
pub(crate) fn with_fault(
    options: StoreOptions,
    fault: impl Fault + 'static,
) -> Arc<dyn LedgerStore> {
    Arc::new(Faulty {
        inner: MemoryStore::new(options),
        fault,
    })
}

#[derive(Debug)]
struct Faulty<F> {
    inner: MemoryStore,
    fault: F,
}

macro_rules! faulty {
    ($($port:ident {
        $($variant:ident $span:literal $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        /// What is wrong with a store; what is not overridden is right.
        #[async_trait]
        pub(crate) trait Fault: Debug + Send + Sync {
            $($(
                async fn $method(&self, inner: &MemoryStore, $($argument: $type),*) -> StoreResult<$answer> {
                    inner.$method($($argument),*).await
                }
            )+)+
        }

        $(
            #[async_trait]
            impl<F: Fault> $port for Faulty<F> {
                $(
                    async fn $method(&self, $($argument: $type),*) -> StoreResult<$answer> {
                        self.fault.$method(&self.inner, $($argument),*).await
                    }
                )+
            }
        )+
    };
}

port_methods!(with LogsLedger: faulty);
