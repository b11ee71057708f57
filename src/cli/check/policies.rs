//! Whether the admission policies are there, and bound.

use std::collections::BTreeMap;
use std::fmt::Debug;

use k8s_openapi::api::admissionregistration::v1::{
    MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;

use super::Finding;
use crate::cli::cluster::Cluster;

const CHECK: &str = "policies";
/// The check of the policies that write.
pub(super) const STAMPS: &str = "stamps";
const TO_DO: &str = "Install or upgrade the chart, or kubectl apply --server-side -f deploy/admission.yaml: without them \
                     whoever may write a User may remove people.";

/// The policies that refuse.
const REFUSE: [&str; 9] = [
    "users.onhook.dev",
    "assignments.onhook.dev",
    "tenants.onhook.dev",
    "secrets.onhook.dev",
    "offboardingrecords.onhook.dev",
    "status.onhook.dev",
    "approvals.onhook.dev",
    "requests.onhook.dev",
    "crds.onhook.dev",
];
/// The policies that write who asked and who approved.
const STAMP: [&str; 3] = [
    "requests.onhook.dev",
    "removals.onhook.dev",
    "approvals.onhook.dev",
];

pub(super) async fn look(cluster: &Cluster) -> Vec<Finding> {
    let refuse = refuse(cluster).await;
    let refuse = refuse.unwrap_or_else(|error| Finding::unread(CHECK, cluster, &error));
    match stamp(cluster).await {
        Ok(stamp) => [Some(refuse), stamp].into_iter().flatten().collect(),
        Err(error) => vec![refuse, Finding::unread(STAMPS, cluster, &error)],
    }
}

async fn refuse(cluster: &Cluster) -> Result<Finding, kube::Error> {
    let policies = named::<ValidatingAdmissionPolicy>(cluster).await?;
    let bindings = named::<ValidatingAdmissionPolicyBinding>(cluster).await?;
    let denies = |policy: &str| {
        let specs = bindings.values().map(|binding| &binding.spec);
        let mut own = specs.filter(|spec| spec.policy_name == policy);
        own.any(|spec| spec.validation_actions.iter().any(|action| action == "Deny"))
    };
    Ok(
        match missing(&REFUSE, |name| policies.contains_key(name), denies) {
            None => Finding::ok(CHECK, "all are there, and bound to refuse"),
            Some(says) => Finding::problem(CHECK, says, TO_DO),
        },
    )
}

/// That nobody is stamped is a choice of whoever installs, and only told.
async fn stamp(cluster: &Cluster) -> Result<Option<Finding>, kube::Error> {
    let policies = match named::<MutatingAdmissionPolicy>(cluster).await {
        // The server has no such policies, which was told.
        Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(None),
        policies => policies?,
    };
    let bindings = named::<MutatingAdmissionPolicyBinding>(cluster).await?;
    let binds = |policy: &str| {
        let mut specs = bindings.values().filter_map(|binding| binding.spec.as_ref());
        specs.any(|spec| spec.policy_name.as_deref() == Some(policy))
    };
    Ok(Some(
        match missing(&STAMP, |name| policies.contains_key(name), binds) {
            None => Finding::ok(
                STAMPS,
                "the policies that write who asked and who approved are there, and bound",
            ),
            Some(says) => Finding::note(
                STAMPS,
                format!(
                    "{says}: who asked or approved is not written (value admission.stamps of the chart, deploy/stamps.yaml)"
                ),
            ),
        },
    ))
}

async fn named<K>(cluster: &Cluster) -> Result<BTreeMap<String, K>, kube::Error>
where
    K: Resource<DynamicType = (), Scope = kube::core::ClusterResourceScope>
        + Clone
        + DeserializeOwned
        + Debug,
{
    let list = Api::<K>::all(cluster.client.clone())
        .list(&Default::default())
        .await?;
    Ok(list.items.into_iter().map(|one| (one.name_any(), one)).collect())
}

/// Which of the policies are not there, and which are there and do nothing.
fn missing(expected: &[&str], there: impl Fn(&str) -> bool, bound: impl Fn(&str) -> bool) -> Option<String> {
    let (known, missing): (Vec<&str>, Vec<&str>) = expected.iter().copied().partition(|name| there(name));
    let loose: Vec<_> = known.into_iter().filter(|name| !bound(name)).collect();
    let parts = [("not there", missing), ("without a binding", loose)];
    let wrong = parts.iter().filter(|(_, names)| !names.is_empty());
    let wrong: Vec<_> = wrong
        .map(|(what, names)| format!("{what}: {}", names.join(", ")))
        .collect();
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the objects of a kind in a file of `deploy/`.
    fn shipped(file: &str, kind: &str) -> Vec<String> {
        let text = std::fs::read_to_string(format!("{}/deploy/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(&text).unwrap();
        let own = documents.iter().filter(|document| document["kind"] == kind);
        own.map(|document| document["metadata"]["name"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_policies_that_are_looked_for_are_those_that_are_shipped() {
        assert_eq!(shipped("admission.yaml", "ValidatingAdmissionPolicy"), REFUSE);
        assert_eq!(shipped("stamps.yaml", "MutatingAdmissionPolicy"), STAMP);
    }

    #[test]
    fn a_policy_that_is_gone_or_bound_to_nothing_is_named() {
        assert_eq!(missing(&["a", "b"], |_| true, |_| true), None);
        let said = missing(&["a", "b", "c"], |name| name != "a", |name| name == "b");
        assert_eq!(said.as_deref(), Some("not there: a; without a binding: c"));
    }
}
