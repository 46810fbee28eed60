//! What this adapter is given when it is opened.

use logs_domain::StoreOptions;

/// What this adapter is given when it is opened: what every adapter is, and how it judges its server.
///
/// [`StoreOptions`] turn into these, with the defaults of the rest.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// What every adapter is given.
    pub store: StoreOptions,
    /// Whether a server is accepted that may lose what it acknowledged, because it does not wait for
    /// its disk. Not by default; for tests.
    pub accept_volatile_server: bool,
}

impl PostgresOptions {
    /// Accepts a server that may lose what it acknowledged: for tests.
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
