//! A client that knows the vendor's documents and nothing else: it has an address and credentials, sends what the guides
//! send, polls each second, and follows what it is given.

mod agents;
mod groups;
mod http;
mod lists;

use std::time::{Duration, Instant};

use onhook::simulator::{Account, Config, Settings};
use serde_json::{Value, json};

use crate::common::{Answer, Bench, jane, start};

const USERS: &str = "application/vnd.users.v1+json";

/// The documented limits, and operations as quick as they may be.
fn documented() -> Settings {
    Settings {
        operation_min_seconds: 1.2,
        operation_max_seconds: 1.5,
        ..Settings::default()
    }
}

async fn bench(account: Account) -> Bench {
    start(Config {
        settings: documented(),
        ..Config::of(account)
    })
    .await
}

impl Bench {
    /// A call as the guides' samples send it: the same three headers on every call.
    async fn as_sample(&self, method: &str, path: &str, media: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{path}", self.simulator.account_url());
        let headers = [
            ("X-API-Key", self.key.as_str()),
            ("Accept", media),
            ("Content-Type", media),
        ];
        self.raw(method, &url, &headers, body).await
    }

    /// Polls once a second, as the guide says, and gives the operation when it has ended.
    async fn polled(&self, accepted: Answer, media: &str) -> Value {
        assert_eq!(accepted.status, 202, "{}", accepted.body);
        assert!(["PENDING", "IN_PROGRESS"].contains(&accepted.body["status"].as_str().unwrap()));
        let path = format!("/operations/{}", accepted.body["operationId"].as_str().unwrap());
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let polled = self.as_sample("GET", &path, media, None).await;
            assert_eq!(polled.status, 200, "{}", polled.body);
            match polled.body["status"].as_str().unwrap() {
                "COMPLETED" | "FAILED" => return polled.body,
                status => assert!(["PENDING", "IN_PROGRESS"].contains(&status), "{status}"),
            }
            assert!(Instant::now() < deadline, "{}", polled.body);
        }
    }

    /// What a link leads to.
    async fn follow(&self, link: &Value, media: &str) -> Answer {
        let headers = [("x-api-key", self.key.as_str()), ("accept", media)];
        self.raw("GET", link["href"].as_str().unwrap(), &headers, None)
            .await
    }
}

#[tokio::test]
async fn the_guides_three_stages_take_a_leaver_out_within_the_documented_limits() {
    let mut account = Account::empty(7);
    let id = account.add_user(jane());
    let bench = bench(account).await;
    let path = format!("/users/{id}");
    // Disable: a GET, one change, a PUT without the DID licenses, polls of the users' media type as the samples have it.
    let mut user = bench.as_sample("GET", &path, USERS, None).await.body;
    user["basicInfo"]["status"] = json!("INACTIVE");
    let licenses = user["serviceInfo"]["licenses"].as_array_mut().unwrap();
    licenses.retain(|license| !license["name"].as_str().unwrap().starts_with("DID"));
    let disabled = bench
        .polled(bench.as_sample("PUT", &path, USERS, Some(&user)).await, USERS)
        .await;
    assert_eq!(
        (&disabled["status"], &disabled["resourceId"]),
        (&json!("COMPLETED"), &json!(id))
    );
    assert!(disabled["completedTime"].as_str().unwrap() > disabled["createdTime"].as_str().unwrap());
    let shown = bench.follow(&disabled["_links"]["resource"], USERS).await;
    assert_eq!(
        (shown.status, &shown.body["basicInfo"]["status"]),
        (200, &json!("INACTIVE"))
    );
    // Licenses and extensions off.
    let mut user = shown.body;
    user["serviceInfo"] = json!({"licenses": [], "extensions": []});
    let freed = bench
        .polled(bench.as_sample("PUT", &path, USERS, Some(&user)).await, USERS)
        .await;
    assert_eq!(freed["status"], "COMPLETED");
    let number = "/phone-numbers/%2B15552000001";
    let number = bench
        .as_sample("GET", number, "application/vnd.phonenumbers.v1+json", None)
        .await;
    assert_eq!(number.body["status"], "AVAILABLE");
    // The end.
    let deleted = bench.as_sample("DELETE", &path, USERS, None).await;
    let again = bench
        .follow(
            &deleted.body["_links"]["self"],
            "application/vnd.operations.v1+json",
        )
        .await;
    assert_eq!(
        again.body["operationId"], deleted.body["operationId"],
        "a link to itself"
    );
    assert_eq!(
        bench.polled(deleted, "application/vnd.operations.v1+json").await["status"],
        "COMPLETED"
    );
    assert_eq!(bench.as_sample("GET", &path, USERS, None).await.status, 404);
}
