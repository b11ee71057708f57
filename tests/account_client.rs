//! The account client against a server that keeps what it was asked, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{sync::Arc, time::Duration};

use onhook::eightbyeight::{
    Account, AccountConfig, CallError, CallMetrics, ConfigError, ConnectProblem, ContactCenterConfig,
    Failure, LimitsConfig, LocalRefusal, Outcome, wire::PhoneNumberStatus,
};
use secrecy::SecretString;
use serde_json::{Value, json};

#[path = "account_client/realtime.rs"]
mod realtime;
#[path = "../src/eightbyeight/stub.rs"]
mod stub;

use stub::{Reply, Stub};

const KEY: &str = "eght_very_secret";

fn config(stub: &Stub) -> AccountConfig {
    let contact_center = ContactCenterConfig {
        url: format!("{}/cc", stub.url),
        token_url: format!("{}/oauth/v2/token", stub.url),
        key: SecretString::from("cc-key"),
        secret: SecretString::from("cc-secret"),
        tenant_info: Some("acme01".to_owned()),
        quality: None,
    };
    AccountConfig {
        limits: LimitsConfig {
            requests_per_minute: 6000,
            burst_requests: 1000,
            ..LimitsConfig::default()
        },
        timeout: Duration::from_millis(500),
        contact_center: Some(contact_center),
        ..AccountConfig::new(&stub.url, SecretString::from(KEY))
    }
}

async fn start(replies: impl IntoIterator<Item = Reply>) -> (Stub, Account) {
    let stub = Stub::start(replies).await;
    let account = Account::new(config(&stub)).unwrap();
    (stub, account)
}

fn targets(stub: &Stub) -> Vec<String> {
    stub.asked().into_iter().map(|asked| asked.target).collect()
}

fn page(data: Value, next: Option<&str>) -> Reply {
    Reply::new(
        200,
        json!({"data": data, "pagination": {"hasMore": next.is_some(), "nextScrollId": next}}),
    )
}

fn user(id: &str) -> Value {
    json!({"basicInfo": {"userId": id, "userName": "jane.doe@acme.com"}})
}

