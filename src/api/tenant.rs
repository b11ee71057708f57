//! `Tenant`: one 8x8 account and the policy under which Onhook works on it.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::removals::{Removals, RemovalsStatus};
use super::{duration::Span, user::DeletionPolicy};

/// One 8x8 account: where its APIs are, which keys open them, who administers it, and what removals are allowed.
///
/// Best kept in a namespace of its own, together with its Secrets: who may write it decides who is protected.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "Tenant",
    plural = "tenants",
    namespaced,
    status = "TenantStatus",
    shortname = "oht",
    category = "onhook",
    derive = "PartialEq",
    printcolumn = r#"{"name":"Mode","type":"string","jsonPath":".spec.mode"}"#,
    printcolumn = r#"{"name":"Users","type":"integer","jsonPath":".status.users"}"#,
    printcolumn = r#"{"name":"Removals","type":"string","jsonPath":".status.removals.state"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    printcolumn = r#"{"name":"Message","type":"string","priority":1,"jsonPath":".status.conditions[?(@.type==\"Ready\")].message"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct TenantSpec {
    /// `Observe` (default): read, plan and report, never write to the account. `Enforce`: act.
    #[serde(default)]
    pub mode: Mode,
    /// Namespaces whose Users may refer to this Tenant. Its own namespace always may.
    #[serde(default)]
    pub allowed_namespaces: AllowedNamespaces,
    /// The Administration API of the account.
    pub admin_api: AdminApi,
    /// The account's administrators. Required, because no API tells who they are (rule A5); Onhook removes none of
    /// them.
    pub administrators: Administrators,
    /// The account's Contact Center. Required: leaving a block out must not switch safety off.
    pub contact_center: ContactCenter,
    /// How often the account is read as a whole.
    #[serde(default)]
    pub inventory: Inventory,
    /// What removals are allowed, and who is never removed.
    #[serde(default)]
    pub removals: Removals,
    /// What a User gets that does not say it itself.
    pub defaults: Defaults,
    /// Stops every write to the account; reading goes on.
    #[serde(default)]
    pub suspend: bool,
}

/// What Onhook does with a Tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Mode {
    /// Read, plan and report. Nothing is ever written to the account.
    #[default]
    Observe,
    /// Act on the account.
    Enforce,
}

/// Which namespaces may use a Tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllowedNamespaces {
    /// Names of namespaces, compared for equality.
    #[serde(default)]
    #[schemars(length(max = 256), inner(length(min = 1, max = 63)))]
    pub match_names: Vec<String>,
}

/// The Administration API of the account: address, key and limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminApi {
    /// Base address, such as `https://api.8x8.com/admin-provisioning`.
    #[serde(default = "AdminApi::default_url")]
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub url: String,
    /// The Secret, in the Tenant's namespace, with the API key of a primary or secondary administrator (rule A1).
    pub api_key_secret_ref: SecretKeyRef,
    /// The limits that 8x8 documents for a key. Lower them when something else uses the same key.
    #[serde(default)]
    pub limits: Limits,
    /// Whether `PUT /users` works for this account: 8x8's documents contradict each other.
    #[serde(default)]
    pub user_updates: UserUpdates,
    /// Names of licenses that a PUT must not carry because they come and go with a number. `*` stands for any text.
    #[serde(default = "AdminApi::default_did_licenses")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 128)))]
    pub did_licenses: Vec<String>,
    /// Names of licenses of the account that nobody holds at the moment, so that a LicenseAssignment may name them.
    #[serde(default)]
    #[schemars(length(max = 256), inner(length(min = 1, max = 128)))]
    pub licenses: Vec<String>,
}

impl AdminApi {
    fn default_url() -> String {
        "https://api.8x8.com/admin-provisioning".to_owned()
    }

    fn default_did_licenses() -> Vec<String> {
        vec!["DID*".to_owned()]
    }
}

