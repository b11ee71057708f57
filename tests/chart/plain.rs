//! The manifests for those without helm, and the way from them to a release and from one release to another.

use onhook::testbed::{Cluster, OPERATOR_NAMESPACE, Options, project_folder};

use super::{UNINSTALL, run};

const OPERATIONS: &str = "docs/operations.md";
const TAKE_OVER: &str =
    "helm install onhook charts/onhook --namespace onhook-system --take-ownership --force-conflicts";
const RENAME: &str = "helm install offboarding charts/onhook --namespace onhook-system --take-ownership";

async fn kubectl(cluster: &Cluster, words: &[&str]) -> String {
    let done = cluster.kubectl(words).await.unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{words:?}: {said}");
    said
}

/// Applies a folder by its kustomization, as it stands or with another image.
async fn apply(cluster: &Cluster, folder: &str, image: Option<&str>) {
    let copy = cluster.scratch().join(folder);
    std::fs::create_dir_all(&copy).unwrap();
    for entry in std::fs::read_dir(project_folder().join(folder))
        .unwrap()
        .flatten()
    {
        let mut text = std::fs::read_to_string(entry.path()).unwrap();
        if let Some(image) = image.filter(|_| entry.file_name() == "kustomization.yaml") {
            text = text.replace("newName: onhook", &format!("newName: {image}"));
        }
        std::fs::write(copy.join(entry.file_name()), text).unwrap();
    }
    let path = copy.display().to_string();
    let words = ["apply", "--server-side", "--kustomize", &path];
    let done = cluster.kubectl(&words).await.unwrap();
    assert!(cluster.took(&done).await.unwrap(), "{words:?}: {done:?}");
}

/// Which release the objects of this kind say they are of; one line each.
async fn releases(cluster: &Cluster, kind: &str) -> Vec<String> {
    let own = format!("--namespace={OPERATOR_NAMESPACE}");
    let selector = "--selector=app.kubernetes.io/part-of=onhook";
    let path = "--output=jsonpath={range .items[*]}{.metadata.annotations.meta\\.helm\\.sh/release-name}{\"\\n\"}{end}";
    let said = kubectl(cluster, &["get", kind, &own, selector, path]).await;
    said.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_kubectl_applied_runs_the_image_that_is_named_and_goes_over_to_a_release_and_to_one_of_another_name()
 {
    let cluster = Cluster::start(Options::bare()).await.unwrap();
    apply(&cluster, "crds", None).await;
    cluster.until_established().await.unwrap();
    let crds = kubectl(&cluster, &["get", "crd", "--output=name"]).await;
    assert_eq!(crds.matches("onhook.dev").count(), 6, "{crds}");
    apply(&cluster, "deploy", Some("registry.example/onhook")).await;
    cluster.until_stamped().await.unwrap();
    let own = format!("--namespace={OPERATOR_NAMESPACE}");
    let image = "--output=jsonpath={.spec.template.spec.containers[*].image}";
    let image = kubectl(&cluster, &["get", "deployment", "onhook", &own, image]).await;
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(image, format!("registry.example/onhook:{version}"));
    kubectl(&cluster, &["get", "service", "onhook-metrics", &own]).await;

    let mut kept = vec!["crd", "validatingadmissionpolicies"];
    if cluster.can_stamp().await.unwrap() {
        kept.push("mutatingadmissionpolicies");
    }
    run(&cluster, OPERATIONS, TAKE_OVER).await;
    for kind in kept
        .iter()
        .chain(&["deployments", "services", "serviceaccounts", "clusterroles"])
    {
        let found = releases(&cluster, kind).await;
        assert!(
            !found.is_empty() && found.iter().all(|one| one == "onhook"),
            "{kind}: {found:?}"
        );
    }
    run(&cluster, OPERATIONS, UNINSTALL).await;
    run(&cluster, OPERATIONS, RENAME).await;
    for kind in kept {
        let found = releases(&cluster, kind).await;
        assert!(found.iter().all(|one| one == "offboarding"), "{kind}: {found:?}");
    }
}
