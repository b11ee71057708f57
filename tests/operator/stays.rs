//! People who stay, or come back: created, renamed, kept as declared, and given back what a run had taken.

use onhook::api::User;
use onhook::api::user_status::UserStatus;
use serde_json::{Value, json};

use super::scene::{Person, Scene, user_name};

/// A profile as a User declares it, at the site that the scene's account has.
async fn declared(scene: &Scene, name: &str) -> Value {
    json!({
        "firstName": "Jo", "lastName": "Doe", "primaryEmail": user_name(name), "site": scene.site().await,
    })
}

/// Has the account looked at every second, so that nobody waits for the next look.
async fn often(scene: &Scene) {
    scene
        .patch_tenant(json!({"spec": {"inventory": {"interval": "1s"}}}))
        .await;
}

fn status(user: User) -> UserStatus {
    user.status.unwrap()
}

fn warning<'a>(status: &'a UserStatus, reason: &str) -> Option<&'a str> {
    let found = status.warnings.iter().find(|warning| warning.reason == reason);
    found.map(|warning| warning.what.as_str())
}

#[tokio::test]
async fn a_declared_person_is_created_with_license_extension_and_ring_group() {
    let scene = Scene::new("created").await;
    scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("colleague")
        })
        .await;
    often(&scene).await;
    let mut profile = declared(&scene, "joiner").await;
    profile["extension"] = json!("7042");
    let profile = format!("profile: {profile}");
    scene.declare("joiner", "active", &profile).await;
    scene.stage.ready("joiner", "Active").await;
    scene.event("joiner", "The profile is created.").await;
    scene.declare_license("joiner", "X4-Standard-US").await;
    scene
        .declare_queue(
            "joiner",
            "joiner-group",
            "RingGroup",
            &scene.group_of("colleague", 0),
            "Orphan",
        )
        .await;
    let user = scene
        .stage
        .user("joiner", "having what is declared", |user| {
            let observed = user.status.as_ref().and_then(|status| status.observed.as_ref());
            observed.is_some_and(|observed| {
                observed.extensions == ["7042"] && observed.licenses.len() == 1 && observed.queues.len() == 1
            })
        })
        .await;
    scene
        .dependant_is("joiner-license", "Ready", "True", "Assigned")
        .await;
    let profile = scene.profile(&status(user).user_id.unwrap()).await;
    assert_eq!(profile["basicInfo"]["status"], "ACTIVE");
}

#[tokio::test]
async fn a_changed_user_name_renames_the_profile_and_one_that_is_taken_is_said() {
    let scene = Scene::new("renamed").await;
    let user_id = scene.person(Person::named("leah")).await;
    scene.person(Person::named("taken")).await;
    scene.declare("leah", "active", "").await;
    scene.stage.ready("leah", "Active").await;
    scene.rename_declared("leah", "taken").await;
    scene.stage.blocked("leah", "UserNameTaken").await;
    scene.rename_declared("leah", "leah-roe").await;
    scene.event("leah", "User(s) saved successfully!").await;
    let renamed = scene.profile(&user_id).await;
    assert_eq!(renamed["basicInfo"]["userName"], json!(user_name("leah-roe")));
    scene.stage.ready("leah", "Active").await;
}

#[tokio::test]
async fn a_user_name_taken_late_is_said_too() {
    let scene = Scene::new("taken-late").await;
    scene
        .change_settings(json!({"userNameConflict": "FailedOperation"}))
        .await;
    scene.person(Person::named("leah")).await;
    scene.person(Person::named("taken")).await;
    scene.declare("leah", "active", "").await;
    scene.stage.ready("leah", "Active").await;
    scene.rename_declared("leah", "taken").await;
    scene.stage.blocked("leah", "UserNameTaken").await;
}

#[tokio::test]
async fn a_profile_renamed_or_deleted_by_somebody_else_is_said_and_left_alone() {
    let scene = Scene::new("behind").await;
    let user_id = scene.person(Person::named("leah")).await;
    often(&scene).await;
    scene.declare("leah", "active", "").await;
    scene.stage.ready("leah", "Active").await;
    let other = json!({"basicInfo": {"userName": user_name("other")}});
    scene.change_profile(&user_id, other).await;
    scene.stage.blocked("leah", "UserNameDiffers").await;
    assert!(scene.journal_lists_no("PUT").await);
    scene.delete_profile(&user_id).await;
    scene.stage.blocked("leah", "ProfileGone").await;
    assert!(scene.journal_lists_no("POST").await);
}

