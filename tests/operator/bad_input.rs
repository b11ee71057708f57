//! Bad input: each gives a condition that a person understands, and nothing is sent to the account.

use serde_json::{Value, json};

use super::scene::{Person, Scene};
use super::support::condition;

/// Waits for the blocker, and that no write was sent whatever else happened.
async fn blocked(scene: &Scene, name: &str, reason: &str, words: &[&str]) {
    let user = scene.stage.blocked(name, reason).await;
    let status = user.status.unwrap();
    assert_eq!(condition(&status.conditions, "Ready"), Some(("False", reason)));
    let blocker = status
        .blockers
        .iter()
        .find(|blocker| blocker.reason == reason)
        .unwrap();
    for word in words {
        assert!(
            format!("{} {}", blocker.what, blocker.to_do).contains(word),
            "{word:?} is not in {blocker:?}"
        );
    }
    assert!(!blocker.to_do.is_empty());
    assert!(
        scene.journal().await.writes().is_empty(),
        "{:?}",
        scene.journal().await.writes()
    );
}

#[tokio::test]
async fn a_tenant_that_is_not_there() {
    let scene = Scene::new("no-tenant").await;
    scene.declare_for_tenant("somebody", "missing").await;
    let full = format!("{}/missing", scene.stage.namespace);
    blocked(&scene, "somebody", "TenantNotFound", &[&full]).await;
}

#[tokio::test]
async fn a_secret_that_is_not_there_and_comes_later() {
    let scene = Scene::new("no-secret").await;
    scene.person(Person::named("waits")).await;
    scene.kubectl(&["delete", "secret", "acme-8x8"]).await;
    scene.declare("waits", "deactivated", "").await;
    blocked(&scene, "waits", "SecretNotFound", &["acme-8x8"]).await;
    scene.tenant_is("Ready", "False", "SecretNotFound").await;
    scene.put_secret("apiKey").await;
    scene.stage.ready("waits", "Deactivated").await;
}

#[tokio::test]
async fn a_key_that_is_not_in_the_secret() {
    let scene = Scene::new("no-key").await;
    scene.person(Person::named("waits")).await;
    scene.kubectl(&["delete", "secret", "acme-8x8"]).await;
    scene.put_secret("another").await;
    scene.declare("waits", "deactivated", "").await;
    blocked(&scene, "waits", "SecretKeyMissing", &["apiKey"]).await;
}

#[tokio::test]
async fn a_key_that_the_account_refuses_until_it_is_rotated() {
    let scene = Scene::new("refused-key").await;
    scene.person(Person::named("waits")).await;
    scene.put_key("not-a-key").await;
    scene.declare("waits", "deactivated", "").await;
    blocked(&scene, "waits", "KeyRefused", &["key"]).await;
    scene.tenant_is("Ready", "False", "KeyRefused").await;
    scene.put_secret("apiKey").await;
    scene.stage.ready("waits", "Deactivated").await;
}

#[tokio::test]
async fn a_key_without_the_right_to_remove() {
    let scene = Scene::new("no-right").await;
    let user_id = scene.person(Person::named("stays")).await;
    scene.put_key(&scene.key("reader")).await;
    scene.declare("stays", "deactivated", "").await;
    let user = scene.stage.blocked("stays", "NotAuthorized").await;
    assert_eq!(
        condition(&user.status.unwrap().conditions, "Ready"),
        Some(("False", "NotAuthorized"))
    );
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "ACTIVE");
}

#[tokio::test]
async fn an_address_where_nobody_answers() {
    let scene = Scene::new("unreachable").await;
    let patch = json!({"spec": {"adminApi": {"url": "http://127.0.0.1:1/admin-provisioning"}}});
    scene.patch_tenant(patch).await;
    scene.declare("waits", "deactivated", "").await;
    blocked(&scene, "waits", "AccountUnreachable", &["address"]).await;
    scene.tenant_is("Ready", "False", "AccountUnreachable").await;
}

#[tokio::test]
async fn a_user_name_that_nobody_has() {
    let scene = Scene::new("nobody").await;
    scene.declare("nobody", "deleted", "").await;
    blocked(
        &scene,
        "nobody",
        "ProfileNotFound",
        &["No profile", "spec.userName"],
    )
    .await;
}

#[tokio::test]
async fn a_user_name_that_only_another_case_would_match() {
    let scene = Scene::new("case").await;
    let user_id = scene.person(Person::named("Camel-Case")).await;
    scene.declare_as("camel", "camel-case", "deactivated", "").await;
    blocked(&scene, "camel", "ProfileNotFound", &["upper and lower case"]).await;
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "ACTIVE");
}

#[tokio::test]
async fn two_profiles_for_one_name() {
    let scene = Scene::new("twins").await;
    scene.person(Person::named("twin")).await;
    scene.second_profile_named("twin").await;
    scene.declare("twin", "deactivated", "").await;
    blocked(
        &scene,
        "twin",
        "UserNameAmbiguous",
        &["2 profiles", "spec.userId"],
    )
    .await;
}