/// One key of a Secret in the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretKeyRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key in the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// A Secret in the same namespace whose keys are fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretRef {
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// The limits of an API key, as 8x8 documents them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Requests in any 60 seconds, polls included.
    #[serde(default = "Limits::default_requests_per_minute")]
    #[schemars(range(min = 1, max = 100_000))]
    pub requests_per_minute: i32,
    /// Requests in a short time.
    #[serde(default)]
    pub burst: Burst,
    /// Asynchronous operations in flight.
    #[serde(default = "Limits::default_concurrent_operations")]
    #[schemars(range(min = 1, max = 10_000))]
    pub concurrent_operations: i32,
}

impl Limits {
    const fn default_requests_per_minute() -> i32 {
        100
    }

    const fn default_concurrent_operations() -> i32 {
        10
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_minute: Self::default_requests_per_minute(),
            burst: Burst::default(),
            concurrent_operations: Self::default_concurrent_operations(),
        }
    }
}

/// So many requests in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Burst {
    /// Number of requests.
    #[serde(default = "Burst::default_requests")]
    #[schemars(range(min = 1, max = 100_000))]
    pub requests: i32,
    /// The time they may be made in.
    #[serde(default = "Burst::default_per")]
    pub per: Span,
}

impl Burst {
    const fn default_requests() -> i32 {
        20
    }

    const fn default_per() -> Span {
        Span::from_seconds(10)
    }
}

impl Default for Burst {
    fn default() -> Self {
        Self {
            requests: Self::default_requests(),
            per: Self::default_per(),
        }
    }
}

/// Whether users can be updated through the API of this account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum UserUpdates {
    /// Find out by the first update.
    #[default]
    Auto,
    /// They can.
    Enabled,
    /// They cannot: every step that needs one is a manual step.
    Disabled,
}

/// The account's administrators by userName.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Administrators {
    /// The primary administrator.
    #[schemars(length(min = 3, max = 128))]
    pub primary: String,
    /// The secondary administrators.
    #[serde(default)]
    #[schemars(length(max = 256), inner(length(min = 3, max = 128)))]
    pub secondary: Vec<String>,
}

/// The account's Contact Center.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.mode != 'Managed' || has(self.credentialsSecretRef)", "contactCenter.mode Managed needs credentialsSecretRef: the queues are read with it"),
)]
pub struct ContactCenter {
    /// `None`: the account has no Contact Center, and a user with a sign of one is not touched. `Managed`: Contact
    /// Center users are taken through the steps they need.
    pub mode: ContactCenterMode,
    /// Base address of the real-time metrics API; the region is in it.
    #[serde(default = "ContactCenter::default_url")]
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub url: String,
    /// Address that gives OAuth tokens for it.
    #[serde(default = "ContactCenter::default_token_url")]
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub token_url: String,
    /// The Secret, in the Tenant's namespace, with the keys `key` and `secret` of the OAuth client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_secret_ref: Option<SecretRef>,
    /// What `X-Tenant-Info` must say, for a customer with several Contact Center tenants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub tenant_info: Option<String>,
    /// Names of licenses that make a user a Contact Center user. `*` stands for any text.
    #[serde(default = "ContactCenter::default_licenses")]
    #[schemars(length(max = 64), inner(length(min = 1, max = 128)))]
    pub licenses: Vec<String>,
    /// The Quality Management API, opened by the same OAuth client: the one public place where an e-mail address leads
    /// to an agent. Without it each User says its agent itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_management: Option<QualityManagement>,
    /// The Agent Status API, which 8x8 enables on request: with it an agent is logged out before its queues are left
    /// (rule B9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_status: Option<AgentStatusApi>,
    /// userNames of those with an administrator role in Contact Center (rule B2).
    #[serde(default)]
    #[schemars(length(max = 256), inner(length(min = 3, max = 128)))]
    pub administrators: Vec<String>,
    /// The team's own automation for what no API of 8x8 can do, behind the contract in docs/connector.openapi.yaml. With it
    /// the Contact Center steps are automatic; doing them by hand works as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<Connector>,
}

