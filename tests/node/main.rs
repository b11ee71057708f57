//! The chart on a real node: its pod runs the image that `make image` makes. Run by `tests/node/run.sh`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account;
mod machine;
#[path = "../operator/support.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod support;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures::FutureExt;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use onhook::testbed::{Cluster, OPERATOR_NAMESPACE, Options, built, project_folder, wait_until};

use account::Account;
use machine::Machine;
use support::Stage;
use tokio::process::Command;

/// The account's limits are those of 8x8, and its operations take their seconds.
const DEADLINE: Duration = Duration::from_secs(300);
/// The image is not pulled: it was put onto the node.
const VALUES: [&str; 2] = ["--set", "image.pullPolicy=Never"];

/// Runs helm; it waits until what it installed is ready, or gone.
async fn helm(cluster: &Cluster, arguments: &[&str]) {
    let done = Command::new(built("helm").await.unwrap())
        .args(arguments)
        .args(["--namespace", OPERATOR_NAMESPACE, "--wait", "--timeout", "3m"])
        .current_dir(project_folder())
        .env("KUBECONFIG", cluster.kubeconfig_path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    println!("node: helm {}", arguments.join(" "));
    assert!(done.status.success(), "helm {arguments:?}: {said}");
}

async fn pods(cluster: &Cluster) -> Vec<Pod> {
    let pods: Api<Pod> = Api::namespaced(cluster.client().await.unwrap(), OPERATOR_NAMESPACE);
    pods.list(&Default::default()).await.unwrap().items
}

/// Waits until one pod is left, ready, with a level of logs, and gives its name.
async fn operator(cluster: &Cluster, level: &str) -> String {
    let look = async || {
        let pods = pods(cluster).await;
        let [pod] = &pods[..] else {
            return Err(format!("{} pods", pods.len()));
        };
        let status = pod.status.clone().unwrap_or_default();
        let container = pod.spec.iter().flat_map(|spec| &spec.containers);
        let env = container.flat_map(|container| container.env.iter().flatten());
        let mut levels = env.filter(|env| env.name == "RUST_LOG");
        let at_level = levels.any(|env| env.value.as_deref() == Some(level));
        let running = status.container_statuses.iter().flatten().all(|one| one.ready);
        if at_level && running {
            Ok(pod.metadata.name.clone().unwrap())
        } else {
            Err(format!("{status:?}"))
        }
    };
    wait_until("one operator that is ready", DEADLINE, look)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
#[ignore = "needs a machine that can be a node: tests/node/run.sh"]
async fn the_chart_is_installed_upgraded_rolled_back_and_uninstalled_and_only_the_leaver_goes() {
    let options = Options {
        // run.sh removes it: whatever ends this test, ends its leashes too.
        data: Some(machine::given("ONHOOK_NODE_WORK").join("control-plane")),
        ..Options::bare()
    };
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start(options).await.unwrap()));
    let machine = Machine::start(cluster).await;
    // A panic has already said what is wrong.
    if let Err(failure) = AssertUnwindSafe(story(cluster)).catch_unwind().await {
        println!("{}", machine.last_words(cluster).await);
        resume_unwind(failure);
    }
}

async fn story(cluster: &'static Cluster) {
    let chart = ["onhook", "charts/onhook"];
    helm(
        cluster,
        &[&["install"], &chart[..], &["--create-namespace"], &VALUES[..]].concat(),
    )
    .await;
    let first = operator(cluster, "info").await;
    cluster.until_stamped().await.unwrap();
    let account = Account::start().await;
    for example in ["tenant", "deactivate/active.yaml", "delete/active.yaml"] {
        account.apply(cluster, example).await;
    }
    // The Tenant of the examples only observes.
    let enforce = ["patch", "tenant", "acme", "--namespace=acme-8x8", "--type=merge"];
    let enforce = [&enforce[..], &["--patch={\"spec\":{\"mode\":\"Enforce\"}}"]].concat();
    let done = cluster.kubectl(&enforce).await.unwrap();
    assert!(done.status.success(), "{done:?}");
    let stage = Stage {
        cluster,
        client: cluster.client().await.unwrap(),
        namespace: "people".to_owned(),
    };
    for name in ["deactivate", "delete"] {
        account.ready(&stage, name, "Active", DEADLINE).await;
    }
    let people = account.people();

    account.apply(cluster, "delete/leaving.yaml").await;
    account.ready(&stage, "delete", "Deleted", DEADLINE).await;
    println!("node: the leaver is gone");
    let left = account.people();
    let gone: Vec<_> = people.difference(&left).collect();
    assert_eq!(gone, ["user-0082@acme.example"]);
    let writes = account.writes();
    assert_eq!(account.faults(), Vec::<String>::new());

    let debug = ["--set", "log.level=debug"];
    helm(
        cluster,
        &[&["upgrade"], &chart[..], &VALUES[..], &debug[..]].concat(),
    )
    .await;
    let second = operator(cluster, "debug").await;
    account.looked_at(DEADLINE).await;
    helm(cluster, &["rollback", "onhook", "1"]).await;
    let third = operator(cluster, "info").await;
    account.looked_at(DEADLINE).await;
    assert!(first != second && second != third, "{first} {second} {third}");
    helm(cluster, &["uninstall", "onhook"]).await;
    wait_until("the operator to be gone", DEADLINE, async || {
        let left = pods(cluster).await.len();
        if left == 0 {
            Ok(())
        } else {
            Err(format!("{left} pods"))
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));

    // Neither helm nor an operator that comes or goes wrote anything.
    assert_eq!(account.writes(), writes);
    assert_eq!(account.people(), left);
    let users = stage.users().list(&Default::default()).await.unwrap().items;
    assert_eq!(users.len(), 2);
    println!("node: upgraded, rolled back and uninstalled; the account saw no write of it");
}
