//! What the operator does that no page tells, played so that every right it has is seen in use: on a server that streams no
//! lists and takes an owner reference only from who may delete.

use std::path::{Path, PathBuf};

use kube::Api;
use kube::api::{DeleteParams, Patch, PostParams};
use onhook::api::Tenant;
use onhook::testbed::{Cluster, Options};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::process::Operator;
use super::scene::{Person, Scene};
use super::support::Stage;

/// What this server does otherwise than one that is started without a word.
const OTHERWISE: &[&str] = &[
    "--feature-gates=WatchList=false",
    "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
];

async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    let options = Options {
        audit: true,
        server: OTHERWISE,
        ..Options::default()
    };
    CLUSTER
        .get_or_init(|| async { Cluster::start(options).await.unwrap() })
        .await
}

/// Plays all of them, and gives the server's audit log.
pub async fn play() -> PathBuf {
    let cluster = cluster().await;
    cluster.install_operator_rbac().await.unwrap();
    let mut operator = Operator::named(cluster, "scenes");
    operator.start().await;
    let scene = Scene::on(Stage::on(cluster, "nobody").await).await;
    an_account_goes_from_one_tenant_to_another(&scene).await;
    let scene = Scene::on(Stage::on(cluster, "twice").await).await;
    somebody_is_deactivated_twice(&scene).await;
    what_nobody_may_own_is_held_and_let_go_of(&scene).await;
    operator.terminate().await;
    let log = cluster.scratch().join("audit.log");
    an_owner_that_is_refused_is_offered_once(&log);
    log
}

/// However often what depends on the User was looked at.
fn an_owner_that_is_refused_is_offered_once(log: &Path) {
    let log = std::fs::read_to_string(log).unwrap();
    let events = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let refused = events.filter(|event| event["verb"] == "patch" && event["responseStatus"]["code"] == 403);
    let mut names: Vec<_> = refused
        .filter_map(|event| Some(event["objectRef"]["name"].as_str()?.to_owned()))
        .collect();
    assert!(names.iter().any(|name| name == "jane-license"), "{names:?}");
    let offers = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), offers, "{offers} refused patches of {names:?}");
}

/// The second Tenant is told of the first, and writes the claim anew once that is gone.
async fn an_account_goes_from_one_tenant_to_another(scene: &Scene) {
    scene.tenant_is("Ready", "True", "Available").await;
    let elsewhere = scene.stage.cluster.namespace("second").await.unwrap();
    scene.copy_secrets(&elsewhere).await;
    let first = scene.stage.tenants().get("acme").await.unwrap();
    let second = Tenant::new("acme", first.spec);
    let tenants = Api::<Tenant>::namespaced(scene.stage.client.clone(), &elsewhere);
    tenants.create(&PostParams::default(), &second).await.unwrap();
    scene
        .tenant_in(&elsewhere, "Ready", "False", "AccountClaimed")
        .await;
    let gone = DeleteParams::default();
    scene.stage.tenants().delete("acme", &gone).await.unwrap();
    let again = Patch::Merge(json!({"spec": {"inventory": {"interval": "20s"}}}));
    tenants.patch("acme", &Default::default(), &again).await.unwrap();
    scene.tenant_in(&elsewhere, "Ready", "True", "Available").await;
}

/// The event of it is one, that counts.
async fn somebody_is_deactivated_twice(scene: &Scene) {
    let jane = Person {
        ring_groups: 1,
        call_queues: 1,
        ..Person::named("jane")
    };
    scene.person(jane).await;
    scene.declare("jane", "active", "").await;
    scene.stage.ready("jane", "Active").await;
    for (state, ready) in [
        ("deactivated", "Deactivated"),
        ("active", "Active"),
        ("deactivated", "Deactivated"),
        ("active", "Active"),
    ] {
        scene.set_state("jane", state).await;
        scene.stage.ready("jane", ready).await;
    }
}

/// Without an owner an assignment is held and let go of in the order of the run, and only does not go along.
async fn what_nobody_may_own_is_held_and_let_go_of(scene: &Scene) {
    scene.declare_dependants("jane").await;
    scene
        .dependant_is("jane-license", "Ready", "True", "Assigned")
        .await;
    let license = scene.stage.licenses().get("jane-license").await.unwrap();
    assert_eq!(license.metadata.owner_references, None);
    assert_eq!(license.metadata.finalizers.unwrap(), ["onhook.dev/release"]);
    scene.set_state("jane", "deleted").await;
    scene.stage.ready("jane", "Deleted").await;
    scene
        .dependant_is("jane-license", "Ready", "True", "Released")
        .await;
    let delete = ["delete", "user", "jane", "--cascade=foreground"];
    scene.kubectl(&delete).await;
    scene.stage.gone("jane").await;
    let licenses = [
        "delete",
        "licenseassignment,queueassignment",
        "--all",
        "--timeout=60s",
    ];
    scene.kubectl(&licenses).await;
    scene.dependants_gone("jane").await;
    scene.judge().await;
}
