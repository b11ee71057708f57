//! `User`: one person of the account, and the state they should be in.

use jiff::Timestamp;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{duration::Span, user_status::UserStatus};

/// One person of an 8x8 account.
///
/// `state` says where the person should be; a change to `deactivated` or `deleted` is carried out in 8x8's order. A
/// missing manifest never removes anybody.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "User",
    plural = "users",
    namespaced,
    status = "UserStatus",
    shortname = "ohu",
    category = "onhook",
    derive = "PartialEq",
    selectable = ".spec.userName",
    selectable = ".spec.state",
    selectable = ".spec.tenantRef.name",
    printcolumn = r#"{"name":"State","type":"string","jsonPath":".spec.state"}"#,
    printcolumn = r#"{"name":"Step","type":"string","jsonPath":".status.step"}"#,
    printcolumn = r#"{"name":"Blocked By","type":"string","jsonPath":".status.blockedBy"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","priority":1,"jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"User Name","type":"string","priority":1,"jsonPath":".spec.userName"}"#,
    printcolumn = r#"{"name":"User Id","type":"string","priority":1,"jsonPath":".status.userId"}"#,
    printcolumn = r#"{"name":"Message","type":"string","priority":1,"jsonPath":".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(oldSelf.userId) || (has(self.userId) && self.userId == oldSelf.userId)", "userId is immutable once set: another person is another User object"),
)]
pub struct UserSpec {
    /// The account the person is in. Immutable.
    #[x_kube(validation = ("self == oldSelf", "tenantRef is immutable: make a new User object for another account"))]
    pub tenant_ref: TenantRef,
    /// The person's login name at 8x8, compared for equality (rule J6). A change renames the profile (rule J4).
    #[schemars(length(min = 3, max = 70), regex(pattern = r"^[A-Za-z0-9.@\-_/]+$"))]
    pub user_name: String,
    /// Id of the profile at 8x8. It pins the profile, so that nobody else is ever meant. Immutable once set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z0-9_\-]+$"))]
    pub user_id: Option<String>,
    /// What the profile should say. Where no profile has the userName and the state is `active`, one is created from it
    /// (rule J1); it is then kept as declared. Left out, Onhook minds only the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileSpec>,
    /// Where the person should be: `active`, `deactivated` or `deleted`. Required, without a default.
    pub state: UserState,
    /// Nothing is written for a removal before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    // The API server's own check lets offsets through that are no time.
    #[schemars(regex(pattern = r"([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"))]
    pub effective_at: Option<Timestamp>,
    /// What `kubectl delete user` means for the account: `Delete`, `Deactivate` or `Orphan`. Left out, the Tenant says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<DeletionPolicy>,
    /// How an off-boarding goes.
    #[serde(default)]
    pub offboarding: Offboarding,
    /// What is known of the person in Contact Center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_center: Option<ContactCenterIdentity>,
}

/// The Tenant of a User.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantRef {
    /// Name of the Tenant.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Namespace of the Tenant, which must allow this one. Left out: the User's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub namespace: Option<String>,
}

/// Where a person should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UserState {
    /// The profile exists. An inactive one is reported and not reactivated (invariant 9).
    Active,
    /// The profile is INACTIVE: no login, license and number are kept (rules D1, D6, D10).
    Deactivated,
    /// The profile is gone, after everything it held was taken off it in order (section B of the rules).
    Deleted,
}

/// What deleting a User object means for the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// The whole order, to the end of the profile.
    Delete,
    /// Deactivate the profile and let go of it.
    Deactivate,
    /// Let go of the profile as it is.
    Orphan,
}

/// What a profile should say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileSpec {
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 128), regex(pattern = r"^[A-Za-z0-9.,\-_()' ]+$"))]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 30), regex(pattern = r"^[A-Za-z0-9.,\-_()' ]+$"))]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 5, max = 128), regex(pattern = r"^[^@\s]+@[^@\s]+$"))]
    pub primary_email: Option<String>,
    /// Name of the site. It is set when the profile is created and cannot be changed later (rule J8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub site: Option<String>,
    /// Extension number of 8x8 Work. It takes a license (rule G2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16), regex(pattern = r"^[0-9]+$"))]
    pub extension: Option<String>,
    /// Name of the policy profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub policy_profile: Option<String>,
    /// Whether colleagues find the person in the company directory (rule D9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_in_directory: Option<bool>,
}

/// How an off-boarding goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Offboarding {
    /// Time between deactivation and the removal of licenses. Left out, the Tenant says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_grace_period: Option<Span>,
    /// Time between the removal of licenses and the deletion of the profile. Left out, the Tenant says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_period: Option<Span>,
    /// Nothing is removed while this is true.
    #[serde(default)]
    pub legal_hold: bool,
    /// Takes the person out of the company directory together with the access. 8x8 leaves a deactivated user in it
    /// (rule D9); left out, so does Onhook.
    #[serde(default)]
    pub hide_from_directory: bool,
    /// Whether the profile may be set ACTIVE for a moment to remove its licenses, where 8x8 edits no inactive user (rules
    /// D4, D7). The person could log in until it is INACTIVE again, some seconds later.
    #[serde(default)]
    pub allow_reactivation: bool,
    /// What only a person can assert, because no API of 8x8 shows it.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub confirmations: Vec<Confirmation>,
}

/// What only a person can assert about a leaver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Confirmation {
    /// The Contact Center administrator role was taken away (rule B2).
    ContactCenterAdminRemoved,
    /// The supervisor flag and the supervised queues were taken away in Contact Center (rule B7).
    ContactCenterSupervisorRemoved,
    /// The person's agent is gone from Contact Center, or is in no queue. It counts where Contact Center lists no such agent
    /// any more, and the license is gone (rules B1, F11).
    ContactCenterAgentRemoved,
    /// Voicemail was exported or is not wanted (rule B6).
    VoicemailExported,
    /// The extension was reset to default settings (rule E1).
    ExtensionReset,
    /// The identity provider no longer assigns 8x8 to the person (rule L9).
    IdentityProviderUnassigned,
    /// The devices that emergency numbers were called from are removed or labelled (rule P4).
    EmergencyDevicesRemoved,
    /// The ring groups that the person is the last member of may be empty (rule I4).
    RingGroupMayBeEmpty,
    /// The call queues that the person is the last member of may be empty (rule I4).
    CallQueueMayBeEmpty,
    /// What else in the account leads to the person's extension may lead to nowhere (rule I5).
    ReferencesAccepted,
}

/// What is known of a person in Contact Center.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactCenterIdentity {
    /// Internal Id of the agent, as the Configuration Manager shows it. No API leads from a user to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9_\-]+$"))]
    pub agent_id: Option<String>,
}
