//! Filters, order, scrolls.

use onhook::simulator::{Config, Seed};
use serde_json::Value;

use crate::common::{Bench, start, wide};

async fn seeded(users: usize) -> Bench {
    start(Config {
        settings: wide(),
        ..Config::seeded(Seed::new(users, 3))
    })
    .await
}

async fn names(bench: &Bench, query: &str) -> Vec<String> {
    let answer = bench.get(&format!("/users?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let rows = answer.body["data"].as_array().unwrap();
    rows.iter()
        .map(|row| row["basicInfo"]["userName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn users_are_filtered_as_documented() {
    let bench = seeded(30).await;
    let one = ["user-0005@acme.example"];
    assert_eq!(
        names(&bench, "filter=basicInfo.userName==user-0005@acme.example").await,
        one
    );
    assert_eq!(
        names(&bench, "filter=basicInfo.userName==USER-0005@ACME.example").await,
        one
    );
    assert_eq!(
        names(&bench, "filter=basicInfo.userName=='user-0005*'").await,
        one
    );
    assert_eq!(names(&bench, "filter=basicInfo.userName==*-0005@*").await, one);
    assert_eq!(
        names(&bench, "filter=basicInfo.userName==user-0005").await.len(),
        0
    );
    let either = "filter=(basicInfo.userName==*0005*,basicInfo.userName==*0006*);basicInfo.status==ACTIVE";
    assert_eq!(names(&bench, either).await.len(), 2);
    assert_eq!(
        names(&bench, "filter=basicInfo.userName!=*0005*&pageSize=1000")
            .await
            .len(),
        29
    );
    assert_eq!(
        names(&bench, "filter=basicInfo.createdTime%3E2100-01-01T00:00:00Z")
            .await
            .len(),
        0
    );
    assert_eq!(
        names(&bench, "filter=basicInfo.createdTime%3C%3D2100-01-01T00:00:00Z")
            .await
            .len(),
        30
    );
    let departments = names(&bench, "filter=directoryInfo.department==sales")
        .await
        .len();
    assert!((1..30).contains(&departments));
    let sorted = names(&bench, "sort=-basicInfo.userName&pageSize=2").await;
    assert_eq!(sorted, ["user-0030@acme.example", "user-0029@acme.example"]);
}

#[tokio::test]
async fn bad_parameters_are_refused_by_name() {
    let bench = seeded(3).await;
    for (query, field) in [
        ("filter=basicinfo.userName==x", "filter"),
        ("filter=basicInfo.userName", "filter"),
        ("filter=(basicInfo.userName==x", "filter"),
        ("sort=basicInfo.nothing", "sort"),
        ("pageSize=0", "pageSize"),
        ("pageSize=1001", "pageSize"),
        ("pageSize=many", "pageSize"),
        ("scrollId=none", "scrollId"),
    ] {
        let answer = bench.get(&format!("/users?{query}")).await;
        let wanted = (400, (field.to_owned(), "VALIDATION_ERROR".to_owned()));
        assert_eq!((answer.status, answer.error()), wanted, "{query}");
    }
    let long = format!("/users?filter=basicInfo.userName=={}", "x".repeat(2000));
    assert_eq!(bench.get(&long).await.status, 400);
    assert_eq!(
        bench.get("/phone-numbers?sort=status,phoneNumber").await.status,
        400,
        "one field only"
    );
    assert_eq!(bench.get("/ring-groups?sort=ringPattern,-name").await.status, 200);
}

#[tokio::test]
async fn a_list_is_scrolled_to_its_end_once_each() {
    let bench = seeded(25).await;
    let mut page = bench.get("/users?pageSize=10&sort=basicInfo.userName").await.body;
    let mut seen = Vec::new();
    for (number, more) in [(0, true), (1, true), (2, false)] {
        assert_eq!(
            (
                page["pagination"]["pageNumber"].as_i64(),
                page["pagination"]["hasMore"].as_bool()
            ),
            (Some(number), Some(more))
        );
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["basicInfo"]["userName"].to_string()),
        );
        let Some(next) = page["pagination"]["nextScrollId"].as_str().map(str::to_owned) else {
            break;
        };
        let conflict = bench.get(&format!("/users?scrollId={next}&pageSize=10")).await;
        assert_eq!(
            (conflict.status, conflict.error().1.as_str()),
            (400, "CONFLICTING_QUERY_PARAMETER")
        );
        assert_eq!(
            bench.get(&format!("/ring-groups?scrollId={next}")).await.status,
            400,
            "another list's"
        );
        page = bench.get(&format!("/users?scrollId={next}")).await.body;
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|one, other| one < other));
}

#[tokio::test]
async fn a_scroll_is_too_old_after_five_minutes() {
    let bench = seeded(5).await;
    let page = bench.get("/users?pageSize=2").await.body;
    let next = page["pagination"]["nextScrollId"].as_str().unwrap().to_owned();
    assert_eq!(bench.get(&format!("/users?scrollId={next}")).await.status, 200);
    bench.handle().set_time_scale(100_000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let old = bench.get(&format!("/users?scrollId={next}")).await;
    assert_eq!((old.status, old.error().0.as_str()), (400, "scrollId"));
}

#[tokio::test]
async fn numbers_and_sites_are_listed_and_read() {
    let bench = seeded(4).await;
    let free = bench
        .get("/phone-numbers?filter=status==AVAILABLE;country==US&pageSize=1000")
        .await
        .body;
    assert_eq!(free["data"].as_array().unwrap().len(), 20);
    let one = bench
        .get("/phone-numbers?filter=phoneNumber==%2B15552000001")
        .await
        .body;
    assert_eq!(
        (
            one["data"][0]["status"].as_str(),
            one["data"].as_array().unwrap().len()
        ),
        (Some("ASSIGNED"), 1)
    );
    assert_eq!(
        bench.get("/phone-numbers/%2B15552000001").await.body["phoneNumber"],
        "+15552000001"
    );
    assert_eq!(bench.get("/phone-numbers/15552000001").await.status, 400);
    assert_eq!(bench.get("/phone-numbers/%2B19").await.status, 404);
    let small = serde_json::json!({"phoneNumbersMaxPageSize": 100});
    bench.control("PUT", "/settings", Some(&small)).await;
    assert_eq!(bench.get("/phone-numbers?pageSize=101").await.status, 400);

    let sites = bench.get("/sites?pageSize=2&pageNumber=1&sort=name").await.body;
    assert_eq!(sites["data"][0]["name"], "Remote");
    assert_eq!(sites["pagination"]["hasMore"], false);
    let by_name = bench.get("/sites?filter=name==head*").await.body;
    assert_eq!(by_name["data"].as_array().unwrap().len(), 1);
    let id = by_name["data"][0]["id"].as_str().unwrap();
    assert_eq!(
        bench.get(&format!("/sites/{id}")).await.body["name"],
        "Headquarters"
    );
    assert_eq!(bench.get("/sites/none").await.status, 404);
    for filter in ["name!=x", "id==x", "name==a;name==b", "name==a*b"] {
        assert_eq!(
            bench.get(&format!("/sites?filter={filter}")).await.status,
            400,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn one_seed_makes_one_account() {
    let (one, same, other) = (
        Seed::new(120, 3).account(),
        Seed::new(120, 3).account(),
        Seed::new(120, 4).account(),
    );
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_eq!(one.users.len(), 120);
    assert_eq!(one.ring_groups.len(), 6);
    assert_eq!(
        (
            one.contact_center.agents.len(),
            one.administrators.secondary.len()
        ),
        (6, 2)
    );
    assert!(
        one.contact_center
            .queues
            .values()
            .any(|queue| !queue.active_today)
    );
    let devices = |with: bool| {
        one.users
            .values()
            .filter(|profile| profile.emergency_calls() == with)
            .count()
    };
    assert!(devices(true) > devices(false) && devices(false) > 0);
    let unknown = |user: &Value| user["basicInfo"]["futureField"].is_object();
    assert!(
        one.users
            .values()
            .all(|profile| unknown(&serde_json::json!(profile.user)))
    );
}
