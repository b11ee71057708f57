//! Ring groups.

use onhook::simulator::{Account, NewUser};
use serde_json::{Value, json};

use crate::common::{Bench, bench, jane};

/// Three members in one ring group.
async fn three() -> (Bench, String, Vec<String>) {
    let mut account = Account::empty(9);
    let users = ["one", "two", "three"].map(|name| NewUser {
        user_name: format!("{name}@acme.example"),
        number: None,
        call_queues: Vec::new(),
        ..jane()
    });
    let ids = users.into_iter().map(|user| account.add_user(user));
    let ids: Vec<_> = ids.collect();
    let extensions = ids.iter().map(|id| {
        account.profile(id).unwrap().user.extensions()[0]
            .id
            .clone()
            .unwrap()
    });
    let extensions = extensions.collect();
    let group = account.ring_group_named("Reception");
    (bench(account).await, group, extensions)
}

fn members(group: &Value) -> Vec<(String, i64)> {
    let rows = group["members"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["extensionId"].as_str().unwrap().to_owned(),
            row["sequenceNumber"].as_i64().unwrap(),
        )
    })
    .collect()
}

#[tokio::test]
async fn members_are_removed_added_and_numbered_without_gaps() {
    let (bench, group, extensions) = three().await;
    let path = format!("/ring-groups/{group}");
    let change = json!({"remove": [{"extensionId": extensions[0]}]});
    let operation = bench
        .done("POST", &format!("{path}/update-members"), Some(&change))
        .await;
    assert_eq!(
        (&operation["status"], &operation["operationType"]),
        (&json!("COMPLETED"), &json!("UPDATE_MEMBERS"))
    );
    let left = members(&bench.get(&path).await.body);
    assert_eq!(left, [(extensions[1].clone(), 1), (extensions[2].clone(), 2)]);
    let users = bench.get("/users?filter=basicInfo.userName==one@*").await.body;
    assert_eq!(
        users["data"][0]["assignmentInfo"]["ringGroups"],
        json!([]),
        "the user knows it too"
    );
    let change = json!({"add": [{"extensionId": extensions[0], "sequenceNumber": 1}]});
    bench
        .done("POST", &format!("{path}/update-members"), Some(&change))
        .await;
    assert_eq!(
        members(&bench.get(&path).await.body)[0],
        (extensions[0].clone(), 1)
    );
}

#[tokio::test]
async fn a_change_of_members_is_applied_as_a_whole_or_not_at_all() {
    let (bench, group, extensions) = three().await;
    let path = format!("/ring-groups/{group}");
    let change = json!({"remove": [{"extensionId": extensions[0]}, {"extensionId": "nobody"}]});
    let failed = bench
        .done("POST", &format!("{path}/update-members"), Some(&change))
        .await;
    assert_eq!(
        (&failed["status"], &failed["error"]["errors"][0]["code"]),
        (&json!("FAILED"), &json!("NOT_FOUND"))
    );
    assert_eq!(members(&bench.get(&path).await.body).len(), 3);
}

#[tokio::test]
async fn bad_changes_of_members_are_refused() {
    let (bench, group, extensions) = three().await;
    let path = format!("/ring-groups/{group}/update-members");
    let many: Vec<_> = (0..201)
        .map(|index| json!({"extensionId": format!("x{index}")}))
        .collect();
    let twice =
        json!({"update": [{"extensionId": extensions[0]}], "remove": [{"extensionId": extensions[0]}]});
    for (body, code) in [
        (json!({}), "BAD_REQUEST"),
        (json!({"remove": []}), "BAD_REQUEST"),
        (json!({"remove": many}), "VALIDATION_ERROR"),
        (json!({"remove": [{}]}), "VALIDATION_ERROR"),
        (
            json!({"remove": [{"extensionNumber": "12a"}]}),
            "VALIDATION_ERROR",
        ),
        (twice, "CONFLICTING_QUERY_PARAMETER"),
    ] {
        let refused = bench.call("POST", &path, Some(&body)).await;
        assert_eq!(
            (refused.status, refused.error().1.as_str(), refused.media()),
            (400, code, "application/json")
        );
    }
    let one = json!({"remove": [{"extensionId": extensions[0]}]});
    assert_eq!(
        bench
            .call("POST", "/ring-groups/none/update-members", Some(&one))
            .await
            .status,
        404
    );
    bench.handle().set_time_scale(0.001);
    assert_eq!(bench.call("POST", &path, Some(&one)).await.status, 202);
    let busy = bench.call("POST", &path, Some(&one)).await;
    assert_eq!((busy.status, busy.error().1.as_str()), (409, "CONFLICT"));
}

#[tokio::test]
async fn a_ring_group_is_created_replaced_and_deleted() {
    let (bench, group, extensions) = three().await;
    let body = json!({"name": "Night", "extensionNumber": "6001", "ringPattern": "SIMULTANEOUS",
        "ringTimeout": 30,
        "inboundCallerIdFormat": "RGNAME_CALLERNUMBER", "members": [{"extensionId": extensions[2]}],
        "voicemailSettings": {"accessPin": "123456", "notificationAction": "DISABLE"}});
    let created = bench.done("POST", "/ring-groups", Some(&body)).await;
    let path = format!("/ring-groups/{}", created["resourceId"].as_str().unwrap());
    let night = bench.get(&path).await.body;
    assert_eq!(night["members"][0]["firstName"], "Test");
    assert!(
        night["voicemailSettings"].get("accessPin").is_none(),
        "a PIN is never shown"
    );
    let taken = bench.done("POST", "/ring-groups", Some(&body)).await;
    assert_eq!(taken["error"]["errors"][0]["code"], "CONFLICT");
    assert_eq!(
        bench
            .call("POST", "/ring-groups", Some(&json!({"name": "x"})))
            .await
            .status,
        400
    );

    let mut replaced = night.clone();
    replaced.as_object_mut().unwrap().remove("members");
    assert_eq!(
        bench.done("PUT", &path, Some(&replaced)).await["status"],
        "COMPLETED"
    );
    assert_eq!(
        bench.get(&path).await.body["members"],
        json!([]),
        "members that are left out are removed"
    );
    for _ in 0..2 {
        let path = format!("/ring-groups/{group}");
        assert_eq!(
            bench.done("DELETE", &path, None).await["status"],
            "COMPLETED",
            "also once it is gone"
        );
        assert_eq!(bench.get(&path).await.status, 404);
    }
    let users = bench.get("/users").await.body;
    let groups = |user: &Value| user["assignmentInfo"]["ringGroups"].as_array().unwrap().len();
    assert!(
        users["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|user| groups(user) == 0)
    );
}
