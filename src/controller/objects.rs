//! Reading and writing Kubernetes objects the way every reconciler does.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Patch, PatchParams};
use kube::core::NamespaceResourceScope;
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::FIELD_MANAGER;

use super::problem::PassError;

/// A kind of ours: namespaced, with finalizers and a status.
pub(super) trait Object:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
}

impl<T> Object for T where
    T: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static
{
}

/// The API for the namespace of an object.
pub(super) fn api_of<K: Object>(client: &Client, object: &K) -> Api<K> {
    Api::namespaced(client.clone(), &object.namespace().unwrap_or_default())
}

/// The object as messages and records name it, `namespace/name`.
pub(super) fn full_name<K: Resource>(object: &K) -> String {
    format!("{}/{}", object.namespace().unwrap_or_default(), object.name_any())
}

/// Applies a status. It fails with [`PassError::Changed`] if the object is newer than the one the status was made from,
/// so that nothing is ever decided on a spec that does not stand any more.
pub(super) async fn apply_status<K: Object>(
    client: &Client,
    object: &K,
    status: &impl Serialize,
) -> Result<K, PassError> {
    let version = object.meta().resource_version.clone();
    apply(client, object, FIELD_MANAGER, version, status).await
}

/// Applies a part of a status that nothing else writes, whatever the rest says.
pub(super) async fn apply_status_part<K: Object>(
    client: &Client,
    object: &K,
    manager: &str,
    part: &impl Serialize,
) -> Result<(), PassError> {
    apply(client, object, manager, None, part).await.map(drop)
}

async fn apply<K: Object>(
    client: &Client,
    object: &K,
    manager: &str,
    resource_version: Option<String>,
    status: &impl Serialize,
) -> Result<K, PassError> {
    let meta = ObjectMeta {
        name: object.meta().name.clone(),
        resource_version,
        uid: object.meta().uid.clone(),
        ..ObjectMeta::default()
    };
    let patch = json!({
        "apiVersion": K::api_version(&()),
        "kind": K::kind(&()),
        "metadata": meta,
        "status": status,
    });
    let params = PatchParams::apply(manager).force();
    Ok(api_of(client, object)
        .patch_status(&object.name_any(), &params, &Patch::Apply(&patch))
        .await?)
}

/// Whether an object carries a finalizer.
pub(super) fn has_finalizer<K: Resource>(object: &K, finalizer: &str) -> bool {
    object
        .meta()
        .finalizers
        .iter()
        .flatten()
        .any(|known| known == finalizer)
}

/// Puts a finalizer on an object, and whatever else its metadata should say.
pub(super) async fn add_finalizer<K: Object>(
    client: &Client,
    object: &K,
    finalizer: &str,
    also: Meta,
) -> Result<K, PassError> {
    let mut finalizers: Vec<_> = object.meta().finalizers.clone().unwrap_or_default();
    if !finalizers.iter().any(|known| known == finalizer) {
        finalizers.push(finalizer.to_owned());
    }
    patch_meta(
        client,
        object,
        Meta {
            finalizers: Some(finalizers),
            ..also
        },
    )
    .await
}

/// Takes a finalizer off an object.
pub(super) async fn remove_finalizer<K: Object>(
    client: &Client,
    object: &K,
    finalizer: &str,
) -> Result<(), PassError> {
    let finalizers = object
        .meta()
        .finalizers
        .iter()
        .flatten()
        .filter(|known| *known != finalizer)
        .cloned()
        .collect();
    let meta = Meta {
        finalizers: Some(finalizers),
        ..Meta::default()
    };
    match patch_meta(client, object, meta).await {
        Ok(_) => Ok(()),
        Err(PassError::Kube(kube::Error::Api(status))) if status.code == 404 => Ok(()),
        Err(error) => Err(error),
    }
}

/// What of an object's metadata is patched.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finalizers: Option<Vec<String>>,
    /// Labels to set, and those to take off.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_references: Option<Vec<k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference>>,
    /// Filled in by what patches: the version that the object must still have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// Patches metadata of an object that is still as it was read.
pub(super) async fn patch_meta<K: Object>(client: &Client, object: &K, meta: Meta) -> Result<K, PassError> {
    let meta = Meta {
        resource_version: object.meta().resource_version.clone(),
        ..meta
    };
    let patch = Patch::Merge(json!({ "metadata": meta }));
    Ok(api_of(client, object)
        .patch(&object.name_any(), &PatchParams::default(), &patch)
        .await?)
}
