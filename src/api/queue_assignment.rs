//! `QueueAssignment`: one Contact Center queue, call queue or ring group of one user.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::status::{AssignmentStatus, DependantDeletionPolicy, NameRef};

/// One queue that a user works in. While it holds anything in the account, its user does not go away.
///
/// It is an input of its User's reconciler and writes nothing itself (invariant 2).
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "QueueAssignment",
    plural = "queueassignments",
    namespaced,
    status = "AssignmentStatus",
    shortname = "qa",
    category = "onhook",
    derive = "PartialEq",
    selectable = ".spec.userRef.name",
    printcolumn = r#"{"name":"User","type":"string","jsonPath":".spec.userRef.name"}"#,
    printcolumn = r#"{"name":"Type","type":"string","jsonPath":".spec.queue.type"}"#,
    printcolumn = r#"{"name":"Queue","type":"string","jsonPath":".spec.queue.name"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Released","type":"string","jsonPath":".status.conditions[?(@.type==\"Released\")].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name":"Message","type":"string","priority":1,"jsonPath":".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.queue.type != 'ContactCenter' || !has(self.deletionPolicy) || self.deletionPolicy != 'Delete'", "deletionPolicy Delete is not possible for a ContactCenter queue: no public API of 8x8 leaves one. Clear Assigned in Configuration Manager; an off-boarding sees to it by itself"),
)]
pub struct QueueAssignmentSpec {
    /// The User, in the same namespace, that works in the queue. Immutable.
    #[x_kube(validation = ("self == oldSelf", "userRef is immutable: delete this QueueAssignment and make a new one"))]
    pub user_ref: NameRef,
    /// The queue.
    pub queue: Queue,
    /// What the user is in the queue.
    #[serde(default)]
    pub role: QueueRole,
    /// What deleting this object means while the user is active: `Orphan` (let go of it) or `Delete` (leave the queue
    /// in the account; only ring groups can be left through an API, and for Contact Center it is refused).
    #[serde(default)]
    pub deletion_policy: DependantDeletionPolicy,
}

/// A queue by its kind and its name in the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// Which kind of queue.
    #[serde(rename = "type")]
    pub kind: QueueType,
    /// Name as 8x8 shows it.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
}

/// The kinds of queue that 8x8 has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum QueueType {
    /// A queue of 8x8 Contact Center. No public API removes an agent from it.
    ContactCenter,
    /// A call queue of 8x8 Work. It is left with the license (rule F5).
    CallQueue,
    /// A ring group of 8x8 Work.
    RingGroup,
}

/// What a user is in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum QueueRole {
    /// Takes calls.
    #[default]
    Agent,
    /// Supervises a Contact Center queue (rule B7).
    Supervisor,
}
