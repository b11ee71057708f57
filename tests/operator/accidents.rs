//! Accidents: what nobody meant to be a removal is none. The account's journal is the witness.

use kube::Api;
use kube::api::{DeleteParams, PostParams};
use onhook::api::Tenant;
use onhook::testbed::wait_until;
use serde_json::json;

use super::scene::{Person, Scene};
use super::support::DEADLINE;

#[tokio::test]
async fn a_second_tenant_of_one_account_is_stalled_and_removes_nobody_until_the_first_is_gone() {
    let scene = Scene::new("two-tenants").await;
    scene.person(Person::named("jane")).await;
    scene
        .tenant_in(&scene.stage.namespace, "Ready", "True", "Available")
        .await;
    let elsewhere = scene.stage.cluster.namespace("second").await.unwrap();
    let first = scene.stage.tenants().get("acme").await.unwrap();
    let mut second = Tenant::new("acme", first.spec.clone());
    second.spec.allowed_namespaces.match_names = vec![scene.stage.namespace.clone()];
    let tenants = Api::<Tenant>::namespaced(scene.stage.client.clone(), &elsewhere);
    tenants.create(&PostParams::default(), &second).await.unwrap();
    scene.copy_secrets(&elsewhere).await;
    scene
        .tenant_in(&elsewhere, "Ready", "False", "AccountClaimed")
        .await;
    scene.declare_for_tenant_in("jane", "acme", &elsewhere).await;
    let user = scene.stage.blocked("jane", "AccountClaimed").await;
    let blocker = &user.status.unwrap().blockers[0];
    assert!(blocker.what.contains(&scene.stage.namespace), "{blocker:?}");
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    // The first goes, and the second takes its place at its next look. Nobody but a marker needs the first.
    let gone = DeleteParams::default();
    scene.stage.tenants().delete("acme", &gone).await.unwrap();
    for round in 0..3 {
        let marker = format!("marker-{round}");
        scene.stage.users().delete(&marker, &gone).await.unwrap();
    }
    let again = json!({"spec": {"inventory": {"interval": "20s"}}});
    let patch = kube::api::Patch::Merge(again);
    tenants.patch("acme", &Default::default(), &patch).await.unwrap();
    scene.tenant_in(&elsewhere, "Ready", "True", "Available").await;
    scene.stage.ready("jane", "Deactivated").await;
}

#[tokio::test]
async fn a_suspended_user_is_not_written_to_until_it_is_taken_back() {
    let scene = Scene::new("suspended").await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    scene.stage.annotate("jane", "onhook.dev/suspend", "true").await;
    scene.set_state("jane", "deleted").await;
    scene.stage.blocked("jane", "UserSuspended").await;
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
    scene
        .stage
        .annotate("jane", "onhook.dev/suspend", serde_json::Value::Null)
        .await;
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
    within_the_limit(&scene, 2).await;
    // The way out: the objects are let go of. What is left of the set once it is no larger than the limit may go on.
    for name in names {
        let orphan = json!({"spec": {"deletionPolicy": "Orphan"}});
        scene.stage.patch_user(name, orphan).await;
    }
    for name in names {
        scene.stage.gone(name).await;
    }
    within_the_limit(&scene, 2).await;
}

async fn within_the_limit(scene: &Scene, limit: usize) {
    let journal = scene.journal().await;
    let writes = journal.writes();
    assert!(
        writes.len() <= limit,
        "{} were removed, and the limit is {limit}",
        writes.len()
    );
    assert!(
        writes.iter().all(|write| write.method == "PUT"),
        "nobody is deleted"
    );
}

#[tokio::test]
async fn who_was_to_be_deleted_is_finished_with_the_credentials_of_a_namespace_that_goes() {
    let scene = Scene::new("everything-goes").await;
    let jane = scene.person(Person::named("jane")).await;
    let leaver = scene.person(Person::named("leaver")).await;
    for name in ["jane", "leaver"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    scene.stage.annotate("leaver", "onhook.dev/suspend", "true").await;
    scene.set_state("leaver", "deleted").await;
    scene.stage.blocked("leaver", "UserSuspended").await;
    held(&scene, "secret/acme-8x8").await;
    held(&scene, "secret/acme-8x8-cc").await;
    held(&scene, "tenant/acme").await;
    let namespace = scene.stage.namespace.clone();
    scene
        .kubectl(&["delete", "namespace", &namespace, "--wait=false"])
        .await;
    scene.stage.gone("jane").await;
    scene.tenant_in(&namespace, "Ready", "False", "InUse").await;
    held(&scene, "secret/acme-8x8").await;
    assert!(
        scene.journal().await.writes().is_empty(),
        "the end of a namespace removes nobody"
    );
    scene
        .stage
        .annotate("leaver", "onhook.dev/suspend", serde_json::Value::Null)
        .await;
    wait_until("the namespace to end", DEADLINE, async || {
        let namespaces = Api::<k8s_openapi::api::core::v1::Namespace>::all(scene.stage.client.clone());
        match namespaces.get_opt(&namespace).await {
            Ok(None) => Ok(()),
            other => Err(format!(
                "{:?}",
                other.map(|found| found.and_then(|found| found.status))
            )),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    let journal = scene.journal().await;
    let of_jane = format!("/users/{jane}");
    assert!(
        !journal
            .writes()
            .iter()
            .any(|write| write.path.ends_with(&of_jane))
    );
    let gone = journal
        .writes()
        .iter()
        .any(|write| write.method == "DELETE" && write.path.ends_with(&leaver));
    assert!(gone, "the leaver was not finished");
    scene.judge().await;
}

/// Waits until the finalizer of the operator is on an object.
async fn held(scene: &Scene, object: &str) {
    wait_until(&format!("{object} to be held"), DEADLINE, async || {
        let path = "jsonpath={.metadata.finalizers}";
        let finalizers = scene.kubectl(&["get", object, "--output", path]).await;
        if finalizers.contains("onhook.dev/in-use") {
            Ok(())
        } else {
            Err(finalizers)
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn a_secret_that_is_deleted_alone_is_let_go_of_and_may_come_back() {
    let scene = Scene::new("secret-replaced").await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    held(&scene, "secret/acme-8x8").await;
    scene
        .kubectl(&["delete", "secret", "acme-8x8", "--timeout=60s"])
        .await;
    scene.set_state("jane", "deactivated").await;
    scene.stage.blocked("jane", "SecretNotFound").await;
    scene.put_secret("apiKey").await;
    scene.stage.ready("jane", "Deactivated").await;
}

#[tokio::test]
async fn a_tenant_without_users_goes_at_once_with_its_secrets() {
    let scene = Scene::new("unused").await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    held(&scene, "secret/acme-8x8").await;
    let orphan = json!({"spec": {"deletionPolicy": "Orphan"}});
    scene.stage.patch_user("jane", orphan).await;
    scene.kubectl(&["delete", "user", "jane", "--timeout=60s"]).await;
    scene
        .kubectl(&["delete", "tenant", "acme", "--timeout=60s"])
        .await;
    scene
        .kubectl(&["delete", "secret", "acme-8x8", "acme-8x8-cc", "--timeout=60s"])
        .await;
    assert!(scene.journal().await.writes().is_empty());
}
