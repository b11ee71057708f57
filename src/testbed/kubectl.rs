//! kubectl, kept apart from the settings and caches of whoever runs the tests.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::io::AsyncWriteExt;

use super::Error;

/// What `kubectl apply -k` reads of a folder.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// kubectl with its kubeconfig.
#[derive(Clone, Debug)]
pub(crate) struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    cache: PathBuf,
}

impl Kubectl {
    /// The program in `binaries`, as the user of `kubeconfig`, with its cache in `scratch`.
    pub(crate) fn new(binaries: &Path, kubeconfig: &Path, scratch: &Path) -> Kubectl {
        Kubectl {
            program: binaries.join("kubectl"),
            kubeconfig: kubeconfig.to_owned(),
            cache: scratch.join("kubectl-cache"),
        }
    }

    /// The same program as another user.
    pub(crate) fn with(&self, kubeconfig: &Path) -> Kubectl {
        Kubectl {
            kubeconfig: kubeconfig.to_owned(),
            ..self.clone()
        }
    }

    /// Runs it with `stdin`, whatever the outcome.
    pub(crate) async fn run<S: AsRef<OsStr>>(&self, args: &[S], stdin: &str) -> Result<Output, Error> {
        let running = || format!("running {}", self.program.display());
        let mut child = tokio::process::Command::new(&self.program)
            .args(args)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("KUBECACHEDIR", &self.cache)
            .env("KUBERC", "off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::io(running()))?;
        if let Some(mut pipe) = child.stdin.take() {
            // One that ends without reading all says why in its output.
            let _ = pipe.write_all(stdin.as_bytes()).await;
        }
        child.wait_with_output().await.map_err(Error::io(running()))
    }

    /// Runs it and gives its stdout; an error where it fails.
    pub(crate) async fn expect<S: AsRef<OsStr>>(&self, args: &[S], stdin: &str) -> Result<String, Error> {
        let output = self.run(args, stdin).await?;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let args: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(Error::Command {
            command: format!("kubectl {}", args.join(" ")),
            output: format!("{stdout}{stderr}"),
        })
    }

    /// Server-side apply of a file or a folder, by its kustomization where it has one.
    pub(crate) async fn apply_path(&self, path: &Path) -> Result<(), Error> {
        let how = if path.join(KUSTOMIZATION).exists() {
            "--kustomize"
        } else {
            "--filename"
        };
        let path = path.to_string_lossy();
        let args = ["apply", "--server-side", "--force-conflicts", how, &path];
        self.expect(&args, "").await.map(drop)
    }
}

/// Installs the CRDs of a folder and waits until they are served; a folder that is missing or empty is fine.
pub(crate) async fn install_crds(kubectl: &Kubectl, folder: &Path) -> Result<(), Error> {
    let is_manifest = |path: &PathBuf| {
        path.extension().is_some_and(|e| e == "yaml" || e == "yml") && !path.ends_with(KUSTOMIZATION)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let manifests: Vec<_> = entries.map(|entry| entry.path()).filter(is_manifest).collect();
    if manifests.is_empty() {
        return Ok(());
    }
    kubectl.apply_path(folder).await?;
    let mut args = ["wait", "--for=condition=Established", "--timeout=30s"]
        .map(str::to_owned)
        .to_vec();
    args.extend(
        manifests
            .iter()
            .map(|path| format!("--filename={}", path.display())),
    );
    kubectl.expect(&args, "").await.map(drop)
}
