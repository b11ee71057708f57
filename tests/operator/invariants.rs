//! The design's invariants on a real cluster and a real account, each named after its number.

use std::time::Duration;

use serde_json::json;

use super::scene::{Person, Scene};
use super::support::condition;

#[tokio::test]
async fn invariant_1_no_delete_while_anything_is_held() {
    let scene = Scene::new("invariant-1").await;
    let user_id = scene.person(Person::named("leaver")).await;
    let rejoined = scene.profile(&user_id).await["serviceInfo"].clone();
    scene
        .declare("leaver", "active", "offboarding: {retentionPeriod: 30d}")
        .await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    scene
        .stage
        .user("leaver", "waiting for its retention", |user| {
            user.status.as_ref().and_then(|status| status.step.as_deref()) == Some("RetentionPeriod")
        })
        .await;
    let before = puts(&scene).await;
    // Another administrator gives everything back while the run waits; the run takes it off again before it deletes.
    scene
        .change_profile(&user_id, json!({"serviceInfo": rejoined}))
        .await;
    scene
        .stage
        .patch_user(
            "leaver",
            json!({"spec": {"offboarding": {"retentionPeriod": "0s"}}}),
        )
        .await;
    scene.stage.ready("leaver", "Deleted").await;
    scene.judge().await;
    assert_eq!(puts(&scene).await - before, 1, "the licenses that came back");
}

async fn puts(scene: &Scene) -> usize {
    let journal = scene.journal().await;
    let writes = journal.writes();
    writes.iter().filter(|write| write.method == "PUT").count()
}

#[tokio::test]
async fn invariant_2_one_writer_on_one_profile() {
    let scene = Scene::new("invariant-2").await;
    let user_id = scene.person(Person::named("shared")).await;
    scene.declare("first", "active", "").await;
    scene.rename_declared("first", "shared").await;
    scene.stage.ready("first", "Active").await;
    scene
        .declare_as("second", "shared", "deleted", &format!("userId: {user_id}"))
        .await;
    let user = scene.stage.blocked("second", "ProfileClaimed").await;
    let conditions = user.status.unwrap().conditions;
    assert_eq!(
        condition(&conditions, "Stalled"),
        Some(("True", "ProfileClaimed"))
    );
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    scene.set_state("first", "deleted").await;
    scene.stage.ready("first", "Deleted").await;
    assert_eq!(scene.journal().await.deletes(&user_id), 1);
    scene.judge().await;
}

#[tokio::test]
async fn invariant_3_a_put_loses_nothing_but_what_is_taken_off() {
    let scene = Scene::new("invariant-3").await;
    let user_id = scene.person(Person::named("rich")).await;
    let odd = json!({"futureSection": {"a": [1, null, {"b": "c"}]}, "basicInfo": {"futureField": null, "locale": "fr-CA"}});
    scene.change_profile(&user_id, odd).await;
    scene.declare("rich", "active", "").await;
    scene.stage.ready("rich", "Active").await;
    scene.set_state("rich", "deactivated").await;
    scene.stage.ready("rich", "Deactivated").await;
    let journal = scene.journal().await;
    let writes = journal.writes();
    let [put] = writes.as_slice() else {
        panic!("{writes:?}")
    };
    let sent = put.request.as_ref().unwrap();
    assert_eq!(sent["futureSection"], json!({"a": [1, null, {"b": "c"}]}));
    assert_eq!(sent["basicInfo"]["locale"], "fr-CA");
    let licenses = sent["serviceInfo"]["licenses"].as_array().unwrap();
    assert!(
        licenses
            .iter()
            .all(|license| !license["name"].as_str().unwrap().starts_with("DID")),
        "{licenses:?}"
    );
    scene.judge().await;
}

#[tokio::test]
async fn invariant_5_nobody_is_deleted_by_name_alone() {
    let scene = Scene::new("invariant-5").await;
    let user_id = scene.person(Person::named("unknown")).await;
    scene.declare("unknown", "deleted", "").await;
    let user = scene.stage.blocked("unknown", "IdentityNotPinned").await;
    let status = user.status.unwrap();
    assert_eq!(
        condition(&status.conditions, "Stalled"),
        Some(("True", "IdentityNotPinned"))
    );
    assert!(
        status.blockers[0].what.contains(&user_id),
        "{:?}",
        status.blockers
    );
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    // Pasting the id is all it takes.
    scene
        .stage
        .patch_user("unknown", json!({"spec": {"userId": user_id}}))
        .await;
    scene.stage.ready("unknown", "Deleted").await;
    // A new person under the same name is never taken for the old one.
    let newcomer = scene.person(Person::named("unknown")).await;
    assert_ne!(newcomer, user_id);
    scene.stage.annotate("unknown", "example.com/touched", "1").await;
    scene.settled().await;
    assert_eq!(scene.profile(&newcomer).await["basicInfo"]["status"], "ACTIVE");
    assert_eq!(scene.journal().await.deletes(&newcomer), 0);
}

#[tokio::test]
async fn invariant_6_the_end_of_a_namespace_removes_nobody() {
    let scene = Scene::in_own_namespace("invariant-6").await;
    let stays = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("stays")
        })
        .await;
    scene.declare("stays", "active", "").await;
    scene.declare_dependants("stays").await;
    scene.stage.ready("stays", "Active").await;
    scene
        .kubectl(&["delete", "namespace", &scene.stage.namespace, "--timeout=60s"])
        .await;
    assert_eq!(scene.profile(&stays).await["basicInfo"]["status"], "ACTIVE");
    assert!(
        scene.journal().await.writes().is_empty(),
        "{:?}",
        scene.journal().await.writes()
    );
}

