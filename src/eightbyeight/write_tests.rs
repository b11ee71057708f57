//! Writes, which need proofs that only this crate's tests can make up.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    Account, AccountConfig, Failure, LocalRefusal, Outcome,
    stub::{Reply, Stub},
    wire::{MemberRef, UpdateMembers},
};
use crate::lifecycle::proof::{DeactivateProof, DeleteProof, LeaveGroupProof};

fn config(url: &str) -> AccountConfig {
    AccountConfig {
        timeout: Duration::from_millis(400),
        ..AccountConfig::new(url, SecretString::from("eght_key"))
    }
}

fn account(url: &str) -> Account {
    Account::new(config(url)).unwrap()
}

fn accepted() -> Reply {
    Reply::new(202, json!({"operationId": "op_1", "status": "PENDING"}))
}

fn jane() -> serde_json::Value {
    json!({
        "basicInfo": {"userId": "U1", "userName": "jane.doe@acme.com", "status": "ACTIVE", "later": null},
        "serviceInfo": {"licenses": [{"id": "L1", "name": "X4"}, {"id": "L2", "name": "DID-US"}], "extensions": []},
        "laterInfo": {"kept": [1, null]},
    })
}

#[tokio::test]
async fn a_delete_goes_to_the_user_of_the_proof_and_holds_a_slot_until_its_operation_ends() {
    let running = Reply::new(200, json!({"operationId": "op_1", "status": "IN_PROGRESS"}));
    let done = Reply::new(200, json!({"operationId": "op_1", "status": "COMPLETED"}));
    let stub = Stub::start([accepted(), running, done]).await;
    let account = account(&stub.url);
    let permit = account.reserve_write().await;
    let accepted = account
        .delete_user(permit, DeleteProof::for_test("a/b+c"))
        .await
        .unwrap();
    assert_eq!(accepted.operation_id.as_deref(), Some("op_1"));
    assert_eq!(account.operations_in_flight(), 1);
    account.operation("op_1").await.unwrap().unwrap();
    assert_eq!(account.operations_in_flight(), 1);
    account.operation("op_1").await.unwrap().unwrap();
    assert_eq!(account.operations_in_flight(), 0);
    let asked = stub.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("DELETE", "/base/users/a%2Fb%2Bc")
    );
    assert_eq!(asked[0].header("accept"), Some("application/vnd.users.v1+json"));
    assert_eq!(asked[0].header("content-type"), None);
    assert!(asked[0].body.is_empty());
    assert_eq!(asked[1].target, "/base/operations/op_1");
    assert_eq!(
        asked[1].header("accept"),
        Some("application/vnd.operations.v1+json")
    );
}

#[tokio::test]
async fn a_put_carries_what_the_get_gave() {
    let stub = Stub::start([Reply::new(200, jane()), accepted()]).await;
    let account = account(&stub.url);
    let mut edit = account.get_user("U1").await.unwrap().unwrap().edit();
    edit.set_inactive(&DeactivateProof::for_test("U1")).unwrap();
    account
        .replace_user(account.reserve_write().await, edit)
        .await
        .unwrap();
    let mut expected = jane();
    expected["basicInfo"]["status"] = json!("INACTIVE");
    expected["serviceInfo"]["licenses"] = json!([{"id": "L1", "name": "X4"}]);
    let put = &stub.asked()[1];
    assert_eq!(
        (put.method.as_str(), put.target.as_str()),
        ("PUT", "/base/users/U1")
    );
    assert_eq!(put.header("content-type"), Some("application/vnd.users.v1+json"));
    assert_eq!(put.json(), expected);
}

