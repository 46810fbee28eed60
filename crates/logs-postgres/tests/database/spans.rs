//! The spans around the calls of the ports.

use logs_domain::StoreOptions;
use logs_postgres::{PostgresOptions, PostgresStore};
use test_postgres::{Durability, Server};

use crate::support;

#[tokio::test]
async fn each_call_is_a_span_that_tells_no_value_of_a_tenant() {
    let server = Server::start(Durability::Off).unwrap();
    let database = support::migrated(&server).await.unwrap();
    let options = PostgresOptions::from(StoreOptions::default()).accept_volatile_server();
    let store = PostgresStore::connect(&database.url_as(support::APPLICATION), options).await;
    logs_contract::spans::check(&store.unwrap(), None, "postgresql").await;
}