#[tokio::test]
async fn invariant_6_a_run_that_had_begun_is_finished_when_the_namespace_ends() {
    let scene = Scene::in_own_namespace("invariant-6-run").await;
    let leaver = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    scene
        .kubectl(&["delete", "namespace", &scene.stage.namespace, "--timeout=60s"])
        .await;
    assert!(
        scene.profile(&leaver).await.is_null(),
        "the object went before the profile"
    );
    scene.judge().await;
}

#[tokio::test]
async fn invariant_7_a_delete_that_timed_out_after_it_was_applied_is_not_sent_again() {
    let scene = Scene::new("invariant-7").await;
    let user_id = scene.person(Person::named("leaver")).await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene
        .fault("DELETE", "/users/", json!({"appliedThen408": true}))
        .await;
    scene.set_state("leaver", "deleted").await;
    scene.stage.ready("leaver", "Deleted").await;
    let deletes = scene
        .journal()
        .await
        .entries()
        .iter()
        .filter(|entry| entry.method == "DELETE")
        .count();
    assert_eq!(deletes, 1);
    assert!(scene.profile(&user_id).await.is_null());
}

#[tokio::test]
async fn invariant_7_a_delete_that_was_lost_is_not_sent_again_until_a_person_says_so() {
    let scene = Scene::new("invariant-7-lost").await;
    let user_id = scene.person(Person::named("leaver")).await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.fault("DELETE", "/users/", json!({"status": 503})).await;
    scene.set_state("leaver", "deleted").await;
    let user = scene
        .stage
        .user("leaver", "looking for the outcome of its DELETE", |user| {
            let intent = user.status.as_ref().and_then(|status| status.intent.as_ref());
            intent.is_some_and(|intent| intent.step.to_string() == "Delete")
        })
        .await;
    let intent = user.status.unwrap().intent.unwrap();
    scene.looked_at(&user_id, 3).await;
    let deletes = async || {
        let journal = scene.journal().await;
        journal
            .entries()
            .iter()
            .filter(|entry| entry.method == "DELETE")
            .count()
    };
    assert_eq!(
        deletes().await,
        1,
        "it was sent again without anybody having said so"
    );
    scene
        .stage
        .annotate("leaver", "onhook.dev/retry-intent", intent.id)
        .await;
    scene.stage.ready("leaver", "Deleted").await;
    assert_eq!(deletes().await, 2);
}

#[tokio::test]
async fn invariant_7_an_intent_is_persisted_before_each_write_and_its_operation_after() {
    let scene = Scene::new("invariant-7-intent").await;
    scene.person(Person::named("leaver")).await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.fault("PUT", "/users/", json!({"delay": "2s"})).await;
    scene.set_state("leaver", "deactivated").await;
    let user = scene
        .stage
        .user("leaver", "about to be written", |user| {
            intent_is(user, |i| i.operation_id.is_none())
        })
        .await;
    assert!(scene.journal_lists_no("PUT").await || user.status.is_some());
    scene
        .stage
        .user("leaver", "written", |user| {
            intent_is(user, |i| i.operation_id.is_some())
        })
        .await;
    let user = scene.stage.ready("leaver", "Deactivated").await;
    assert_eq!(user.status.unwrap().intent, None);
}

fn intent_is(user: &onhook::api::User, is: impl Fn(&onhook::api::user_status::Intent) -> bool) -> bool {
    user.status
        .as_ref()
        .and_then(|status| status.intent.as_ref())
        .is_some_and(is)
}

#[tokio::test]
async fn invariant_9_an_inactive_profile_of_an_active_user_is_reported_and_never_repaired() {
    let scene = Scene::new("invariant-9").await;
    let user_id = scene.person(Person::named("cut-elsewhere")).await;
    scene.declare("cut-elsewhere", "active", "").await;
    scene.stage.ready("cut-elsewhere", "Active").await;
    scene
        .change_profile(&user_id, json!({"basicInfo": {"status": "INACTIVE"}}))
        .await;
    scene
        .stage
        .annotate("cut-elsewhere", "example.com/look", "now")
        .await;
    let user = scene.stage.blocked("cut-elsewhere", "ProfileInactive").await;
    assert_eq!(
        condition(&user.status.unwrap().conditions, "Stalled"),
        Some(("True", "ProfileInactive"))
    );
    scene.settled().await;
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "INACTIVE");
    assert!(scene.journal().await.writes().is_empty());
}

#[tokio::test]
async fn a_deletion_can_be_cancelled_until_the_first_write() {
    let scene = Scene::with_deletion_delay("cancel", "1h").await;
    let user_id = scene.person(Person::named("cancelled")).await;
    scene.declare("cancelled", "active", "").await;
    scene.stage.ready("cancelled", "Active").await;
    scene
        .kubectl(&["delete", "user.onhook.dev", "cancelled", "--wait=false"])
        .await;
    scene.stage.ready("cancelled", "Scheduled").await;
    scene
        .stage
        .annotate("cancelled", "onhook.dev/cancel", "true")
        .await;
    scene.stage.gone("cancelled").await;
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "ACTIVE");
    let _ = Duration::ZERO;
    assert!(scene.journal().await.writes().is_empty());
}
