//! The facade of the worked example on every backend that answers: the same story from each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use logs_domain::{AppendBatch, Draft, LogsReader, LogsStore, OnConflict, RunId, TenantId};
use logs_example_facade::RunStories;
use test_postgres::{Durability, Server};

const SAMPLE: &str = include_str!("../../examples/sample/agent-run.ndjson");

async fn check(store: Arc<dyn LogsStore>) {
    let tenant = TenantId::new("acme").unwrap();
    let drafts = SAMPLE
        .lines()
        .map(|line| Draft::from_json(line).unwrap())
        .collect();
    let batch = AppendBatch::new(drafts).unwrap();
    store
        .append(&tenant, &batch, OnConflict::RejectCall)
        .await
        .unwrap();

    let stories = RunStories::new(store as Arc<dyn LogsReader>);
    let run = RunId::new("run-7f3a").unwrap();
    let story = stories.tell(&tenant, &run).await.unwrap().unwrap();
    assert_eq!(story.run.model.as_str(), "claude-sonnet-4");
    let skills: Vec<&str> = story
        .steps
        .iter()
        .map(|step| step.skill_name.as_str())
        .collect();
    let expected = [
        "plan_refund",
        "lookup_order",
        "issue_refund",
        "answer_customer",
        "payments.refund",
    ];
    assert_eq!(skills, expected);
    assert_eq!(story.cost_of_steps.to_string(), "0.01785");
    assert_eq!(story.interventions.len(), 2);

    let other = TenantId::new("Acme").unwrap();
    assert_eq!(stories.tell(&other, &run).await.unwrap(), None);
}

#[tokio::test]
async fn every_backend_tells_the_same_story() {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("logs.db").display());
    let server = Server::start(Durability::On).unwrap();
    let database = server.empty().unwrap();
    logs_store::migrate(&database.url()).await.unwrap();
    let application = database.url_as_member("logs_application").unwrap();
    for url in ["memory:", &file, &application] {
        check(logs_store::connect(url).await.unwrap()).await;
    }
}
