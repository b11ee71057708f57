//! Lists to their end, and the budget to its end.

use std::time::{Duration, Instant};

use onhook::simulator::{Account, Config, Seed};
use serde_json::Value;

use super::{USERS, bench, documented};
use crate::common::start;

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
