//! A cluster to work on: a control plane of our own, or one that is there already.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};

use super::kubectl::{Kubectl, install_crds};
use super::{ControlPlane, Error, Options, kubeconfig, project_folder};

/// A cluster with the CRDs installed, and what tests and the demo do with it as its administrator.
pub struct Cluster {
    kubeconfig: PathBuf,
    scratch: PathBuf,
    kubectl: Kubectl,
    control_plane: Option<ControlPlane>,
    // Removes `scratch` where nobody else does.
    _scratch_folder: Option<tempfile::TempDir>,
}

impl Cluster {
    /// Starts a control plane of our own; where `options` name no CRDs, those of the project are installed.
    pub async fn start(mut options: Options) -> Result<Cluster, Error> {
        options.crds.get_or_insert_with(|| project_folder().join("crds"));
        let control_plane = ControlPlane::start(options).await?;
        let (kubeconfig, scratch) = (control_plane.kubeconfig_path(), control_plane.data().to_owned());
        let binaries = control_plane.binary("kubectl");
        let kubectl = Kubectl::new(binaries.parent().unwrap_or(&scratch), &kubeconfig, &scratch);
        Ok(Cluster {
            kubeconfig,
            scratch,
            kubectl,
            control_plane: Some(control_plane),
            _scratch_folder: None,
        })
    }

    /// Uses the cluster of a kubeconfig's current context and installs the project's CRDs there.
    pub async fn existing(path: &Path) -> Result<Cluster, Error> {
        let folder = tempfile::tempdir().map_err(Error::io("making a temporary folder"))?;
        let (kubeconfig, scratch) = (path.to_owned(), folder.path().to_owned());
        let kubectl = Kubectl::new(&ControlPlane::programs().await?, &kubeconfig, &scratch);
        install_crds(&kubectl, &project_folder().join("crds")).await?;
        Ok(Cluster {
            kubeconfig,
            scratch,
            kubectl,
            control_plane: None,
            _scratch_folder: Some(folder),
        })
    }

    /// The control plane, where it is our own.
    pub fn control_plane(&self) -> Option<&ControlPlane> {
        self.control_plane.as_ref()
    }

    /// Gives up the cluster for its control plane, to stop or to detach it.
    pub fn into_control_plane(self) -> Option<ControlPlane> {
        self.control_plane
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig_path(&self) -> &Path {
        &self.kubeconfig
    }

    /// A folder for files that go when the cluster goes.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A client of the administrator. It lives in the calling runtime: each test asks for its own.
    pub async fn client(&self) -> Result<kube::Client, Error> {
        kubeconfig::client(&self.kubeconfig).await
    }

    /// A kubeconfig of `user` in `groups`, see [`ControlPlane::kubeconfig_for`].
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf, Error> {
        self.control_plane
            .as_ref()
            .ok_or(Error::NoAuthority)?
            .kubeconfig_for(user, groups)
    }

    /// A client of `user` in `groups`, see [`ControlPlane::kubeconfig_for`].
    pub async fn client_for(&self, user: &str, groups: &[&str]) -> Result<kube::Client, Error> {
        kubeconfig::client(&self.kubeconfig_for(user, groups)?).await
    }

    /// Makes a namespace with a name that nobody else has, and gives the name.
    pub async fn namespace(&self, prefix: &str) -> Result<String, Error> {
        let metadata = ObjectMeta {
            generate_name: Some(format!("{prefix}-")),
            ..ObjectMeta::default()
        };
        let namespace = Namespace {
            metadata,
            ..Namespace::default()
        };
        let made = Api::all(self.client().await?)
            .create(&PostParams::default(), &namespace)
            .await?;
        Ok(made.metadata.name.unwrap_or_default())
    }

    /// Runs kubectl as the administrator; a failure of kubectl is in the output.
    pub async fn kubectl<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Output, Error> {
        self.kubectl.run(args, "").await
    }

    /// Runs kubectl as the user of another kubeconfig.
    pub async fn kubectl_as<S: AsRef<OsStr>>(&self, kubeconfig: &Path, args: &[S]) -> Result<Output, Error> {
        self.kubectl.with(kubeconfig).run(args, "").await
    }

    /// Runs `kubectl apply --server-side` on manifests; an error with the server's words where it refuses one.
    pub async fn apply(&self, namespace: &str, manifests: &str) -> Result<(), Error> {
        let args = [
            "apply",
            "--server-side",
            "--force-conflicts",
            "--namespace",
            namespace,
            "-f",
            "-",
        ];
        self.kubectl.expect(&args, manifests).await.map(drop)
    }

    /// Waits until every CRD is served.
    pub async fn until_established(&self) -> Result<(), Error> {
        let args = [
            "wait",
            "--for=condition=Established",
            "crd",
            "--all",
            "--timeout=60s",
        ];
        self.kubectl.expect(&args, "").await.map(drop)
    }

    /// Runs `kubectl apply --server-side` on a file or a folder.
    pub async fn apply_path(&self, path: &Path) -> Result<(), Error> {
        self.kubectl.apply_path(path).await
    }
}
