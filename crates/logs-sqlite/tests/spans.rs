//! The spans around the calls of the ports.

use logs_domain::StoreOptions;
use logs_sqlite::SqliteStore;

#[tokio::test]
async fn each_call_is_a_span_that_tells_no_value_of_a_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.db");
    let store = SqliteStore::open(path, StoreOptions::default()).await;
    let store = store.unwrap();
    logs_contract::spans::check(&store, Some(&store), "sqlite").await;
}
