//! Creating and replacing users: what is checked, what is replaced, what stays.

use onhook::eightbyeight::wire::User;
use serde_json::{Value, json};

use crate::{
    common::{bench, jane, with_jane},
    effects::new_body,
};

#[tokio::test]
async fn a_put_replaces_the_whole_user() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    let before = bench.user(&id).await;
    assert_eq!(bench.put(&id, &before).await, "COMPLETED");
    let mut same = bench.user(&id).await;
    same["basicInfo"]["lastUpdatedTime"] = before["basicInfo"]["lastUpdatedTime"].clone();
    assert_eq!(
        same, before,
        "what was read and sent back is the same, with fields that nobody knows"
    );
    assert_eq!(same["basicInfo"]["futureField"]["kept"], true);

    let mut less = before.clone();
    less.as_object_mut().unwrap().remove("directoryInfo");
    less["basicInfo"].as_object_mut().unwrap().remove("futureField");
    less["assignmentInfo"]["ringGroups"] = json!([]);
    less["basicInfo"]["site"] = json!({"name": "Elsewhere"});
    less["basicInfo"]["createdTime"] = "2001-01-01T00:00:00Z".into();
    assert_eq!(bench.put(&id, &less).await, "COMPLETED");
    let after = bench.user(&id).await;
    assert!(after.get("directoryInfo").is_none() && after["basicInfo"].get("futureField").is_none());
    assert_eq!(after["assignmentInfo"]["ringGroups"], json!([]));
    assert_eq!(
        after["assignmentInfo"]["ucCallQueues"],
        before["assignmentInfo"]["ucCallQueues"]
    );
    assert_eq!(
        after["basicInfo"]["site"], before["basicInfo"]["site"],
        "the site never changes"
    );
    assert_eq!(
        after["basicInfo"]["createdTime"],
        before["basicInfo"]["createdTime"]
    );

    less.as_object_mut().unwrap().remove("serviceInfo");
    assert_eq!(bench.put(&id, &less).await, "COMPLETED");
    assert!(
        bench.user(&id).await.get("serviceInfo").is_none(),
        "a section that is left out is gone"
    );
    assert_eq!(
        bench.get("/phone-numbers/%2B15552000001").await.body["status"],
        "AVAILABLE"
    );
}

#[tokio::test]
async fn a_bad_put_is_refused_at_once_and_does_nothing() {
    let (mut account, id) = with_jane();
    account.add_user(onhook::simulator::NewUser {
        user_name: "joe@acme.example".to_owned(),
        ..Default::default()
    });
    let bench = bench(account).await;
    let path = format!("/users/{id}");
    let before = bench.get(&path).await.body;
    let user = bench.user(&id).await;
    let with = |pointer: &str, value: Value| {
        let mut user = user.clone();
        *user.pointer_mut(pointer).unwrap() = value;
        user
    };
    for (body, status, field) in [
        (
            with("/basicInfo/userId", "another".into()),
            400,
            "basicInfo.userId",
        ),
        (with("/basicInfo/customerId", "another".into()), 403, ""),
        (
            with("/basicInfo/userName", "JOE@acme.example".into()),
            400,
            "basicInfo.userName",
        ),
        (
            with("/basicInfo/userName", "a b c".into()),
            400,
            "basicInfo.userName",
        ),
        (
            with("/basicInfo/firstName", "J".into()),
            400,
            "basicInfo.firstName",
        ),
        (
            with("/basicInfo/firstName", "Zo\u{eb}".into()),
            400,
            "basicInfo.firstName",
        ),
        (
            with("/basicInfo/lastName", "x".repeat(31).into()),
            400,
            "basicInfo.lastName",
        ),
        (
            with("/basicInfo/lastName", Value::Null),
            400,
            "basicInfo.lastName",
        ),
        (
            with("/basicInfo/primaryEmail", "nobody".into()),
            400,
            "basicInfo.primaryEmail",
        ),
        (
            with("/basicInfo/status", "DELETED".into()),
            400,
            "basicInfo.status",
        ),
        (
            with("/serviceInfo/licenses", json!([{"name": "DID-US"}])),
            400,
            "serviceInfo.licenses",
        ),
        (json!({"directoryInfo": {}}), 400, "basicInfo"),
    ] {
        let refused = bench.call("PUT", &path, Some(&body)).await;
        assert_eq!(
            (refused.status, refused.error().0.as_str()),
            (status, field),
            "{body}"
        );
    }
    assert_eq!(bench.call("PUT", "/users/none", Some(&user)).await.status, 404);
    assert_eq!(bench.handle().operations_in_flight(), 0);
    assert_eq!(bench.get(&path).await.body, before);
    bench
        .control("PUT", "/settings", Some(&json!({"didLicensesInBody": "Ignore"})))
        .await;
    assert_eq!(bench.put(&id, &before).await, "COMPLETED");
    assert_eq!(
        bench.get(&path).await.body["serviceInfo"],
        before["serviceInfo"],
        "one DID license, as before"
    );
}

