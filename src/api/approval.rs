//! `Approval`: that somebody looked at a list of removals and wants exactly them.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::status::NameRef;

/// An approval of exactly the list of removals whose digest it names, in the namespace of the Tenant.
///
/// Who made it stands in the annotation `onhook.dev/approved-by`, which the server writes (deploy/stamps.yaml). Once its
/// list was let go it is used up. Deleting it takes back what of the list was not done yet.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "Approval",
    plural = "approvals",
    namespaced,
    status = "ApprovalStatus",
    shortname = "oha",
    category = "onhook",
    derive = "PartialEq",
    printcolumn = r#"{"name":"Tenant","type":"string","jsonPath":".spec.tenantRef.name"}"#,
    printcolumn = r#"{"name":"Digest","type":"string","jsonPath":".spec.digest"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[x_kube(validation = ("self == oldSelf", "an Approval is not changed once it is made. Make another one"))]
#[serde(rename_all = "camelCase")]
pub struct ApprovalSpec {
    /// The Tenant, in this namespace.
    pub tenant_ref: NameRef,
    /// The digest that `status.removals.waiting.digest` of the Tenant shows.
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{32}$"))]
    pub digest: String,
    /// It is not accepted any more from this time on. Left out, that is a day after it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Where an Approval stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Ready`, and while they are true `Reconciling` and `Stalled`.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[schemars(length(max = 16))]
    pub conditions: Vec<Condition>,
    /// When its list was let go. From then on it approves nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// The list that it let go. A User that went back to `active` is taken off it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 5000))]
    pub users: Vec<ApprovedRemoval>,
}

/// One removal that is approved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovedRemoval {
    /// The User object, `namespace/name`.
    #[schemars(length(max = 317))]
    pub user: String,
    /// Its uid.
    #[schemars(length(max = 64))]
    pub uid: String,
    /// Digest of what was approved about it: the object, its userName and userId, and what is to become of it.
    #[schemars(length(max = 64))]
    pub digest: String,
}
