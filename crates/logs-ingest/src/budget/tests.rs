use std::sync::Arc;

use futures_util::FutureExt as _;
use logs_contract::samples::tenant;
use logs_domain::TenantId;

use super::{Budget, Held, Permit};
use crate::{Busy, IngestError, IngestOptions};

fn budget(requests: usize, bytes: usize) -> Arc<Budget> {
    Arc::new(Budget::new(
        &IngestOptions::default().queue(requests, bytes),
    ))
}

fn busy(taken: Result<Permit, IngestError>) -> Busy {
    match taken {
        Err(IngestError::Busy(busy)) => busy,
        other => panic!("not busy: {other:?}"),
    }
}

fn tenants<const N: usize>() -> [TenantId; N] {
    std::array::from_fn(|number| tenant(&format!("t{number}")))
}

#[test]
fn a_tenant_gets_a_quarter_of_the_slots_and_all_tenants_get_all() {
    let budget = budget(8, 8_000);
    let [a, b, c, d, e] = tenants();
    let mut permits = Vec::new();
    for tenant in [&a, &b, &c, &d] {
        permits.push(budget.take(tenant, 1).unwrap());
        permits.push(budget.take(tenant, 1).unwrap());
        let expected = if permits.len() < 8 {
            Busy::TenantRequests
        } else {
            Busy::Requests
        };
        assert_eq!(busy(budget.take(tenant, 1)), expected);
    }
    assert_eq!(busy(budget.take(&e, 1)), Busy::Requests);
    permits.remove(0);
    assert_eq!(busy(budget.take(&b, 1)), Busy::TenantRequests);
    permits.push(budget.take(&e, 1).unwrap());
    drop(permits);
    assert_eq!(budget.held(), Held::default());
    assert!(budget.state().tenants.is_empty(), "no tenant is kept");
}

#[test]
fn a_tenant_gets_a_quarter_of_the_bytes_to_the_byte() {
    let budget = budget(100, 400);
    let [a, b, c, d, e] = tenants();
    let first = budget.take(&a, 60).unwrap();
    assert_eq!(busy(budget.take(&a, 41)), Busy::TenantBytes);
    let second = budget.take(&a, 40).unwrap();
    assert_eq!(busy(budget.take(&a, 1)), Busy::TenantBytes);
    let others = [&b, &c, &d].map(|tenant| budget.take(tenant, 100).unwrap());
    assert_eq!(busy(budget.take(&e, 1)), Busy::Bytes);
    drop(second);
    assert_eq!(busy(budget.take(&e, 41)), Busy::Bytes);
    let last = budget.take(&e, 40).unwrap();
    assert_eq!(
        budget.held(),
        Held {
            requests: 5,
            bytes: 400
        }
    );
    drop((first, others, last));
    assert_eq!(budget.held(), Held::default());
}

#[test]
fn one_request_may_exceed_the_share_of_a_tenant_that_holds_nothing() {
    let budget = budget(100, 400);
    let [a, b] = tenants();
    let large = budget.take(&a, 300).unwrap();
    assert_eq!(busy(budget.take(&a, 1)), Busy::TenantBytes);
    assert_eq!(busy(budget.take(&b, 101)), Busy::Bytes);
    drop(large);
    let whole = budget.take(&a, 400).unwrap();
    drop(whole);
    let refused = budget.take(&a, 401).unwrap_err();
    assert!(matches!(
        refused,
        IngestError::TooLarge {
            bytes: 401,
            maximum: 400
        }
    ));
    assert!(!refused.is_retryable());
    assert_eq!(budget.held(), Held::default());
}

#[test]
fn a_permit_shrinks_and_grows_within_the_share() {
    let budget = budget(100, 400);
    let [a, b] = tenants();
    let other = budget.take(&a, 50).unwrap();
    let mut permit = budget.take(&a, 50).unwrap();
    assert!(matches!(
        permit.resize(51),
        Err(IngestError::Busy(Busy::TenantBytes))
    ));
    assert_eq!(permit.bytes(), 50);
    permit.resize(10).unwrap();
    assert_eq!(budget.held().bytes, 60);
    permit.resize(50).unwrap();
    drop(other);
    let all = budget.take(&b, 300).unwrap();
    permit.resize(100).unwrap();
    assert!(matches!(
        permit.resize(101),
        Err(IngestError::Busy(Busy::Bytes))
    ));
    assert!(matches!(
        permit.resize(401),
        Err(IngestError::TooLarge { .. })
    ));
    drop(all);
    assert_eq!(
        budget.held(),
        Held {
            requests: 1,
            bytes: 100
        }
    );
    drop(permit);
    assert_eq!(budget.held(), Held::default());
}

#[tokio::test]
async fn a_closed_budget_refuses_and_tells_when_it_is_empty() {
    let budget = budget(100, 400);
    let [a] = tenants();
    budget.empty().await;
    let permit = budget.take(&a, 1).unwrap();
    budget.close();
    assert!(matches!(budget.take(&a, 1), Err(IngestError::ShuttingDown)));
    let mut empty = std::pin::pin!(budget.empty());
    assert!((&mut empty).now_or_never().is_none());
    drop(permit);
    empty.await;
}
