//! How a command finds the cluster: the flags, and their meaning, that kubectl has.

mod errors;
mod proxy;

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::api::ListParams;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config, Resource};
use serde::de::DeserializeOwned;

use crate::api::Span;

use super::CliError;
use errors::Server;

/// Which cluster, and as whom.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ClusterArguments {
    /// Path of the kubeconfig file. Left out, $KUBECONFIG, ~/.kube/config, or the ServiceAccount of the pod.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Cluster")]
    kubeconfig: Option<PathBuf>,
    /// Name of the context of the kubeconfig. Left out, its current one.
    #[arg(long, global = true, value_name = "NAME", help_heading = "Cluster")]
    context: Option<String>,
    /// Ask as this user instead, which takes the verb impersonate.
    #[arg(long = "as", global = true, value_name = "USER", help_heading = "Cluster")]
    as_user: Option<String>,
    /// Ask as a member of this group as well; with --as, any number of times.
    #[arg(long, global = true, value_name = "GROUP", help_heading = "Cluster")]
    as_group: Vec<String>,
    /// How long one answer of the API server may take, such as 10s; 0 is as long as it likes.
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        value_parser = request_timeout,
        help_heading = "Cluster"
    )]
    request_timeout: Option<Span>,
}

/// A time as kubectl takes it: a number alone is one of seconds.
fn request_timeout(text: &str) -> Result<Span, String> {
    match text.parse::<u32>() {
        Ok(seconds) => Ok(Span::from_seconds(i64::from(seconds))),
        Err(_) => text.parse::<Span>().map_err(|error| error.to_string()),
    }
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

/// Where the operator is.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct OperatorArguments {
    /// The operator's own namespace, where its Deployment, its Leases and the records are.
    #[arg(
        short,
        long,
        global = true,
        env = "ONHOOK_NAMESPACE",
        default_value = "onhook-system",
        value_name = "NAME",
        help_heading = "Cluster"
    )]
    pub namespace: String,
}

/// A cluster that can be asked.
#[derive(Clone)]
pub(super) struct Cluster {
    pub client: Client,
    default_namespace: String,
    server: Server,
}

impl ClusterArguments {
    /// Opens the cluster. Sends nothing yet.
    pub async fn open(&self) -> Result<Cluster, CliError> {
        self.open_as(None).await
    }

    /// Opens the cluster as whom the token in a file belongs to; without one, as whom the kubeconfig names.
    pub async fn open_as(&self, token_file: Option<&Path>) -> Result<Cluster, CliError> {
        let (mut config, context) = self.config().await?;
        if let Some(path) = token_file {
            config.auth_info = with_token(path)?;
        }
        self.impersonate(&mut config.auth_info)?;
        let timeout = self.request_timeout.filter(|time| !time.is_zero());
        if let Some(time) = timeout {
            let time = Duration::from_secs(time.as_seconds().unsigned_abs());
            (config.connect_timeout, config.read_timeout) = (Some(time), Some(time));
        }
        let server = Server {
            url: config.cluster_url.to_string().trim_end_matches('/').to_owned(),
            context,
        };
        let default_namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(|error| unusable(&error))?;
        Ok(Cluster {
            client,
            default_namespace,
            server,
        })
    }

    /// The namespace that objects without one are in. A command that needs no cluster needs no kubeconfig either, unless one is
    /// named.
    pub async fn namespace(&self, asked: Option<&str>) -> Result<String, CliError> {
        if let Some(asked) = asked {
            return Ok(asked.to_owned());
        }
        match self.config().await {
            Ok((config, _)) => Ok(config.default_namespace),
            Err(error) if self.is_named() => Err(error),
            Err(_) => Ok("default".to_owned()),
        }
    }

    fn is_named(&self) -> bool {
        self.kubeconfig.is_some() || self.context.is_some()
    }

    fn impersonate(&self, who: &mut AuthInfo) -> Result<(), CliError> {
        if self.as_user.is_none() && !self.as_group.is_empty() {
            let text = "--as-group says of which groups the user of --as is: give --as as well.";
            return Err(CliError::Usage(text.to_owned()));
        }
        if let Some(user) = &self.as_user {
            who.impersonate = Some(user.clone());
            who.impersonate_groups = (!self.as_group.is_empty()).then(|| self.as_group.clone());
        }
        Ok(())
    }

    /// How the cluster is reached, and by which context.
    async fn config(&self) -> Result<(Config, Option<String>), CliError> {
        match self.of_kubeconfig().await {
            // The ServiceAccount of a pod, where there is one. Elsewhere the kubeconfig is what is missing.
            Err(error) if !self.is_named() => match Config::incluster() {
                Ok(config) => Ok((config, None)),
                Err(_) => Err(error),
            },
            of_kubeconfig => of_kubeconfig,
        }
    }

    async fn of_kubeconfig(&self) -> Result<(Config, Option<String>), CliError> {
        let kubeconfig = match &self.kubeconfig {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        let kubeconfig = kubeconfig.map_err(|error| unusable(&error))?;
        let context = self
            .context
            .clone()
            .or_else(|| kubeconfig.current_context.clone());
        let proxy = proxy_of(&kubeconfig, context.as_deref());
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let mut config = config.map_err(|error| unusable(&error))?;
        let chosen = proxy::of(&config.cluster_url, proxy.as_deref(), |name| {
            std::env::var(name).ok()
        });
        config.proxy_url =
            chosen.map_err(|what| CliError::Kubernetes(format!("The cluster cannot be asked: {what}.")))?;
        Ok((config, context))
    }
}

/// The proxy that a kubeconfig names for the cluster of a context.
fn proxy_of(kubeconfig: &Kubeconfig, context: Option<&str>) -> Option<String> {
    let mut contexts = kubeconfig.contexts.iter();
    let context = contexts.find(|known| Some(known.name.as_str()) == context)?;
    let name = &context.context.as_ref()?.cluster;
    let cluster = kubeconfig.clusters.iter().find(|known| known.name == *name)?;
    cluster.cluster.as_ref()?.proxy_url.clone()
}

fn unusable(error: &(dyn std::error::Error + 'static)) -> CliError {
    CliError::Kubernetes(format!(
        "There is no cluster to ask: {}. Check the kubeconfig, or the service account of the pod.",
        errors::causes(error)
    ))
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
            let list = api.list(&page).await.map_err(|error| self.failed(&error))?;
            all.extend(list.items);
            match list.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => page = page.continue_token(&token),
                None => return Ok(all),
            }
        }
    }

    /// An object, where it is there. That its kind is not there is an error.
    pub async fn get_opt<K>(&self, api: &Api<K>, name: &str) -> Result<Option<K>, CliError>
    where
        K: Resource + Clone + DeserializeOwned + std::fmt::Debug,
    {
        match api.get(name).await {
            Ok(found) => Ok(Some(found)),
            Err(kube::Error::Api(status)) if status.is_not_found() && !errors::no_such_kind(&status) => {
                Ok(None)
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Why a request failed, as an error of a command.
    pub fn failed(&self, error: &kube::Error) -> CliError {
        CliError::Kubernetes(errors::words(&self.server, error))
    }

    /// Where the API server is.
    pub fn url(&self) -> &str {
        &self.server.url
    }
}
