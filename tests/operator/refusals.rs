//! What the account refuses: each is named, goes no further than it may, and clears by itself.

use onhook::api::User;
use onhook::api::user_status::StepName;
use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::scene::{Person, Scene};
use super::support::{DEADLINE, condition};

impl Scene {
    /// The PUTs of users that the account saw, by what status each sent.
    async fn puts(&self) -> Vec<String> {
        let journal = self.journal().await;
        let puts = journal.entries().iter().filter(|entry| entry.method == "PUT");
        puts.map(|put| {
            let status = put.request.as_ref().map(|body| &body["basicInfo"]["status"]);
            status.and_then(Value::as_str).unwrap_or_default().to_owned()
        })
        .collect()
    }

    /// What a person does in the console, where an inactive user cannot be edited: everything at once here.
    async fn take_off_by_hand(&self, user_id: &str) {
        let nothing = json!({"serviceInfo": {"licenses": [], "extensions": []}});
        self.change_profile(user_id, nothing).await;
    }
}

fn said(user: &User, reason: &str) -> String {
    let blockers = &user.status.as_ref().unwrap().blockers;
    let blocker = blockers.iter().find(|blocker| blocker.reason == reason).unwrap();
    format!("{} {}", blocker.what, blocker.to_do)
}

fn operation_of(user: &User, name: StepName) -> Option<String> {
    let steps = &user.status.as_ref()?.steps;
    steps.iter().find(|step| step.name == name)?.operation_id.clone()
}

