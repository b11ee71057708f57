//! A client that knows the vendor's documents and nothing else: it has an address and credentials, sends what the guides
//! send, polls each second, and follows what it is given.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use onhook::simulator::{Account, AgentStatus, Config, NewAgent, NewUser, Seed, Settings};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

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

#[tokio::test]
async fn headers_and_media_types_do_in_any_case_and_with_parameters() {
    let bench = bench(Account::empty(7)).await;
    let url = bench.simulator.account_url();
    let host = url
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/admin-provisioning")
        .unwrap();
    for (name, media) in [
        ("X-API-KEY", "APPLICATION/VND.USERS.V1+JSON"),
        ("X-Api-Key", "application/vnd.users.v1+json; charset=utf-8"),
        (
            "x-api-key",
            "application/json;q=0.1, application/vnd.users.v1+json ; q=1.0",
        ),
    ] {
        let request = format!(
            "GET /admin-provisioning/users?pageSize=1 HTTP/1.1\r\nHOST: {host}\r\n{name}: {}\r\nACCEPT: {media}\r\n\
             CONNECTION: close\r\n\r\n",
            bench.key
        );
        // By hand: a library would write the names of headers its own way.
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{name}, {media}: {answer}");
        assert!(answer.contains("\"data\":[]"), "{answer}");
    }
    let key = ("x-api-key", bench.key.as_str());
    for wrong in [
        "*/*",
        "application/json",
        "application/vnd.users.v2+json",
        "application/vnd.users.v1",
    ] {
        let answer = bench
            .raw("GET", &format!("{url}/users"), &[key, ("accept", wrong)], None)
            .await;
        assert_eq!(answer.status, 406, "{wrong}");
    }
}

