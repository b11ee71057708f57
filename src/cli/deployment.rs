//! The Deployment of the operator, as the chart makes it.

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::ListParams;
use kube::{Api, ResourceExt};

use super::CliError;
use super::cluster::Cluster;

/// The labels that the chart gives it.
const SELECTOR: &str = "app.kubernetes.io/name=onhook,app.kubernetes.io/component=operator";
/// The label that names the version.
const VERSION: &str = "app.kubernetes.io/version";

/// What is known of the operator in a cluster.
pub(super) enum Sought {
    /// It is there.
    Found(Box<Deployment>),
    /// There is none. The operator may run outside of the cluster.
    Nowhere,
    /// Whoever asks may not look.
    Forbidden,
}

/// Looks everywhere, and where that is not allowed in this namespace.
pub(super) async fn seek(cluster: &Cluster, namespace: &str) -> Result<Sought, CliError> {
    let labelled = ListParams::default().labels(SELECTOR);
    let client = &cluster.client;
    let mut listed = Api::<Deployment>::all(client.clone()).list(&labelled).await;
    if is_forbidden(&listed) {
        listed = Api::namespaced(client.clone(), namespace).list(&labelled).await;
    }
    match listed {
        Ok(list) => {
            let mut found = list.items.into_iter();
            Ok(found
                .next()
                .map_or(Sought::Nowhere, |one| Sought::Found(Box::new(one))))
        }
        failed if is_forbidden(&failed) => Ok(Sought::Forbidden),
        Err(error) => Err(cluster.failed(&error)),
    }
}

fn is_forbidden<T>(answer: &Result<T, kube::Error>) -> bool {
    matches!(answer, Err(kube::Error::Api(status)) if status.is_forbidden())
}

/// The version that its label names.
pub(super) fn version(deployment: &Deployment) -> Option<&str> {
    deployment.labels().get(VERSION).map(String::as_str)
}

/// Its namespace and name.
pub(super) fn place(deployment: &Deployment) -> String {
    format!(
        "{}/{}",
        deployment.namespace().unwrap_or_default(),
        deployment.name_any()
    )
}