#[tokio::test]
async fn a_user_is_created_with_all_that_was_asked_for() {
    let (mut account, _) = with_jane();
    account.add_number("+15552000009");
    let group = account.ring_group_named("Reception");
    let bench = bench(account).await;
    let mut body = new_body("new.user@acme.example");
    body["serviceInfo"] = json!({"licenses": [{"name": "X2-US"}],
        "extensions": [{"extensionNumber": "4001",
            "phoneNumbers": [{"phoneNumber": "+15552000009", "primary": true}]}]});
    body["assignmentInfo"] = json!({"ringGroups": [{"id": group}]});
    let accepted = bench.call("POST", "/users", Some(&body)).await;
    assert!(accepted.body["resourceId"].is_null(), "the id comes with the end");
    let ended = bench.ended(&accepted.body).await;
    let id = ended["resourceId"].as_str().unwrap();
    let user: User = serde_json::from_value(bench.get(&format!("/users/{id}")).await.body).unwrap();
    let names: Vec<_> = user
        .licenses()
        .iter()
        .filter_map(|license| license.name.as_deref())
        .collect();
    assert_eq!(names, ["X2-US", "DID-US"], "a DID license comes with the number");
    assert_eq!(user.ring_groups().len(), 1);
    assert_eq!(
        user.basic_info
            .status
            .map(|status| status.as_str().to_owned())
            .as_deref(),
        Some("ACTIVE")
    );
    assert_eq!(
        bench.get("/phone-numbers/%2B15552000009").await.body["status"],
        "ASSIGNED"
    );
    let members = bench.get(&format!("/ring-groups/{group}")).await.body["members"].clone();
    assert_eq!(
        (members.as_array().unwrap().len(), &members[1]["sequenceNumber"]),
        (2, &json!(2))
    );
}

#[tokio::test]
async fn a_bad_creation_is_refused() {
    let (account, _) = with_jane();
    let bench = bench(account).await;
    let taken = bench
        .call("POST", "/users", Some(&new_body("Jane@acme.example")))
        .await;
    assert_eq!(
        (taken.status, taken.error().0.as_str()),
        (400, "basicInfo.userName")
    );
    let mut nowhere = new_body("new@acme.example");
    nowhere["basicInfo"]["site"] = json!({});
    assert_eq!(
        bench.call("POST", "/users", Some(&nowhere)).await.error().0,
        "basicInfo.site.id"
    );
    let empty = bench
        .call("POST", "/users", Some(&json!({"basicInfo": {}})))
        .await;
    assert_eq!(
        (empty.status, empty.body["errors"].as_array().unwrap().len()),
        (400, 4),
        "every field is named"
    );
    bench
        .control(
            "PUT",
            "/settings",
            Some(&json!({"userNameConflict": "FailedOperation"})),
        )
        .await;
    let late = bench
        .done("POST", "/users", Some(&new_body("jane@acme.example")))
        .await;
    assert_eq!(
        (&late["status"], &late["error"]["errors"][0]["field"]),
        (&json!("FAILED"), &json!("basicInfo.userName"))
    );
}

