//! What every command works with: the store, the tenant, the streams.

use std::sync::Arc;

use logs_domain::{
    Clock, LogsStore, RecordIdGenerator, StoreOptions, SystemClock, TenantId, UuidV7Generator,
};
use tempfile::TempDir;

use crate::failure::Failure;
use crate::globals::Globals;
use crate::output::Output;
use crate::streams::Streams;

/// What a command takes from its context.
#[derive(Clone, Debug)]
pub struct Dependencies {
    /// The store, in place of the one that `--store` names. It is not closed at the end.
    pub store: Option<Arc<dyn LogsStore>>,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
    /// Where the ids of exports come from.
    pub ids: Arc<dyn RecordIdGenerator>,
}

impl Default for Dependencies {
    fn default() -> Self {
        Self {
            store: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidV7Generator),
        }
    }
}

/// One command line at work.
pub(crate) struct Session<'a> {
    pub(crate) globals: Globals,
    pub(crate) streams: Streams<'a>,
    dependencies: Dependencies,
    opened: Option<Arc<dyn LogsStore>>,
    /// Where the scratch store is, for as long as it is.
    scratch: Option<TempDir>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(globals: Globals, streams: Streams<'a>, dependencies: Dependencies) -> Self {
        Self {
            globals,
            streams,
            dependencies,
            opened: None,
            scratch: None,
        }
    }

    /// The store for questions: it has to be there, and nothing about it is changed.
    pub(crate) async fn reader(&mut self) -> Result<Arc<dyn LogsStore>, Failure> {
        self.open(true).await
    }

    /// The store for records, made when it is not there.
    pub(crate) async fn store(&mut self) -> Result<Arc<dyn LogsStore>, Failure> {
        self.open(false).await
    }

    /// A command asks for one of the two, so the first way of opening is the only one.
    async fn open(&mut self, read_only: bool) -> Result<Arc<dyn LogsStore>, Failure> {
        if let Some(store) = self.dependencies.store.as_ref().or(self.opened.as_ref()) {
            return Ok(Arc::clone(store));
        }
        let options = StoreOptions::default().clock(Arc::clone(&self.dependencies.clock));
        let url = &self.globals.store;
        let store = if read_only {
            logs_store::connect_read_only(url, options).await?
        } else {
            logs_store::connect_with(url, options).await?
        };
        self.opened = Some(Arc::clone(&store));
        Ok(store)
    }

    /// Whether the store is a file that is not there, which [`store`](Self::store) would make.
    pub(crate) fn is_unmade(&self) -> bool {
        #[cfg(feature = "sqlite")]
        if self.dependencies.store.is_none()
            && let Ok(logs_store::StoreUrl::Sqlite { path, .. }) = self.globals.store.parse()
        {
            return !path.exists();
        }
        false
    }

    /// An empty store that is gone at the end, for trying things out. It is on disk where the
    /// command knows how: memory stays flat however much is tried.
    pub(crate) async fn scratch(&mut self) -> Result<Arc<dyn LogsStore>, Failure> {
        let options = StoreOptions::default().clock(Arc::clone(&self.dependencies.clock));
        let url = if cfg!(feature = "sqlite") {
            let folder = tempfile::tempdir()?;
            let url = format!("sqlite:{}", folder.path().join("scratch.db").display());
            self.scratch = Some(folder);
            url
        } else {
            "memory:".to_owned()
        };
        let store = logs_store::connect_with(&url, options).await?;
        self.opened = Some(Arc::clone(&store));
        Ok(store)
    }

    /// The tenant that was named.
    pub(crate) fn tenant(&self) -> Result<TenantId, Failure> {
        let missing = "the tenant is missing: name it with --tenant or LOGS_TENANT";
        let tenant = self.globals.tenant.clone();
        tenant.ok_or_else(|| Failure::usage(missing))
    }

    /// Where times come from.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.dependencies.clock
    }

    /// Where ids come from.
    pub(crate) fn ids(&self) -> &dyn RecordIdGenerator {
        &*self.dependencies.ids
    }

    /// Whether records are written as JSON.
    pub(crate) const fn json(&self) -> bool {
        self.globals.json
    }

    /// Where records are written, and how.
    pub(crate) fn output(&mut self) -> Output<'_> {
        Output {
            out: &mut *self.streams.out,
            err: &mut *self.streams.err,
            json: self.globals.json,
        }
    }

    /// Closes what was opened. An error of the command comes before one of closing.
    pub(crate) async fn finish(self, outcome: Result<(), Failure>) -> Result<(), Failure> {
        let closed = match &self.opened {
            Some(store) => store.close().await,
            None => Ok(()),
        };
        outcome.and(closed.map_err(Failure::from))
    }
}
