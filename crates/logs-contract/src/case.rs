//! One case and its context.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use logs_domain::{LedgerStore, LogsStore, StoreOptions};

use crate::{BackendError, Capability, ContractBackend, StoreFixture, TestClock};

/// The time limit of a case. After it, the case counts as hanging.
const DEADLINE: Duration = Duration::from_secs(300);

/// A case under way.
pub type CaseFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// One case of the contract.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The claim, after the number of the rule: `r05_total_…`.
    pub name: &'static str,
    /// The capabilities that the claim needs.
    pub needs: &'static [Capability],
    /// Panics if the claim does not hold.
    pub body: fn(&mut CaseContext) -> CaseFuture<'_>,
}

/// Names cases after their functions.
macro_rules! cases {
    ($($name:ident $(needs $($capability:ident)+)?),+ $(,)?) => {
        /// The cases of this file.
        pub(crate) const CASES: &[$crate::Case] = &[$(
            $crate::Case {
                name: stringify!($name),
                needs: &[$($($crate::Capability::$capability),+)?],
                body: |case| Box::pin($name(case)),
            }
        ),+];
    };
}
pub(crate) use cases;

impl Case {
    /// The number of the rule of the case, from its name.
    #[must_use]
    pub fn rule(&self) -> Option<u8> {
        let (number, _) = self.name.strip_prefix('r')?.split_once('_')?;
        number.parse().ok()
    }

    /// Runs the case on a fresh store.
    ///
    /// # Errors
    /// The failed claim, or the reason why there was no store.
    pub async fn run(&self, backend: &dyn ContractBackend) -> Result<(), String> {
        let mut context = CaseContext::new(backend)
            .await
            .map_err(|error| format!("there is no store for the case: {error}"))?;
        let body = AssertUnwindSafe((self.body)(&mut context)).catch_unwind();
        let outcome = tokio::time::timeout(DEADLINE, body).await;
        let closed = context.store().close().await;
        match outcome {
            Err(_) => Err(format!("not finished within {} s", DEADLINE.as_secs())),
            Ok(Err(panic)) => Err(panic_message(&*panic)),
            Ok(Ok(())) => closed.map_err(|error| format!("close failed: {error}")),
        }
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// The context of a case: a fresh store and its clock.
pub struct CaseContext {
    home: Box<dyn StoreFixture>,
    clock: Arc<TestClock>,
    store: Arc<dyn LogsStore>,
}

impl std::fmt::Debug for CaseContext {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("CaseContext");
        debug.field("store", &self.store).finish_non_exhaustive()
    }
}

impl CaseContext {
    /// Opens a store in a fresh place, with a [`TestClock`] and a count budget that never
    /// runs out.
    ///
    /// # Errors
    /// The error of the backend.
    pub async fn new(backend: &dyn ContractBackend) -> Result<Self, BackendError> {
        let home = backend.fresh().await?;
        let clock = Arc::new(TestClock::new());
        let store = home.open(options(&clock)).await?;
        Ok(Self { home, clock, store })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn LogsStore> {
        Arc::clone(&self.store)
    }

    /// The clock of every store of this case.
    #[must_use]
    pub fn clock(&self) -> Arc<TestClock> {
        Arc::clone(&self.clock)
    }

    /// The options of the store of the case.
    #[must_use]
    pub fn options(&self) -> StoreOptions {
        options(&self.clock)
    }

    /// Opens another store in the same place.
    pub async fn open(&self, options: StoreOptions) -> Arc<dyn LogsStore> {
        self.home
            .open(options)
            .await
            .expect("the place opens once more")
    }

    /// Opens a store with its ledger. Stores in memory share nothing with that of the case.
    pub async fn ledger(&self, options: StoreOptions) -> Arc<dyn LedgerStore> {
        self.home
            .open_ledger(options)
            .await
            .expect("the place opens with its ledger")
    }

    /// Closes the store of the case and opens its place again with `options`.
    pub async fn reopen(&mut self, options: StoreOptions) -> Arc<dyn LogsStore> {
        self.store.close().await.expect("the store closes");
        self.store = self.open(options).await;
        self.store()
    }
}

fn options(clock: &Arc<TestClock>) -> StoreOptions {
    let clock: Arc<TestClock> = Arc::clone(clock);
    StoreOptions::default()
        .clock(clock)
        .count_budget(Duration::from_secs(3600))
}