/// The Quality Management API of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QualityManagement {
    /// Base address with the region, such as `https://api.8x8.com/qm/us/v1`.
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub url: String,
    /// Name of the PBX, which the header `pbx` must say.
    #[schemars(length(min = 1, max = 128))]
    pub pbx: String,
}

/// The Agent Status API of the account's Contact Center.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentStatusApi {
    /// Base address with the platform, such as `https://vcc-na12.8x8.com/api/v1`.
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub url: String,
    /// Name of the Contact Center tenant.
    #[schemars(length(min = 1, max = 128))]
    pub tenant_name: String,
    /// The Secret, in the Tenant's namespace, with the Action Request Token of Configuration Manager → Integration →
    /// API Token.
    pub token_secret_ref: SecretKeyRef,
}

/// The team's own automation for what no API of 8x8 can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connector {
    /// Base address: what stands before `/v1`.
    #[schemars(length(min = 8, max = 512), regex(pattern = r"^https?://[^\s?#]+$"))]
    pub url: String,
    /// The Secret, in the Tenant's namespace, with its bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_secret_ref: Option<SecretKeyRef>,
}

impl ContactCenter {
    fn default_url() -> String {
        "https://api.8x8.com/analytics/cc/v5/realtime-metrics".to_owned()
    }

    fn default_token_url() -> String {
        "https://api.8x8.com/oauth/v2/token".to_owned()
    }

    fn default_licenses() -> Vec<String> {
        vec!["X6*".to_owned(), "X8*".to_owned()]
    }
}

/// Whether an account has a Contact Center.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ContactCenterMode {
    /// It has none.
    None,
    /// It has one, and Onhook minds it.
    Managed,
}

/// How often the account is read as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// Time between two looks at a user that nothing is to be done for.
    #[serde(default = "Inventory::default_interval")]
    pub interval: Span,
}

impl Inventory {
    const fn default_interval() -> Span {
        Span::from_seconds(600)
    }
}

impl Default for Inventory {
    fn default() -> Self {
        Self {
            interval: Self::default_interval(),
        }
    }
}

/// What a User gets that does not say it itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Defaults {
    /// Time between deactivation and the removal of licenses.
    #[serde(default)]
    pub license_grace_period: Span,
    /// Time between the removal of licenses and the deletion of the profile.
    #[serde(default)]
    pub retention_period: Span,
    /// What deleting a User object means for the account. Required: there is no silent choice.
    pub deletion_policy: DeletionPolicy,
}

/// Where a Tenant stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantStatus {
    /// Generation of the spec that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// `Ready`, and while they are true `Reconciling` and `Stalled`.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    #[schemars(length(max = 16))]
    pub conditions: Vec<Condition>,
    /// Id of the customer at 8x8, as the account gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub customer_id: Option<String>,
    /// How many User objects refer to this Tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<i32>,
    /// Whether `PUT /users` works for this account, as far as a write has shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_updates: Option<UserUpdatesStatus>,
    /// Names of the Secrets that are held for the Users of this Tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub held_secrets: Vec<String>,
    /// The removals of the account, as its limit counts them and its approvals need them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removals: Option<RemovalsStatus>,
    /// Generation of the spec under which every User at rest was looked at. After a restart a User at rest costs no call
    /// as long as it is this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_generation: Option<i64>,
}

/// Whether users of the account can be updated, as it was found out (`userUpdates: Auto`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserUpdatesStatus {
    /// Whether they can. Where they cannot, every step that needs an update is a manual step.
    pub available: bool,
    /// When it was found out last. After a day without updates the next step tries again.
    pub since: Timestamp,
    /// Generation of the spec under which it was found out. Another one tries again.
    pub generation: i64,
}
