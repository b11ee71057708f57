//! The writes of the Site Management API.

use onhook::simulator::{Account, NewUser};
use serde_json::{Value, json};

use crate::common::{Bench, bench};

fn branch() -> Value {
    json!({
        "name": "San Jose", "pbxName": "acme01", "locale": "en-US", "timezone": "America/Los_Angeles",
        "address": {"id": "address-1"}, "siteCode": "1345", "extensionLength": 4,
        "emergencyNotifications": [{"type": "EMAIL", "values": ["desk@acme.example"]}],
        "defaultDialPlanRuleset": "DOMESTIC", "addedLater": {"kept": true},
    })
}

async fn with_branch() -> (Bench, String) {
    let bench = bench(Account::empty(3)).await;
    let made = bench.done("POST", "/sites", Some(&branch())).await;
    assert_eq!(
        (&made["status"], &made["resourceType"]),
        (&json!("COMPLETED"), &json!("SITE"))
    );
    let id = made["resourceId"].as_str().unwrap().to_owned();
    (bench, id)
}

#[tokio::test]
async fn a_site_is_made_changed_and_deleted_by_operations() {
    let (bench, id) = with_branch().await;
    let path = format!("/sites/{id}");
    let mut site = bench.get(&path).await.body;
    let mut wanted = branch();
    wanted["id"] = json!(id);
    assert_eq!(site, wanted, "all that was sent is there, unknown fields too");

    site["name"] = json!("San Jose South");
    site.as_object_mut().unwrap().remove("siteCode");
    let changed = bench.done("PUT", &path, Some(&site)).await;
    assert_eq!(
        (&changed["status"], &changed["operationType"]),
        (&json!("COMPLETED"), &json!("UPDATE"))
    );
    let shown = bench.get(&path).await.body;
    assert_eq!(shown["name"], "San Jose South");
    assert_eq!(shown.get("siteCode"), None, "a PUT replaces the whole");

    let gone = bench.done("DELETE", &path, None).await;
    assert_eq!(
        (&gone["status"], &gone["operationType"]),
        (&json!("COMPLETED"), &json!("DELETE"))
    );
    for (method, body) in [("GET", None), ("PUT", Some(&site)), ("DELETE", None)] {
        assert_eq!(bench.call(method, &path, body).await.status, 404, "{method}");
    }
}