#[tokio::test]
async fn a_read_carries_the_key_a_versioned_accept_and_a_fresh_request_id() {
    let (stub, account) = start([Reply::new(200, user("U1")), Reply::new(200, user("U1"))]).await;
    account.get_user("U1").await.unwrap().unwrap();
    account.get_user("U1").await.unwrap().unwrap();
    let asked = stub.asked();
    assert_eq!(asked[0].target, "/base/users/U1");
    assert_eq!(asked[0].header("x-api-key"), Some(KEY));
    assert_eq!(asked[0].header("accept"), Some("application/vnd.users.v1+json"));
    assert_eq!(asked[0].header("content-type"), None);
    let ids: Vec<_> = asked
        .iter()
        .map(|asked| uuid::Uuid::parse_str(asked.header("x-request-id").unwrap()).unwrap())
        .collect();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_user_is_gone_only_where_the_api_says_so() {
    let gone = Reply::new(404, json!({"status": 404, "errors": [{"code": "NOT_FOUND"}]}));
    let (_stub, account) = start([gone, Reply::new(404, "<html>nginx</html>")]).await;
    assert!(account.get_user("U1").await.unwrap().is_none());
    let error = account.get_user("U1").await.unwrap_err();
    assert_eq!(
        (error.failure(), error.outcome()),
        (&Failure::WrongAddress, Outcome::Refused)
    );
}

#[tokio::test]
async fn an_id_cannot_climb_to_another_path() {
    let (stub, account) = start([]).await;
    for id in ["", ".", "..", "a\nb"] {
        let error = account.get_user(id).await.unwrap_err();
        assert_eq!(error.failure(), &Failure::Local(LocalRefusal::BadId), "{id:?}");
    }
    assert!(stub.asked().is_empty());
    let _ = account.get_user("../ring-groups?x=1#y").await;
    assert_eq!(targets(&stub), ["/base/users/..%2Fring-groups%3Fx%3D1%23y"]);
}

#[tokio::test]
async fn a_name_is_quoted_encoded_and_never_a_wildcard() {
    let (stub, account) = start([page(json!([user("U1"), user("U2")]), None), page(json!([]), None)]).await;
    let rows = account.users_named("jane.o'doe+x@acme.com").await.unwrap();
    assert_eq!(rows.len(), 2, "all that the account matched");
    account.users_named(r"a\b").await.unwrap();
    assert_eq!(
        targets(&stub),
        [
            "/base/users?pageSize=100&filter=basicInfo.userName%3D%3D%27jane.o%5C%27doe%2Bx%40acme.com%27",
            "/base/users?pageSize=100&filter=basicInfo.userName%3D%3D%27a%5C%5Cb%27",
        ]
    );
    for name in ["*", "jane*", ""] {
        let error = account.users_named(name).await.unwrap_err();
        assert_eq!(error.failure(), &Failure::Local(LocalRefusal::Wildcard));
    }
    assert_eq!(stub.asked().len(), 2);
}

#[tokio::test]
async fn a_name_with_a_row_that_cannot_be_read_is_not_resolved() {
    let rows = json!([user("U1"), {"basicInfo": 7}]);
    let (_stub, account) = start([page(rows.clone(), None), page(rows, None)]).await;
    assert_eq!(
        account.users_named("jane").await.unwrap_err().failure(),
        &Failure::Unreadable
    );
    let list = account.list_users(None, 100).await.unwrap();
    assert_eq!((list.rows.len(), list.unreadable), (1, 1));
}

#[tokio::test]
async fn a_scroll_goes_on_with_the_scroll_id_alone() {
    let pages = [
        page(json!([user("U1")]), Some("s+1")),
        page(json!([user("U2")]), Some("s+1")),
        page(json!([user("U3")]), None),
    ];
    let (stub, account) = start(pages).await;
    let list = account
        .list_users(Some("basicInfo.status==ACTIVE"), 5000)
        .await
        .unwrap();
    assert_eq!(list.rows.len(), 3);
    assert_eq!(
        targets(&stub),
        [
            "/base/users?pageSize=1000&filter=basicInfo.status%3D%3DACTIVE",
            "/base/users?scrollId=s%2B1",
            "/base/users?scrollId=s%2B1",
        ]
    );
}

#[tokio::test]
async fn an_expired_scroll_begins_again_once() {
    let expired = || {
        Reply::new(
            400,
            json!({"errors": [{"code": "VALIDATION_ERROR", "field": "scrollId"}]}),
        )
    };
    let first = || page(json!([user("U1")]), Some("s1"));
    let (_stub, account) = start([first(), expired(), first(), page(json!([user("U2")]), None)]).await;
    assert_eq!(account.list_users(None, 100).await.unwrap().rows.len(), 2);
    let (stub, account) = start([first(), expired(), first(), expired(), first()]).await;
    assert!(matches!(
        account.list_users(None, 100).await.unwrap_err().failure(),
        Failure::Invalid(_)
    ));
    assert_eq!(stub.asked().len(), 4);
}

#[tokio::test]
async fn a_list_without_an_end_ends() {
    let empty = |n: usize| page(json!([]), Some(&format!("s{n}")));
    let same = |_| page(json!([user("U1")]), Some("s"));
    let lists: [Vec<Reply>; 3] = [
        (0..50).map(empty).collect(),
        (0..50).map(same).collect(),
        vec![Reply::new(
            200,
            json!({"data": [], "pagination": {"hasMore": true}}),
        )],
    ];
    for replies in lists {
        let (stub, account) = start(replies).await;
        let error = account.list_users(None, 100).await.unwrap_err();
        assert_eq!(
            (error.failure(), error.outcome()),
            (&Failure::ListBroken, Outcome::Retry { after: None })
        );
        assert!(stub.asked().len() <= 3);
    }
}

#[tokio::test]
async fn what_is_no_page_is_not_an_empty_list() {
    for body in ["{}", "[]", "<html>", "null"] {
        let (_stub, account) = start([Reply::new(200, body)]).await;
        assert_eq!(
            account.list_users(None, 100).await.unwrap_err().failure(),
            &Failure::Unreadable,
            "{body}"
        );
    }
}

#[tokio::test]
async fn numbers_are_asked_for_with_their_plus() {
    let data = json!([{"phoneNumber": "+14085551234", "status": "AVAILABLE"}, {"phoneNumber": "+19", "status": "ASSIGNED"}]);
    let (stub, account) = start([page(data, None)]).await;
    let numbers = ["+14085551234".to_owned(), "+442071234567".to_owned()];
    let found = account.phone_numbers(&numbers).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].status, PhoneNumberStatus::Available);
    let filter = "phoneNumber%3D%3D%2B14085551234%2CphoneNumber%3D%3D%2B442071234567";
    assert_eq!(
        targets(&stub),
        [format!("/base/phone-numbers?pageSize=100&filter={filter}")]
    );
    assert_eq!(
        stub.asked()[0].header("accept"),
        Some("application/vnd.phonenumbers.v1+json")
    );
    assert!(account.phone_numbers(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn ring_groups_and_sites() {
    let site = |name: &str, more: bool| {
        Reply::new(
            200,
            json!({"data": [{"name": name}], "pagination": {"hasMore": more}}),
        )
    };
    let replies = [
        page(json!([{"id": "G1", "name": "Sales"}]), None),
        Reply::new(200, json!({"id": "G1"})),
        site("A", true),
        site("B", false),
    ];
    let (stub, account) = start(replies).await;
    assert_eq!(account.ring_groups().await.unwrap()[0].name, "Sales");
    assert_eq!(account.ring_group("G1").await.unwrap().unwrap().id, "G1");
    assert_eq!(account.sites().await.unwrap().len(), 2);
    assert_eq!(
        targets(&stub),
        [
            "/base/ring-groups?pageSize=100",
            "/base/ring-groups/G1",
            "/base/sites?pageSize=100&pageNumber=0",
            "/base/sites?pageSize=100&pageNumber=1"
        ]
    );
    assert_eq!(
        stub.asked()[1].header("accept"),
        Some("application/vnd.ringgroups.v1+json")
    );
    assert_eq!(
        stub.asked()[2].header("accept"),
        Some("application/vnd.sites.v1+json")
    );
}

#[tokio::test]
async fn every_call_has_a_time_out() {
    let (_stub, account) = start([Reply::new(200, user("U1")).after(Duration::from_secs(30))]).await;
    let error = tokio::time::timeout(Duration::from_secs(5), account.get_user("U1"))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(
        (error.failure(), error.outcome()),
        (&Failure::TimedOut, Outcome::Retry { after: None })
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stub::start([Reply::new(200, user("U1"))]).await;
    let (_stub, account) = start([Reply::new(302, "").header("location", &elsewhere.url)]).await;
    let error = account.get_user("U1").await.unwrap_err();
    assert_eq!(
        (error.failure(), error.outcome()),
        (&Failure::Redirected(302), Outcome::Refused)
    );
    assert!(elsewhere.asked().is_empty(), "the key went to another host");
}

#[tokio::test]
async fn a_host_without_an_address_and_one_without_tls_are_told_apart() {
    let stub = Stub::start([]).await;
    let at = |url: &str| {
        let config = AccountConfig {
            admin_url: url.to_owned(),
            timeout: Duration::from_secs(4),
            ..config(&stub)
        };
        Account::new(config).unwrap()
    };
    let unknown = at("http://nobody.invalid").get_user("U1").await.unwrap_err();
    assert_eq!(unknown.failure(), &Failure::NotConnected(ConnectProblem::Dns));
    let plain = at(&stub.url.replace("http:", "https:"))
        .get_user("U1")
        .await
        .unwrap_err();
    assert_eq!(plain.failure(), &Failure::NotConnected(ConnectProblem::Tls));
    assert_eq!(plain.outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn a_429_stops_all_calls_and_says_until_when() {
    let (stub, account) = start([Reply::new(429, "{}"), page(json!([]), None)]).await;
    let error = account.get_user("U1").await.unwrap_err();
    assert_eq!(
        error.outcome(),
        Outcome::Retry {
            after: Some(Duration::from_secs(60))
        }
    );
    assert!(
        tokio::time::timeout(Duration::from_millis(200), account.list_users(None, 1))
            .await
            .is_err()
    );
    assert_eq!(stub.asked().len(), 1);
}

/// Everything that an error or a value shows of itself.
fn shown(error: &CallError) -> String {
    format!("{error} {error:?} {:?}", error.failure())
}

/// Invariant 8.
#[tokio::test]
async fn no_secret_and_no_personal_data_is_shown() {
    let texts = json!({"title": "jane", "detail": "jane.doe@acme.com", "errors": [{"field": "jane doe", "message": "+14085551234"}]});
    for status in [400, 401, 403, 404, 408, 409, 415, 429, 500] {
        let (_stub, account) = start([Reply::new(status, &texts)]).await;
        let error = account.users_named("jane.doe@acme.com").await.unwrap_err();
        let shown = shown(&error) + &format!("{account:?}");
        for secret in ["jane", "acme.com", "+1408", KEY, "cc-secret"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    let stub = Stub::start([]).await;
    assert!(!format!("{:?}", config(&stub)).contains(KEY));
}

#[tokio::test]
async fn calls_are_counted_by_name_and_outcome() {
    let stub = Stub::start([
        Reply::new(200, user("U1")),
        Reply::new(403, "{}"),
        Reply::new(500, "{}"),
    ])
    .await;
    let metrics = Arc::new(CallMetrics::default());
    let account = Account::new(AccountConfig {
        metrics: Some(metrics.clone()),
        ..config(&stub)
    })
    .unwrap();
    for _ in 0..3 {
        let _ = account.get_user("U1").await;
    }
    let counts = ["ok", "refused", "retry", "unknown"].map(|outcome| metrics.count("users.get", outcome));
    assert_eq!(counts, [1, 1, 1, 0]);
    let mut registry = prometheus_client::registry::Registry::default();
    metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    assert!(
        text.contains(r#"onhook_account_calls_total{operation="users.get",outcome="ok"} 1"#),
        "{text}"
    );
    assert!(
        text.contains(r#"onhook_account_call_seconds_count{operation="users.get"} 3"#),
        "{text}"
    );
}

#[tokio::test]
async fn a_bad_configuration_is_refused_with_what_to_correct() {
    let stub = Stub::start([]).await;
    let base = config(&stub);
    for url in [
        "",
        "acme",
        "ftp://x",
        "https://a:b@x",
        "https://x?y=1",
        "https://x#y",
    ] {
        let error = Account::new(AccountConfig {
            admin_url: url.to_owned(),
            ..base.clone()
        })
        .unwrap_err();
        assert_eq!(error, ConfigError::Url("adminApi.url"), "{url}");
    }
    for key in ["", "with\nline end"] {
        let error = Account::new(AccountConfig {
            api_key: SecretString::from(key),
            ..base.clone()
        })
        .unwrap_err();
        assert_eq!(error, ConfigError::Secret("the API key"));
    }
    let limits = LimitsConfig {
        requests_per_minute: 0,
        ..base.limits
    };
    assert!(matches!(
        Account::new(AccountConfig { limits, ..base }),
        Err(ConfigError::Limit(_))
    ));
}
