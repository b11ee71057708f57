//! What a deactivation, a license removal and a deletion destroy, free and keep.

use onhook::simulator::{Account, NewAgent, NewUser};
use serde_json::{Value, json};

use crate::common::{Bench, bench, jane, with_jane};

const NUMBER: &str = "/phone-numbers/%2B15552000001";

async fn number_status(bench: &Bench) -> Value {
    bench.get(NUMBER).await.body["status"].clone()
}

fn without_services(mut user: Value) -> Value {
    user["serviceInfo"]["licenses"] = json!([]);
    user["serviceInfo"]["extensions"] = json!([]);
    user
}

#[tokio::test]
async fn a_deactivation_ends_sessions_and_holds_everything_else() {
    let (account, jane) = with_jane();
    let bench = bench(account).await;
    let before = bench
        .handle()
        .with_account(|account| account.profile(&jane).unwrap().clone());
    let mut user = bench.user(&jane).await;
    user["basicInfo"]["status"] = "INACTIVE".into();
    assert_eq!(bench.put(&jane, &user).await, "COMPLETED");
    let after = bench
        .handle()
        .with_account(|account| account.profile(&jane).unwrap().clone());
    assert!(before.sessions > 0 && after.sessions == 0);
    assert_eq!(
        (&after.user.service_info, &after.belongings),
        (&before.user.service_info, &before.belongings)
    );
    assert_eq!(after.user.assignment_info, before.user.assignment_info);
    assert!(
        after.emergency_calls(),
        "the device can still dial emergency numbers"
    );
    assert_eq!(number_status(&bench).await, "ASSIGNED");
    assert!(after.user.basic_info.last_updated_time > before.user.basic_info.last_updated_time);
}

#[tokio::test]
async fn a_license_removal_frees_the_number_and_takes_memberships_and_voicemail() {
    let (account, jane) = with_jane();
    let bench = bench(account).await;
    let user = without_services(bench.user(&jane).await);
    assert_eq!(bench.put(&jane, &user).await, "COMPLETED");
    let after = bench.user(&jane).await;
    assert_eq!(
        after["serviceInfo"],
        json!({"licenses": [], "extensions": []}),
        "the DID license went with the number"
    );
    assert_eq!(
        (
            &after["assignmentInfo"]["ringGroups"],
            &after["assignmentInfo"]["ucCallQueues"]
        ),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        after["basicInfo"]["status"], "ACTIVE",
        "the profile stays as it was"
    );
    assert_eq!(number_status(&bench).await, "AVAILABLE");
    bench.handle().with_account(|account| {
        let profile = account.profile(&jane).unwrap();
        assert_eq!(
            (profile.belongings.voicemails, profile.belongings.greetings),
            (0, 0)
        );
        assert_eq!(profile.belongings.call_history, 0);
        assert!(profile.belongings.recordings > 0 && !profile.emergency_calls());
        assert!(account.ring_groups.values().all(|group| group.members.is_empty()));
        assert!(account.call_queues.values().all(|queue| queue.members.is_empty()));
    });
}

#[tokio::test]
async fn a_deletion_after_the_license_frees_name_and_number_and_keeps_recordings() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    let user = without_services(bench.user(&id).await);
    bench.put(&id, &user).await;
    let path = format!("/users/{id}");
    let accepted = bench.call("DELETE", &path, None).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(
        (&accepted.body["operationType"], &accepted.body["resourceType"]),
        (&json!("DELETE"), &json!("USER"))
    );
    assert_eq!(bench.ended(&accepted.body).await["status"], "COMPLETED");
    assert_eq!(bench.get(&path).await.status, 404);
    assert_eq!(number_status(&bench).await, "AVAILABLE");
    assert_eq!(bench.call("DELETE", &path, None).await.status, 404);
    let stone = bench.control("GET", "/state", None).await.body["tombstones"][0].clone();
    assert_eq!(
        (&stone["userName"], &stone["stuckNumbers"]),
        (&json!("jane@acme.example"), &json!([]))
    );
    assert!(
        stone["kept"].to_string().contains("recordings: 5")
            && stone["destroyed"].to_string().contains("faxes")
    );
    let created = bench
        .done("POST", "/users", Some(&new_body("jane@acme.example")))
        .await;
    assert_ne!(
        created["resourceId"].as_str(),
        Some(id.as_str()),
        "the name is free, the id is new"
    );
}

