//! What the statuses of several kinds share.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Condition type: the object is what its spec asks for, or rightly waits for a set time.
pub const READY: &str = "Ready";
/// Condition type (kstatus, abnormal when true): work on the object goes on, or waits for somebody.
pub const RECONCILING: &str = "Reconciling";
/// Condition type (kstatus, abnormal when true): only an edit of this object lets the work go on.
pub const STALLED: &str = "Stalled";
/// Condition type of a dependant: what it stands for is gone upstream, or was let go of.
pub const RELEASED: &str = "Released";

/// The name of an object in the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NameRef {
    /// Name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What deleting a LicenseAssignment or a QueueAssignment means for the account, while its user is active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DependantDeletionPolicy {
    /// Let go of it: nothing changes in the account.
    #[default]
    Orphan,
    /// Remove it in the account. Removing a license destroys voicemail, greetings and call history (rule F1).
    Delete,
}

/// Where a LicenseAssignment or a QueueAssignment stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Ready`, `Released`, and while they are true `Reconciling` and `Stalled`.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[schemars(length(max = 16))]
    pub conditions: Vec<Condition>,
    /// Id of the 8x8 user that this assignment was last seen on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub user_id: Option<String>,
}
