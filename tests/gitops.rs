//! The examples for Argo CD and Flux: each command of their pages is run as it stands there on a real API server with their
//! CRDs, which takes every object to the last field. Neither controller runs; how objects look to them is in tests/health.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "stories/page.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod page;

use std::path::PathBuf;

use onhook::testbed::{Cluster, Options, built, project_folder};

async fn kubectl(cluster: &Cluster, words: &[&str]) {
    let done = cluster.kubectl(words).await.unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{words:?}: {said}");
}

/// The words of a command of kubectl, with the paths of the project in them.
fn words(command: &str) -> Vec<String> {
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("kubectl"), "{command}");
    let in_project = |word: &str| match word.starts_with("examples/") {
        true => project_folder().join(word).display().to_string(),
        false => word.to_owned(),
    };
    words.map(in_project).collect()
}

#[tokio::test]
async fn the_pages_of_argo_cd_and_flux_are_taken_to_the_last_field() {
    let cluster = Cluster::start(Options::default()).await.unwrap();
    // The CRDs of Argo CD and Flux.
    let folder = built("gitops").await.unwrap();
    let path = folder.display().to_string();
    kubectl(&cluster, &["apply", "--server-side", "--filename", &path]).await;
    cluster.until_established().await.unwrap();
    kubectl(&cluster, &["create", "namespace", "argocd"]).await;
    // Argo CD's own, which the page adds to.
    kubectl(
        &cluster,
        &["create", "configmap", "argocd-cm", "--namespace=argocd"],
    )
    .await;
    let mut taken = Vec::new();
    for story in ["argocd", "flux"] {
        let examples = project_folder().join("examples").join(story);
        let rows = page::rows(&examples.join("README.md"));
        assert!(rows.len() >= 4, "{story} expects nothing");
        for row in rows {
            assert!(!row.expect.is_empty(), "{}", row.command);
            let words = words(&row.command);
            let mut words: Vec<_> = words.iter().map(String::as_str).collect();
            taken.extend(words.last().map(PathBuf::from));
            if words[0] == "apply" {
                words.push("--validate=strict");
            }
            kubectl(&cluster, &words).await;
        }
        for entry in std::fs::read_dir(&examples).unwrap().flatten() {
            let yaml = entry.path().extension().is_some_and(|ending| ending == "yaml");
            assert!(
                !yaml || taken.contains(&entry.path()),
                "no page names {:?}",
                entry.path()
            );
        }
    }
}