#[tokio::test]
async fn a_user_ref_to_a_user_that_is_not_there() {
    let scene = Scene::new("no-user").await;
    scene.declare_dependants("missing").await;
    scene
        .dependant_is("missing-license", "Ready", "False", "UserNotFound")
        .await;
    scene
        .kubectl(&[
            "delete",
            "licenseassignments,queueassignments",
            "--all",
            "--timeout=60s",
        ])
        .await;
    assert!(scene.journal().await.writes().is_empty());
}

#[tokio::test]
async fn a_license_that_nobody_has_and_the_tenant_does_not_list() {
    let scene = Scene::new("no-license").await;
    scene.person(Person::named("somebody")).await;
    scene.declare("somebody", "active", "").await;
    scene.declare_license("somebody", "X99-Invented").await;
    scene.stage.ready("somebody", "Active").await;
    scene
        .dependant_is("somebody-license", "Stalled", "True", "LicenseUnknown")
        .await;
    assert!(scene.journal().await.writes().is_empty());
}

#[tokio::test]
async fn an_administrator_and_a_protected_user_and_a_legal_hold() {
    let scene = Scene::new("protected").await;
    for (name, reason, extra) in [
        ("admin", "AdministratorProtected", ""),
        ("chief", "ProtectedUser", ""),
        ("held", "LegalHold", "offboarding: {legalHold: true}"),
    ] {
        let user_id = scene.person(Person::named(name)).await;
        scene
            .declare(name, "deleted", &format!("userId: {user_id}\n  {extra}"))
            .await;
        blocked(&scene, name, reason, &[]).await;
        let user = scene.stage.blocked(name, reason).await;
        assert_eq!(
            condition(&user.status.unwrap().conditions, "Stalled"),
            Some(("True", reason))
        );
    }
}

#[tokio::test]
async fn a_tenant_that_observes_or_is_suspended() {
    let scene = Scene::new("observe").await;
    scene.person(Person::named("stays")).await;
    scene.patch_tenant(json!({"spec": {"mode": "Observe"}})).await;
    scene.declare("stays", "active", "").await;
    scene.stage.ready("stays", "Active").await;
    scene.set_state("stays", "deleted").await;
    blocked(&scene, "stays", "TenantObserves", &["Enforce"]).await;
    scene
        .patch_tenant(json!({"spec": {"mode": "Enforce", "suspend": true}}))
        .await;
    blocked(&scene, "stays", "TenantSuspended", &["spec.suspend"]).await;
    scene.patch_tenant(json!({"spec": {"suspend": false}})).await;
    scene.stage.ready("stays", "Deleted").await;
}

#[tokio::test]
async fn a_namespace_that_the_tenant_does_not_allow() {
    let scene = Scene::new("allowed").await;
    let elsewhere = Scene::new("not-allowed").await;
    scene.person(Person::named("somebody")).await;
    elsewhere
        .declare_for_tenant_in("somebody", "acme", &scene.stage.namespace)
        .await;
    blocked(
        &elsewhere,
        "somebody",
        "NamespaceNotAllowed",
        &[&elsewhere.stage.namespace],
    )
    .await;
    assert!(scene.journal().await.writes().is_empty());
}

#[tokio::test]
async fn removals_over_the_limit_are_held_whole() {
    let scene = Scene::new("limit").await;
    let limit = json!({"users": 2, "per": "1h"});
    scene
        .patch_tenant(json!({"spec": {"removals": {"limit": limit}}}))
        .await;
    let names = ["one", "two", "three", "four", "five"];
    for name in names {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
    }
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    // They arrive one after the other, so the first two may be gone before the third is seen.
    scene.set_states(&names, "deactivated").await;
    for name in &names[2..] {
        scene.stage.blocked(name, "RemovalLimit").await;
    }
    scene.settled().await;
    let writes = scene.journal().await.writes().len();
    assert!(writes <= 2, "{writes} were removed, and the limit is 2");
    // Back in Git: nobody is removed any more, and who was comes back.
    scene.set_states(&names, "active").await;
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
}