#[tokio::test]
async fn a_deletion_with_a_license_leaves_the_number_stuck_for_ever() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    bench.done("DELETE", &format!("/users/{id}"), None).await;
    assert_eq!(number_status(&bench).await, "ASSIGNED");
    let mut body = new_body("next@acme.example");
    body["serviceInfo"] = json!({"licenses": [{"name": "X2-US"}],
        "extensions": [{"extensionNumber": "4001",
            "phoneNumbers": [{"phoneNumber": "+15552000001", "primary": true}]}]});
    let failed = bench.done("POST", "/users", Some(&body)).await;
    assert_eq!(
        (
            &failed["status"],
            failed["error"]["errors"][0]["code"].is_string()
        ),
        (&json!("FAILED"), true)
    );
    let state = bench.handle().state();
    assert_eq!(state["numbers"]["+15552000001"]["stuck"], true);
    assert_eq!(state["tombstones"][0]["stuckNumbers"][0], "+15552000001");
    assert_eq!(
        state["users"],
        json!({}),
        "a creation that fails leaves nobody behind"
    );
}

#[tokio::test]
async fn effects_come_when_the_operation_completes_and_not_before() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    bench.handle().set_time_scale(1.0);
    let mut user = bench.user(&id).await;
    user["basicInfo"]["status"] = "INACTIVE".into();
    let path = format!("/users/{id}");
    let accepted = bench.call("PUT", &path, Some(&user)).await.body;
    assert_eq!(accepted["status"], "PENDING");
    assert!(accepted["completedTime"].is_null());
    assert_eq!(bench.get(&path).await.body["basicInfo"]["status"], "ACTIVE");
    let poll = format!("/operations/{}", accepted["operationId"].as_str().unwrap());
    assert!(matches!(
        bench.get(&poll).await.body["status"].as_str(),
        Some("PENDING" | "IN_PROGRESS")
    ));
    bench.handle().set_time_scale(100_000.0);
    let ended = bench.ended(&accepted).await;
    assert_eq!(
        (&ended["status"], &ended["resourceId"]),
        (&json!("COMPLETED"), &json!(id))
    );
    assert!(ended["completedTime"].is_string());
    assert_eq!(bench.get(&path).await.body["basicInfo"]["status"], "INACTIVE");
}

#[tokio::test]
async fn operations_on_one_user_are_done_in_the_order_in_which_they_were_asked_for() {
    let (account, id) = with_jane();
    let bench = bench(account).await;
    let mut user = bench.user(&id).await;
    let mut last = Value::Null;
    for number in 0..10 {
        user["basicInfo"]["lastName"] = format!("Number {number}").into();
        last = bench.call("PUT", &format!("/users/{id}"), Some(&user)).await.body;
    }
    assert_eq!(bench.ended(&last).await["status"], "COMPLETED");
    assert_eq!(bench.handle().operations_in_flight(), 0);
    assert_eq!(bench.user(&id).await["basicInfo"]["lastName"], "Number 9");
}

fn with_agent() -> (Account, String) {
    let mut account = Account::empty(8);
    let agent = NewAgent {
        license: "X6-US".to_owned(),
        queues: vec!["Orders".to_owned(), "Service".to_owned()],
        supervisor: true,
        supervised_queues: vec!["Orders".to_owned()],
        admin: true,
    };
    let id = account.add_user(NewUser {
        cc: Some(agent),
        ..jane()
    });
    (account, id)
}

