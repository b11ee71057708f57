//! The connector: a Contact Center agent leaves without a manual step, and what becomes of one while it fails.

use std::time::Duration;

use onhook::testbed::wait_until;
use serde_json::json;

use super::scene::{Person, Scene};

/// An administrator and supervisor in two Contact Center queues, whose Tenant names a connector, to be deleted.
async fn leaving(prefix: &str, before: impl FnOnce(&Scene)) -> (Scene, String) {
    let scene = Scene::new(prefix).await;
    scene.connect().await;
    let user_id = scene
        .person(Person {
            contact_center_queues: 2,
            ..Person::named("agent")
        })
        .await;
    scene.make_contact_center_admin("agent").await;
    scene
        .declare("agent", "active", &scene.agent_id_of("agent").await)
        .await;
    scene.stage.ready("agent", "Active").await;
    before(&scene);
    scene.set_state("agent", "deleted").await;
    (scene, user_id)
}

const ALL: [&str; 6] = [
    "/queues/",
    "/queues/",
    "/supervisor",
    "/administrator",
    "/license",
    "/users/",
];

#[tokio::test]
async fn an_agent_is_off_boarded_by_the_connector_in_order_and_without_a_manual_step() {
    let (scene, user_id) = leaving("connector", |_| {}).await;
    let user = scene.stage.ready("agent", "Deleted").await;
    assert!(scene.profile(&user_id).await.is_null());
    assert_eq!(scene.removals().await, ALL);
    let journal = scene.journal().await;
    let first = |of: &dyn Fn(&str, &str) -> bool| {
        let mut entries = journal.entries().iter();
        entries.position(|entry| of(&entry.method, &entry.path)).unwrap()
    };
    let access = first(&|method, path| method == "PUT" && path.contains(&user_id));
    let asked = first(&|method, path| method == "DELETE" && path.contains("/connector/"));
    assert!(access < asked, "access is cut before the connector is asked");
    let text = serde_json::to_string(&user.status).unwrap();
    assert!(text.contains("\"assertedByConnector\":true"), "{text}");
    scene.judge().await;
}

#[tokio::test]
async fn a_connector_that_is_down_is_named_and_the_agent_goes_on_when_it_is_back() {
    let (scene, user_id) = leaving("connector-down", |scene| {
        scene.connector_is_down(json!({"status": 503}));
    })
    .await;
    let user = scene.stage.blocked("agent", "ConnectorFailing").await;
    let reasons: Vec<_> = user
        .status
        .unwrap()
        .blockers
        .into_iter()
        .map(|one| one.reason)
        .collect();
    assert!(
        reasons.contains(&"ContactCenterQueuesAssigned".to_owned()),
        "{reasons:?}"
    );
    assert!(!scene.profile(&user_id).await.is_null());
    assert!(scene.removals().await.is_empty());
    scene.connector_is_back();
    scene.stage.ready("agent", "Deleted").await;
    assert_eq!(scene.removals().await, ALL);
    scene.judge().await;
}

#[tokio::test]
async fn a_connector_that_lies_is_found_out_and_nobody_is_deleted_on_its_word() {
    let (scene, user_id) = leaving("connector-lies", Scene::connector_lies).await;
    let found_out = async || {
        let user = scene.stage.users().get("agent").await.unwrap();
        let mut blockers = user.status.iter().flat_map(|status| &status.blockers);
        match blockers.any(|blocker| blocker.reason == "ConnectorNotEffective") {
            true => Ok(()),
            false => Err(serde_json::to_string_pretty(&user.status).unwrap()),
        }
    };
    // What a connector says is done has a minute to be seen.
    let minutes = Duration::from_mins(3);
    let outcome = wait_until("the lie to be found out", minutes, found_out).await;
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(!scene.profile(&user_id).await.is_null());
    assert!(!scene.removals().await.contains(&"/users/"));
    // Somebody does it by hand, although the connector still says it had.
    scene.leave_contact_center_queues("agent").await;
    scene.not_blocked("agent", "ConnectorNotEffective").await;
    scene.judge().await;
}

#[tokio::test]
async fn a_connector_that_takes_it_on_is_waited_for_and_what_it_did_later_is_seen() {
    let (scene, user_id) = leaving("connector-later", Scene::connector_promises).await;
    scene.asked_of_connector("/queues/").await;
    assert!(!scene.removals().await.contains(&"/users/"));
    scene.leave_contact_center_queues("agent").await;
    scene.asked_of_connector("/supervisor").await;
    scene.remove_contact_center_rights("agent").await;
    scene.asked_of_connector("/license").await;
    scene.remove_contact_center_license("agent").await;
    scene.stage.ready("agent", "Deleted").await;
    assert!(scene.profile(&user_id).await.is_null());
    let asked = scene.removals().await;
    let queues = asked.iter().filter(|kind| **kind == "/queues/").count();
    assert_eq!(queues, 1, "what was taken on is not asked for again: {asked:?}");
    scene.judge().await;
}

#[tokio::test]
async fn without_the_connectors_secret_only_its_steps_wait_and_a_new_token_is_used_at_once() {
    let scene = Scene::new("connector-token").await;
    scene.name_connector().await;
    let user_id = scene
        .person(Person {
            contact_center_queues: 1,
            ..Person::named("agent")
        })
        .await;
    let other = scene.person(Person::named("other")).await;
    let agent = scene.agent_id_of("agent").await;
    for (name, more) in [("agent", agent.as_str()), ("other", "")] {
        scene.declare(name, "active", more).await;
        scene.stage.ready(name, "Active").await;
    }
    for name in ["agent", "other"] {
        scene.set_state(name, "deleted").await;
    }
    let said = |user: onhook::api::User| user.status.unwrap().conditions[0].message.clone();
    let missing = said(scene.stage.blocked("agent", "ConnectorFailing").await);
    assert!(
        missing.contains("cc-bridge") && missing.contains("is not there"),
        "{missing}"
    );
    scene.stage.ready("other", "Deleted").await;
    assert!(scene.profile(&other).await.is_null());
    scene.put_connector_token("of-yesterday").await;
    scene
        .stage
        .user("agent", "being refused its token", |user| {
            serde_json::to_string(&user.status)
                .unwrap()
                .contains("did not accept the token (401)")
        })
        .await;
    assert!(!scene.profile(&user_id).await.is_null());
    scene.put_right_connector_token().await;
    scene.stage.ready("agent", "Deleted").await;
    scene.judge().await;
}
