//! Faults of every kind, and the journal.

use std::time::{Duration, Instant};

use onhook::simulator::{Effect, Fault, Reset};
use serde_json::{Value, json};

use crate::common::{Bench, bench, with_jane};

async fn jane() -> (Bench, String) {
    let (account, id) = with_jane();
    (bench(account).await, id)
}

impl Bench {
    async fn fault(&self, method: &str, path: &str, effect: Value) {
        let fault = json!({"match": {"method": method, "path": path}, "effect": effect});
        assert_eq!(self.control("POST", "/faults", Some(&fault)).await.status, 201);
    }

    fn last_fault(&self) -> (u16, Option<String>) {
        let entry = self.handle().journal().pop().unwrap();
        (entry.status, entry.fault)
    }
}

#[tokio::test]
async fn a_status_is_answered_as_often_as_said_and_nothing_is_done() {
    let (bench, id) = jane().await;
    let fault = json!({"match": {"method": "DELETE", "path": "/users/*"}, "times": 2, "after": 0,
        "effect": {"status": 503}});
    bench.control("POST", "/faults", Some(&fault)).await;
    let path = format!("/users/{id}");
    for _ in 0..2 {
        let refused = bench.call("DELETE", &path, None).await;
        assert_eq!(
            (refused.status, refused.error().1.as_str()),
            (503, "SERVICE_UNAVAILABLE")
        );
    }
    assert_eq!(bench.last_fault(), (503, Some("status-503".to_owned())));
    assert_eq!(bench.get(&path).await.status, 200);
    bench.fault("GET", &path, json!({"status": 429})).await;
    let refused = bench.get(&path).await;
    assert_eq!(
        (refused.status, refused.header("x-ratelimit-remaining")),
        (429, "0")
    );
    bench.fault("GET", "*", json!({"status": 500})).await;
    assert_eq!(
        bench
            .control("GET", "/faults", None)
            .await
            .body
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(bench.control("DELETE", "/faults", None).await.status, 204);
    assert_eq!(bench.get(&path).await.status, 200);
    assert_eq!(
        bench
            .control("POST", "/faults", Some(&json!({"effect": {"nonsense": 1}})))
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn a_delayed_call_is_handled_also_when_the_caller_has_gone() {
    let (bench, id) = jane().await;
    bench.fault("DELETE", "/users/*", json!({"delay": "300ms"})).await;
    let url = format!("{}/users/{id}", bench.simulator.account_url());
    let request = bench
        .client
        .delete(&url)
        .header("x-api-key", &bench.key)
        .header("accept", crate::common::media("/users"));
    assert!(
        request
            .timeout(Duration::from_millis(50))
            .send()
            .await
            .unwrap_err()
            .is_timeout()
    );
    let deadline = Instant::now() + Duration::from_secs(10);
    while bench.get(&format!("/users/{id}")).await.status != 404 {
        assert!(Instant::now() < deadline, "the DELETE was forgotten");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_connection_is_reset_before_or_after_the_call_was_handled() {
    let (bench, id) = jane().await;
    let url = format!("{}/users/{id}", bench.simulator.account_url());
    let headers = [
        ("x-api-key", bench.key.as_str()),
        ("accept", crate::common::media("/users")),
    ];
    bench
        .handle()
        .inject(Fault::new("DELETE", "/users/*", Effect::Reset(Reset::Before)));
    assert!(bench.try_raw("DELETE", &url, &headers, None).await.is_err());
    assert_eq!(bench.last_fault(), (0, Some("reset-before".to_owned())));
    assert_eq!(bench.handle().operations_in_flight(), 0);
    assert_eq!(bench.get(&format!("/users/{id}")).await.status, 200);
    bench.handle().set_time_scale(0.001);
    bench
        .handle()
        .inject(Fault::new("DELETE", "/users/*", Effect::Reset(Reset::After)));
    assert!(bench.try_raw("DELETE", &url, &headers, None).await.is_err());
    assert_eq!(bench.last_fault(), (0, Some("reset-after".to_owned())));
    assert_eq!(bench.handle().operations_in_flight(), 1, "the write was taken");
}

#[tokio::test]
async fn a_write_is_applied_and_answered_408() {
    let (bench, id) = jane().await;
    let mut user = bench.user(&id).await;
    user["basicInfo"]["lastName"] = "Late".into();
    bench
        .fault("PUT", "/users/*", json!({"appliedThen408": true}))
        .await;
    bench.handle().set_time_scale(0.001);
    let answer = bench.call("PUT", &format!("/users/{id}"), Some(&user)).await;
    assert_eq!(
        (answer.status, answer.error().1.as_str()),
        (408, "REQUEST_TIMEOUT")
    );
    assert_eq!(bench.handle().operations_in_flight(), 1);
    bench.handle().set_time_scale(1_000_000.0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(bench.user(&id).await["basicInfo"]["lastName"], "Late");
}

#[tokio::test]
async fn an_operation_fails_or_is_unknown_or_lost() {
    let (bench, id) = jane().await;
    let path = format!("/users/{id}");
    let mut user = bench.user(&id).await;
    user["basicInfo"]["lastName"] = "First".into();
    bench
        .fault("PUT", "/users/*", json!({"operation": "FAILED"}))
        .await;
    let failed = bench.done("PUT", &path, Some(&user)).await;
    assert_eq!(failed["status"], "FAILED");
    assert!(failed["error"]["errors"][0]["code"].is_string());
    assert_eq!(
        bench.user(&id).await["basicInfo"]["lastName"],
        "Person",
        "nothing was applied"
    );

    bench
        .control(
            "PUT",
            "/settings",
            Some(&json!({"failedOperations": "PartlyApplied"})),
        )
        .await;
    user["serviceInfo"]["licenses"] = json!([]);
    bench
        .fault("PUT", "/users/*", json!({"operation": "FAILED"}))
        .await;
    assert_eq!(bench.put(&id, &user).await, "FAILED");
    let after = bench.user(&id).await;
    assert_eq!(
        (
            &after["basicInfo"]["lastName"],
            after["serviceInfo"]["licenses"].as_array().unwrap().len()
        ),
        (&json!("First"), 1)
    );

    user = after;
    user["basicInfo"]["lastName"] = "Second".into();
    bench
        .fault("PUT", "/users/*", json!({"operation": "UNKNOWN"}))
        .await;
    assert_eq!(bench.put(&id, &user).await, "UNKNOWN");
    assert_eq!(bench.user(&id).await["basicInfo"]["lastName"], "Second");
    bench
        .control(
            "PUT",
            "/settings",
            Some(&json!({"unknownOperationsApply": false})),
        )
        .await;
    user["basicInfo"]["lastName"] = "Third".into();
    bench
        .fault("PUT", "/users/*", json!({"operation": "UNKNOWN"}))
        .await;
    assert_eq!(bench.put(&id, &user).await, "UNKNOWN");
    assert_eq!(bench.user(&id).await["basicInfo"]["lastName"], "Second");

    bench
        .fault("DELETE", "/users/*", json!({"operation": "LOST"}))
        .await;
    let accepted = bench.call("DELETE", &path, None).await;
    assert_eq!(accepted.status, 202);
    let poll = format!("/operations/{}", accepted.body["operationId"].as_str().unwrap());
    assert_eq!(bench.get(&poll).await.status, 404);
    bench.handle().set_time_scale(1_000_000.0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(bench.get(&path).await.status, 404, "it did its work");
}

#[tokio::test]
async fn answers_have_unknown_fields_or_come_slowly() {
    let (bench, id) = jane().await;
    bench
        .fault("GET", "/users/*", json!({"unknownFields": true}))
        .await;
    assert!(bench.get(&format!("/users/{id}")).await.body["addedLater"].is_object());
    bench
        .fault("GET", "/users?*", json!({"unknownFields": true}))
        .await;
    assert_eq!(
        bench.get("/users?pageSize=1").await.body["data"][0]["addedLater"],
        true
    );
    bench.fault("GET", "/users/*", json!({"slowBody": "200ms"})).await;
    let begun = Instant::now();
    assert_eq!(
        bench.get(&format!("/users/{id}")).await.body["basicInfo"]["userId"],
        id
    );
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn the_journal_has_every_call_as_one_line_in_the_order_of_arrival() {
    let (bench, id) = jane().await;
    let mut user = bench.user(&id).await;
    user["basicInfo"]["lastName"] = "Noted".into();
    bench.put(&id, &user).await;
    bench
        .call_as("eght_wrong", "GET", "/users?pageSize=1", None)
        .await;
    let url = format!("{}/journal", bench.simulator.control_url());
    let text = bench.client.get(url).send().await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (index, line) in lines.iter().enumerate() {
        let mut fields: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(
            fields,
            [
                "fault", "key", "method", "path", "request", "response", "seq", "status", "time"
            ]
        );
        assert_eq!(line["seq"], index + 1);
        let time = line["time"].as_str().unwrap();
        assert!(
            time.parse::<jiff::Timestamp>().is_ok() && time.len() == "2026-01-02T03:04:05.678Z".len(),
            "{time}"
        );
    }
    assert!(lines.is_sorted_by(|one, other| one["time"].as_str() <= other["time"].as_str()));
    assert_eq!(lines[0]["path"], format!("/admin-provisioning/users/{id}"));
    let put = lines.iter().find(|line| line["method"] == "PUT").unwrap();
    assert_eq!(
        (&put["key"], &put["status"], &put["fault"]),
        (&json!("primary"), &json!(202), &Value::Null)
    );
    assert_eq!(
        (&put["request"], &put["response"]["status"]),
        (&user, &json!("PENDING"))
    );
    let last = lines.last().unwrap();
    assert_eq!((&last["key"], &last["status"]), (&Value::Null, &json!(401)));
    assert_eq!(last["path"], "/admin-provisioning/users?pageSize=1");
    assert!(!text.contains("eght_"), "never a key");
}

#[tokio::test]
async fn the_journal_is_read_from_a_call_on() {
    let (bench, id) = jane().await;
    let path = format!("/users/{id}");
    for _ in 0..3 {
        bench.get(&path).await;
    }
    let after = async |seq: u64| {
        let url = format!("{}/journal?after={seq}", bench.simulator.control_url());
        let text = bench.client.get(url).send().await.unwrap().text().await.unwrap();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| line["seq"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(after(0).await, [1, 2, 3]);
    assert_eq!(after(2).await, [3]);
    assert_eq!(after(3).await, [0; 0]);
    assert_eq!(bench.handle().journal_after(2), bench.handle().journal()[2..]);
}

#[tokio::test]
async fn the_journal_leaves_the_bodies_of_answers_out_where_that_is_set() {
    let (bench, id) = jane().await;
    let path = format!("/users/{id}");
    bench.get(&path).await;
    let settings = json!({"journalBodies": false});
    assert_eq!(
        bench.control("PUT", "/settings", Some(&settings)).await.status,
        200
    );
    let answer = bench.get(&path).await;
    let [kept, left_out] = &bench.handle().journal()[..] else {
        unreachable!("two calls were sent");
    };
    assert_eq!(kept.response, answer.body);
    assert_eq!((left_out.status, &left_out.response), (200, &Value::Null));
}

#[tokio::test]
async fn a_share_of_the_calls_meets_a_fault_and_the_same_ones_each_time() {
    let hit = async || {
        let (bench, id) = jane().await;
        let fault = json!({"times": 1_000_000, "share": 0.05, "effect": {"status": 503}});
        assert_eq!(bench.control("POST", "/faults", Some(&fault)).await.status, 201);
        let mut hit = Vec::new();
        for number in 0..1000 {
            if bench.get(&format!("/users/{id}")).await.status == 503 {
                hit.push(number);
            }
        }
        hit
    };
    let (first, second) = (hit().await, hit().await);
    assert!((30..=70).contains(&first.len()), "{} of 1,000", first.len());
    assert_eq!(first, second);
}
