//! Headers, media types, addresses and errors, as they stand on the wire.

use std::collections::BTreeSet;

use onhook::simulator::Account;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{USERS, bench};
use crate::common::jane;

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
    for (id, status) in [
        ("3F2504E0-4F89-41D3-9A0C-0305E82C3301", 200),
        ("my-request-1", 400),
        ("", 400),
    ] {
        let headers = [key, ("accept", USERS), ("X-Request-Id", id)];
        let answer = bench.raw("GET", &format!("{url}/users"), &headers, None).await;
        assert_eq!(answer.status, status, "{id:?}");
    }
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
