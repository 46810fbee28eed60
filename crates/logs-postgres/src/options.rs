//! The options of this adapter.

use logs_domain::StoreOptions;

/// The options of this adapter: those of every adapter, and whether to accept a volatile server.
///
/// [`StoreOptions`] convert into these, with defaults for the rest.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// The options of every adapter.
    pub store: StoreOptions,
    /// Whether to accept a server that may lose acknowledged records, because it does not sync its
    /// disk. The default is false. Only for tests.
    pub accept_volatile_server: bool,
}

impl PostgresOptions {
    /// Accepts a server that may lose acknowledged records. Only for tests.
    #[must_use]
    pub const fn accept_volatile_server(mut self) -> Self {
        self.accept_volatile_server = true;
        self
    }
}

impl From<StoreOptions> for PostgresOptions {
    fn from(store: StoreOptions) -> Self {
        Self {
            store,
            accept_volatile_server: false,
        }
    }
}