#[tokio::test]
async fn leaving_a_ring_group_removes_and_does_nothing_else() {
    let stub = Stub::start([accepted()]).await;
    let account = account(&stub.url);
    let leaver = |user: &str, group: &str, extension: &str| {
        (LeaveGroupProof::for_test(user, group), vec![extension.to_owned()])
    };
    for mixed in [vec![], vec![leaver("U1", "G1", "E1"), leaver("U2", "G2", "E2")]] {
        let permit = account.reserve_write().await;
        let refused = account.leave_ring_group(permit, mixed).await.unwrap_err();
        assert_eq!(*refused.failure(), Failure::Local(LocalRefusal::BadMembers));
    }
    let both = vec![leaver("U1", "G1", "E1"), leaver("U2", "G1", "E2")];
    let permit = account.reserve_write().await;
    account.leave_ring_group(permit, both).await.unwrap();
    let post = &stub.asked()[0];
    assert_eq!(
        (post.method.as_str(), post.target.as_str()),
        ("POST", "/base/ring-groups/G1/update-members")
    );
    assert_eq!(
        post.header("content-type"),
        Some("application/vnd.ringgroups.update-members.v1+json")
    );
    assert_eq!(
        post.json(),
        json!({"remove": [{"extensionId": "E1"}, {"extensionId": "E2"}]})
    );
}

#[tokio::test]
async fn a_change_of_members_that_the_account_would_refuse_is_not_sent() {
    let stub = Stub::start([]).await;
    let account = account(&stub.url);
    let by_id = |id: usize| MemberRef {
        extension_id: Some(format!("E{id}")),
        extension_number: None,
    };
    let bad: [Vec<MemberRef>; 4] = [
        vec![],
        (0..201).map(by_id).collect(),
        vec![by_id(1), by_id(1)],
        vec![MemberRef::default()],
    ];
    for remove in bad {
        let change = UpdateMembers {
            remove,
            ..UpdateMembers::default()
        };
        let error = account
            .update_members(account.reserve_write().await, "G1", &change)
            .await
            .unwrap_err();
        assert_eq!(*error.failure(), Failure::Local(LocalRefusal::BadMembers));
    }
    assert!(stub.asked().is_empty());
    assert_eq!(account.operations_in_flight(), 0);
}

async fn delete(account: &Account) -> Outcome {
    let permit = account.reserve_write().await;
    account
        .delete_user(permit, DeleteProof::for_test("U1"))
        .await
        .unwrap_err()
        .outcome()
}

#[tokio::test]
async fn a_refused_write_frees_its_slot_and_an_unknown_one_holds_it() {
    let slow = accepted().after(Duration::from_secs(2));
    let html = Reply::new(200, "<html>");
    let stub = Stub::start([Reply::new(403, "{}"), Reply::new(408, "{}"), slow, html]).await;
    let account = account(&stub.url);
    let expected = [
        (Outcome::Refused, 0),
        (Outcome::Unknown, 1),
        (Outcome::Unknown, 2),
        (Outcome::Unknown, 3),
    ];
    for (outcome, in_flight) in expected {
        assert_eq!(delete(&account).await, outcome);
        assert_eq!(account.operations_in_flight(), in_flight);
    }
}

#[tokio::test]
async fn nobody_there_means_not_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let account = account(&format!("http://{free}"));
    assert_eq!(delete(&account).await, Outcome::NotSent);
    assert_eq!(account.operations_in_flight(), 0);
}

/// A server that reads what it is sent and closes, after answering this much.
async fn breaks_after(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 8192]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_connection_that_breaks_after_sending_leaves_a_write_unknown_and_a_read_to_be_repeated() {
    for answer in [
        "",
        "HTTP/1.1 202 Acc",
        "HTTP/1.1 202 Accepted\r\ncontent-length: 99\r\n\r\n{\"oper",
    ] {
        let account = account(&breaks_after(answer).await);
        assert_eq!(delete(&account).await, Outcome::Unknown, "{answer:?}");
        assert_eq!(account.operations_in_flight(), 1);
        let error = account.get_user("U1").await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Retry { after: None });
    }
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_happens() {
    for reply in [
        Reply::new(503, "{}"),
        Reply::new(429, "{}"),
        Reply::new(307, "").header("location", "/base/else"),
    ] {
        let stub = Stub::start([reply, accepted()]).await;
        delete(&account(&stub.url)).await;
        assert_eq!(stub.asked().len(), 1);
    }
}
