//! A loud tenant beside quiet ones.

use logs_contract::samples::tenant;
use logs_domain::RecordOutcome::Stored;
use logs_ingest::{Busy, IngestError, IngestOptions};

use crate::scripted::{Client, assert_idle, outcomes, runs, scripted, settle, submit};

#[tokio::test(start_paused = true)]
async fn a_quiet_tenant_waits_for_one_batch_of_a_loud_one() {
    let options = IngestOptions::default().batch(2, usize::MAX);
    let (ingest, mut script) = scripted(options);
    let (loud, quiet, other) = (tenant("loud"), tenant("quiet"), tenant("other"));
    let mut clients: Vec<Client> = (0..5)
        .map(|n| submit(&ingest, &loud, runs(2 * n..2 * n + 2)))
        .collect();
    let mut call = script.call().await;
    clients.push(submit(&ingest, &quiet, runs(0..1)));
    clients.push(submit(&ingest, &other, runs(0..1)));
    let turns = [&loud, &loud, &quiet, &other, &loud, &loud, &loud, &quiet];
    for (turn, expected) in turns.into_iter().enumerate() {
        if turn == 6 {
            clients.push(submit(&ingest, &quiet, runs(1..2)));
        }
        assert_eq!(&call.tenant, expected, "turn {turn}");
        call.store();
        if turn < 7 {
            call = script.call().await;
        } else {
            break;
        }
    }
    for client in clients {
        client.await.unwrap();
    }
    settle(&ingest).await;
    assert_idle(&ingest);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_left_leaves_no_turn() {
    let options = IngestOptions::default().batch(1, usize::MAX);
    let (ingest, mut script) = scripted(options);
    let [a, b, c] = ["a", "b", "c"].map(tenant);
    let _running = submit(&ingest, &a, runs(0..1));
    let running = script.call().await;
    drop(submit(&ingest, &b, runs(0..1)));
    let _clients = [
        submit(&ingest, &b, runs(1..3)),
        submit(&ingest, &c, runs(1..2)),
    ];
    running.store();
    for expected in [&b, &c, &b] {
        let call = script.call().await;
        assert_eq!(&call.tenant, expected);
        call.store();
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_takes_its_commits_and_leaves_the_others() {
    let options = IngestOptions::default().commits(4, 2);
    let (ingest, mut script) = scripted(options.batch(1, usize::MAX));
    let (loud, quiet) = (tenant("loud"), tenant("quiet"));
    let loud_clients: Vec<Client> = (0..5)
        .map(|n| submit(&ingest, &loud, runs(n..n + 1)))
        .collect();
    let first = script.call().await;
    let second = script.call().await;
    assert_eq!((&first.tenant, &second.tenant), (&loud, &loud));
    assert_eq!(ingest.stats().running_commits, 2);
    assert_eq!(ingest.stats().waiting_parts, 3);
    let quiet_clients: Vec<Client> = (0..3)
        .map(|n| submit(&ingest, &quiet, runs(n..n + 1)))
        .collect();
    let third = script.call().await;
    let fourth = script.call().await;
    assert_eq!((&third.tenant, &fourth.tenant), (&quiet, &quiet));
    assert_eq!(ingest.stats().running_commits, 4);
    // The permit of the quiet tenant goes to the quiet tenant, as the loud one has all of its own.
    third.store();
    let fifth = script.call().await;
    assert_eq!(fifth.tenant, quiet);
    fifth.store();
    fourth.store();
    for client in quiet_clients {
        assert_eq!(outcomes(client.await), [Stored]);
    }
    assert_eq!(ingest.stats().running_commits, 2);
    script.assert_no_call();
    first.store();
    second.store();
    for _ in 0..3 {
        script.call().await.store();
    }
    for client in loud_clients {
        assert_eq!(outcomes(client.await), [Stored]);
    }
    settle(&ingest).await;
    assert_idle(&ingest);
}

/// One split request gives work to all permits of its tenant.
#[tokio::test(start_paused = true)]
async fn no_permit_is_idle_while_there_is_work_for_it() {
    let options = IngestOptions::default().commits(4, 3);
    let (ingest, mut script) = scripted(options.batch(1, usize::MAX));
    let client = submit(&ingest, &tenant("a"), runs(0..8));
    assert_eq!(ingest.stats().running_commits, 3);
    let mut running = Vec::new();
    for _ in 0..3 {
        running.push(script.call().await);
    }
    for _ in 0..5 {
        running.remove(0).store();
        running.push(script.call().await);
        assert_eq!(ingest.stats().running_commits, 3);
    }
    for call in running {
        call.store();
    }
    assert_eq!(outcomes(client.await), [Stored; 8]);
}

#[tokio::test(start_paused = true)]
async fn a_loud_tenant_fills_its_quarter_and_a_quiet_one_is_admitted() {
    let (ingest, mut script) = scripted(IngestOptions::default());
    let (loud, quiet) = (tenant("loud"), tenant("quiet"));
    let loud_clients: Vec<Client> = (0..16)
        .map(|n| submit(&ingest, &loud, runs(n..n + 1)))
        .collect();
    let refused = ingest.admit(&loud, 1).unwrap_err();
    assert!(matches!(refused, IngestError::Busy(Busy::TenantRequests)));
    assert!(refused.is_retryable());
    let quiet_client = submit(&ingest, &quiet, runs(0..1));
    assert_eq!(ingest.stats().counts.busy_tenant, 1);
    let first = script.call().await;
    assert_eq!(first.batch.len(), 1);
    first.store();
    let second = script.call().await;
    assert_eq!(second.tenant, loud);
    assert_eq!(second.batch.len(), 15);
    second.store();
    script.call().await.store();
    assert_eq!(outcomes(quiet_client.await), [Stored]);
    for client in loud_clients {
        assert_eq!(outcomes(client.await), [Stored]);
    }
    let counts = ingest.stats().counts;
    assert_eq!(counts.parts_per_commit.counts(), [2, 0, 0, 0, 1, 0, 0, 0]);
}