#[tokio::test]
async fn settings_model_what_the_documents_leave_open() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    let path = format!("/users/{id}");
    let mut user = bench.user(&id).await;
    for (choice, status) in [
        ("MethodNotAllowed", 405),
        ("NotImplemented", 501),
        ("NotFound", 404),
        ("Implemented", 202),
    ] {
        assert_eq!(
            bench
                .control("PUT", "/settings", Some(&json!({"userUpdates": choice})))
                .await
                .status,
            200
        );
        assert_eq!(
            bench.call("PUT", &path, Some(&user)).await.status,
            status,
            "{choice}"
        );
    }
    user["basicInfo"]["status"] = "INACTIVE".into();
    bench.put(&id, &user).await;
    bench
        .control("PUT", "/settings", Some(&json!({"inactiveUserEdit": "Reject"})))
        .await;
    assert_eq!(bench.call("PUT", &path, Some(&user)).await.status, 400);
    user["basicInfo"]["status"] = "ACTIVE".into();
    assert_eq!(
        bench.put(&id, &user).await,
        "COMPLETED",
        "it can still be made active"
    );
    bench
        .control(
            "PUT",
            "/settings",
            Some(&json!({"deleteUnknownUser": "Accepted"})),
        )
        .await;
    assert_eq!(
        bench.done("DELETE", "/users/none", None).await["status"],
        "COMPLETED"
    );
    assert_eq!(
        bench
            .control("PUT", "/settings", Some(&json!({"noSuchSetting": 1})))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn another_administrator_acts_through_the_control_port() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    let twin = json!({"basicInfo": {"userName": "jane@acme.example", "firstName": "\u{c5}"}});
    let added = bench.control("POST", "/users", Some(&twin)).await;
    assert_eq!(added.status, 201);
    let twins = bench
        .get("/users?filter=basicInfo.userName==jane@acme.example")
        .await
        .body;
    assert_eq!(
        twins["data"].as_array().unwrap().len(),
        2,
        "two profiles with one name"
    );
    let patch = json!({"basicInfo": {"scimProvider": "okta"}, "assignmentInfo": {"ringGroups": null}});
    let patched = bench
        .control("PATCH", &format!("/users/{id}"), Some(&patch))
        .await
        .body;
    assert_eq!(patched["basicInfo"]["scimProvider"], "okta");
    let groups = bench.get("/ring-groups").await.body;
    assert_eq!(groups["data"][0]["members"], json!([]), "the group follows");
    assert_eq!(
        bench.user(&id).await["serviceInfo"]["extensions"][0]["id"],
        patched["serviceInfo"]["extensions"][0]["id"]
    );
    let status = json!({"status": "PORTING"});
    let path = "/phone-numbers/+15552000001/status";
    assert_eq!(bench.control("PUT", path, Some(&status)).await.status, 204);
    assert_eq!(
        bench.get("/phone-numbers/%2B15552000001").await.body["status"],
        "PORTING"
    );
    assert_eq!(
        bench
            .control("DELETE", &format!("/users/{id}"), None)
            .await
            .status,
        204
    );
    assert_eq!(bench.get(&format!("/users/{id}")).await.status, 404);
    assert_eq!(
        bench.control("PATCH", "/users/none", Some(&patch)).await.status,
        404
    );
}

#[tokio::test]
async fn a_license_that_is_used_up_cannot_be_given() {
    let (mut account, _) = with_jane();
    account.licenses.insert(
        "X2-US".to_owned(),
        onhook::simulator::Pool {
            total: 1,
            suspended: 1,
        },
    );
    account.add_user(onhook::simulator::NewUser {
        ring_groups: Vec::new(),
        number: None,
        ..jane()
    });
    let bench = bench(account).await;
    let mut body = new_body("new@acme.example");
    body["serviceInfo"] = json!({"licenses": [{"name": "X2-US"}], "extensions": []});
    assert_eq!(
        bench.done("POST", "/users", Some(&body)).await["status"],
        "FAILED"
    );
}