#[tokio::test]
async fn a_contact_center_user_is_deleted_only_after_queues_rights_and_role_are_gone() {
    let (account, id) = with_agent();
    let bench = bench(account).await;
    let delete = async |why: &str| {
        let operation = bench.done("DELETE", &format!("/users/{id}"), None).await;
        assert_eq!(operation["status"], "FAILED", "{why}");
        assert_eq!(bench.get(&format!("/users/{id}")).await.status, 200);
        operation["error"]["detail"].as_str().unwrap().to_owned()
    };
    assert!(delete("queues, rights, role").await.contains("101, 102"));
    let step = async |path: &str| {
        let path = format!("/contact-center/agents/ag1001/{path}");
        assert_eq!(bench.control("DELETE", &path, None).await.status, 204, "{path}");
    };
    step("queues/101").await;
    delete("one queue is left").await;
    step("queues").await;
    step("admin-role").await;
    assert!(delete("the supervisor is left").await.contains("supervisor"));
    step("supervisor").await;
    let role = "/contact-center/agents/ag1001/admin-role";
    assert_eq!(bench.control("PUT", role, None).await.status, 204);
    assert!(delete("the role is left").await.contains("administrator"));
    step("admin-role").await;
    step("license").await;
    let user = bench.user(&id).await;
    assert!(
        !user["serviceInfo"].to_string().contains("\"CC\"")
            && !user["serviceInfo"].to_string().contains("X6-US")
    );
    assert_eq!(
        bench.done("DELETE", &format!("/users/{id}"), None).await["status"],
        "COMPLETED"
    );
}

#[tokio::test]
async fn no_put_changes_a_contact_center_license_or_extension() {
    let (account, id) = with_agent();
    let bench = bench(account).await;
    let before = bench.user(&id).await;
    assert_eq!(
        bench.put(&id, &without_services(before.clone())).await,
        "COMPLETED"
    );
    let after = bench.user(&id).await;
    let left = after["serviceInfo"].clone();
    assert_eq!(
        (
            &left["licenses"][0]["name"],
            left["licenses"].as_array().unwrap().len()
        ),
        (&json!("X6-US"), 1)
    );
    assert_eq!(
        left["extensions"],
        json!([before["serviceInfo"]["extensions"][1]])
    );
    assert_eq!(
        number_status(&bench).await,
        "AVAILABLE",
        "what is of 8x8 Work is gone"
    );
    let mut hidden = after.clone();
    hidden["serviceInfo"]["extensions"][0]["displayInDirectory"] = false.into();
    hidden["serviceInfo"]["extensions"][0]["extensionNumber"] = "77".into();
    assert_eq!(bench.put(&id, &hidden).await, "COMPLETED");
    let shown = bench.user(&id).await["serviceInfo"]["extensions"][0].clone();
    assert_eq!(
        shown["displayInDirectory"], false,
        "the one thing that may change"
    );
    assert_eq!(
        shown["extensionNumber"],
        before["serviceInfo"]["extensions"][1]["extensionNumber"]
    );

    bench
        .control("PUT", "/settings", Some(&json!({"contactCenterInPut": "Reject"})))
        .await;
    let path = format!("/users/{id}");
    assert_eq!(
        bench
            .call("PUT", &path, Some(&without_services(after.clone())))
            .await
            .status,
        400
    );
    assert_eq!(
        bench
            .call("PUT", &path, Some(&bench.user(&id).await))
            .await
            .status,
        202
    );
}

pub fn new_body(user_name: &str) -> Value {
    json!({"basicInfo": {
        "userName": user_name, "firstName": "New", "lastName": "Person", "primaryEmail": "new@acme.example",
        "site": {"name": "Headquarters"},
    }})
}

#[tokio::test]
async fn the_primary_administrator_cannot_be_deleted() {
    let (mut account, id) = with_jane();
    account.administrators.primary = id.clone();
    let bench = bench(account).await;
    let failed = bench.done("DELETE", &format!("/users/{id}"), None).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["errors"][0]["code"]),
        (&json!("FAILED"), &json!("FORBIDDEN"))
    );
    assert_eq!(bench.get(&format!("/users/{id}")).await.status, 200);
}
