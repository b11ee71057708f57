//! `onhook check` and `onhook version` on a cluster from before the installation to one with an operator that is missing.

use std::path::Path;
use std::time::Duration;

use onhook::testbed::{Cluster, ControlPlane, Options, wait_until};
use serde_json::Value;

use super::usage::onhook;

/// The operator as the chart declares it; nothing here runs pods.
const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: onhook
  labels: {app.kubernetes.io/name: onhook, app.kubernetes.io/component: operator, app.kubernetes.io/version: 0.9.9}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: onhook}}
  template:
    metadata: {labels: {app.kubernetes.io/name: onhook}}
    spec: {containers: [{name: onhook, image: registry.acme.example/onhook}]}
";

const TENANT: &str = "
apiVersion: onhook.dev/v1alpha1
kind: Tenant
metadata: {name: acme}
spec:
  adminApi: {url: http://localhost:1, apiKeySecretRef: {name: acme-8x8, key: apiKey}}
  administrators: {primary: admin@acme.example}
  contactCenter: {mode: None}
  defaults: {deletionPolicy: Delete}
";

/// The exit status, and what each check says.
struct Checked {
    code: Option<i32>,
    checks: Vec<Value>,
}

impl Checked {
    async fn of(kubeconfig: &Path, arguments: &[&str]) -> Self {
        let arguments = [&["check", "--output", "json"], arguments].concat();
        let (code, said) = onhook(kubeconfig, &arguments, &[]).await;
        let report: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.err));
        assert_eq!(report["ok"], code == Some(0), "{report}");
        let checks = report["checks"].as_array().unwrap().clone();
        Self { code, checks }
    }

    fn says(&self, check: &str, outcome: &str, words: &str) {
        let mut all = self.checks.iter();
        let found = all.find(|found| found["check"] == check);
        let found = found.unwrap_or_else(|| panic!("{check} is not in {:?}", self.checks));
        assert_eq!(found["outcome"], outcome, "{found}");
        assert!(found["says"].as_str().unwrap().contains(words), "{found}");
        assert_eq!(found["toDo"].is_string(), outcome == "problem", "{found}");
    }
}

async fn kubectl(cluster: &Cluster, arguments: &[&str]) {
    let done = cluster.kubectl(arguments).await.unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "kubectl {arguments:?}: {said}");
}

#[tokio::test]
async fn a_cluster_is_checked_before_after_and_with_what_is_missing() {
    let bare = ControlPlane::start(Options::default()).await.unwrap();
    let kubeconfig = bare.kubeconfig_path();
    before(&kubeconfig).await;

    let cluster = Cluster::existing(&kubeconfig).await.unwrap();
    cluster.install_operator_rbac().await.unwrap();
    // No node would run its pod.
    let deployment = ["delete", "deployment", "onhook", "--namespace", "onhook-system"];
    kubectl(&cluster, &deployment).await;
    let whole = Checked::of(&kubeconfig, &["--wait", "60s"]).await;
    for (check, words) in [
        ("CRDs", "all are there"),
        ("policies", "bound to refuse"),
        ("stamps", "are there"),
        ("enforced", "refuses"),
        ("stamped", "writes who asked"),
    ] {
        whole.says(check, "ok", words);
    }
    whole.says("operator", "note", "no Deployment");
    whole.says("tenants", "note", "none is declared yet");
    assert_eq!(whole.code, Some(0));
    let kept = cluster
        .kubectl(&["get", "users,offboardingrecords", "-A"])
        .await
        .unwrap();
    assert!(kept.stdout.is_empty(), "a check left something behind");

    let viewer = Checked::of(&kubeconfig, &["--as", "viewer"]).await;
    viewer.says("CRDs", "note", "all of onhook.dev are served");
    for check in ["policies", "stamps", "enforced", "tenants"] {
        viewer.says(check, "note", "cannot be told");
    }
    viewer.says("operator", "note", "you may not list Deployments");
    assert_eq!(viewer.code, Some(0));

    an_operator_that_does_not_work(&cluster).await;
    what_is_missing(&cluster).await;
}

