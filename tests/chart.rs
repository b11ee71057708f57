//! The chart, installed and uninstalled by helm on a real API server. No node runs its pod: the operator runs as a process
//! with the rights of the chart's ServiceAccount.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "chart/plain.rs"]
mod plain;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod process;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod scene;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod support;
#[path = "chart/trust.rs"]
mod trust;

use std::process::Command;

use onhook::testbed::{Cluster, OPERATOR_NAMESPACE, Options, built, project_folder, wait_until};
use process::Operator;
use scene::{Person, Scene};
use serde_json::json;
use tokio::sync::OnceCell;

const INSTALL: &str = "helm install onhook charts/onhook --namespace onhook-system --create-namespace";
const UNINSTALL: &str = "helm uninstall onhook --namespace onhook-system";

/// A cluster on which nothing of Onhook is.
async fn bare_cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER
        .get_or_init(|| async { Cluster::start(Options::bare()).await.unwrap() })
        .await
}

/// Runs a command of helm that a page tells.
async fn run(cluster: &Cluster, page: &str, command: &str) {
    let text = std::fs::read_to_string(project_folder().join(page)).unwrap();
    assert!(text.contains(command), "{page} does not say: {command}");
    let words = command.split_whitespace().skip(1);
    let done = Command::new(built("helm").await.unwrap())
        .args(words)
        .current_dir(project_folder())
        .env("KUBECONFIG", cluster.kubeconfig_path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{command}: {said}");
}

/// Installs the chart, and waits until its CRDs and its policies are at work.
async fn install(cluster: &Cluster) {
    run(cluster, "README.md", INSTALL).await;
    cluster.until_established().await.unwrap();
    cluster.until_stamped().await.unwrap();
}

#[tokio::test]
async fn uninstalling_the_chart_removes_nobody_and_installing_it_again_goes_on() {
    let cluster = bare_cluster().await;
    install(cluster).await;
    let mut operator = Operator::new(cluster);
    operator.start().await;
    let scene = Scene::on(support::Stage::on(cluster, "chart").await).await;
    let jane = scene.person(Person::named("jane")).await;
    let joe = scene.person(Person::named("joe")).await;
    for name in ["jane", "joe"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    scene
        .stage
        .patch_user(
            "joe",
            json!({"spec": {"state": "deleted", "offboarding": {"licenseGracePeriod": "1h"}}}),
        )
        .await;
    scene.profile_is(&joe, "INACTIVE").await;
    let waits = |user: &onhook::api::User| user.status.as_ref().is_some_and(|status| status.intent.is_none());
    scene.stage.user("joe", "to wait for its licenses", waits).await;
    let writes = scene.journal().await.writes().len();

    run(cluster, "README.md", UNINSTALL).await;
    // It has no right to anything any more, and is ended a while later, as its pod would be.
    wait_until("the operator to lose its rights", support::DEADLINE, async || {
        let forbidden = operator.wrote().contains("Unauthorized");
        if forbidden {
            Ok(())
        } else {
            Err(operator.last_words())
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    operator.kill();
    // The policies stay: what is written meanwhile without the verb would be acted on once the chart is back.
    let mut kinds = vec!["validatingadmissionpolicybindings"];
    if cluster.can_stamp().await.unwrap() {
        kinds.push("mutatingadmissionpolicybindings");
    }
    for kind in kinds {
        let bound = scene.kubectl(&["get", kind, "--output=name"]).await;
        assert!(bound.contains("onhook.dev"), "{bound}");
    }
    let crd = ["delete", "crd", "users.onhook.dev", "--dry-run=server"];
    assert!(!cluster.kubectl(&crd).await.unwrap().status.success());
    let left = scene
        .kubectl(&["get", "users", "jane", "joe", "--output=name"])
        .await;
    assert_eq!(left.lines().count(), 2, "{left}");
    let own = format!("--namespace={OPERATOR_NAMESPACE}");
    let kept = scene
        .kubectl(&["get", "configmaps,offboardingrecords", &own, "--output=name"])
        .await;
    assert!(
        kept.contains("offboardingrecord") && kept.contains("configmap/claim-"),
        "{kept}"
    );

    install(cluster).await;
    operator.start().await;
    scene.settled().await;
    assert_eq!(scene.journal().await.writes().len(), writes);
    assert_eq!(scene.profile(&jane).await["basicInfo"]["status"], "ACTIVE");
    scene
        .stage
        .patch_user(
            "joe",
            json!({"spec": {"offboarding": {"licenseGracePeriod": "0s"}}}),
        )
        .await;
    scene.stage.ready("joe", "Deleted").await;
    scene.judge().await;
    assert_eq!(scene.journal().await.deletes(&joe), 1);
    operator.kill();
}

/// The documents of a text, each with its API version.
fn documents(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let all = text.split("\n---\n").flat_map(|part| part.split("---\n"));
    all.filter_map(|document| {
        let version = document
            .lines()
            .find_map(|line| line.strip_prefix("apiVersion: "))?;
        Some((version.trim(), document))
    })
}

#[tokio::test]
async fn what_the_charts_render_is_taken_by_the_server_to_the_last_field() {
    let cluster = Cluster::start(Options::default()).await.unwrap();
    for namespace in [OPERATOR_NAMESPACE, "acme-8x8", "people"] {
        let _ = cluster
            .kubectl(&["create", "namespace", namespace])
            .await
            .unwrap();
    }
    let served = cluster.kubectl(&["api-versions"]).await.unwrap();
    let served = String::from_utf8(served.stdout).unwrap();
    let helm = built("helm").await.unwrap();
    let stamps = cluster.can_stamp().await.unwrap();
    let mut taken = 0;
    for entry in std::fs::read_dir(project_folder().join("tests/helm/values"))
        .unwrap()
        .flatten()
    {
        let name = entry.file_name().into_string().unwrap();
        // Values that ask for what an older server has not.
        let values = std::fs::read_to_string(entry.path()).unwrap();
        if values.contains("\n# since: 1.36\n") && !stamps {
            continue;
        }
        let tenant = name.starts_with("tenant");
        let (chart, namespace) = match tenant {
            true => ("charts/onhook-tenant", "acme-8x8"),
            false => ("charts/onhook", OPERATOR_NAMESPACE),
        };
        let rendered = Command::new(&helm)
            .args(["template", "onhook", chart, "--namespace", namespace, "--values"])
            .arg(entry.path())
            .current_dir(project_folder())
            .output()
            .unwrap();
        assert!(
            rendered.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&rendered.stderr)
        );
        let text = String::from_utf8(rendered.stdout).unwrap();
        // The Prometheus Operator brings its own kinds along.
        let known = documents(&text).filter(|(version, _)| served.lines().any(|line| line == *version));
        let known: Vec<_> = known.map(|(_, document)| document).collect();
        taken += known.len();
        let path = cluster.scratch().join("rendered.yaml");
        std::fs::write(&path, known.join("\n---\n")).unwrap();
        let file = path.display().to_string();
        let strict = [
            "apply",
            "--server-side",
            "--dry-run=server",
            "--validate=strict",
            "--filename",
            &file,
        ];
        let said = cluster.kubectl(&strict).await.unwrap();
        assert!(
            said.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&said.stderr)
        );
    }
    assert!(taken > 100, "{taken} objects were rendered");
}
