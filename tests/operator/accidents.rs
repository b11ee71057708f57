//! Accidents: what nobody meant to be a removal is none. The account's journal is the witness.

use kube::Api;
use kube::api::{DeleteParams, PostParams};
use onhook::api::Tenant;
use onhook::testbed::wait_until;
use serde_json::json;

use super::scene::{Person, Scene};
use super::support::DEADLINE;

/// Waits until a Tenant of this namespace is Ready, or not, for this reason.
async fn tenant_says(scene: &Scene, namespace: &str, status: &str, reason: &str) {
    let tenants = Api::<Tenant>::namespaced(scene.stage.client.clone(), namespace);
    let what = format!("the Tenant in {namespace} to be Ready={status}, {reason}");
    wait_until(&what, DEADLINE, async || {
        let tenant = tenants.get("acme").await.map_err(|error| error.to_string())?;
        let conditions = tenant.status.map(|status| status.conditions).unwrap_or_default();
        match conditions.iter().find(|known| known.type_ == "Ready") {
            Some(ready) if ready.status == status && ready.reason == reason => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn a_second_tenant_of_one_account_is_stalled_and_removes_nobody_until_the_first_is_gone() {
    let scene = Scene::new("two-tenants").await;
    scene.person(Person::named("jane")).await;
    tenant_says(&scene, &scene.stage.namespace, "True", "Available").await;
    let elsewhere = scene.stage.cluster.namespace("second").await.unwrap();
    let first = scene.stage.tenants().get("acme").await.unwrap();
    let mut second = Tenant::new("acme", first.spec.clone());
    second.spec.allowed_namespaces.match_names = vec![scene.stage.namespace.clone()];
    let tenants = Api::<Tenant>::namespaced(scene.stage.client.clone(), &elsewhere);
    tenants.create(&PostParams::default(), &second).await.unwrap();
    scene.copy_secrets(&elsewhere).await;
    tenant_says(&scene, &elsewhere, "False", "AccountClaimed").await;
    scene.declare_for_tenant_in("jane", "acme", &elsewhere).await;
    let user = scene.stage.blocked("jane", "AccountClaimed").await;
    let blocker = &user.status.unwrap().blockers[0];
    assert!(blocker.what.contains(&scene.stage.namespace), "{blocker:?}");
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    // The first goes, and the second takes its place at its next look.
    let gone = DeleteParams::default();
    scene.stage.tenants().delete("acme", &gone).await.unwrap();
    let again = json!({"spec": {"inventory": {"interval": "20s"}}});
    let patch = kube::api::Patch::Merge(again);
    tenants.patch("acme", &Default::default(), &patch).await.unwrap();
    tenant_says(&scene, &elsewhere, "True", "Available").await;
    scene.stage.ready("jane", "Deactivated").await;
}

#[tokio::test]
async fn a_suspended_user_is_not_written_to_until_it_is_taken_back() {
    let scene = Scene::new("suspended").await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    let suspend = |value| json!({"metadata": {"annotations": {"onhook.dev/suspend": value}}});
    scene.stage.patch_user("jane", suspend(json!("true"))).await;
    scene.set_state("jane", "deleted").await;
    scene.stage.blocked("jane", "UserSuspended").await;
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    scene.stage.patch_user("jane", suspend(json!(null))).await;
    scene.stage.ready("jane", "Deleted").await;
    scene.judge().await;
}

#[tokio::test]
async fn manifests_that_vanish_remove_nobody_within_the_delay_and_more_than_the_limit_never() {
    let scene = Scene::with_deletion_delay("pruned", "3s").await;
    let names = ["one", "two", "three", "four", "five"];
    for name in names {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
    }
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    let removals = json!({"deletionDelay": "3s", "limit": {"users": 2, "per": "1h"}});
    scene.patch_tenant(json!({"spec": {"removals": removals}})).await;
    scene.kubectl(&["delete", "users", "--all", "--wait=false"]).await;
    for name in names {
        scene.stage.blocked(name, "RemovalLimit").await;
    }
    scene.settled().await;
    let journal = scene.journal().await;
    let writes = journal.writes();
    assert!(
        writes.len() <= 2,
        "{} were removed, and the limit is 2",
        writes.len()
    );
    assert!(writes.iter().all(|write| write.method == "PUT"));
    // The way out: the objects are let go of, and the account stays as it is.
    for name in names {
        let orphan = json!({"spec": {"deletionPolicy": "Orphan"}});
        scene.stage.patch_user(name, orphan).await;
        scene.stage.gone(name).await;
    }
    assert_eq!(scene.journal().await.writes().len(), writes.len());
}