async fn before(kubeconfig: &Path) {
    let ready = Checked::of(kubeconfig, &["--pre"]).await;
    ready.says("Kubernetes", "ok", "v1.");
    ready.says("stamping", "ok", "MutatingAdmissionPolicy");
    ready.says("rights", "ok", "you may create");
    assert_eq!((ready.code, ready.checks.len()), (Some(0), 3));
    let lacking = Checked::of(kubeconfig, &["--pre", "--as", "viewer"]).await;
    lacking.says("rights", "problem", "customresourcedefinitions");
    assert_eq!(lacking.code, Some(1));

    let nothing = Checked::of(kubeconfig, &[]).await;
    nothing.says("CRDs", "problem", "not there: tenants, approvals, users");
    nothing.says(
        "policies",
        "problem",
        "not there: users.onhook.dev, assignments.onhook.dev",
    );
    assert_eq!(nothing.code, Some(1));
    let (code, said) = onhook(kubeconfig, &["check"], &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        said.out
            .lines()
            .any(|line| line.starts_with("problem   CRDs ") && line.contains("To do: ")),
        "{}",
        said.out
    );
    for arguments in [
        &["explain", "-A"][..],
        &["explain", "jane"],
        &["approval", "acme"],
        &["records", "list"],
    ] {
        let (code, said) = onhook(kubeconfig, arguments, &[]).await;
        assert_eq!(code, Some(1));
        assert!(
            said.err.contains("The CRDs of Onhook are not installed"),
            "{arguments:?}: {}",
            said.err
        );
    }
    let (code, said) = onhook(Path::new("/nowhere"), &["version", "--client"], &[]).await;
    assert_eq!(
        (code, said.out.as_str()),
        (
            Some(0),
            concat!("Client Version: ", env!("CARGO_PKG_VERSION"), "\n")
        )
    );
    let (code, said) = onhook(Path::new("/nowhere"), &["version"], &[]).await;
    assert_eq!(code, Some(1));
    assert!(
        said.out.starts_with("Client Version: ") && !said.err.is_empty(),
        "{}",
        said.out
    );
}

async fn an_operator_that_does_not_work(cluster: &Cluster) {
    let kubeconfig = cluster.kubeconfig_path();
    let (code, said) = onhook(kubeconfig, &["version"], &[]).await;
    assert_eq!(code, Some(0));
    assert!(
        said.out.contains("unknown: the cluster has no Deployment"),
        "{}",
        said.out
    );
    cluster.apply("onhook-system", DEPLOYMENT).await.unwrap();
    let (_, said) = onhook(kubeconfig, &["version"], &[]).await;
    assert!(
        said.out
            .contains("Server Version: 0.9.9 (Deployment onhook-system/onhook)"),
        "{}",
        said.out
    );
    let (_, said) = onhook(kubeconfig, &["version", "-o", "json"], &[]).await;
    let versions: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(versions["serverVersion"]["version"], "0.9.9");
    let (code, said) = onhook(kubeconfig, &["version", "--as", "viewer"], &[]).await;
    assert_eq!(code, Some(0));
    assert!(said.out.contains("you may not list Deployments"), "{}", said.out);

    cluster.apply("default", TENANT).await.unwrap();
    let idle = Checked::of(kubeconfig, &[]).await;
    idle.says(
        "operator",
        "problem",
        "0 of 1 replicas of the Deployment onhook-system/onhook are ready",
    );
    idle.says(
        "leases",
        "problem",
        "no operator in the namespace onhook-system works on default/acme",
    );
    idle.says("tenants", "problem", "default/acme was not looked at yet");
    assert_eq!(idle.code, Some(1));
}

async fn what_is_missing(cluster: &Cluster) {
    let kubeconfig = cluster.kubeconfig_path();
    kubectl(
        cluster,
        &["delete", "validatingadmissionpolicybinding", "users.onhook.dev"],
    )
    .await;
    kubectl(
        cluster,
        &["delete", "validatingadmissionpolicy", "tenants.onhook.dev"],
    )
    .await;
    kubectl(
        cluster,
        &["delete", "mutatingadmissionpolicy", "approvals.onhook.dev"],
    )
    .await;
    let column = r#"[{"op": "remove", "path": "/spec/versions/0/additionalPrinterColumns/0"}]"#;
    kubectl(
        cluster,
        &[
            "patch",
            "crd",
            "users.onhook.dev",
            "--type=json",
            "--patch",
            column,
        ],
    )
    .await;
    let less = Checked::of(kubeconfig, &[]).await;
    less.says(
        "policies",
        "problem",
        "not there: tenants.onhook.dev; without a binding: users.onhook.dev",
    );
    less.says("stamps", "note", "not there: approvals.onhook.dev");
    less.says("CRDs", "problem", "of another version: users");

    // The server forgets a policy as it learns of one: some seconds later.
    cluster.apply_path(Path::new("crds/users.yaml")).await.unwrap();
    kubectl(
        cluster,
        &[
            "delete",
            "validatingadmissionpolicybinding",
            "offboardingrecords.onhook.dev",
        ],
    )
    .await;
    wait_until("the records to be open", Duration::from_secs(60), async || {
        let open = Checked::of(kubeconfig, &[]).await;
        let mut checks = open.checks.into_iter();
        let enforced = checks.find(|check| check["check"] == "enforced").unwrap();
        match enforced["outcome"].as_str() {
            Some("problem") => Ok(()),
            _ => Err(enforced.to_string()),
        }
    })
    .await
    .unwrap();
}
