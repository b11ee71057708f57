//! Keys, rights, rate limits, versions.

use onhook::eightbyeight::wire::media_type;
use onhook::simulator::{Config, Settings};

use crate::common::{bench, start, wide, with_jane};

#[tokio::test]
async fn the_twenty_first_call_in_ten_seconds_is_refused_until_the_reset() {
    let (account, jane) = with_jane();
    let bench = start(Config::of(account)).await;
    let path = format!("/users/{jane}");
    for left in (80..100).rev() {
        let answer = bench.get(&path).await;
        assert_eq!((answer.status, answer.header("x-ratelimit-limit")), (200, "100"));
        assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
    }
    let refused = bench.get(&path).await;
    assert_eq!((refused.status, refused.media()), (429, media_type::USERS));
    assert_eq!(refused.error().1, "TOO_MANY_REQUESTS");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    let reset: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    let now = jiff::Timestamp::now().as_second();
    assert!(
        reset > now && reset <= now + 11,
        "{reset} is not just after {now}"
    );
    let other = bench.simulator.keys().get("reader").to_owned();
    assert_eq!(
        bench.call_as(&other, "GET", &path, None).await.status,
        200,
        "another key has its own limit"
    );
    bench.handle().set_time_scale(10_000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(bench.get(&path).await.status, 200, "the window is scaled too");
}

#[tokio::test]
async fn the_hundred_and_first_call_in_a_minute_is_refused_and_does_nothing() {
    let (account, jane) = with_jane();
    let settings = Settings {
        requests_per_ten_seconds: 1000,
        ..Settings::default()
    };
    let bench = start(Config {
        settings,
        ..Config::of(account)
    })
    .await;
    for _ in 0..100 {
        assert_eq!(bench.get("/sites").await.status, 200);
    }
    assert_eq!(
        bench.call("DELETE", &format!("/users/{jane}"), None).await.status,
        429
    );
    bench.handle().set_time_scale(100_000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(
        bench.get(&format!("/users/{jane}")).await.status,
        200,
        "the refused DELETE has no effect"
    );
}

#[tokio::test]
async fn the_eleventh_operation_in_flight_is_refused_and_does_nothing() {
    let (account, jane) = with_jane();
    let settings = Settings {
        operation_min_seconds: 600.0,
        operation_max_seconds: 600.0,
        ..wide()
    };
    let bench = start(Config {
        settings,
        ..Config::of(account)
    })
    .await;
    let path = format!("/users/{jane}");
    let mut user = bench.user(&jane).await;
    for _ in 0..10 {
        assert_eq!(bench.call("PUT", &path, Some(&user)).await.status, 202);
    }
    user["basicInfo"]["lastName"] = "Never".into();
    let refused = bench.call("PUT", &path, Some(&user)).await;
    assert_eq!(refused.status, 429);
    let reset: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    assert!(
        reset > jiff::Timestamp::now().as_second() + 500,
        "when the first one ends"
    );
    let status = serde_json::json!({"operationsInFlightStatus": 503});
    assert_eq!(bench.control("PUT", "/settings", Some(&status)).await.status, 200);
    assert_eq!(bench.call("PUT", &path, Some(&user)).await.status, 503);
    bench.handle().set_time_scale(100_000_000.0);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(bench.handle().operations_in_flight(), 0);
    assert_eq!(bench.user(&jane).await["basicInfo"]["lastName"], "Person");
}

#[tokio::test]
async fn a_key_that_may_not_write_is_refused_before_any_effect() {
    let (account, jane) = with_jane();
    let bench = bench(account).await;
    let keys = bench.simulator.keys();
    let path = format!("/users/{jane}");
    let before = bench.handle().state();
    assert_eq!(
        bench.call_as(keys.get("reader"), "GET", &path, None).await.status,
        200
    );
    let refused = bench.call_as(keys.get("reader"), "DELETE", &path, None).await;
    assert_eq!((refused.status, refused.error().1.as_str()), (403, "FORBIDDEN"));
    let user = bench.user(&jane).await;
    assert_eq!(
        bench
            .call_as(keys.get("reader"), "PUT", &path, Some(&user))
            .await
            .status,
        403
    );
    assert_eq!(bench.handle().state(), before);
    for label in ["primary", "secondary-1", "secondary-2"] {
        assert_eq!(
            bench
                .call_as(keys.get(label), "PUT", &path, Some(&user))
                .await
                .status,
            202,
            "{label}"
        );
    }
}

#[tokio::test]
async fn an_unknown_key_is_refused_in_the_error_model() {
    let bench = bench(with_jane().0).await;
    for key in ["", "eght_wrong"] {
        let refused = bench.call_as(key, "GET", "/users", None).await;
        assert_eq!((refused.status, refused.media()), (401, media_type::USERS));
        assert_eq!(
            (refused.body["status"].as_i64(), refused.body["instance"].as_str()),
            (Some(401), Some("/users"))
        );
        assert!(refused.body["errors"][0]["code"].is_string() && refused.body["time"].is_string());
        assert_eq!(refused.header("x-response-id").len(), 36);
        assert!(!refused.header("x-ratelimit-limit").is_empty());
    }
}

#[tokio::test]
async fn media_types_are_enforced() {
    let (account, jane) = with_jane();
    let bench = bench(account).await;
    let url = format!("{}/users/{jane}", bench.simulator.account_url());
    let user = bench.user(&jane).await;
    let key = ("x-api-key", bench.key.as_str());
    for accept in [
        "*/*",
        "application/json",
        "application/vnd.operations.v1+json",
        "application/vnd.users.v2+json",
    ] {
        assert_eq!(
            bench
                .raw("GET", &url, &[key, ("accept", accept)], None)
                .await
                .status,
            406,
            "{accept}"
        );
        assert_eq!(
            bench
                .raw("DELETE", &url, &[key, ("accept", accept)], None)
                .await
                .status,
            406,
            "{accept}"
        );
    }
    for accept in [
        "application/vnd.users.v1+json;charset=utf-8",
        "Application/VND.Users.v1+JSON",
        "text/html, application/vnd.users.v1+json; q=0.9",
    ] {
        let answer = bench.raw("GET", &url, &[key, ("Accept", accept)], None).await;
        assert_eq!(
            (answer.status, answer.media()),
            (200, media_type::USERS),
            "{accept}"
        );
    }
    let put = async |kind: &str| {
        bench
            .raw("PUT", &url, &[key, ("content-type", kind)], Some(&user))
            .await
            .status
    };
    assert_eq!(put("application/json").await, 415);
    assert_eq!(put(media_type::RING_GROUPS).await, 415);
    assert_eq!(
        put("application/vnd.users.v1+json; charset=utf-8").await,
        202,
        "a 202 needs no versioned Accept"
    );
    let poll = async |path: &str, accept| {
        let url = format!("{}{path}", bench.simulator.account_url());
        bench
            .raw("GET", &url, &[key, ("accept", accept)], None)
            .await
            .status
    };
    assert_eq!(
        poll("/operations/op_none", media_type::USERS).await,
        404,
        "as 8x8's own samples poll"
    );
    bench
        .handle()
        .with_settings(|settings| settings.operations_accept_users_type = false);
    assert_eq!(poll("/operations/op_none", media_type::USERS).await, 406);
    assert_eq!(poll("/operations/op_none", media_type::OPERATIONS).await, 404);
    assert_eq!(poll("/sites", "application/json").await, 200);
    assert_eq!(poll("/sites", media_type::SITES).await, 200);
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_told_apart() {
    let bench = bench(with_jane().0).await;
    assert_eq!(bench.call("PATCH", "/users/x", None).await.status, 405);
    assert_eq!(
        bench.call("DELETE", "/phone-numbers/%2B1", None).await.status,
        405
    );
    assert_eq!(bench.get("/nothing").await.status, 404);
    assert_eq!(bench.get("/users/none").await.media(), media_type::USERS);
    assert_eq!(bench.get("/ring-groups/none").await.media(), "application/json");
}
