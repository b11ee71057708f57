//! How a command finds the cluster: the flags, and their meaning, that kubectl has.

use std::path::{Path, PathBuf};

use kube::api::ListParams;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, Resource};
use serde::de::DeserializeOwned;

use super::CliError;

/// Which cluster.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ClusterArguments {
    /// Path of the kubeconfig file. Left out, $KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Cluster")]
    kubeconfig: Option<PathBuf>,
    /// Name of the context of the kubeconfig. Left out, its current one.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Cluster")]
    context: Option<String>,
}

/// Which namespace, as kubectl has it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct NamespaceArguments {
    /// The namespace. Left out, that of the context.
    #[arg(
        short,
        long,
        value_name = "NAME",
        help_heading = "Cluster",
        conflicts_with = "all_namespaces"
    )]
    pub namespace: Option<String>,
    /// All namespaces.
    #[arg(short = 'A', long, help_heading = "Cluster")]
    pub all_namespaces: bool,
}

/// A cluster that can be asked.
#[derive(Clone)]
pub(super) struct Cluster {
    pub client: Client,
    default_namespace: String,
}

impl ClusterArguments {
    /// Opens the cluster. Sends nothing yet.
    pub async fn open(&self) -> Result<Cluster, CliError> {
        self.open_as(None).await
    }

    /// Opens the cluster as whom the token in a file belongs to; without one, as whom the kubeconfig names.
    pub async fn open_as(&self, token_file: Option<&Path>) -> Result<Cluster, CliError> {
        let mut config = self.config().await?;
        if let Some(path) = token_file {
            config.auth_info = with_token(path)?;
        }
        let default_namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(kubernetes)?;
        Ok(Cluster {
            client,
            default_namespace,
        })
    }

    async fn config(&self) -> Result<Config, CliError> {
        let unusable = |error: &dyn std::error::Error| CliError::Kubernetes(error.to_string());
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        match &self.kubeconfig {
            Some(path) => {
                let kubeconfig = Kubeconfig::read_from(path).map_err(|error| unusable(&error))?;
                let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
                config.map_err(|error| unusable(&error))
            }
            None if self.context.is_some() => {
                let config = Config::from_kubeconfig(&options).await;
                config.map_err(|error| unusable(&error))
            }
            None => Config::infer().await.map_err(|error| unusable(&error)),
        }
    }
}

/// The token of a file and nothing else: no certificate of the kubeconfig goes with it.
fn with_token(path: &Path) -> Result<AuthInfo, CliError> {
    let shown = path.display().to_string();
    let token = std::fs::read_to_string(path).map_err(|source| CliError::File {
        path: shown.clone(),
        source,
    })?;
    if token.trim().is_empty() {
        return Err(CliError::Usage(format!(
            "{shown} is empty: write a bearer token of the API server into it"
        )));
    }
    Ok(AuthInfo {
        token_file: Some(shown),
        ..AuthInfo::default()
    })
}

impl Cluster {
    /// The namespace that a command speaks of where it is not told another.
    pub fn namespace<'a>(&'a self, asked: Option<&'a str>) -> &'a str {
        asked.unwrap_or(&self.default_namespace)
    }

    /// All objects of a kind, a page after the other.
    pub async fn list<K>(&self, api: &Api<K>) -> Result<Vec<K>, CliError>
    where
        K: Resource + Clone + DeserializeOwned + std::fmt::Debug,
    {
        let mut all = Vec::new();
        let mut page = ListParams::default().limit(500);
        loop {
            let list = api.list(&page).await.map_err(kubernetes)?;
            all.extend(list.items);
            match list.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => page = page.continue_token(&token),
                None => return Ok(all),
            }
        }
    }
}

/// What the API server said, as an error of a command.
pub(super) fn kubernetes(error: kube::Error) -> CliError {
    CliError::Kubernetes(error.to_string())
}
