//! An account in which nothing changes: what it costs, also over a restart, and what wakes whom.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "operator/process.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod process;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod scene;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod support;

use onhook::testbed::wait_until;
use process::Operator;
use scene::{Person, Scene};
use serde_json::json;

/// How often each thing was asked of the account, and every version of an object that the operator may write.
#[derive(Debug, PartialEq)]
struct Cost {
    user_lists: usize,
    of_one_user: usize,
    writes: usize,
    versions: Vec<Option<String>>,
}

async fn cost(scene: &Scene) -> Cost {
    let journal = scene.journal().await;
    let asked = |what: fn(&str) -> bool| {
        let entries = journal.entries().iter();
        entries.filter(|entry| what(&entry.path)).count()
    };
    let users = scene.stage.users().list(&Default::default()).await.unwrap();
    let tenants = scene.stage.tenants().list(&Default::default()).await.unwrap();
    let users = users.items.into_iter().map(|user| user.metadata.resource_version);
    let tenants = tenants
        .items
        .into_iter()
        .map(|tenant| tenant.metadata.resource_version);
    Cost {
        user_lists: asked(|path| path.ends_with("/users") || path.contains("/users?")),
        of_one_user: asked(|path| path.contains("/users/")),
        writes: journal.writes().len(),
        versions: users.chain(tenants).collect(),
    }
}

/// Waits until all of the scene is settled: the operator has said so in the Tenant.
async fn at_rest(scene: &Scene, names: &[String]) {
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    let settled = async || {
        let tenant = scene.stage.tenants().get("acme").await.unwrap();
        let settled = tenant.status.and_then(|status| status.settled_generation);
        match settled == tenant.metadata.generation {
            true => Ok(()),
            false => Err(format!("{settled:?}")),
        }
    };
    wait_until("the Tenant to be settled", support::DEADLINE, settled)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    scene.inventory_read().await;
}

#[tokio::test]
async fn a_quiet_account_costs_one_list_an_interval_and_no_write_also_over_a_restart() {
    let cluster = support::cluster_without_operator().await;
    let mut operator = Operator::new(cluster);
    operator.start().await;
    let scene = Scene::on(support::Stage::on(cluster, "quiet").await).await;
    scene
        .patch_tenant(json!({"spec": {"inventory": {"interval": "1s"}}}))
        .await;
    let names: Vec<_> = (0..12).map(|number| format!("quiet-{number}")).collect();
    let mut ids = Vec::new();
    for name in &names {
        ids.push(scene.person(Person::named(name)).await);
        scene.declare(name, "active", "").await;
        scene.declare_license(name, "X4-Standard-US").await;
    }
    at_rest(&scene, &names).await;

    let before = cost(&scene).await;
    scene.inventory_read().await;
    scene.inventory_read().await;
    let after = cost(&scene).await;
    assert!(after.user_lists >= before.user_lists + 2);
    assert_eq!(after.of_one_user, before.of_one_user, "a call for a user at rest");
    assert_eq!(
        (after.writes, &after.versions),
        (before.writes, &before.versions),
        "a write though nothing changed"
    );

    operator.kill();
    let before = cost(&scene).await;
    operator.start().await;
    scene.inventory_read().await;
    let after = cost(&scene).await;
    assert_eq!(
        after.of_one_user, before.of_one_user,
        "a restart costs a call for a user"
    );
    assert_eq!((after.writes, &after.versions), (before.writes, &before.versions));

    a_changed_row_wakes_its_user_and_no_other(&scene, &names[0], &ids[0]).await;
    what_changed_while_nobody_looked_is_seen(&mut operator, &scene, &names[1], &ids[1]).await;
    a_missing_row_wakes_a_look_that_finds_who_is_gone(&scene, &names[2], &ids[2]).await;
    a_list_that_fails_takes_nobody_for_gone(&scene, &names[3], &ids[3]).await;
    assert!(scene.journal().await.writes().is_empty());
}

async fn a_changed_row_wakes_its_user_and_no_other(scene: &Scene, name: &str, id: &str) {
    let before = cost(scene).await.of_one_user;
    let inactive = json!({"basicInfo": {"status": "INACTIVE"}});
    scene.change_profile(id, inactive).await;
    scene.stage.blocked(name, "ProfileInactive").await;
    assert_eq!(cost(scene).await.of_one_user, before + 1);
    let active = json!({"basicInfo": {"status": "ACTIVE"}});
    scene.change_profile(id, active).await;
    scene.stage.ready(name, "Active").await;
}

async fn what_changed_while_nobody_looked_is_seen(
    operator: &mut Operator,
    scene: &Scene,
    name: &str,
    id: &str,
) {
    operator.kill();
    let inactive = json!({"basicInfo": {"status": "INACTIVE"}});
    scene.change_profile(id, inactive).await;
    operator.start().await;
    scene.stage.blocked(name, "ProfileInactive").await;
}

async fn a_missing_row_wakes_a_look_that_finds_who_is_gone(scene: &Scene, name: &str, id: &str) {
    scene.delete_profile(id).await;
    scene
        .stage
        .user(name, "stalled", |user| {
            let status = user.status.as_ref();
            status.is_some_and(|status| !status.blockers.is_empty())
        })
        .await;
}

/// A list that fails tells of nobody that they are gone.
async fn a_list_that_fails_takes_nobody_for_gone(scene: &Scene, name: &str, id: &str) {
    let reads = async || {
        let journal = scene.journal().await;
        let entries = journal.entries().iter();
        entries.filter(|entry| entry.path.ends_with(id)).count()
    };
    let before = reads().await;
    scene
        .fault("GET", "/admin-provisioning/users?", json!({"status": 503}))
        .await;
    scene.tenant_is("Ready", "True", "Available").await;
    scene.inventory_read().await;
    scene.stage.ready(name, "Active").await;
    assert_eq!(reads().await, before);
}
