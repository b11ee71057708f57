//! What a change is held against: the cluster, a revision of Git, or nothing but the account.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;

use crate::api::{LicenseAssignment, QueueAssignment, Tenant, User};
use crate::cli::CliError;
use crate::cli::cluster::{Cluster, ClusterArguments};
use crate::controller::home_of;

use super::manifests::{Key, Manifests};

/// What a change is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// The objects of the cluster, with their statuses.
    Cluster,
    /// The account alone: everything that is declared is held against what is there.
    Account,
    /// The same files at a revision of Git.
    Revision(String),
}

impl FromStr for Against {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "cluster" => Ok(Self::Cluster),
            "account" => Ok(Self::Account),
            "" => Err("name a revision of Git, `cluster` or `account`".to_owned()),
            revision if revision.starts_with('-') => Err(format!("{revision} is no revision of Git")),
            revision => Ok(Self::Revision(revision.to_owned())),
        }
    }
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("the cluster"),
            Self::Account => f.write_str("the account"),
            Self::Revision(revision) => write!(f, "the revision {revision}"),
        }
    }
}

/// Reads what was declared before.
pub(super) async fn read(
    against: &Against,
    paths: &[PathBuf],
    namespace: &str,
    now: &Manifests,
    cluster: &ClusterArguments,
) -> Result<Manifests, CliError> {
    match against {
        Against::Account => Ok(Manifests::default()),
        Against::Revision(revision) => Manifests::at_revision(paths, revision, namespace),
        Against::Cluster => of_cluster(&cluster.open().await?, now).await,
    }
}

/// The objects in the namespaces that the manifests name, and the Tenants that their Users refer to.
async fn of_cluster(cluster: &Cluster, now: &Manifests) -> Result<Manifests, CliError> {
    let mut before = Manifests::default();
    let namespaces: BTreeSet<_> = now.users.keys().map(|(namespace, _)| namespace).collect();
    for namespace in namespaces {
        before.users.extend(all::<User>(cluster, namespace).await?);
        let licenses = all::<LicenseAssignment>(cluster, namespace).await?;
        before.licenses.extend(licenses);
        before
            .queues
            .extend(all::<QueueAssignment>(cluster, namespace).await?);
    }
    for user in now.users.values() {
        let key = tenant_of(user);
        if !before.tenants.contains_key(&key) {
            let api = Api::<Tenant>::namespaced(cluster.client.clone(), &key.0);
            let found = cluster.get_opt(&api, &key.1).await?;
            before.tenants.extend(found.map(|tenant| (key, tenant)));
        }
    }
    Ok(before)
}

async fn all<K>(cluster: &Cluster, namespace: &str) -> Result<BTreeMap<Key, K>, CliError>
where
    K: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>
        + Clone
        + DeserializeOwned
        + std::fmt::Debug,
{
    let api = Api::<K>::namespaced(cluster.client.clone(), namespace);
    let found = cluster.list(&api).await?.into_iter();
    Ok(found
        .map(|object| ((namespace.to_owned(), object.name_any()), object))
        .collect())
}

/// The Tenant that a User refers to.
pub(super) fn tenant_of(user: &User) -> Key {
    (home_of(user), user.spec.tenant_ref.name.clone())
}
