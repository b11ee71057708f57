//! The status of a `User`: where a leaver stands, what stands in the way, and what was seen in the account.

use std::fmt;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::offboarding_record::Noted;
use super::queue_assignment::QueueType;

/// Where a User stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Ready`, and while they are true `Reconciling` and `Stalled`.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[schemars(length(max = 16))]
    pub conditions: Vec<Condition>,
    /// Id of the profile that this User stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub user_id: Option<String>,
    /// The userName that the profile had when it last was the declared one. A change of `spec.userName` from it is a
    /// rename; any other difference is somebody else's doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub user_name: Option<String>,
    /// The step that is being worked on, or `Done`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub step: Option<String>,
    /// Reasons of the blockers, the first one first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub blocked_by: Option<String>,
    /// The ordered actions.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[schemars(length(max = 32))]
    pub steps: Vec<StepStatus>,
    /// What stands in the way, each with what to do.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["reason".into()]))]
    #[schemars(length(max = 32))]
    pub blockers: Vec<Blocker>,
    /// What a person should know, though nothing waits for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["reason".into()]))]
    #[schemars(length(max = 32))]
    pub warnings: Vec<Warning>,
    /// What a removal means for what the person has: what is destroyed, inactivated, freed and kept. Shown before it is
    /// so, and kept to the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256))]
    pub losses: Vec<Loss>,
    /// The write that was sent, or is about to be, and is not settled yet (invariant 7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// What the account showed when it was last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<ObservedUser>,
    /// Whether the user was ever seen with a sign of Contact Center. It stays, so that the queues are looked at also
    /// after the license is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contact_center_user: bool,
    /// Id of the Contact Center agent that Quality Management showed for the e-mail address of the profile. It stays, so
    /// that the queues are looked at also after the license is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub agent_id: Option<String>,
    /// Id of the agent that Contact Center listed in this run. It stays, because an agent may rightly go with its license,
    /// and one that was never listed says nothing about queues (rules B1, F11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub listed_agent_id: Option<String>,
    /// What the user held when the run began, kept so that it can be verified as freed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// Whether an emergency call can be made from the user's devices (rules D5, P4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_calls: Option<EmergencyCalls>,
    /// Name of the open OffboardingRecord, in the operator's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub record: Option<String>,
    /// What happened since the record was written last. It goes into it before the DELETE, and whenever the run stops, waits
    /// or ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub unrecorded: Vec<Noted>,
    /// How and when the run ended. A User that ended is never matched by name again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Finished>,
}

/// One action of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepStatus {
    /// Which action.
    pub name: StepName,
    /// Where it stands.
    pub state: StepState,
    /// Since when it stands there.
    pub since: Timestamp,
    /// Id of the operation at 8x8 that carried it out last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub operation_id: Option<String>,
    /// It does not run before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// How it was refused or failed in the account, without a success since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<StepFailure>,
    /// Whether nothing but the connector says that it is done: no API of 8x8 shows it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asserted_by_connector: bool,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub message: Option<String>,
}

/// How a step was refused or failed in the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepFailure {
    /// Short name of it, such as `OperationFailed`.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z][A-Za-z0-9]*$"))]
    pub reason: String,
    /// What the account said, without personal data.
    #[schemars(length(max = 1024))]
    pub what: String,
    /// How often, one after the other.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub times: i32,
    /// It is not tried again before this time.
    pub retry_at: Timestamp,
}

/// The actions there are: first those of a profile that stays, then those of a deletion, each in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum StepName {
    /// Create the profile (rule J1).
    Create,
    /// Set the profile ACTIVE again, after an explicit change of state back to `active` (invariant 9).
    Activate,
    /// Give the profile another userName (rule J4).
    Rename,
    /// Make names, e-mail address, directory entry, policy profile and extension number what is declared.
    UpdateProfile,
    /// Give the licenses that are declared, and those that a run taken back had removed, with extension and numbers.
    AssignLicenses,
    /// Join the ring groups that are declared, and those that a run taken back had left.
    JoinRingGroups,
    /// Set the profile INACTIVE, which ends the person's sessions (rules D1, D2).
    Deactivate,
    /// The identity provider that owns the profile through SCIM has let go of the person (rules L1 to L9).
    IdentityProvider,
    /// The agent is logged out of Contact Center, once no interaction is open (rule B9).
    ContactCenterLogout,
    /// Every Contact Center queue is left (rules B1, B8).
    ContactCenterQueues,
    /// Supervisor rights in Contact Center are gone (rule B7).
    ContactCenterSupervisor,
    /// The Contact Center administrator role is gone (rule B2).
    ContactCenterAdmin,
    /// The Contact Center license and extension are gone.
    ContactCenterLicense,
    /// Every ring group is left (rule I1).
    RingGroups,
    /// Wait for `licenseGracePeriod`.
    LicenseGracePeriod,
    /// Every license and extension is taken off, and with them the call queues (rules B3, F5, F13).
    Licenses,
    /// Every number the user had is AVAILABLE or with somebody else (rules F4, G3).
    PhoneNumbers,
    /// Wait for `retentionPeriod`.
    RetentionPeriod,
    /// The profile is deleted, and verified to be gone (rules B5, M2).
    Delete,
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Where an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StepState {
    /// An earlier one is not done yet.
    Pending,
    /// It waits for a set time.
    Waiting,
    /// Something stands in the way.
    Blocked,
    /// It is being carried out.
    Running,
    /// It was verified in the account.
    Done,
    /// It does not apply to this user.
    Skipped,
}

