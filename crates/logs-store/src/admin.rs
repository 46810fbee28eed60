//! Administration of a store: migrate its schema, check it, back it up, and reset its clock.

mod backup;
mod clock;
mod doctor;
mod schema;

pub use backup::{Backup, backup};
pub use clock::{ClockStatus, LaterRecords, clock_status, reset_clock};
pub use doctor::{Check, doctor, doctor_deep};
pub use schema::{SchemaStatus, migrate, schema_status};

#[cfg(test)]
mod tests {
    use super::{backup, clock_status, doctor, migrate, reset_clock, schema_status};
    use crate::ConnectError;
    use logs_domain::SystemClock;

    #[tokio::test]
    #[cfg(feature = "memory")]
    async fn memory_has_no_schema_and_is_well() {
        assert!(migrate("memory:").await.unwrap().is_empty());
        assert!(schema_status("memory:").await.unwrap().pending.is_empty());
        assert!(
            doctor("memory:")
                .await
                .unwrap()
                .iter()
                .all(|check| check.passed)
        );
    }

    #[tokio::test]
    #[cfg(feature = "postgres")]
    async fn postgres_is_migrated_once_and_opened_by_its_url() {
        use crate::{connect, connect_read_only};
        use logs_domain::{StoreError, StoreOptions};

        let server = test_postgres::Server::start(test_postgres::Durability::On).unwrap();
        let database = server.empty().unwrap();
        let url = database.url();
        let early = connect(&url).await;
        let early = early.map(drop).unwrap_err();
        let mismatch = matches!(
            early,
            ConnectError::Store(StoreError::SchemaMismatch { .. })
        );
        assert!(mismatch, "{early}");
        let pending = schema_status(&url).await.unwrap().pending;
        assert_eq!(migrate(&url).await.unwrap(), pending);
        assert!(migrate(&url).await.unwrap().is_empty());
        let checks = doctor(&url).await.unwrap();
        let schema = checks.iter().find(|check| check.name == "schema");
        assert!(schema.is_some_and(|check| check.passed));
        let application = database.url_as_member("logs_application").unwrap();
        for store in [
            connect(&application).await.unwrap(),
            connect_read_only(&application, StoreOptions::default())
                .await
                .unwrap(),
        ] {
            store.ready().await.unwrap();
            assert_eq!(store.info().await.unwrap().backend, "postgres");
            store.close().await.unwrap();
        }
    }

    #[tokio::test]
    #[cfg(feature = "sqlite")]
    async fn sqlite_is_migrated_once_and_well_then() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("logs.db").display());
        assert!(schema_status(&url).await.is_err() && doctor(&url).await.is_err());
        let applied = migrate(&url).await.unwrap();
        assert!(!applied.is_empty());
        assert!(migrate(&url).await.unwrap().is_empty());
        let status = schema_status(&url).await.unwrap();
        assert_eq!(status.current, applied.len() as u64);
        assert_eq!((status.current, status.pending), (status.known, Vec::new()));
        let checks = doctor(&url).await.unwrap();
        assert!(checks.len() > 1 && checks.iter().all(|check| check.passed));
    }
    /// Backends without data to copy, or with their own tools, return an error.
    #[cfg(any(feature = "memory", feature = "postgres"))]
    async fn is_refused(url: &str, named: &str) {
        let target = std::path::Path::new("never-made.db");
        let refused = [
            backup(url, target).await.map(drop),
            clock_status(url, &SystemClock).await.map(drop),
            reset_clock(url, &SystemClock).await.map(drop),
        ];
        for refused in refused {
            match refused {
                Err(ConnectError::NotForBackend { reason }) => {
                    assert!(reason.contains(named), "{reason}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(!target.exists());
    }

    #[tokio::test]
    #[cfg(feature = "memory")]
    async fn memory_is_not_cared_for_as_a_file_is() {
        is_refused("memory:", "outlives the process").await;
        let checks =
            super::doctor_deep("memory:", &|done, all| assert_eq!((done, all), (0, 0))).await;
        assert_eq!(checks.unwrap(), doctor("memory:").await.unwrap());
    }

    #[tokio::test]
    #[cfg(feature = "postgres")]
    async fn postgres_is_not_cared_for_as_a_file_is() {
        is_refused("postgres://nobody@localhost/logs", "PostgreSQL").await;
    }

    #[tokio::test]
    #[cfg(feature = "sqlite")]
    async fn sqlite_is_looked_through_backed_up_and_its_clock_compared() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("logs.db").display());
        let target = folder.path().join("copy.db");
        let missing = backup(&url, &target).await;
        assert!(matches!(missing, Err(ConnectError::NotThere { .. })));
        let missing = reset_clock(&url, &SystemClock).await;
        assert!(matches!(missing, Err(ConnectError::NotThere { .. })));
        migrate(&url).await.unwrap();
        let plain = doctor(&url).await.unwrap();
        let checks = super::doctor_deep(&url, &|_, _| {}).await.unwrap();
        assert!(checks.iter().all(|check| check.passed), "{checks:?}");
        assert!(checks.len() > plain.len());
        let copy = backup(&url, &target).await.unwrap();
        assert_eq!((copy.records, copy.faults.len()), (0, 0));
        let copy = format!("sqlite:{}", target.display());
        assert!(
            doctor(&copy)
                .await
                .unwrap()
                .iter()
                .all(|check| check.passed)
        );
        let status = reset_clock(&url, &SystemClock).await.unwrap();
        assert!(!status.is_ahead && status.later.is_empty());
        let status = clock_status(&url, &SystemClock).await.unwrap();
        assert_eq!(status.taken_back, None);
    }
}