#[tokio::test]
async fn a_site_in_use_is_not_deleted_and_shows_its_new_name_to_users() {
    let (bench, id) = with_branch().await;
    let path = format!("/sites/{id}");
    let user = bench.handle().with_account(|account| {
        account.add_user(NewUser {
            user_name: "jo@acme.example".to_owned(),
            site: Some("San Jose".to_owned()),
            ring_groups: Vec::new(),
            ..NewUser::default()
        })
    });
    let refused = bench.call("DELETE", &path, None).await;
    assert_eq!((refused.status, refused.error().1.as_str()), (400, "BAD_REQUEST"));
    assert_eq!(refused.media(), "application/json");
    let mut site = bench.get(&path).await.body;
    site["name"] = json!("San Jose South");
    bench.done("PUT", &path, Some(&site)).await;
    let shown = bench.get(&format!("/users/{user}")).await.body;
    assert_eq!(shown["basicInfo"]["site"]["name"], "San Jose South");

    bench.done("DELETE", &format!("/users/{user}"), None).await;
    assert_eq!(bench.done("DELETE", &path, None).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_site_that_comes_into_use_meanwhile_makes_the_deletion_fail() {
    let (bench, id) = with_branch().await;
    bench.handle().set_time_scale(0.001);
    let accepted = bench.call("DELETE", &format!("/sites/{id}"), None).await;
    assert_eq!(accepted.status, 202);
    bench.handle().with_account(|account| {
        account.add_user(NewUser {
            user_name: "jo@acme.example".to_owned(),
            site: Some("San Jose".to_owned()),
            ..NewUser::default()
        })
    });
    bench.handle().set_time_scale(1000.0);
    let ended = bench.ended(&accepted.body).await;
    assert_eq!(
        (&ended["status"], &ended["error"]["status"]),
        (&json!("FAILED"), &json!(400))
    );
    assert_eq!(bench.get(&format!("/sites/{id}")).await.status, 200);
}

#[tokio::test]
async fn a_wrong_site_is_refused_with_every_field_that_is_wrong() {
    let (bench, id) = with_branch().await;
    let fields = |body: &Value| -> Vec<String> {
        let errors = body["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect()
    };
    let empty = bench.call("POST", "/sites", Some(&json!({}))).await;
    assert_eq!(empty.status, 400);
    assert_eq!(
        fields(&empty.body),
        ["name", "pbxName", "locale", "timezone", "address"]
    );
    for (field, value) in [
        ("name", json!("x")),
        ("name", json!("x".repeat(129))),
        ("pbxName", json!("other01")),
        ("locale", json!("xx-XX")),
        ("extensionLength", json!("four")),
        ("siteCode", json!(11)),
        ("defaultDialPlanRuleset", json!("ANYWHERE")),
        ("emergencyNotifications", json!("desk@acme.example")),
        ("callerIdSettings", json!("off")),
    ] {
        let mut wrong = branch();
        wrong[field] = value;
        let answer = bench.call("POST", "/sites", Some(&wrong)).await;
        assert_eq!(
            (answer.status, fields(&answer.body)),
            (400, vec![field.to_owned()])
        );
        let answer = bench.call("PUT", &format!("/sites/{id}"), Some(&wrong)).await;
        assert_eq!(
            (answer.status, fields(&answer.body)),
            (400, vec![field.to_owned()])
        );
    }
    let mut other = branch();
    other["id"] = json!("other");
    let answer = bench.call("PUT", &format!("/sites/{id}"), Some(&other)).await;
    assert_eq!(
        (answer.status, fields(&answer.body)),
        (400, vec!["id".to_owned()])
    );
}

#[tokio::test]
async fn both_documented_media_types_of_sites_do() {
    let (bench, id) = with_branch().await;
    let url = format!("{}/sites", bench.simulator.account_url());
    let one = format!("{url}/{id}");
    let key = ("x-api-key", bench.key.as_str());
    for media in ["application/json", "application/vnd.sites.v1+json; charset=utf-8"] {
        let answered = media.split(';').next().unwrap();
        let read = bench.raw("GET", &one, &[key, ("accept", media)], None).await;
        assert_eq!((read.status, read.media()), (200, answered));
        let made = bench
            .raw("POST", &url, &[key, ("content-type", media)], Some(&branch()))
            .await;
        assert_eq!(
            (made.status, made.media()),
            (202, answered),
            "without Accept, as the body came"
        );
    }
    let wrong = [key, ("content-type", "application/vnd.users.v1+json")];
    assert_eq!(bench.raw("POST", &url, &wrong, Some(&branch())).await.status, 415);
    assert_eq!(
        bench
            .raw("GET", &one, &[key, ("accept", "*/*")], None)
            .await
            .status,
        406
    );
}

#[tokio::test]
async fn pages_of_sites_lead_to_their_end_with_filter_and_order() {
    let bench = bench(Account::empty(3)).await;
    bench.handle().with_account(|account| {
        for number in 1..=5 {
            account.add_site(&format!("Office {number}"));
        }
    });
    let mut page = bench
        .get("/sites?filter=name==Office*&sort=-name&pageSize=2")
        .await
        .body;
    let mut seen = Vec::new();
    loop {
        let rows = page["data"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["_links"]["next"]["href"].as_str().map(str::to_owned) else {
            assert_eq!(page["pagination"]["hasMore"], false);
            break;
        };
        let headers = [
            ("x-api-key", bench.key.as_str()),
            ("accept", "application/vnd.sites.v1+json"),
        ];
        page = bench.raw("GET", &next, &headers, None).await.body;
    }
    assert_eq!(seen, ["Office 5", "Office 4", "Office 3", "Office 2", "Office 1"]);
}