#[tokio::test]
async fn with_a_new_key_the_account_is_read_before_anybody_is_taken_for_gone() {
    let scene = Scene::new("new-key").await;
    let user_id = scene.person(Person::named("leah")).await;
    scene.declare("leah", "active", "").await;
    scene.stage.ready("leah", "Active").await;
    scene.delete_profile(&user_id).await;
    scene.put_key(&scene.key("reader")).await;
    let lists = || async {
        let calls = scene.journal().await;
        calls
            .entries()
            .iter()
            .filter(|call| call.method == "GET" && call.path.contains("/users?"))
            .count()
    };
    let before = lists().await;
    scene
        .stage
        .patch_user("leah", json!({"spec": {"profile": {"firstName": "Leah"}}}))
        .await;
    scene.stage.blocked("leah", "ProfileGone").await;
    assert!(lists().await > before, "and at once, not with the next inventory");
}

#[tokio::test]
async fn a_run_taken_back_gives_back_what_it_took_and_says_what_is_lost() {
    let scene = Scene::new("back").await;
    let user_id = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leah")
        })
        .await;
    let before = scene.profile(&user_id).await;
    scene
        .declare("leah", "active", "offboarding: {retentionPeriod: 30d}")
        .await;
    scene.stage.ready("leah", "Active").await;
    scene.set_state("leah", "deleted").await;
    scene
        .stage
        .user("leah", "waiting for its retention", |user| {
            user.status.as_ref().and_then(|status| status.step.as_deref()) == Some("RetentionPeriod")
        })
        .await;
    scene.set_state("leah", "active").await;
    let user = scene
        .stage
        .user("leah", "back with everything", |user| {
            let status = user.status.as_ref();
            status.is_some_and(|status| status.held.as_ref().is_some_and(|held| held.restored))
        })
        .await;
    let after = scene.profile(&user_id).await;
    assert_eq!(after["basicInfo"]["status"], "ACTIVE");
    let number = |profile: &Value| profile["serviceInfo"]["extensions"][0]["extensionNumber"].clone();
    assert_eq!(number(&after), number(&before));
    let phone =
        |profile: &Value| profile["serviceInfo"]["extensions"][0]["phoneNumbers"][0]["phoneNumber"].clone();
    assert_eq!(phone(&after), phone(&before));
    let groups = |profile: &Value| profile["assignmentInfo"]["ringGroups"][0]["id"].clone();
    assert_eq!(groups(&after), groups(&before));
    let status = status(user);
    let lost = warning(&status, "NotRestored").unwrap();
    assert!(
        lost.contains("voicemail") && lost.contains("forwarding"),
        "{lost}"
    );
}

#[tokio::test]
async fn a_freed_user_name_goes_to_the_user_that_waits_for_it() {
    let scene = Scene::new("freed").await;
    let old = scene.person(Person::named("leah")).await;
    scene
        .declare("leah", "active", "offboarding: {retentionPeriod: 30d}")
        .await;
    scene.stage.ready("leah", "Active").await;
    scene.set_state("leah", "deleted").await;
    let profile = format!("profile: {}", declared(&scene, "leah").await);
    scene.declare_as("leah-two", "leah", "active", &profile).await;
    let user = scene.stage.blocked("leah-two", "UserNameHeld").await;
    assert!(status(user).blockers[0].what.contains("/leah,"));
    let at_once = json!({"spec": {"offboarding": {"retentionPeriod": "0s"}}});
    scene.stage.patch_user("leah", at_once).await;
    scene.stage.ready("leah", "Deleted").await;
    let user = scene.stage.ready("leah-two", "Active").await;
    assert_ne!(status(user).user_id, Some(old));
    // The tombstone stays what it is, and takes nothing from who has its name now.
    scene.stage.ready("leah", "Deleted").await;
    scene.judge().await;
}

#[tokio::test]
async fn a_ring_group_that_another_object_declares_is_not_left() {
    let scene = Scene::new("twice").await;
    scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leah")
        })
        .await;
    often(&scene).await;
    scene.declare("leah", "active", "").await;
    let group = scene.group_of("leah", 0);
    for object in ["leah-once", "leah-twice"] {
        scene
            .declare_queue("leah", object, "RingGroup", &group, "Delete")
            .await;
        scene.dependant_is(object, "Ready", "True", "Assigned").await;
    }
    // It goes at once: what it stands for is the other one's as well.
    scene
        .kubectl(&["delete", "queueassignment", "leah-once", "--timeout=60s"])
        .await;
    scene.settled().await;
    scene.inventory_read().await;
    assert!(scene.journal_lists_no("POST").await);
    scene
        .dependant_is("leah-twice", "Ready", "True", "Assigned")
        .await;
}
