//! Eve may write every resource of Onhook in the Users' namespace and has `edit` there, and tries to get Jane removed.

use serde_json::{Value, json};

use super::stage::{ADA, EVE, Stage, license, merged, owned_by, tenant, user};

/// Jane and a license of hers that goes with its object, and what both say, to compare with.
async fn scene() -> (Stage<'static>, Vec<Value>) {
    let stage = Stage::new("eve").await;
    stage.declare("jane", json!({"spec": {"userId": "pinned"}})).await;
    stage
        .create(ADA, &license("phone", "jane", "Delete"))
        .await
        .passes();
    let before = seen(&stage).await;
    (stage, before)
}

async fn seen(stage: &Stage<'_>) -> Vec<Value> {
    vec![
        stage.get("user/jane").await,
        stage.get("licenseassignment/phone").await,
    ]
}

#[tokio::test]
async fn no_way_of_writing_a_state_is_open_to_the_adversary() {
    let (stage, before) = scene().await;
    let leaver = user("jane", "deleted", json!({"spec": {"userId": "pinned"}}));
    let words = "changing spec.state from active to deleted";
    let path = json!([{"op": "replace", "path": "/spec/state", "value": "deleted"}]).to_string();
    let mut whole = before[0].clone();
    whole["spec"]["state"] = json!("deleted");
    for answer in [
        stage.send(EVE, &["apply"], &leaver).await,
        stage
            .send(EVE, &["apply", "--server-side", "--force-conflicts"], &leaver)
            .await,
        stage.send(EVE, &["replace"], &whole).await,
        stage
            .run(EVE, &["patch", "user", "jane", "--type=json", "--patch", &path])
            .await,
    ] {
        answer.lacks_offboard(EVE, "jane", words);
    }
    stage
        .create(EVE, &user("joan", "deleted", json!({})))
        .await
        .lacks_offboard(EVE, "joan", "creating a User");
    assert_eq!(seen(&stage).await, before);
}

#[tokio::test]
async fn no_way_of_deleting_is_open_to_the_adversary() {
    let (stage, before) = scene().await;
    let path = format!("/apis/onhook.dev/v1alpha1/namespaces/{}/users", stage.namespace);
    for args in [
        &["delete", "user", "jane"][..],
        &[
            "delete",
            "user",
            "jane",
            "--cascade=foreground",
            "--grace-period=0",
            "--force",
        ],
        &["delete", "users", "--all"],
        // A collection delete: the server is asked for all of them in one request.
        &["delete", "--raw", &path],
    ] {
        let answer = stage.run(EVE, args).await;
        answer.lacks_offboard(EVE, "jane", "deleting a User");
    }
    let again = stage
        .send(EVE, &["replace", "--force"], &user("jane", "active", json!({})))
        .await;
    again.lacks_offboard(EVE, "jane", "deleting a User");
    assert_eq!(seen(&stage).await, before);
}

#[tokio::test]
async fn nobody_else_is_meant_by_what_the_adversary_writes() {
    let (stage, before) = scene().await;
    let leaver = user("leaver", "deleted", json!({}));
    stage.create(ADA, &leaver).await.passes();
    let name = json!({"spec": {"userName": "jane@acme.example"}});
    stage
        .patch(EVE, "user/leaver", &name)
        .await
        .lacks_offboard(EVE, "leaver", "changing spec.userName");
    let id = json!({"spec": {"userId": "pinned"}});
    stage
        .patch(EVE, "user/leaver", &id)
        .await
        .lacks_offboard(EVE, "leaver", "changing spec.userId");
    let tenant = json!({"spec": {"tenantRef": {"name": "other"}}});
    stage
        .patch(EVE, "user/leaver", &tenant)
        .await
        .refused(&["tenantRef is immutable"]);
    let user = json!({"spec": {"userRef": {"name": "leaver"}}});
    let moved = stage.patch(EVE, "licenseassignment/phone", &user).await;
    moved.refused(&["userRef is immutable"]);
    assert_eq!(seen(&stage).await, before);
}