#[tokio::test]
async fn an_object_that_this_version_cannot_read_keeps_nobody_else_from_being_off_boarded() {
    let scene = Scene::new("unreadable").await;
    let unreadable = scene.person(Person::named("unreadable")).await;
    let leaver = scene.person(Person::named("leaver")).await;
    for name in ["unreadable", "leaver"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    // As a newer version may have written it: the schema takes it, and this version does not.
    let finished = json!({"userId": unreadable, "at": "2026-01-01T00:00:00+99:99", "outcome": "Deleted"});
    scene.operator_finishes("unreadable", finished).await;
    for name in ["unreadable", "leaver"] {
        let state = r#"{"spec":{"state":"deleted"}}"#;
        scene
            .kubectl(&["patch", "user.onhook.dev", name, "--type=merge", "-p", state])
            .await;
    }
    scene.stage.ready("leaver", "Deleted").await;
    assert!(scene.profile(&leaver).await.is_null());
    scene.profile_is(&unreadable, "ACTIVE").await;
    // Once it can be read again, it goes on.
    scene.operator_finishes("unreadable", Value::Null).await;
    scene.stage.ready("unreadable", "Deleted").await;
}

/// Manifests that the server must refuse, and a word of what it says.
const MALFORMED: [(&str, &str, &str); 10] = [
    (
        "a state that there is not",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: fired}",
        "spec.state",
    ),
    (
        "no state",
        "{tenantRef: {name: acme}, userName: a@acme.example}",
        "spec.state",
    ),
    (
        "a wildcard",
        "{tenantRef: {name: acme}, userName: 'a*', state: active}",
        "spec.userName",
    ),
    (
        "a short name",
        "{tenantRef: {name: acme}, userName: ab, state: active}",
        "spec.userName",
    ),
    (
        "no tenant",
        "{userName: a@acme.example, state: active}",
        "spec.tenantRef",
    ),
    (
        "a length of time that is none",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: active, offboarding: {retentionPeriod: 3 weeks}}",
        "retentionPeriod",
    ),
    (
        "a time that is none",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: active, effectiveAt: tomorrow}",
        "effectiveAt",
    ),
    (
        "a time of an offset that is none",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: active, effectiveAt: '2026-12-01T17:00:00+99:99'}",
        "effectiveAt",
    ),
    (
        "a confirmation that there is not",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: active, offboarding: {confirmations: [Whatever]}}",
        "confirmations",
    ),
    (
        "an unknown field",
        "{tenantRef: {name: acme}, userName: a@acme.example, state: active, sate: deleted}",
        "sate",
    ),
];

#[tokio::test]
async fn malformed_manifests_are_refused_at_admission() {
    let scene = Scene::new("malformed").await;
    for (what, spec, word) in MALFORMED {
        let manifest = format!(
            "apiVersion: onhook.dev/v1alpha1\nkind: User\nmetadata: {{name: malformed}}\nspec: {spec}\n"
        );
        let said = scene.stage.refused(&manifest).await;
        assert!(said.contains(word), "{what}: {said}");
    }
}

#[tokio::test]
async fn what_no_api_can_do_is_refused_at_admission() {
    let scene = Scene::new("impossible").await;
    let queue = |kind: &str, policy: &str| {
        format!(
            "apiVersion: onhook.dev/v1alpha1\nkind: QueueAssignment\nmetadata: {{name: sales}}\nspec: {{userRef: {{name: \
             leah}}, queue: {{type: {kind}, name: Sales}}, deletionPolicy: {policy}}}\n"
        )
    };
    let said = scene.stage.refused(&queue("ContactCenter", "Delete")).await;
    assert!(said.contains("no public API of 8x8 leaves one"), "{said}");
    scene.stage.apply(&queue("ContactCenter", "Orphan")).await;
    scene.stage.apply(&queue("RingGroup", "Delete")).await;
}

#[tokio::test]
async fn what_must_not_change_is_refused_at_admission() {
    let scene = Scene::new("immutable").await;
    scene
        .declare_as("fixed", "fixed", "active", "userId: abc123")
        .await;
    scene.declare_dependants("fixed").await;
    for (kind, name, patch, word) in [
        (
            "user.onhook.dev",
            "fixed",
            r#"{"spec":{"userId":"def456"}}"#,
            "userId is immutable",
        ),
        (
            "user.onhook.dev",
            "fixed",
            r#"{"spec":{"userId":null}}"#,
            "userId is immutable",
        ),
        (
            "user.onhook.dev",
            "fixed",
            r#"{"spec":{"tenantRef":{"name":"other"}}}"#,
            "tenantRef is immutable",
        ),
        (
            "licenseassignment",
            "fixed-license",
            r#"{"spec":{"userRef":{"name":"other"}}}"#,
            "userRef is immutable",
        ),
        (
            "queueassignment",
            "fixed-group",
            r#"{"spec":{"userRef":{"name":"other"}}}"#,
            "userRef is immutable",
        ),
    ] {
        let said = scene
            .kubectl_refused(&["patch", kind, name, "--type=merge", "--patch", patch])
            .await;
        assert!(said.contains(word), "{kind}: {said}");
    }
}

#[tokio::test]
async fn a_wrong_key_a_dead_server_and_a_blocked_leaver_stop_nobody_else() {
    let wrong_key = Scene::new("wrong-key").await;
    wrong_key.put_key("not-a-key").await;
    let dead = Scene::new("dead").await;
    dead.patch_tenant(json!({"spec": {"adminApi": {"url": "http://127.0.0.1:1/admin-provisioning"}}}))
        .await;
    for number in 0..10 {
        wrong_key
            .declare(&format!("leaver-{number}"), "deactivated", "")
            .await;
        dead.declare(&format!("leaver-{number}"), "deactivated", "").await;
    }
    let healthy = Scene::new("healthy").await;
    healthy.declare("blocked", "deleted", "").await;
    healthy.person(Person::named("leaver")).await;
    healthy.declare("leaver", "active", "").await;
    healthy.stage.ready("leaver", "Active").await;
    healthy.set_state("leaver", "deleted").await;
    healthy.stage.ready("leaver", "Deleted").await;
    healthy.stage.blocked("blocked", "ProfileNotFound").await;
    let refused = wrong_key.journal().await.entries().len();
    assert!(refused < 30, "{refused} calls with a key that is refused");
}
