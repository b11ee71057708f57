//! Two replicas: the one that works is cut off in the middle of some leavers, and comes back.

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

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use onhook::api::User;
use onhook::testbed::{OPERATOR_NAMESPACE, wait_until};
use process::Operator;
use scene::Scene;
use serde_json::json;
use support::DEADLINE;

/// A Lease and the calls of its holder end before somebody else goes on.
const TAKEN_OVER: Duration = Duration::from_secs(120);

/// Each test here has operators of its own, which would work on the account of the other one as well.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn has_ended(user: &User) -> bool {
    let status = user.status.as_ref();
    status.is_some_and(|status| status.finished.is_some())
}

/// Who holds the Lease of the one account.
async fn holder(scene: &Scene) -> Option<String> {
    let leases = Api::<Lease>::namespaced(scene.stage.client.clone(), OPERATOR_NAMESPACE);
    let leases = leases.list(&Default::default()).await.unwrap().items;
    let of_account = |lease: &&Lease| {
        let name = lease.metadata.name.as_deref();
        name.is_some_and(|name| name.starts_with("account-"))
    };
    let lease = leases.iter().find(of_account)?;
    let holder = lease.spec.as_ref()?.holder_identity.clone()?;
    Some(holder).filter(|holder| !holder.is_empty())
}

/// How many writes to the account an operator says that it sent.
fn sent_by(operator: &Operator) -> usize {
    operator.wrote().matches("write is sent to the account").count()
}

