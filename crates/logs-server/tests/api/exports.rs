//! Exports over stores that fail.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use logs_domain::{
    AppendReceipt, Draft, ExportResult, LogsStore, MockLogsStore, QueryResult, StoreError,
    TenantId, Timestamp, Total,
};
use logs_server::{Authentication, ServerOptions};
use tower::ServiceExt;

/// A store that appends until it has `taken` drafts, and remembers them.
fn store(taken: usize) -> (MockLogsStore, Arc<Mutex<Vec<Draft>>>) {
    let (mut store, appended) = (MockLogsStore::new(), Arc::<Mutex<Vec<Draft>>>::default());
    let time = Timestamp::from_micros(0).unwrap();
    store.expect_settled_before().returning(move |_| Ok(time));
    let seen = Arc::clone(&appended);
    store.expect_append().returning(move |_, batch, _| {
        let mut seen = seen.lock().unwrap();
        if seen.len() >= taken {
            return Err(StoreError::closed());
        }
        seen.extend_from_slice(batch.drafts());
        Ok(AppendReceipt {
            records: Vec::new(),
        })
    });
    (store, appended)
}

/// The status of an export, and its body where it has an end.
async fn export(store: MockLogsStore) -> (StatusCode, Option<Vec<u8>>) {
    let authentication = Authentication::Open(TenantId::new("default").unwrap());
    let options = ServerOptions::new(authentication);
    let service = logs_server::Service::new(Arc::new(store) as Arc<dyn LogsStore>, options);
    let request = Request::builder().method(Method::POST);
    let request = request.uri("/api/v1/exports?scope=audit");
    let request = request.body(Body::empty()).unwrap();
    let response = service.router().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.ok();
    service.close().await;
    (status, body.map(|body| body.to_bytes().to_vec()))
}

#[tokio::test]
async fn a_record_that_cannot_be_read_makes_a_failed_export_and_a_body_without_an_end() {
    let (mut store, appended) = store(9);
    store
        .expect_list_audit_entries()
        .returning(|_, _, _| Err(StoreError::inconsistent("audit_entry", "reason", "id-7")));
    assert_eq!(export(store).await, (StatusCode::OK, None));
    let appended = appended.lock().unwrap();
    let [
        Draft::LogExport(requested),
        Draft::AuditEntry(_),
        Draft::LogExportOutcome(outcome),
    ] = appended.as_slice()
    else {
        panic!("{appended:?}");
    };
    assert_eq!(outcome.export_id, requested.id);
    let ExportResult::Failed { reason } = &outcome.result else {
        panic!("{outcome:?}");
    };
    assert!(reason.as_str().contains("id-7"), "{reason}");
}

#[tokio::test]
async fn nothing_is_delivered_before_its_request_is_stored() {
    let (store, appended) = store(0);
    let (status, _) = export(store).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(appended.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_body_has_no_end_where_the_outcome_is_not_stored() {
    for (taken, body) in [(2, None), (3, Some(Vec::new()))] {
        let (mut store, appended) = store(taken);
        store.expect_list_audit_entries().returning(|_, _, _| {
            Ok(QueryResult::from_parts(
                Vec::new(),
                Total::NotCounted,
                None,
                None,
            ))
        });
        assert_eq!(export(store).await, (StatusCode::OK, body));
        assert_eq!(appended.lock().unwrap().len(), taken);
    }
}
