//! A decorator that forwards every call and records its method.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use logs_domain::{
    LedgerStore, LogsLedger, LogsReader, LogsStore, LogsWriter, PlatformWriter, PortMethod,
    StoreLifecycle, StoreOptions, StoreResult, port_methods,
};

use crate::{BackendError, ContractBackend, Exemption, StoreFixture};

/// The called methods.
type Calls = Arc<Mutex<BTreeSet<PortMethod>>>;

/// A backend whose stores forward every call to those of another, and record its method.
#[derive(Debug)]
pub struct CallSpy<B> {
    inner: B,
    calls: Calls,
}

impl<B: ContractBackend> CallSpy<B> {
    /// Decorates the stores of `inner`.
    #[must_use]
    pub fn new(inner: B) -> Self {
        let calls = Calls::default();
        Self { inner, calls }
    }

    /// The methods called since the last call of this.
    #[must_use]
    pub fn take_calls(&self) -> BTreeSet<PortMethod> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl<B: ContractBackend> ContractBackend for CallSpy<B> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        let calls = Arc::clone(&self.calls);
        let inner = self.inner.fresh().await?;
        Ok(Box::new(SpiedFixture { inner, calls }))
    }

    fn is_oracle(&self) -> bool {
        self.inner.is_oracle()
    }

    fn exemptions(&self) -> &[Exemption] {
        self.inner.exemptions()
    }
}

struct SpiedFixture {
    inner: Box<dyn StoreFixture>,
    calls: Calls,
}

#[async_trait]
impl StoreFixture for SpiedFixture {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        let calls = Arc::clone(&self.calls);
        let inner = self.inner.open(options).await?;
        Ok(Arc::new(SpiedStore { inner, calls }))
    }

    async fn open_ledger(
        &self,
        options: StoreOptions,
    ) -> Result<Arc<dyn LedgerStore>, BackendError> {
        let calls = Arc::clone(&self.calls);
        let inner = self.inner.open_ledger(options).await?;
        Ok(Arc::new(SpiedStore { inner, calls }))
    }
}

#[derive(Debug)]
struct SpiedStore<S: ?Sized> {
    inner: Arc<S>,
    calls: Calls,
}

impl<S: ?Sized> SpiedStore<S> {
    fn note(&self, method: PortMethod) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(method);
    }
}

macro_rules! spied {
    ($($port:ident {
        $($variant:ident $span:literal $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+
    })+) => {
        $(
            #[async_trait]
            #[deny(clippy::missing_trait_methods)]
            impl<S: $port + ?Sized> $port for SpiedStore<S> {
                $(
                    async fn $method(&self, $($argument: $type),*) -> StoreResult<$answer> {
                        self.note(PortMethod::$variant);
                        self.inner.$method($($argument),*).await
                    }
                )+
            }
        )+
    };
}

port_methods!(with LogsLedger: spied);