/// Something that stands in the way, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    /// Short name of what it is, such as `ContactCenterQueuesAssigned`.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z][A-Za-z0-9]*$"))]
    pub reason: String,
    /// What exactly stands in the way.
    #[schemars(length(max = 1024))]
    pub what: String,
    /// What a person has to do for it to go on.
    #[schemars(length(max = 1024))]
    pub to_do: String,
    /// Since when it stands there.
    pub since: Timestamp,
}

/// Something that a person should know. Nothing waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// Short name of what it is, such as `NumberStillAssigned`.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z][A-Za-z0-9]*$"))]
    pub reason: String,
    /// What exactly it is.
    #[schemars(length(max = 1024))]
    pub what: String,
    /// What a person can do about it, where there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub to_do: Option<String>,
    /// Since when it is so.
    pub since: Timestamp,
}

/// What a removal means for one thing that a person has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Loss {
    /// What becomes of it.
    pub fate: Fate,
    /// What it is, and what there is to say about it.
    #[schemars(length(max = 1024))]
    pub what: String,
    /// The rules it comes from, such as `F1`.
    #[schemars(length(max = 8), inner(length(min = 2, max = 8)))]
    pub rules: Vec<String>,
    /// The step that does it. What is kept has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepName>,
}

/// What becomes of something that a leaver has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Fate {
    /// It cannot be brought back.
    Destroyed,
    /// It is there, and does not work any more.
    Inactivated,
    /// Somebody else can have it.
    Freed,
    /// It stays.
    Kept,
}

/// A write to the account that is not settled yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Names this one write. A person who wants an unsettled one sent again sets it as `onhook.dev/retry-intent`.
    #[schemars(length(max = 64))]
    pub id: String,
    /// The action it is part of.
    pub step: StepName,
    /// Id of the profile it is for. Empty for a profile that is only being created.
    #[schemars(length(max = 128))]
    pub user_id: String,
    /// What it acts on, where that is not the profile: the id of a ring group, the name of a license, a new userName.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub target: Option<String>,
    /// What it also sets the status of the profile to, where its step alone does not say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets_status: Option<SetStatus>,
    /// When it was about to be sent.
    pub at: Timestamp,
    /// Id of the operation at 8x8, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub operation_id: Option<String>,
    /// When 8x8 was seen to have ended the operation with success, while the effect was not visible yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
}

/// What a write that removes licenses sets the status of the profile to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SetStatus {
    /// ACTIVE, for a moment, because 8x8 edits no inactive user (rule D7). Nothing is removed by this write.
    Active,
    /// INACTIVE, in the same write that removes the licenses.
    Inactive,
}

/// What the account showed of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedUser {
    /// `ACTIVE` or `INACTIVE`, or what else the account says.
    #[schemars(length(max = 32))]
    pub status: String,
    /// When the profile was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Name of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub site: Option<String>,
    /// Names of the licenses.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub licenses: Vec<String>,
    /// Extension numbers.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub extensions: Vec<String>,
    /// The numbers the user holds, in E.164: should the profile go without Onhook, they are looked for (rule B3).
    #[serde(default)]
    #[schemars(length(max = 256), inner(length(max = 32)))]
    pub numbers: Vec<String>,
    /// The queues of all kinds.
    #[serde(default)]
    #[schemars(length(max = 512))]
    pub queues: Vec<ObservedQueue>,
}

/// A queue that a user was seen in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObservedQueue {
    /// Which kind of queue.
    #[serde(rename = "type")]
    pub kind: QueueType,
    /// Id of the queue at 8x8.
    #[schemars(length(max = 128))]
    pub id: String,
    /// Name of the queue.
    #[schemars(length(max = 128))]
    pub name: String,
}

/// What a user held when the run began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Numbers, in E.164.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub phone_numbers: Vec<String>,
    /// Names of licenses.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub licenses: Vec<String>,
    /// Extension numbers.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub extensions: Vec<String>,
    /// The queues of all kinds.
    #[serde(default)]
    #[schemars(length(max = 512))]
    pub queues: Vec<ObservedQueue>,
    /// The extensions of 8x8 Work with their numbers, as they would be given again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub work_extensions: Vec<HeldExtension>,
    /// Whether Onhook took licenses and extensions off, so that a change back to `active` gives them again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub licenses_removed: bool,
    /// Ids of the ring groups that Onhook took the user out of, so that a change back to `active` joins them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 512), inner(length(max = 128)))]
    pub ring_groups_left: Vec<String>,
    /// Whether Onhook took the user out of the company directory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden_from_directory: bool,
    /// Whether all that can come back came back after the state was changed to `active` again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restored: bool,
    /// Models of the devices, one entry a device.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub devices: Vec<String>,
    /// Extension numbers that are an analog fax line.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub fax_lines: Vec<String>,
    /// Extension numbers that belong to Contact Center.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub contact_center_extensions: Vec<String>,
}

/// An extension of 8x8 Work that a user held when the run began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldExtension {
    /// Extension number.
    #[schemars(length(max = 32))]
    pub number: String,
    /// Its phone numbers, in E.164.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 32)))]
    pub phone_numbers: Vec<String>,
}

/// Whether an emergency call can be made from a user's devices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyCalls {
    /// Whether one can be made.
    pub possible: bool,
    /// Models of the devices it can be made from.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(max = 128)))]
    pub devices: Vec<String>,
    /// The same in words.
    #[schemars(length(max = 512))]
    pub message: String,
}

/// How and when a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finished {
    /// Id of the profile that the run was for.
    #[schemars(length(max = 128))]
    pub user_id: String,
    /// When the end was verified.
    pub at: Timestamp,
    /// What the end was.
    pub outcome: Outcome,
}

/// The ends a run can come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Outcome {
    /// Onhook deleted the profile.
    Deleted,
    /// The profile was gone without Onhook having deleted it.
    AlreadyGone,
}
