//! What removals a Tenant allows, and where they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Span;

/// What removals are allowed, and who is never removed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Removals {
    /// How many removals there may be in a time. A set over the limit is held as a whole, until an Approval names it or it
    /// shrinks. Left out, there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<RemovalLimit>,
    /// Which removals need an Approval also within the limit.
    #[serde(default)]
    pub approval: ApprovalPolicy,
    /// Whether an approval needs two people: who asked for a removal (`onhook.dev/requested-by`) and who approved it, or two
    /// who approved. An identity in `automation` is nobody here, and neither is a request that no server stamped.
    #[serde(default)]
    pub four_eyes: bool,
    /// How long after `kubectl delete user` the first write may come, where the state had not already said `deleted`.
    #[serde(default = "Removals::default_deletion_delay")]
    pub deletion_delay: Span,
    /// userNames or e-mail addresses of people whom Onhook never removes.
    #[serde(default)]
    #[schemars(length(max = 1024), inner(length(min = 3, max = 128)))]
    pub protected_users: Vec<String>,
    /// Users whom Onhook never removes, by their labels. Keys begin with `onhook.dev/`: labels of other keys can be changed
    /// by whoever may write the User.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = ("!has(self.matchLabels) || self.matchLabels.all(key, key.startsWith('onhook.dev/'))", "protectedSelector: a key begins with onhook.dev/, because other labels can be changed without the verb offboard"))]
    #[x_kube(validation = ("!has(self.matchExpressions) || self.matchExpressions.all(rule, rule.key.startsWith('onhook.dev/'))", "protectedSelector: a key begins with onhook.dev/, because other labels can be changed without the verb offboard"))]
    pub protected_selector: Option<ProtectedSelector>,
    /// Confirmations that a leaver needs before the step that would make what they are about impossible.
    #[serde(default)]
    #[schemars(length(max = 8))]
    pub required_confirmations: Vec<RequiredConfirmation>,
    /// Kubernetes identities that apply manifests for others, such as Argo CD's. They never count as a pair of eyes.
    #[serde(default)]
    #[schemars(length(max = 64), inner(length(min = 1, max = 253)))]
    pub automation: Vec<String>,
}

impl Removals {
    const fn default_deletion_delay() -> Span {
        Span::from_seconds(900)
    }
}

impl Default for Removals {
    fn default() -> Self {
        Self {
            limit: None,
            approval: ApprovalPolicy::default(),
            four_eyes: false,
            deletion_delay: Self::default_deletion_delay(),
            protected_users: Vec::new(),
            protected_selector: None,
            required_confirmations: Vec::new(),
            automation: Vec::new(),
        }
    }
}

/// What a Tenant can require of a leaver, in `spec.offboarding.confirmations`, though no API of 8x8 asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RequiredConfirmation {
    /// Voicemail was exported or is not wanted, before the licenses go (rules B6, F1).
    VoicemailExported,
    /// The extension was reset to default settings, before a profile that is to be deleted is deactivated (rules E1 to
    /// E3, D4).
    ExtensionReset,
    /// The devices that emergency numbers can be called from are removed or labelled, before the licenses go (rule P4).
    EmergencyDevicesRemoved,
}

/// How many removals, deactivations and deletions together, there may be in a time. The stricter of the two counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovalLimit {
    /// Number of users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 10_000))]
    pub users: Option<i32>,
    /// Share of the users of the account, in percent, rounded down. It allows 10,000 at most, which is as many as are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub percent: Option<i32>,
    /// The time they are counted in.
    pub per: Span,
    /// How long no removal may have been added before anything is written that cannot be undone: what one `kubectl apply`
    /// brings arrives one by one, and is to be counted whole. INACTIVE does not wait for it.
    #[serde(default = "RemovalLimit::default_quiet_period")]
    pub quiet_period: Span,
}

impl RemovalLimit {
    const fn default_quiet_period() -> Span {
        Span::from_seconds(60)
    }
}

/// Which removals need an approval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApprovalPolicy {
    /// None.
    #[default]
    Never,
    /// Those that delete a profile.
    Deletions,
    /// All.
    Always,
}

/// Users by their labels, as Kubernetes selects objects by labels. Every requirement must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProtectedSelector {
    /// Labels and the values they must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub match_labels: Option<BTreeMap<String, String>>,
    /// Rules about labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub match_expressions: Option<Vec<LabelRule>>,
}

/// A rule about one label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelRule {
    /// The label.
    #[schemars(length(min = 1, max = 317))]
    pub key: String,
    /// What must hold of it.
    pub operator: LabelOperator,
    /// The values that `In` and `NotIn` speak of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64), inner(length(max = 63)))]
    pub values: Option<Vec<String>>,
}

/// What must hold of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LabelOperator {
    /// Its value is one of these.
    In,
    /// It has none of these values.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
}

/// Where the removals of an account stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovalsStatus {
    /// Whether they go on.
    pub state: RemovalsState,
    /// How many removals count against the limit: those that are asked for, and those that were begun within its time.
    #[schemars(range(min = 0))]
    pub counted: i32,
    /// How many the limit allows; the stricter of its numbers. Left out where there is no limit or the account was not
    /// counted yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub allowed: Option<i32>,
    /// What waits for an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<WaitingRemovals>,
}

/// The removals that wait for an approval, as one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingRemovals {
    /// How many they are.
    #[schemars(range(min = 1))]
    pub count: i32,
    /// The digest of exactly this list, which an Approval names. Any change of the list changes it.
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{32}$"))]
    pub digest: String,
    /// Since when the set is held, where it is over the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Timestamp>,
    /// The first 20 of them. All carry the label `onhook.dev/waiting`.
    #[schemars(length(max = 20))]
    pub first: Vec<WaitingRemoval>,
}

/// One removal that waits for an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingRemoval {
    /// The User object, `namespace/name`.
    #[schemars(length(max = 317))]
    pub user: String,
    /// What is to become of it.
    pub removal: Removal,
}

/// What is to be taken from a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Removal {
    /// Licenses or ring groups, of somebody who stays.
    Assignments,
    /// Access.
    Deactivate,
    /// The profile with everything that is on it.
    Delete,
}

/// Whether the removals of an account go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum RemovalsState {
    /// They do.
    Within,
    /// Some wait for an approval that the Tenant wants for them.
    AwaitingApproval,
    /// They are over the limit, and held as a whole until an Approval names the list, or it shrinks.
    Held,
    /// The limit is a share of the account, whose users could not be counted yet.
    AccountNotCounted,
}