#[tokio::test]
async fn the_garbage_collector_does_not_work_for_the_adversary() {
    let (stage, before) = scene().await;
    let owner = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bait"}});
    stage.create(EVE, &owner).await.passes();
    let uid = stage.get_as(EVE, "configmap/bait").await["metadata"]["uid"].clone();
    let bait = owned_by(uid.as_str().unwrap(), "ConfigMap", "bait");
    let words = "an owner reference on";
    for object in ["user/jane", "licenseassignment/phone"] {
        stage
            .patch(EVE, object, &bait)
            .await
            .lacks_offboard(EVE, "jane", words);
    }
    let applied = merged(
        user("jane", "active", json!({"spec": {"userId": "pinned"}})),
        bait,
    );
    let args = ["apply", "--server-side", "--force-conflicts"];
    stage
        .send(EVE, &args, &applied)
        .await
        .lacks_offboard(EVE, "jane", words);
    assert_eq!(seen(&stage).await, before);
}

#[tokio::test]
async fn an_owner_that_is_there_is_not_turned_into_one_that_is_not() {
    let stage = Stage::new("owner").await;
    let owner = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "folder"}});
    stage.create(ADA, &owner).await.refused(&["ada", "cannot create"]);
    stage.create(EVE, &owner).await.passes();
    let uid = stage.get_as(EVE, "configmap/folder").await["metadata"]["uid"].clone();
    let uid = uid.as_str().unwrap();
    let owned = user("jane", "active", owned_by(uid, "ConfigMap", "folder"));
    stage.create(ADA, &owned).await.passes();
    let renamed = owned_by(uid, "ConfigMap", "no-such-folder");
    stage
        .patch(EVE, "user/jane", &renamed)
        .await
        .lacks_offboard(EVE, "jane", "an owner reference on a User");
}

#[tokio::test]
async fn only_the_operator_writes_a_status() {
    let (stage, before) = scene().await;
    stage.bind(EVE, "onhook-administrator").await;
    for (object, status) in [
        ("user/jane", json!({"userId": "somebodyElse"})),
        ("licenseassignment/phone", json!({"conditions": []})),
    ] {
        let refused = stage.patch_status(EVE, object, &status).await;
        refused.refused(&["eve may not write the status", "only the operator does"]);
    }
    assert_eq!(seen(&stage).await, before);
    stage
        .create(ADA, &tenant("https://api.8x8.com/admin-provisioning"))
        .await
        .passes();
    let status = json!({"users": 0});
    stage
        .patch_status(ADA, "tenant/acme", &status)
        .await
        .refused(&["ada", "tenants/status"]);
    let refused = stage.patch_status(EVE, "tenant/acme", &status).await;
    refused.refused(&["eve may not write the status of tenants"]);
}

#[tokio::test]
async fn any_write_to_a_tenant_takes_protect() {
    let stage = Stage::new("tenant").await;
    let words = [
        "eve lacks the verb protect on tenants.onhook.dev \"acme\"",
        "The ClusterRole onhook-administrator has it",
    ];
    let good = tenant("https://api.8x8.com/admin-provisioning");
    stage.create(EVE, &good).await.refused(&words);
    stage.create(ADA, &good).await.passes();
    let before = stage.get("tenant/acme").await;
    for patch in [
        json!({"spec": {"adminApi": {"url": "https://evil.example/api"}}}),
        json!({"spec": {"removals": {"protectedUsers": []}}}),
        json!({"metadata": {"labels": {"a": "b"}}}),
    ] {
        stage.patch(EVE, "tenant/acme", &patch).await.refused(&words);
    }
    stage
        .run(EVE, &["delete", "tenant", "acme"])
        .await
        .refused(&words);
    stage
        .run(EVE, &["delete", "tenants", "--all"])
        .await
        .refused(&words);
    assert_eq!(stage.get("tenant/acme").await, before);
    let suspend = json!({"spec": {"suspend": true}});
    stage.patch(ADA, "tenant/acme", &suspend).await.passes();
    stage.run(ADA, &["delete", "tenant", "acme"]).await.passes();
}
