//! More accidents: what is applied again, restored or answered wrongly removes nobody, and nothing hangs without a way out.

use serde_json::json;

use super::scene::{Person, Scene};

/// A scene with Jane, who is active, and the id of her profile.
async fn with_jane(prefix: &str, delay: &str) -> (Scene, String) {
    let scene = Scene::with_deletion_delay(prefix, delay).await;
    let jane = scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    (scene, jane)
}

async fn nobody_was_removed(scene: &Scene) {
    scene.settled().await;
    let journal = scene.journal().await;
    assert!(journal.writes().is_empty(), "{:?}", journal.writes());
}

async fn cancel(scene: &Scene, name: &str) {
    scene.stage.annotate(name, "onhook.dev/cancel", "true").await;
    scene.stage.gone(name).await;
}

#[tokio::test]
async fn a_user_that_is_replaced_by_force_waits_for_its_delay_and_comes_back_by_cancel() {
    let (scene, _) = with_jane("replaced", "1h").await;
    let uid = scene.stage.ready("jane", "Active").await.metadata.uid;
    let live = scene.kubectl(&["get", "user", "jane", "--output", "json"]).await;
    let file = scene.stage.file("json", &live);
    scene
        .kubectl_refused(&["replace", "--force", "--timeout=2s", "--filename", &file])
        .await;
    nobody_was_removed(&scene).await;
    cancel(&scene, "jane").await;
    scene.declare("jane", "active", "").await;
    let again = scene.stage.ready("jane", "Active").await;
    assert_ne!(again.metadata.uid, uid);
    nobody_was_removed(&scene).await;
}

#[tokio::test]
async fn a_user_that_is_created_again_under_its_name_takes_nothing_over_from_the_one_that_was_let_go() {
    let (scene, _) = with_jane("again", "0s").await;
    scene
        .stage
        .patch_user("jane", json!({"spec": {"deletionPolicy": "Orphan"}}))
        .await;
    scene.kubectl(&["delete", "user", "jane", "--timeout=60s"]).await;
    // Only the object that saw her active knows who she is.
    scene.declare("jane", "deleted", "").await;
    scene.stage.blocked("jane", "IdentityNotPinned").await;
    nobody_was_removed(&scene).await;
}

#[tokio::test]
async fn a_tombstone_on_a_new_cluster_removes_no_new_person_of_the_name() {
    let scene = Scene::new("tombstone").await;
    let former = scene.person(Person::named("former")).await;
    scene.delete_profile(&former).await;
    let newcomer = scene.person(Person::named("former")).await;
    for (object, pinned) in [("former", String::new()), ("pinned", format!("userId: {former}"))] {
        scene.declare_as(object, "former", "deleted", &pinned).await;
    }
    scene.stage.blocked("former", "IdentityNotPinned").await;
    scene
        .stage
        .user("pinned", "looked at", |user| {
            let seen = user.status.as_ref().and_then(|status| status.observed_generation);
            seen.is_some()
        })
        .await;
    nobody_was_removed(&scene).await;
    assert_eq!(scene.profile(&newcomer).await["basicInfo"]["status"], "ACTIVE");
}

#[tokio::test]
async fn a_status_restored_from_a_backup_pins_nobody() {
    let scene = Scene::new("restored").await;
    let jane = scene.person(Person::named("jane")).await;
    scene.declare("jane", "deleted", "").await;
    scene.stage.blocked("jane", "IdentityNotPinned").await;
    // What stands in a status is what was, elsewhere: that she was seen, that her run had begun, that a DELETE was about
    // to be sent. No blocker is in it, so that the one waited for was found afterwards.
    let at = "2026-01-01T00:00:00Z";
    let done = |name| json!({"name": name, "state": "Done", "since": at});
    let old = json!({
        "userId": jane, "step": "Delete", "steps": [done("Deactivate"), done("Licenses")],
        "intent": {"id": "old", "step": "Delete", "userId": jane, "at": at}, "blockers": [],
    });
    scene.operator_writes_status("jane", old).await;
    scene.stage.annotate("jane", "example.com/touched", "1").await;
    scene
        .stage
        .user("jane", "stopped by a reason that a person reads", |user| {
            let status = user.status.as_ref();
            status.is_some_and(|status| {
                let reasons = status.blockers.iter().map(|blocker| blocker.reason.as_str());
                reasons
                    .into_iter()
                    .any(|reason| ["IdentityNotPinned", "OutcomeUnknown"].contains(&reason))
            })
        })
        .await;
    nobody_was_removed(&scene).await;
}

#[tokio::test]
async fn an_account_that_lists_nobody_takes_nobody_for_gone() {
    let (scene, jane) = with_jane("empty-list", "0s").await;
    let often = json!({"spec": {"inventory": {"interval": "1s"}}});
    scene.patch_tenant(often).await;
    scene.inventory_read().await;
    let everybody = scene.hide_everybody();
    scene.tenant_is("Ready", "False", "AccountEmpty").await;
    scene.stage.annotate("jane", "example.com/touched", "1").await;
    scene.show(everybody);
    scene.tenant_is("Ready", "True", "Available").await;
    scene.stage.ready("jane", "Active").await;
    nobody_was_removed(&scene).await;
    assert_eq!(scene.profile(&jane).await["basicInfo"]["status"], "ACTIVE");
}

#[tokio::test]
async fn whatever_is_lost_orphan_lets_go_of_the_object() {
    let losses = ["key", "keyless", "account", "tenant-observes"];
    let mut scenes = Vec::new();
    for lost in losses {
        let (scene, _) = with_jane(lost, "0s").await;
        match lost {
            "key" => scene.put_key("of-nobody").await,
            "keyless" => {
                let empty = r#"--patch={"data":null}"#;
                scene
                    .kubectl(&["patch", "secret", "acme-8x8", "--type=merge", empty])
                    .await;
            }
            "account" => {
                let nowhere = json!({"spec": {"adminApi": {"url": "http://127.0.0.1:9/admin-provisioning"}}});
                scene.patch_tenant(nowhere).await;
            }
            _ => scene.patch_tenant(json!({"spec": {"mode": "Observe"}})).await,
        }
        scenes.push((lost, scene));
    }
    for (lost, scene) in &scenes {
        scene.kubectl(&["delete", "user", "jane", "--wait=false"]).await;
        scene
            .stage
            .user("jane", &format!("blocked, as {lost} is lost"), |user| {
                let status = user.status.as_ref();
                status.is_some_and(|status| !status.blockers.is_empty())
            })
            .await;
        scene
            .stage
            .patch_user("jane", json!({"spec": {"deletionPolicy": "Orphan"}}))
            .await;
        scene.stage.gone("jane").await;
        assert!(scene.journal().await.writes().is_empty(), "{lost}");
    }
}
