//! Ring groups, and who is in them.

use std::collections::BTreeSet;

use onhook::simulator::{Account, NewUser};
use serde_json::{Value, json};

use super::bench;

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
