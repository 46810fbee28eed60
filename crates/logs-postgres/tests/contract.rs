//! The contract suite on this adapter: each case in a database of its own, as a role that may read
//! and insert and nothing else.

use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use logs_contract::{BackendError, Capability, ContractBackend, Exemption, StoreFixture};
use logs_domain::{LogsStore, StoreOptions};
use logs_postgres::{PostgresOptions, PostgresStore};
use sqlx::{Connection, PgConnection};
use test_postgres::{Database, Durability, Server};

mod support;

struct Postgres {
    // Before the server: a database is dropped while there is one.
    template: Database,
    server: Server,
}

#[async_trait]
impl ContractBackend for Postgres {
    fn name(&self) -> &str {
        "postgres"
    }

    async fn fresh(&self) -> Result<Box<dyn StoreFixture>, BackendError> {
        Ok(Box::new(Home(self.server.copy(&self.template)?)))
    }

    fn exemptions(&self) -> &[Exemption] {
        &[Exemption {
            capability: Capability::Ledger,
            reason: "the store has no ledger yet",
        }]
    }
}

struct Home(Database);

#[async_trait]
impl StoreFixture for Home {
    async fn open(&self, options: StoreOptions) -> Result<Arc<dyn LogsStore>, BackendError> {
        let url = self.0.url_as(support::APPLICATION);
        let options = PostgresOptions::from(options).accept_volatile_server();
        Ok(Arc::new(PostgresStore::connect(&url, options).await?))
    }
}

/// What the server is.
async fn version(database: &Database) -> Result<String, BackendError> {
    let mut connection = PgConnection::connect(&database.url()).await?;
    let version = sqlx::query_scalar("SELECT 'PostgreSQL ' || current_setting('server_version')");
    let version = version.fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

#[expect(clippy::print_stdout, reason = "the runner of the suite prints too")]
fn main() -> ExitCode {
    logs_contract::run(async || {
        let server = Server::start(Durability::Off)?;
        let template = support::migrated(&server).await?;
        println!("server: {}", version(&template).await?);
        Ok(Postgres { template, server })
    })
}