#[tokio::test]
async fn the_base_path_of_the_older_samples_leads_to_the_same_users() {
    let mut account = Account::empty(7);
    let id = account.add_user(jane());
    let bench = bench(account).await;
    let base = bench
        .simulator
        .account_url()
        .replace("/admin-provisioning", "/v1");
    let (key, users) = (("x-api-key", bench.key.as_str()), ("accept", USERS));
    let read = bench
        .raw("GET", &format!("{base}/users/{id}"), &[key, users], None)
        .await;
    let same = bench.as_sample("GET", &format!("/users/{id}"), USERS, None).await;
    assert_eq!((read.status, &read.body), (200, &same.body));
    assert_eq!(read.header("x-ratelimit-remaining"), "99", "and counts");
    assert_eq!(
        bench
            .raw("GET", &format!("{base}/users"), &[users], None)
            .await
            .status,
        401
    );
    let operation = bench
        .raw("GET", &format!("{base}/operations/none"), &[key, users], None)
        .await;
    assert_eq!(
        (operation.status, operation.error().1.as_str()),
        (404, "NOT_FOUND")
    );
    assert_eq!(
        bench
            .raw("GET", &format!("{base}/ring-groups"), &[key, users], None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_list_is_read_to_its_end_by_its_ids_and_by_its_links() {
    let bench = start(Config {
        settings: documented(),
        ..Config::seeded(Seed::new(25, 3))
    })
    .await;
    let first = "/users?pageSize=10&sort=%2BbasicInfo.userName&filter=basicInfo.status==*ACTIVE&scrollId=";
    let first = bench.as_sample("GET", first, USERS, None).await;
    assert_eq!(first.status, 200, "an empty scrollId is none: {}", first.body);
    let names = |page: &Value| -> Vec<String> {
        let rows = page["data"].as_array().unwrap();
        rows.iter()
            .map(|row| row["basicInfo"]["userName"].as_str().unwrap().to_owned())
            .collect()
    };
    let (mut by_id, mut by_link) = (names(&first.body), names(&first.body));
    let (mut one, mut other) = (first.body.clone(), first.body);
    while one["pagination"]["hasMore"] == true {
        let path = format!(
            "/users?scrollId={}",
            one["pagination"]["nextScrollId"].as_str().unwrap()
        );
        one = bench.as_sample("GET", &path, USERS, None).await.body;
        by_id.extend(names(&one));
    }
    while !other["_links"]["next"].is_null() {
        other = bench.follow(&other["_links"]["next"], USERS).await.body;
        by_link.extend(names(&other));
    }
    assert_eq!(by_id.len(), 25);
    assert!(by_id.is_sorted());
    assert_eq!(by_id, by_link);
    assert_eq!(
        bench.follow(&other["_links"]["self"], USERS).await.body["data"],
        other["data"]
    );
}

#[tokio::test]
async fn every_error_has_the_documented_body_and_headers() {
    let bench = bench(Account::empty(7)).await;
    let url = bench.simulator.account_url();
    let site = json!({"name": "x"});
    let (key, users) = (("x-api-key", bench.key.as_str()), ("accept", USERS));
    let reader = bench.simulator.keys().get("reader").to_owned();
    let groups = ("content-type", "application/vnd.ringgroups.v1+json");
    let mut seen = BTreeSet::new();
    for (status, code, answer) in [
        (
            400,
            "VALIDATION_ERROR",
            bench
                .raw("GET", &format!("{url}/users?pageSize=0"), &[key, users], None)
                .await,
        ),
        (
            401,
            "UNKNOWN",
            bench.raw("GET", &format!("{url}/users"), &[users], None).await,
        ),
        (
            403,
            "FORBIDDEN",
            bench
                .raw(
                    "DELETE",
                    &format!("{url}/users/x"),
                    &[("x-api-key", reader.as_str()), users],
                    None,
                )
                .await,
        ),
        (
            404,
            "NOT_FOUND",
            bench
                .raw("GET", &format!("{url}/users/x"), &[key, users], None)
                .await,
        ),
        (
            405,
            "BAD_REQUEST",
            bench
                .raw("PATCH", &format!("{url}/users/x"), &[key, users], None)
                .await,
        ),
        (
            406,
            "BAD_REQUEST",
            bench
                .raw("GET", &format!("{url}/users"), &[key, ("accept", "*/*")], None)
                .await,
        ),
        (
            415,
            "BAD_REQUEST",
            bench
                .raw("POST", &format!("{url}/sites"), &[key, groups], Some(&site))
                .await,
        ),
    ] {
        let body = &answer.body;
        assert_eq!(
            (answer.status, body["status"].as_i64()),
            (status, Some(i64::from(status))),
            "{body}"
        );
        assert_eq!(answer.error().1, code);
        for text in ["title", "detail", "instance", "time"] {
            assert!(
                body[text].as_str().is_some_and(|text| !text.is_empty()),
                "{text}: {body}"
            );
        }
        assert!(body["instance"].as_str().unwrap().starts_with('/'));
        assert!(body["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        assert!(body["errors"][0]["message"].is_string());
        let media = if status == 415 { "application/json" } else { USERS };
        assert_eq!(answer.media(), media, "{status}");
        let id: uuid::Uuid = answer.header("x-response-id").parse().unwrap();
        assert!(seen.insert(id), "an id of its own");
        for header in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            assert!(
                answer.header(header).parse::<u64>().is_ok(),
                "{header} of {status}"
            );
        }
    }
}

#[tokio::test]
async fn who_waits_for_the_reset_is_let_in_again() {
    let bench = bench(Account::empty(7)).await;
    // Account time passes ten times as fast, and the windows with it.
    bench.handle().set_time_scale(10.0);
    let mut answer = bench.as_sample("GET", "/users", USERS, None).await;
    let mut left = answer.header("x-ratelimit-remaining").parse::<u64>().unwrap();
    while answer.status == 200 {
        answer = bench.as_sample("GET", "/users", USERS, None).await;
        let now = answer.header("x-ratelimit-remaining").parse::<u64>().unwrap();
        assert!(now < left || answer.status == 429, "it counts down");
        left = now;
    }
    assert_eq!(
        (answer.status, answer.error().1.as_str()),
        (429, "TOO_MANY_REQUESTS")
    );
    assert_eq!(answer.header("retry-after"), "", "not documented");
    let deadline = Instant::now() + Duration::from_secs(20);
    while bench.as_sample("GET", "/users", USERS, None).await.status == 429 {
        assert!(Instant::now() < deadline, "not let in again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_member_is_removed_by_extension_number_as_the_guide_does() {
    let mut account = Account::empty(7);
    for (name, extension) in [("a", "1001"), ("b", "1002"), ("c", "1003")] {
        account.add_user(NewUser {
            user_name: format!("{name}@acme.example"),
            license: Some("X2-US".to_owned()),
            extension: Some(extension.to_owned()),
            ring_groups: vec!["Reception".to_owned()],
            ..NewUser::default()
        });
    }
    let bench = bench(account).await;
    let media = "application/vnd.ringgroups.v1+json";
    let found = bench
        .as_sample("GET", "/ring-groups?filter=name=='Reception'", media, None)
        .await
        .body;
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    let url = format!(
        "{}/ring-groups/{id}/update-members",
        bench.simulator.account_url()
    );
    let headers = [
        ("X-API-Key", bench.key.as_str()),
        (
            "Content-Type",
            "application/vnd.ringgroups.update-members.v1+json",
        ),
    ];
    let change = json!({"remove": [{"extensionNumber": "1001"}], "update": [{"extensionNumber": "1003", "sequenceNumber": 1}]});
    let accepted = bench.raw("POST", &url, &headers, Some(&change)).await;
    assert_eq!(accepted.media(), media);
    let ended = bench.polled(accepted, "application/vnd.operations.v1+json").await;
    assert_eq!(
        (&ended["status"], &ended["operationType"]),
        (&json!("COMPLETED"), &json!("UPDATE_MEMBERS"))
    );
    let group = bench.follow(&ended["_links"]["resource"], media).await.body;
    assert_eq!(numbered(&group), BTreeSet::from([(1, "1003"), (2, "1002")]));
}

/// The members of a ring group, by place.
fn numbered(group: &Value) -> BTreeSet<(i64, &str)> {
    let members = group["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            (
                member["sequenceNumber"].as_i64().unwrap(),
                member["extensionNumber"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_group_is_made_of_users_and_deleted_as_the_guide_does() {
    let mut account = Account::empty(7);
    let members: Vec<_> = [("a", "1001"), ("b", "1002")]
        .map(|(name, extension)| {
            account.add_user(NewUser {
                user_name: format!("{name}@acme.example"),
                license: Some("X2-US".to_owned()),
                extension: Some(extension.to_owned()),
                ..NewUser::default()
            })
        })
        .into();
    let bench = bench(account).await;
    let (media, operations) = (
        "application/vnd.ringgroups.v1+json",
        "application/vnd.operations.v1+json",
    );
    let group = json!({
        "name": "Support", "extensionNumber": "8000", "ringPattern": "SEQUENTIAL", "ringTimeout": 20,
        "inboundCallerIdFormat": "RGNAME_CALLERNUMBER",
        "members": [{"userId": members[1], "sequenceNumber": 1}, {"userId": members[0], "sequenceNumber": 2}],
    });
    let made = bench.as_sample("POST", "/ring-groups", media, Some(&group)).await;
    let made = bench.polled(made, operations).await;
    assert_eq!(made["status"], "COMPLETED", "{made}");
    let shown = bench.follow(&made["_links"]["resource"], media).await.body;
    assert_eq!(numbered(&shown), BTreeSet::from([(1, "1002"), (2, "1001")]));
    // What a DELETE answers is an operation, and that is what the sample asks for.
    let path = format!("/ring-groups/{}", made["resourceId"].as_str().unwrap());
    let deleted = bench.as_sample("DELETE", &path, operations, None).await;
    assert_eq!(deleted.media(), operations);
    assert_eq!(bench.polled(deleted, operations).await["status"], "COMPLETED");
    assert_eq!(bench.as_sample("GET", &path, media, None).await.status, 404);
}

#[tokio::test]
async fn an_agent_is_found_by_address_signed_out_and_looked_for_in_every_queue() {
    let mut account = Account::empty(7);
    account.add_user(NewUser {
        user_name: "agent@acme.example".to_owned(),
        cc: Some(NewAgent {
            license: "X8-US".to_owned(),
            queues: vec!["Sales".to_owned(), "Night".to_owned()],
            ..NewAgent::default()
        }),
        ..NewUser::default()
    });
    account
        .set_agent_status("ag1001", AgentStatus::WaitTransact)
        .unwrap();
    let bench = bench(account).await;
    let keys = bench.simulator.keys();
    let token = bench
        .client
        .post(bench.simulator.token_url())
        .basic_auth(&keys.contact_center_key, Some(&keys.contact_center_secret))
        .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
        .body("grant_type=client_credentials");
    let token = Answer::of(token.send().await.unwrap()).await.body;
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let headers = [
        ("Authorization", bearer.as_str()),
        ("pbx", keys.pbx.as_str()),
        ("Content-Type", "application/json"),
    ];

    let url = format!(
        "{}/users?page=1&size=30&activeUsers=true",
        bench.simulator.quality_url()
    );
    let users = bench.raw("GET", &url, &headers, None).await.body;
    let user = users["content"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["email"] == "agent@acme.example");
    let agent = user.unwrap()["agentId"].as_str().unwrap();

    let url = format!(
        "{}/tenants/{}/agentstatus/agents/{agent}",
        bench.simulator.agent_status_url(),
        keys.contact_center_tenant
    );
    let out = bench
        .client
        .put(&url)
        .basic_auth(&keys.contact_center_tenant, Some(&keys.action_token));
    let out = out.json(&json!({"agent-status": 1})).send().await.unwrap();
    assert_eq!(Answer::of(out).await.body["change-status"], 200);

    let base = bench.simulator.contact_center_url();
    let mut found = Vec::new();
    let queues = bench
        .raw("GET", &format!("{base}/queues?summary=true"), &headers, None)
        .await;
    assert_eq!(queues.header("X-Total-Pages"), "1");
    for queue in queues.body.as_array().unwrap() {
        let id = queue["id"].as_str().unwrap();
        let url = format!("{base}/queues/{id}/agents?summary=true&size=1000");
        let agents = bench.raw("GET", &url, &headers, None).await.body;
        if agents
            .as_array()
            .unwrap()
            .iter()
            .any(|there| there["id"] == agent)
        {
            found.push(queue["name"].as_str().unwrap().to_owned());
        }
    }
    found.sort();
    assert_eq!(found, ["Night", "Sales"]);
}
