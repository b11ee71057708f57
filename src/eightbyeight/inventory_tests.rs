//! The list of all users, page by page.

use secrecy::SecretString;
use serde_json::json;

use super::{
    Account, AccountConfig, CallError,
    stub::{Reply, Stub},
};

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let row = |id: &&str| json!({"basicInfo": {"userId": id, "userName": format!("{id}@acme.com")}});
    let rows: Vec<_> = ids.iter().map(row).collect();
    let pagination = json!({"hasMore": next.is_some(), "nextScrollId": next});
    Reply::new(200, json!({"data": rows, "pagination": pagination}))
}

fn invalid(field: &str) -> Reply {
    let errors = json!([{"code": "VALIDATION_ERROR", "field": field}]);
    Reply::new(400, json!({ "errors": errors }))
}

async fn read(account: &Account) -> (Vec<String>, Result<usize, CallError>) {
    let mut ids = Vec::new();
    let read = account
        .each_user(|row| ids.push(row.user().user_id().to_owned()))
        .await;
    (ids, read)
}

async fn start(replies: impl IntoIterator<Item = Reply>) -> (Stub, Account) {
    let stub = Stub::start(replies).await;
    let account = Account::new(AccountConfig::new(&stub.url, SecretString::from("eght_key"))).unwrap();
    (stub, account)
}

#[tokio::test]
async fn every_row_of_every_page_is_given_once() {
    let (stub, account) = start([page(&["a", "b"], Some("s")), page(&["c"], None)]).await;
    let (ids, read) = read(&account).await;
    assert_eq!(
        (ids, read.unwrap()),
        (vec!["a".into(), "b".into(), "c".into()], 0)
    );
    assert_eq!(stub.asked()[0].target, "/base/users?pageSize=1000");
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn a_page_that_fails_and_a_scroll_that_expires_make_the_list_an_error() {
    let (_, account) = start([page(&["a"], Some("s")), Reply::new(500, "{}")]).await;
    let (ids, failed) = read(&account).await;
    assert!(ids == ["a"] && !failed.unwrap_err().is_expired_scroll());
    let (_, account) = start([page(&["a"], Some("s")), invalid("scrollId")]).await;
    let (_, expired) = read(&account).await;
    assert!(expired.unwrap_err().is_expired_scroll());
}

#[tokio::test]
async fn an_account_that_refuses_pages_of_1000_is_asked_for_100_from_then_on() {
    let replies = [invalid("pageSize"), page(&["a"], None), page(&["a"], None)];
    let (stub, account) = start(replies).await;
    for _ in 0..2 {
        let (ids, read) = read(&account).await;
        assert_eq!((ids, read.unwrap()), (vec!["a".to_owned()], 0));
    }
    let targets: Vec<_> = stub.asked().into_iter().map(|asked| asked.target).collect();
    let asked = [1000, 100, 100].map(|size| format!("/base/users?pageSize={size}"));
    assert_eq!((targets, account.user_page_size()), (asked.to_vec(), 100));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_counted_and_not_given() {
    let body = json!({"data": [{"basicInfo": 1}, {"basicInfo": {"userId": "a"}}]});
    let (_, account) = start([Reply::new(200, body)]).await;
    let (ids, read) = read(&account).await;
    assert_eq!((ids, read.unwrap()), (vec!["a".to_owned()], 1));
}
