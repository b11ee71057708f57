//! `LicenseAssignment`: one license on one user.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::status::{AssignmentStatus, DependantDeletionPolicy, NameRef};

/// One 8x8 license that a user holds. While it holds anything in the account, its user does not go away.
///
/// It is an input of its User's reconciler and writes nothing itself (invariant 2).
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "LicenseAssignment",
    plural = "licenseassignments",
    namespaced,
    status = "AssignmentStatus",
    shortname = "lica",
    category = "onhook",
    derive = "PartialEq",
    selectable = ".spec.userRef.name",
    printcolumn = r#"{"name":"User","type":"string","jsonPath":".spec.userRef.name"}"#,
    printcolumn = r#"{"name":"License","type":"string","jsonPath":".spec.license.name"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Released","type":"string","jsonPath":".status.conditions[?(@.type==\"Released\")].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name":"Message","type":"string","priority":1,"jsonPath":".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct LicenseAssignmentSpec {
    /// The User, in the same namespace, that holds the license. Immutable.
    #[x_kube(validation = ("self == oldSelf", "userRef is immutable: delete this LicenseAssignment and make a new one"))]
    pub user_ref: NameRef,
    /// The license.
    pub license: LicenseName,
    /// What deleting this object means while the user is active: `Orphan` (let go of it) or `Delete` (remove the
    /// license in the account, with the voicemail on it).
    #[serde(default)]
    pub deletion_policy: DependantDeletionPolicy,
}

/// A license by its name in the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LicenseName {
    /// Name as 8x8 shows it, such as `X4-Standard-US`.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
}
