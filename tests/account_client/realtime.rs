//! The Contact Center real-time reads.

use super::*;

fn token(text: &str) -> Reply {
    Reply::new(200, json!({"access_token": text, "expires_in": "1799"}))
}

#[tokio::test]
async fn queues_are_read_to_the_last_page_with_one_token() {
    let queues = |n: usize| {
        Reply::new(200, json!([{"id": n.to_string(), "name": "Sales"}])).header("x-total-pages", 2)
    };
    let agents = Reply::new(200, json!([{"id": "ag1"}]));
    let (stub, account) = start([token("t1"), queues(1), queues(2), agents]).await;
    assert_eq!(account.contact_center_queues().await.unwrap().len(), 2);
    assert_eq!(account.agents_of_queue("7/8").await.unwrap()[0].id, "ag1");
    let asked = stub.asked();
    assert_eq!(
        targets(&stub),
        [
            "/base/oauth/v2/token",
            "/base/cc/queues?summary=true&page=0&size=1000",
            "/base/cc/queues?summary=true&page=1&size=1000",
            "/base/cc/queues/7%2F8/agents?summary=true&page=0&size=1000",
        ]
    );
    assert_eq!(
        asked[0].header("authorization"),
        Some("Basic Y2Mta2V5OmNjLXNlY3JldA==")
    );
    assert_eq!(
        asked[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(&asked[0].body[..], b"grant_type=client_credentials");
    assert_eq!(asked[1].header("authorization"), Some("Bearer t1"));
    assert_eq!(asked[1].header("x-tenant-info"), Some("acme01"));
    assert!(asked[1].header("x-api-key").is_none(), "the key of the other API");
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let (stub, account) = start([
        token("t1"),
        Reply::new(401, ""),
        token("t2"),
        Reply::new(200, "[]"),
    ])
    .await;
    assert!(account.contact_center_queues().await.unwrap().is_empty());
    assert_eq!(stub.asked()[3].header("authorization"), Some("Bearer t2"));
    let (stub, account) = start([
        token("t1"),
        Reply::new(401, ""),
        token("t2"),
        Reply::new(401, ""),
        token("t3"),
    ])
    .await;
    assert_eq!(
        account.contact_center_queues().await.unwrap_err().failure(),
        &Failure::KeyRefused
    );
    assert_eq!(stub.asked().len(), 4);
}

#[tokio::test]
async fn an_unknown_client_and_missing_rows_are_errors() {
    let (_stub, account) = start([Reply::new(400, json!({"error": "invalid_client"}))]).await;
    let error = account.contact_center_queues().await.unwrap_err();
    assert_eq!(
        (error.operation(), error.failure()),
        ("contact_center.token", &Failure::KeyRefused)
    );
    let short = Reply::new(200, json!([{"id": "ag1"}]))
        .header("x-total-pages", 1)
        .header("x-total-elements", 5);
    let (_stub, account) = start([token("t1"), short]).await;
    assert_eq!(
        account.agents_of_queue("7").await.unwrap_err().failure(),
        &Failure::ListBroken
    );
}
