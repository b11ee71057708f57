//! The account's own OpenAPI document, and that it says what is served.

use std::collections::BTreeSet;

use onhook::simulator::{Config, Seed};
use serde_json::Value;

use crate::common::{Bench, start, wide};

async fn document(bench: &Bench) -> Value {
    let url = bench
        .simulator
        .account_url()
        .replace("/admin-provisioning", "/openapi.json");
    let answer = bench.raw("GET", &url, &[], None).await;
    assert_eq!((answer.status, answer.media()), (200, "application/json"));
    answer.body
}

/// Sends a call with all credentials there are.
async fn send(bench: &Bench, method: &str, path: &str) -> crate::common::Answer {
    let keys = bench.simulator.keys();
    let url = bench.simulator.account_url().replace("/admin-provisioning", path);
    let request = bench
        .client
        .request(method.parse().unwrap(), url)
        .header("x-api-key", &bench.key);
    let request = match path {
        _ if path.starts_with("/api") => {
            request.basic_auth(keys.contact_center_tenant, Some(keys.action_token))
        }
        _ if path.starts_with("/oauth") => {
            request.basic_auth(keys.contact_center_key, Some(keys.contact_center_secret))
        }
        _ => request
            .header("authorization", bench.bearer().await)
            .header("pbx", keys.pbx),
    };
    crate::common::Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_document_has_every_path_and_method_that_is_served_and_no_other() {
    let bench = start(Config {
        settings: wide(),
        ..Config::seeded(Seed::new(40, 3))
    })
    .await;
    let document = document(&bench).await;
    assert_eq!(document["openapi"], "3.0.3");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 27);
    for (template, item) in paths {
        let path = template
            .replace("{tenantId}", "acmecorp01")
            .replace("{region}", "us-west");
        let path = path.replace("{phoneNumber}", "%2B15550000000");
        let parts = path
            .split('/')
            .map(|part| if part.starts_with('{') { "none" } else { part });
        let path = parts.collect::<Vec<_>>().join("/");
        let documented: BTreeSet<_> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|name| name.to_uppercase())
            .collect();
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let answer = send(&bench, method, &path).await;
            if documented.contains(method) {
                let status = answer.status.to_string();
                let known = &item[method.to_lowercase()]["responses"][&status];
                assert!(known.is_object(), "{method} {path}: {status} is not documented");
                assert_ne!(answer.status, 405, "{method} {path}");
                let detail = answer.body["detail"].as_str().unwrap_or_default();
                assert_ne!(detail, "there is nothing at this path", "{method} {path}");
            } else {
                assert_eq!(answer.status, 405, "{method} {path}");
                let allowed: BTreeSet<_> = answer.header("allow").split(", ").map(str::to_owned).collect();
                assert_eq!(allowed, documented, "{method} {path}");
            }
        }
    }
    for path in [
        "/admin-provisioning/audits",
        "/admin-provisioning",
        "/qm/us-west/v1/evaluations",
        "/api/v1",
    ] {
        assert_eq!(send(&bench, "GET", path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_is_shown_has_the_shape_that_the_document_gives_it() {
    let bench = start(Config {
        settings: wide(),
        ..Config::seeded(Seed::new(40, 3))
    })
    .await;
    // What the account shows, it takes: a PUT of each user as it is read.
    let page = bench.get("/users?pageSize=40").await.body;
    for row in page["data"].as_array().unwrap() {
        let id = row["basicInfo"]["userId"].as_str().unwrap();
        let user = bench.user(id).await;
        let answer = bench.call("PUT", &format!("/users/{id}"), Some(&user)).await;
        assert!(
            matches!(answer.status, 202 | 429),
            "{}: {}",
            answer.status,
            answer.body
        );
    }
}