async fn held_by(scene: &Scene, who: &str) {
    let what = format!("the Lease to be held by {who}");
    let held = async || match holder(scene).await {
        Some(holder) if holder == who => Ok(()),
        other => Err(format!("{other:?}")),
    };
    wait_until(&what, TAKEN_OVER, held)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn ended(scene: &Scene, at_least: usize) {
    let what = format!("{at_least} leavers to have ended");
    let ended = async || {
        let users = scene.stage.users().list(&Default::default()).await.unwrap();
        match users.items.iter().filter(|user| has_ended(user)).count() {
            ended if ended >= at_least => Ok(()),
            ended => Err(format!("{ended}: {:#?}", scene.unfinished().await)),
        }
    };
    wait_until(&what, TAKEN_OVER, ended)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn a_holder_that_is_cut_off_and_comes_back_writes_nothing_twice() {
    let _alone = ALONE.lock().await;
    let cluster = support::cluster_without_operator().await;
    let (mut first, mut second) = (
        Operator::named(cluster, "first"),
        Operator::named(cluster, "second"),
    );
    first.start().await;
    let scene = Scene::on(support::Stage::on(cluster, "failover").await).await;
    // So slow that operations are at work when the holder is cut off.
    scene
        .change_settings(json!({"operationMinSeconds": 20.0, "operationMaxSeconds": 60.0}))
        .await;
    let names: Vec<_> = (0..8).map(|number| format!("leaver-{number}")).collect();
    let ids = scene.known(&names).await;
    held_by(&scene, "first").await;
    second.start().await;
    let warm = async || match second.wrote().contains("every kind was listed") {
        true => Ok(()),
        false => Err("it has not listed everything".to_owned()),
    };
    wait_until("the second to be warm", support::DEADLINE, warm)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    for name in &names {
        scene.set_state(name, "deleted").await;
    }
    let sent = async || match scene.journal().await.writes().len() {
        sent if sent >= names.len() => Ok(()),
        sent => Err(format!("{sent}")),
    };
    wait_until("some writes to be sent", support::DEADLINE, sent)
        .await
        .unwrap_or_else(|error| panic!("{error}"));

    assert_eq!(sent_by(&second), 0, "two write at a time");
    first.stop();
    let sent_by_first = sent_by(&first);
    held_by(&scene, "second").await;
    ended(&scene, 1).await;
    first.go_on();
    ended(&scene, names.len()).await;
    assert!(sent_by(&second) > 0);
    assert_eq!(
        sent_by(&first),
        sent_by_first,
        "one whose Lease has ended goes on"
    );
    scene.judge().await;
    let journal = scene.journal().await;
    for (name, id) in names.iter().zip(&ids) {
        assert!(scene.profile(id).await.is_null(), "{name} is still there");
        assert_eq!(journal.deletes(id), 1, "{name}");
        let about = format!("/users/{id}");
        let puts = journal.writes();
        let puts = puts.iter().filter(|entry| entry.method == "PUT");
        let puts = puts.filter(|entry| entry.path.ends_with(&about)).count();
        assert!(puts <= 2, "{name} was written to {puts} times");
    }

    // One that ends gives its Lease back, so that nobody has to wait for it.
    second.terminate().await;
    held_by(&scene, "first").await;
    first.kill();
}

#[tokio::test]
async fn who_waits_for_the_budget_keeps_neither_a_cut_of_access_waiting_nor_the_end_of_the_operator() {
    let _alone = ALONE.lock().await;
    let cluster = support::cluster_without_operator().await;
    let mut operator = Operator::named(cluster, "patient");
    operator.start().await;
    let scene = Scene::on(support::Stage::on(cluster, "patient").await).await;
    let names: Vec<_> = (0..40).map(|number| format!("stays-{number:02}")).collect();
    let ids = scene.known(&names).await;
    // All of them are looked at again, and that takes some minutes now.
    let limits = json!({"requestsPerMinute": 1900, "burst": {"requests": 4, "per": "10s"}});
    let asks = json!({"adminApi": {"limits": limits}, "removals": {"protectedUsers": ["ceo@acme.example"]}});
    let before = scene.journal().await.last_seq();
    scene.patch_tenant(json!({"spec": asks})).await;
    // The account is read anew as well, by four lists, before anything is written: that takes three of the bursts.
    let about = format!("/users/{}", ids[39]);
    let looked_at = async || {
        let journal = scene.journal().await;
        let gets = journal.entries().iter().filter(|entry| entry.seq > before);
        gets.filter(|entry| entry.path.contains("/users/")).count()
    };
    wait_until("somebody to be looked at", DEADLINE, async || {
        match looked_at().await {
            0 => Err("nobody".to_owned()),
            _ => Ok(()),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    scene.set_state("stays-39", "deactivated").await;
    wait_until("the cut to be sent", DEADLINE, async || {
        let journal = scene.journal().await;
        let mut writes = journal.writes().into_iter();
        match writes.any(|entry| entry.path.ends_with(&about)) {
            true => Ok(()),
            false => Err(format!("{} others were looked at", looked_at().await)),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    assert!(looked_at().await < 20, "the cut waited for those who stay");
    // It fails after a minute, and those who wait would take two.
    operator.terminate().await;
}

#[tokio::test]
async fn an_operator_whose_api_server_does_not_answer_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    // Taken, so that nobody else answers there; it never does.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    let server = format!("https://{}", silent.local_addr().unwrap());
    let text = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "silent",
        "clusters": [{"name": "silent", "cluster": {"server": server, "insecure-skip-tls-verify": true}}],
        "users": [{"name": "silent", "user": {"token": "none"}}],
        "contexts": [{"name": "silent", "context": {"cluster": "silent", "user": "silent"}}],
    });
    std::fs::write(&kubeconfig, text.to_string()).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_onhook"));
    command
        .args(["run", "--metrics-address", "127.0.0.1:0"])
        .env("KUBECONFIG", &kubeconfig);
    let log = folder.path().join("operator.log");
    let mut process = onhook::testbed::Process::spawn(command, &log).unwrap();
    let wrote = || std::fs::read_to_string(&log).map_err(|error| error.to_string());
    let started = wait_until("the operator to start", DEADLINE, async || {
        let text = wrote()?;
        if text.contains("onhook starts") {
            Ok(())
        } else {
            Err(text)
        }
    });
    started.await.unwrap_or_else(|error| panic!("{error}"));
    process.signal(nix::sys::signal::Signal::SIGTERM).unwrap();
    let ended = wait_until("the operator to end", DEADLINE, async || {
        match process.exit_status() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("it runs".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    });
    assert!(ended.await.unwrap_or_else(|error| panic!("{error}")).success());
}