async fn updates_are_not_offered(how: &str) {
    let scene = Scene::new(&format!("no-put-{}", how.to_lowercase())).await;
    scene.change_settings(json!({"userUpdates": how})).await;
    let first = scene.person(Person::named("first")).await;
    let second = scene.person(Person::named("second")).await;
    for name in ["first", "second"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    scene.set_state("first", "deactivated").await;
    let user = scene.stage.blocked("first", "UserUpdatesUnavailable").await;
    let words = said(&user, "UserUpdatesUnavailable");
    assert!(
        words.contains("Users → ⋮ → Deactivate user → Continue"),
        "{words}"
    );
    let tenants = scene.stage.tenants();
    wait_until("the Tenant to keep what was found out", DEADLINE, async || {
        let tenant = tenants.get("acme").await.map_err(|error| error.to_string())?;
        let found = tenant.status.and_then(|status| status.user_updates);
        if found.is_some_and(|found| !found.available) {
            Ok(())
        } else {
            Err(format!("{found:?}"))
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(scene.puts().await.len(), 1, "it is found out by one PUT");

    scene.set_state("second", "deleted").await;
    scene.stage.blocked("second", "UserUpdatesUnavailable").await;
    scene
        .change_profile(&first, json!({"basicInfo": {"status": "INACTIVE"}}))
        .await;
    scene.stage.ready("first", "Deactivated").await;
    scene
        .change_profile(&second, json!({"basicInfo": {"status": "INACTIVE"}}))
        .await;
    scene
        .stage
        .user("second", "at its licenses", |user| {
            said_by(user).contains("Services and permissions")
        })
        .await;
    scene.take_off_by_hand(&second).await;
    scene.stage.ready("second", "Deleted").await;
    assert_eq!(scene.puts().await.len(), 1, "the second leaver costs no PUT");
    assert_eq!(scene.journal().await.deletes(&second), 1);
    scene.judge().await;
}

fn said_by(user: &User) -> String {
    let blockers = user.status.iter().flat_map(|status| &status.blockers);
    blockers.map(|blocker| blocker.to_do.as_str()).collect()
}

#[tokio::test]
async fn an_account_that_answers_405_to_updates_is_found_out_once() {
    updates_are_not_offered("MethodNotAllowed").await;
}

#[tokio::test]
async fn an_account_that_answers_501_to_updates_is_found_out_once() {
    updates_are_not_offered("NotImplemented").await;
}

#[tokio::test]
async fn an_account_that_answers_404_to_updates_of_a_user_it_has_is_found_out_once() {
    updates_are_not_offered("NotFound").await;
}

#[tokio::test]
async fn disabled_updates_are_never_tried() {
    let scene = Scene::new("put-disabled").await;
    scene
        .patch_tenant(json!({"spec": {"adminApi": {"userUpdates": "Disabled"}}}))
        .await;
    let user_id = scene.person(Person::named("leaver")).await;
    scene.declare("leaver", "deactivated", "").await;
    scene.stage.blocked("leaver", "UserUpdatesUnavailable").await;
    assert!(scene.puts().await.is_empty());
    scene
        .change_profile(&user_id, json!({"basicInfo": {"status": "INACTIVE"}}))
        .await;
    scene.stage.ready("leaver", "Deactivated").await;
}

/// A leaver whose licenses 8x8 does not take off while INACTIVE.
async fn locked(prefix: &str) -> (Scene, String) {
    let scene = Scene::new(prefix).await;
    scene.change_settings(json!({"inactiveUserEdit": "Reject"})).await;
    let user_id = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    let user = scene.stage.blocked("leaver", "InactiveUserLocked").await;
    let words = said(&user, "InactiveUserLocked");
    assert!(
        words.contains("allowReactivation") && words.contains("reactivate the user"),
        "{words}"
    );
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "INACTIVE");
    (scene, user_id)
}

#[tokio::test]
async fn a_locked_inactive_user_is_reactivated_only_when_the_spec_says_so() {
    let (scene, user_id) = locked("locked-allowed").await;
    let patch = json!({"spec": {"offboarding": {"allowReactivation": true}}});
    scene.stage.patch_user("leaver", patch).await;
    scene.stage.ready("leaver", "Deleted").await;
    let puts = scene.puts().await;
    let tail = &puts[puts.len() - 2..];
    assert_eq!(
        tail,
        ["ACTIVE", "INACTIVE"],
        "reactivated, and everything in one PUT: {puts:?}"
    );
    assert_eq!(puts.iter().filter(|status| *status == "ACTIVE").count(), 1);
    assert_eq!(scene.journal().await.deletes(&user_id), 1);
    scene.judge().await;
}

#[tokio::test]
async fn a_locked_inactive_user_that_somebody_cleared_by_hand_goes_on_by_itself() {
    let (scene, user_id) = locked("locked-by-hand").await;
    scene.take_off_by_hand(&user_id).await;
    scene.stage.ready("leaver", "Deleted").await;
    assert!(!scene.puts().await.contains(&"ACTIVE".to_owned()));
}

#[tokio::test]
async fn a_person_dismissed_on_the_spot_loses_everything_in_the_first_write() {
    let scene = Scene::new("dismissed").await;
    let user_id = scene
        .person(Person {
            call_queues: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.stage.ready("leaver", "Active").await;
    scene.set_state("leaver", "deleted").await;
    let user = scene.stage.ready("leaver", "Deleted").await;
    let journal = scene.journal().await;
    let order: Vec<_> = journal
        .writes()
        .iter()
        .map(|write| write.method.as_str())
        .collect();
    assert_eq!(order, ["PUT", "DELETE"]);
    let put = journal.writes()[0].request.clone().unwrap();
    assert_eq!(put["basicInfo"]["status"], "INACTIVE");
    assert_eq!(put["serviceInfo"]["licenses"], json!([]));
    let operation = operation_of(&user, StepName::Licenses);
    assert!(operation.is_some() && operation == operation_of(&user, StepName::Deactivate));
    assert!(scene.profile(&user_id).await.is_null());
    scene.judge().await;
}

#[tokio::test]
async fn a_name_that_8x8_does_not_accept_is_named_by_its_field_and_clears_when_corrected() {
    let scene = Scene::new("name").await;
    let user_id = scene.person(Person::named("leaver")).await;
    scene
        .change_profile(
            &user_id,
            json!({"basicInfo": {"firstName": "J", "lastName": "Müller"}}),
        )
        .await;
    scene.declare("leaver", "deactivated", "").await;
    let user = scene.stage.blocked("leaver", "NameNotAccepted").await;
    let words = said(&user, "NameNotAccepted");
    assert!(
        words.contains("basicInfo.firstName") && words.contains("basicInfo.lastName"),
        "{words}"
    );
    assert!(!words.contains("Müller"), "{words}");
    scene
        .change_profile(
            &user_id,
            json!({"basicInfo": {"firstName": "Jo", "lastName": "Mueller"}}),
        )
        .await;
    scene.stage.ready("leaver", "Deactivated").await;
}

#[tokio::test]
async fn a_number_license_that_no_pattern_matches_is_refused_until_the_tenant_names_it() {
    let scene = Scene::new("number-license").await;
    scene
        .patch_tenant(json!({"spec": {"adminApi": {"didLicenses": ["Number*"]}}}))
        .await;
    scene.person(Person::named("leaver")).await;
    scene.declare("leaver", "deactivated", "").await;
    let user = scene.stage.blocked("leaver", "NumberLicenseRefused").await;
    assert!(said(&user, "NumberLicenseRefused").contains("spec.adminApi.didLicenses"));
    scene
        .patch_tenant(json!({"spec": {"adminApi": {"didLicenses": ["DID*"]}}}))
        .await;
    scene.stage.ready("leaver", "Deactivated").await;
}

#[tokio::test]
async fn a_key_without_the_right_to_remove_says_whose_key_it_takes_and_changes_nothing() {
    let scene = Scene::new("no-right-deleted").await;
    let user_id = scene.person(Person::named("stays")).await;
    let before = scene.profile(&user_id).await;
    scene.put_key(&scene.key("reader")).await;
    scene.declare("stays", "active", "").await;
    scene.stage.ready("stays", "Active").await;
    scene.set_state("stays", "deleted").await;
    let user = scene.stage.blocked("stays", "NotAuthorized").await;
    assert!(said(&user, "NotAuthorized").contains("primary or secondary administrator"));
    let conditions = user.status.unwrap().conditions;
    assert_eq!(condition(&conditions, "Ready"), Some(("False", "NotAuthorized")));
    assert_eq!(scene.profile(&user_id).await, before);
}
