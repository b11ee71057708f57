//! Every example and every command of the README is taken by a real server.

use std::path::Path;

use onhook::testbed::project_folder;

use super::support::cluster;

/// Files of a folder and of the folders in it, sorted.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(self::files(&entry.path()))
        } else {
            files.push(entry.path())
        }
    }
    files.sort();
    files
}

/// The API groups of the objects in a file, each with a `/` behind it; that of the core is empty. None in a file that
/// holds no objects.
fn groups(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let versions = text.lines().filter_map(|line| line.strip_prefix("apiVersion: "));
    versions
        .map(|version| match version.rsplit_once('/') {
            Some((group, _)) => format!("{group}/"),
            None => String::new(),
        })
        .collect()
}

#[tokio::test]
async fn every_example_is_taken_by_the_server() {
    let cluster = cluster().await;
    let served = cluster.kubectl(&["api-versions"]).await.unwrap();
    let served = String::from_utf8_lossy(&served.stdout).into_owned();
    let is_served = |group: &String| served.lines().any(|line| line.starts_with(group.as_str()));
    // For what Argo CD is configured with.
    cluster.kubectl(&["create", "namespace", "argocd"]).await.unwrap();
    let examples = project_folder().join("examples");
    // Only the namespaces are made: the Tenant of the examples points to the real 8x8.
    for namespaces in ["tenant/1-namespaces.yaml", "two-tenants/1-namespaces.yaml"] {
        cluster.apply_path(&examples.join(namespaces)).await.unwrap();
    }
    let manifests: Vec<_> = files(&examples)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "yaml") && !groups(path).is_empty())
        .collect();
    assert!(manifests.len() >= 8, "{manifests:?}");
    for path in manifests {
        let file = path.display().to_string();
        if !groups(&path).iter().all(is_served) {
            // Argo CD and Flux bring their own kinds along.
            let theirs = file.contains("/examples/argocd/") || file.contains("/examples/flux/");
            assert!(theirs, "{file} has objects of a group that is not served");
            continue;
        }
        let output = cluster
            .kubectl(&["apply", "--server-side", "--dry-run=server", "--filename", &file])
            .await
            .unwrap();
        assert!(
            output.status.success(),
            "{file}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// The `kubectl` lines of the README's shell blocks.
fn readme_commands() -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(project_folder().join("README.md")).unwrap();
    let blocks = readme
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let lines = blocks
        .flat_map(str::lines)
        .filter(|line| line.starts_with("kubectl "));
    lines
        .map(|line| line.split_whitespace().skip(1).map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn the_commands_of_the_readme_work() {
    let cluster = cluster().await;
    let commands = readme_commands();
    assert!(commands.len() >= 2, "the README shows no command: {commands:?}");
    for command in commands {
        let arguments: Vec<_> = command
            .iter()
            .map(|word| {
                if word.ends_with('/') {
                    project_folder().join(word).display().to_string()
                } else {
                    word.clone()
                }
            })
            .collect();
        let output = cluster.kubectl(&arguments).await.unwrap();
        assert!(
            cluster.took(&output).await.unwrap(),
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[tokio::test]
async fn the_manifests_of_the_readme_are_taken() {
    let cluster = cluster().await;
    let namespace = cluster.namespace("readme").await.unwrap();
    let readme = std::fs::read_to_string(project_folder().join("README.md")).unwrap();
    let blocks: Vec<_> = readme
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        cluster
            .apply(
                &namespace,
                &["people", "acme-8x8"]
                    .iter()
                    .fold(block.to_owned(), |block, home| {
                        block.replace(
                            &format!("namespace: {home}}}"),
                            &format!("namespace: {namespace}}}"),
                        )
                    }),
            )
            .await
            .unwrap();
    }
}
