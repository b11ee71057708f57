//! The removal limit and approvals on the real cluster: what is asked for is what one apply brings, the judge is the
//! account's journal.

use std::collections::BTreeSet;

use kube::api::{DeleteParams, PostParams};
use kube::{Api, ResourceExt};
use onhook::api::removals::{RemovalsState, RemovalsStatus};
use onhook::api::{Approval, ApprovalSpec, NameRef, Tenant, User};
use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::scene::{Person, Scene};
use super::support::DEADLINE;

/// People of the account who are declared active, and seen so.
async fn staff(scene: &Scene, called: &str, count: usize) -> Vec<String> {
    let names: Vec<_> = (0..count).map(|n| format!("{called}-{n:02}")).collect();
    for name in &names {
        scene.person(Person::named(name)).await;
    }
    scene.set_states(&refs(&names), "active").await;
    for name in &names {
        scene.stage.ready(name, "Active").await;
    }
    names
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

async fn limited(scene: &Scene, removals: serde_json::Value) {
    scene.patch_tenant(json!({"spec": {"removals": removals}})).await;
}

/// Waits until the Tenant says this of its removals.
async fn removals(scene: &Scene, what: &str, is: impl Fn(&RemovalsStatus) -> bool) -> RemovalsStatus {
    let what = format!("the Tenant to say {what}");
    let outcome = wait_until(&what, DEADLINE, async || {
        let tenant: Tenant = scene
            .stage
            .tenants()
            .get("acme")
            .await
            .map_err(|error| error.to_string())?;
        match tenant.status.and_then(|status| status.removals) {
            Some(removals) if is(&removals) => Ok(removals),
            other => Err(format!("{other:?}")),
        }
    });
    outcome.await.unwrap_or_else(|error| panic!("{error}"))
}

pub async fn held(scene: &Scene, count: usize) -> String {
    let what = format!("that {count} are held");
    let said = removals(scene, &what, |removals| {
        let waiting = removals.waiting.as_ref();
        removals.state == RemovalsState::Held
            && waiting.is_some_and(|waiting| usize::try_from(waiting.count) == Ok(count))
    });
    said.await.waiting.unwrap().digest
}

fn approvals(scene: &Scene) -> Api<Approval> {
    Api::namespaced(scene.stage.client.clone(), &scene.stage.namespace)
}

async fn approve(scene: &Scene, name: &str, digest: &str) {
    let spec = ApprovalSpec {
        tenant_ref: NameRef {
            name: "acme".to_owned(),
        },
        digest: digest.to_owned(),
        expires_at: None,
    };
    let approval = Approval::new(name, spec);
    approvals(scene)
        .create(&PostParams::default(), &approval)
        .await
        .unwrap();
}

/// Waits until an Approval says this reason.
async fn approval_is(scene: &Scene, name: &str, reason: &str) {
    let approvals = approvals(scene);
    wait_until(
        &format!("the Approval {name} to be {reason}"),
        DEADLINE,
        async || {
            let approval = approvals.get(name).await.map_err(|error| error.to_string())?;
            let conditions = approval
                .status
                .map(|status| status.conditions)
                .unwrap_or_default();
            match conditions.iter().find(|known| known.type_ == "Ready") {
                Some(ready) if ready.reason == reason => Ok(()),
                other => Err(format!("{other:?}")),
            }
        },
    )
    .await
    .unwrap_or_else(|error| panic!("{error}"));
}

/// Whoever lost access so far. That is all that anybody may have lost.
async fn inactive(scene: &Scene) -> usize {
    let journal = scene.journal().await;
    let writes = journal.writes();
    assert!(
        writes.iter().all(|write| write.method == "PUT"),
        "something else than a PUT"
    );
    writes.len()
}

#[tokio::test]
async fn what_one_apply_marks_deleted_is_held_under_one_digest_and_one_approval_lets_exactly_that_go() {
    let scene = Scene::new("wrong-export").await;
    let names = staff(&scene, "leaver", 14).await;
    limited(&scene, json!({"limit": {"users": 4, "per": "1h"}})).await;
    scene.set_states(&refs(&names), "deleted").await;
    let digest = held(&scene, names.len()).await;
    for name in &names {
        scene.stage.blocked(name, "RemovalLimit").await;
    }
    assert!(
        inactive(&scene).await <= 4,
        "more lost access than the limit allows"
    );
    for name in &names {
        let user = scene
            .stage
            .user(name, "known", |user| user.status.is_some())
            .await;
        let observed = user.status.unwrap().observed.unwrap();
        assert!(!observed.licenses.is_empty(), "{name} lost a license");
    }
    let listed = scene
        .kubectl(&["get", "users", "-l", "onhook.dev/waiting=acme", "-o", "name"])
        .await;
    assert_eq!(listed.lines().count(), names.len(), "{listed}");

    approve(&scene, "another", "sha256:00000000000000000000000000000000").await;
    approval_is(&scene, "another", "AnotherList").await;
    approve(&scene, "leavers", &digest).await;
    approval_is(&scene, "leavers", "Accepted").await;
    for name in &names {
        scene.stage.ready(name, "Deleted").await;
    }
    let accepted = approvals(&scene).get("leavers").await.unwrap().status.unwrap();
    let users: BTreeSet<_> = accepted.users.iter().map(|item| item.user.clone()).collect();
    let expected = names
        .iter()
        .map(|name| format!("{}/{name}", scene.stage.namespace));
    assert_eq!(users, expected.collect());
    // It is used up: those who come after it are held again.
    let more = staff(&scene, "later", 5).await;
    scene.set_states(&refs(&more), "deleted").await;
    held(&scene, more.len()).await;
    scene.judge().await;
}

/// A profile without the time of its last change: those within the limit may have been INACTIVE meanwhile.
fn without_time(mut profile: Value) -> Value {
    profile["basicInfo"]["lastUpdatedTime"].take();
    profile
}

#[tokio::test]
async fn a_wrong_export_that_is_reverted_leaves_the_account_as_it_was() {
    let scene = Scene::new("reverted").await;
    let names = staff(&scene, "leaver", 8).await;
    let mut ids = Vec::new();
    for name in &names {
        let user = scene.stage.user(name, "known", |_| true).await;
        ids.push(user.status.unwrap().user_id.unwrap());
    }
    let mut before = Vec::new();
    for id in &ids {
        before.push(without_time(scene.profile(id).await));
    }
    limited(&scene, json!({"limit": {"users": 3, "per": "1h"}})).await;
    scene.set_states(&refs(&names), "deactivated").await;
    held(&scene, names.len()).await;
    scene.set_states(&refs(&names), "active").await;
    for name in &names {
        scene.stage.ready(name, "Active").await;
    }
    removals(&scene, "that nothing is held", |removals| {
        removals.waiting.is_none()
    })
    .await;
    for (id, before) in ids.iter().zip(before) {
        assert_eq!(without_time(scene.profile(id).await), before);
    }
    let user = scene.stage.user(&names[0], "known", |_| true).await;
    let labels = user.metadata.labels.unwrap_or_default();
    assert!(!labels.contains_key("onhook.dev/waiting"), "{labels:?}");
}

#[tokio::test]
async fn what_the_tenant_wants_approved_waits_and_an_approval_that_is_deleted_takes_it_back() {
    let scene = Scene::new("always").await;
    let names = staff(&scene, "leaver", 2).await;
    limited(&scene, json!({"approval": "Always"})).await;
    // Nobody is assigned the manual step, so it is still under way when the approval is taken back.
    scene.set_states(&refs(&names), "deactivated").await;
    for name in &names {
        scene.stage.blocked(name, "ApprovalRequired").await;
    }
    let said = removals(&scene, "that two wait", |removals| {
        removals.state == RemovalsState::AwaitingApproval
            && removals
                .waiting
                .as_ref()
                .is_some_and(|waiting| waiting.count == 2)
    });
    let digest = said.await.waiting.unwrap().digest;
    assert_eq!(inactive(&scene).await, 0);
    scene.patch_tenant(json!({"spec": {"suspend": true}})).await;
    approve(&scene, "leavers", &digest).await;
    approval_is(&scene, "leavers", "Accepted").await;
    for name in &names {
        scene.stage.blocked(name, "TenantSuspended").await;
    }
    approvals(&scene)
        .delete("leavers", &DeleteParams::default())
        .await
        .unwrap();
    for name in &names {
        scene.stage.blocked(name, "ApprovalRequired").await;
    }
    scene.patch_tenant(json!({"spec": {"suspend": false}})).await;
    scene.settled().await;
    assert_eq!(inactive(&scene).await, 0);
}

#[tokio::test]
async fn four_eyes_hold_where_the_one_who_asked_is_the_one_who_approves() {
    let scene = Scene::new("four-eyes").await;
    // Elsewhere a request is nobody's, and is held.
    if !scene.stage.cluster.can_stamp().await.unwrap() {
        eprintln!("SKIPPED: this server has no MutatingAdmissionPolicy");
        return;
    }
    let names = staff(&scene, "leaver", 1).await;
    limited(&scene, json!({"approval": "Always", "fourEyes": true})).await;
    scene.set_states(&refs(&names), "deactivated").await;
    scene.stage.blocked(&names[0], "ApprovalRequired").await;
    let said = removals(&scene, "that one waits", |removals| removals.waiting.is_some()).await;
    let digest = said.waiting.unwrap().digest;
    approve(&scene, "mine", &digest).await;
    approval_is(&scene, "mine", "SecondPersonNeeded").await;
    let manifest = format!(
        "apiVersion: onhook.dev/v1alpha1\nkind: Approval\nmetadata: {{name: theirs}}\nspec: {{tenantRef: {{name: acme}}, digest: \"{digest}\"}}\n"
    );
    let file = scene.stage.file("yaml", &manifest);
    scene
        .kubectl(&["create", "-f", &file, "--as=bea", "--as-group=system:masters"])
        .await;
    approval_is(&scene, "theirs", "Accepted").await;
    scene.stage.ready(&names[0], "Deactivated").await;
}

#[tokio::test]
async fn whoever_a_label_protects_is_stalled_and_counts_against_no_limit() {
    let scene = Scene::new("protected-label").await;
    let names = staff(&scene, "leaver", 2).await;
    limited(
        &scene,
        json!({
            "limit": {"users": 1, "per": "1h"},
            "protectedSelector": {"matchLabels": {"onhook.dev/protected": "true"}},
        }),
    )
    .await;
    let protect = json!({"metadata": {"labels": {"onhook.dev/protected": "true"}}});
    scene.stage.patch_user(&names[0], protect).await;
    for name in &names {
        scene.set_state(name, "deactivated").await;
    }
    scene.stage.blocked(&names[0], "ProtectedUser").await;
    scene.stage.ready(&names[1], "Deactivated").await;
    let said = scene
        .stage
        .refused(
            "
apiVersion: onhook.dev/v1alpha1
kind: Tenant
metadata: {name: another}
spec:
  adminApi: {url: http://localhost:1, apiKeySecretRef: {name: acme-8x8, key: apiKey}}
  administrators: {primary: admin@acme.example}
  contactCenter: {mode: None}
  removals: {protectedSelector: {matchLabels: {team: board}}}
  defaults: {deletionPolicy: Delete}
",
        )
        .await;
    assert!(said.contains("a key begins with onhook.dev/"), "{said}");
}

#[tokio::test]
async fn a_leaver_who_waits_for_a_grace_is_held_with_the_set_says_so_and_waits_on_once_it_shrinks() {
    let scene = Scene::new("held-grace").await;
    for name in ["waits", "jane", "joe"] {
        scene.person(Person::named(name)).await;
    }
    scene
        .declare("waits", "active", "offboarding: {licenseGracePeriod: 3d}")
        .await;
    for name in ["jane", "joe"] {
        scene.declare(name, "active", "").await;
    }
    for name in ["waits", "jane", "joe"] {
        scene.stage.ready(name, "Active").await;
    }
    let limit = json!({"spec": {"removals": {"limit": {"users": 2, "per": "1h", "quietPeriod": "0s"}}}});
    scene.patch_tenant(limit).await;
    scene.set_state("waits", "deleted").await;
    scene.stage.ready("waits", "Scheduled").await;
    scene.set_states(&["jane", "joe"], "deleted").await;
    for name in ["waits", "jane", "joe"] {
        scene.stage.blocked(name, "RemovalLimit").await;
        let labelled = |user: &User| user.labels().contains_key("onhook.dev/waiting");
        scene.stage.user(name, "labelled", labelled).await;
    }
    scene.set_state("joe", "active").await;
    scene.stage.ready("waits", "Scheduled").await;
    let free = |user: &User| !user.labels().contains_key("onhook.dev/waiting");
    scene.stage.user("waits", "not labelled any more", free).await;
    scene.judge().await;
}
