//! OAuth and the Contact Center real-time reads.

use onhook::simulator::{Account, Config, NewAgent, NewUser, Seed};
use serde_json::{Value, json};

use crate::common::{Answer, Bench, bench, start, wide};

impl Bench {
    async fn token(&self, basic: &str, form: &str) -> Answer {
        let headers = [
            ("authorization", basic),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let request = self.client.post(self.simulator.token_url()).body(form.to_owned());
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            body: response.json().await.unwrap(),
        }
    }

    pub async fn bearer(&self) -> String {
        let keys = self.simulator.keys();
        let request = self.client.post(self.simulator.token_url());
        let request = request.basic_auth(&keys.contact_center_key, Some(&keys.contact_center_secret));
        let response = request
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["expires_in"], "1799", "a text");
        format!("Bearer {}", body["access_token"].as_str().unwrap())
    }

    async fn realtime(&self, bearer: &str, path: &str) -> Answer {
        let url = format!("{}{path}", self.simulator.contact_center_url());
        self.raw("GET", &url, &[("authorization", bearer)], None).await
    }
}

fn ids(answer: &Answer) -> Vec<&str> {
    answer
        .body
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_token_is_given_for_key_and_secret_and_ends() {
    let bench = start(Config {
        settings: wide(),
        ..Config::of(Account::empty(1))
    })
    .await;
    let grant = "grant_type=client_credentials";
    assert_eq!(bench.token("Basic bm9ib2R5Om5vdGhpbmc=", grant).await.status, 401);
    let bearer = bench.bearer().await;
    assert_eq!(bench.realtime(&bearer, "/queues?summary=true").await.status, 200);
    assert_eq!(bench.realtime("Bearer nothing", "/queues").await.status, 401);
    bench.handle().set_time_scale(1_000_000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(bench.realtime(&bearer, "/queues").await.status, 401);
    let secret = bench.simulator.keys().contact_center_secret;
    let journal = serde_json::to_string(&bench.handle().journal()).unwrap();
    assert!(!journal.contains(bearer.strip_prefix("Bearer ").unwrap()) && !journal.contains(&secret));
    assert!(journal.contains("***") && journal.contains("client_credentials"));
}

#[tokio::test]
async fn an_idle_queue_is_seen_by_the_complete_read_only() {
    let mut account = Account::empty(2);
    let agent = NewAgent {
        license: "X8-US".to_owned(),
        queues: vec!["Night".to_owned()],
        ..NewAgent::default()
    };
    account.add_user(NewUser {
        user_name: "a@acme.example".to_owned(),
        cc: Some(agent),
        ..NewUser::default()
    });
    account.contact_center.queues.get_mut("101").unwrap().active_today = false;
    let bench = bench(account).await;
    bench
        .handle()
        .with_settings(|settings| settings.realtime_refresh_seconds = 0.0);
    let bearer = bench.bearer().await;
    assert_eq!(
        bench.realtime(&bearer, "/queues?summary=true").await.body,
        json!([{"id": "101", "name": "Night"}])
    );
    let agents = bench.realtime(&bearer, "/queues/101/agents?summary=true").await;
    assert_eq!(agents.body, json!([{"id": "ag1001", "name": "Test Person"}]));
    let all = bench.realtime(&bearer, "/agents?summary=true").await.body;
    assert_eq!(
        (&all[0]["id"], &all[0]["groupName"]),
        (&json!("ag1001"), &json!("Agents"))
    );
    let groups = bench.realtime(&bearer, "/agents-in-queue-groups").await.body;
    assert_eq!(groups, json!({"agents": [], "queues": []}));
    assert_eq!(
        bench
            .control("DELETE", "/contact-center/agents/ag1001/queues/101", None)
            .await
            .status,
        204
    );
    assert_eq!(
        bench
            .realtime(&bearer, "/queues/101/agents?summary=true")
            .await
            .body,
        json!([])
    );
    let off = json!({"enabled": false});
    assert_eq!(
        bench
            .control("PUT", "/contact-center/agents/ag1001/queues/101", Some(&off))
            .await
            .status,
        204
    );
    let agents = bench.realtime(&bearer, "/queues/101/agents?summary=true").await;
    assert_eq!(ids(&agents), ["ag1001"], "assigned without work is assigned");
    assert_eq!(
        bench
            .control("DELETE", "/contact-center/agents/ag9/queues", None)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn pages_have_an_end_and_bad_ids_fail_the_whole_request() {
    let bench = start(Config {
        settings: wide(),
        ..Config::seeded(Seed::new(500, 5))
    })
    .await;
    let bearer = bench.bearer().await;
    let first = bench.realtime(&bearer, "/agents?summary=true&size=10").await;
    assert_eq!((first.header("x-page"), first.header("x-page-size")), ("0", "10"));
    assert_eq!(
        (first.header("x-total-pages"), first.header("x-total-elements")),
        ("3", "25")
    );
    assert_eq!(
        bench
            .realtime(&bearer, "/agents?summary=true&size=10&page=2")
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        5
    );
    for bad in [
        "/agents?size=10&page=3",
        "/agents?size=1001",
        "/agents?page=-1",
        "/agents?agent-ids=ag1001,nobody",
    ] {
        assert_eq!(bench.realtime(&bearer, bad).await.status, 400, "{bad}");
    }
    assert_eq!(bench.realtime(&bearer, "/queues/999/agents").await.status, 404);
    let mut agents = 0;
    for queue in ids(&bench.realtime(&bearer, "/queues?summary=true").await) {
        let page = bench
            .realtime(&bearer, &format!("/queues/{queue}/agents?summary=true"))
            .await;
        assert!(
            page.body.as_array().unwrap().len() <= 10,
            "ten, where the caller does not say"
        );
        agents += page.header("x-total-elements").parse::<usize>().unwrap();
    }
    assert!(agents >= 25);
}

#[tokio::test]
async fn the_reads_show_a_change_by_hand_only_when_they_are_refreshed() {
    let mut account = Account::empty(2);
    let agent = NewAgent {
        license: "X8-US".to_owned(),
        queues: vec!["Orders".to_owned()],
        ..NewAgent::default()
    };
    account.add_user(NewUser {
        user_name: "a@acme.example".to_owned(),
        cc: Some(agent),
        ..NewUser::default()
    });
    let bench = bench(account).await;
    bench.handle().set_time_scale(0.001);
    let bearer = bench.bearer().await;
    let path = "/queues/101/agents?summary=true";
    assert_eq!(ids(&bench.realtime(&bearer, path).await), ["ag1001"]);
    assert_eq!(
        bench
            .control("DELETE", "/contact-center/agents/ag1001/queues", None)
            .await
            .status,
        204
    );
    assert_eq!(
        ids(&bench.realtime(&bearer, path).await),
        ["ag1001"],
        "some seconds old"
    );
    bench.handle().set_time_scale(2000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(bench.realtime(&bearer, path).await.body, json!([]));
}

/// An account with one agent in one queue.
fn one_agent() -> Account {
    let mut account = Account::empty(2);
    let agent = NewAgent {
        license: "X8-US".to_owned(),
        queues: vec!["Day & Night".to_owned()],
        ..NewAgent::default()
    };
    account.add_user(NewUser {
        user_name: "a@acme.example".to_owned(),
        cc: Some(agent),
        ..NewUser::default()
    });
    account
}

#[tokio::test]
async fn queues_and_groups_are_given_in_xml_to_those_who_take_nothing_else() {
    let bench = bench(one_agent()).await;
    let bearer = bench.bearer().await;
    let text = async |path: &str, accept: &str| {
        let url = format!("{}{path}", bench.simulator.contact_center_url());
        let request = bench.client.get(url).header("authorization", &bearer);
        let response = request.header("accept", accept).send().await.unwrap();
        let media = response.headers()["content-type"].to_str().unwrap().to_owned();
        (media, response.text().await.unwrap())
    };
    let queues = bench.realtime(&bearer, "/queues?summary=true").await;
    let count = queues.body.as_array().unwrap().len();
    let (media, list) = text("/queues?summary=true", "application/xml").await;
    assert!(media.starts_with("application/xml"), "{media}");
    assert!(
        list.starts_with("<?xml") && list.contains("<UnmodifiableRandomAccessList><item><id>"),
        "{list}"
    );
    assert_eq!(list.matches("<item>").count(), count);
    assert!(list.contains("<name>Day &amp; Night</name>"), "{list}");
    let id = &ids(&queues)[0];
    let (_, one) = text(&format!("/queues/{id}?metrics=enabled.rt"), "application/xml").await;
    let metric = "<metrics><metrics><key>enabled.rt</key><value>0</value></metrics></metrics>";
    assert!(
        one.contains(&format!("<MetricsResponse><id>{id}</id>")) && one.contains(metric),
        "{one}"
    );
    for (path, accept) in [
        ("/agents?summary=true", "application/xml"),
        ("/queues?summary=true", "application/xml, application/json"),
        ("/queues?summary=true", "*/*"),
    ] {
        let (media, _) = text(path, accept).await;
        assert!(media.starts_with("application/json"), "{path} {accept}: {media}");
    }
}

#[tokio::test]
async fn each_metric_that_is_asked_for_is_there_and_a_summary_has_none() {
    let bench = bench(one_agent()).await;
    let bearer = bench.bearer().await;
    let asked = "metrics=accepted.today&metrics=busy.rt";
    let rows = bench.realtime(&bearer, &format!("/queues?{asked}")).await.body;
    let expected = json!([{"key": "accepted.today", "value": 0}, {"key": "busy.rt", "value": 0}]);
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row["metrics"] == expected),
        "{rows}"
    );
    let rows = bench
        .realtime(&bearer, &format!("/queues?summary=true&{asked}"))
        .await
        .body;
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row.get("metrics").is_none()),
        "{rows}"
    );
}
