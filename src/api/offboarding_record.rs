//! `OffboardingRecord`: what was done to one person, entry by entry. The operator writes it, into its own namespace, and
//! nobody owns it: it stays when the User, its namespace and its Tenant go.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The record of one removal of one person, opened before anything is written to the account.
///
/// Entries are only ever appended, and each is sealed together with the one before it (HMAC-SHA256), so that a change shows:
/// `onhook records verify`. In them people stand as keyed hashes; their names lie beside, in `person`, outside the chain.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "onhook.dev",
    version = "v1alpha1",
    kind = "OffboardingRecord",
    plural = "offboardingrecords",
    namespaced,
    shortname = "ohr",
    category = "onhook",
    derive = "PartialEq",
    printcolumn = r#"{"name":"User","type":"string","jsonPath":".spec.person.user"}"#,
    printcolumn = r#"{"name":"Goal","type":"string","jsonPath":".spec.entries[0].facts.goal"}"#,
    printcolumn = r#"{"name":"Outcome","type":"string","jsonPath":".spec.outcome"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct OffboardingRecordSpec {
    /// Uid of the User object.
    #[schemars(length(max = 64))]
    pub user_uid: String,
    /// The names of those whom the record is about, in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<RecordedPerson>,
    /// How it ended; nothing while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub outcome: Option<String>,
    /// What happened, first to last.
    #[schemars(length(max = 2000))]
    pub entries: Vec<RecordEntry>,
}

/// The names of those whom a record is about, in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedPerson {
    /// The User object, `namespace/name`.
    #[schemars(length(max = 317))]
    pub user: String,
    /// userName at 8x8.
    #[schemars(length(max = 128))]
    pub user_name: String,
    /// Who asked, as the server stamped it.
    #[schemars(length(max = 253))]
    pub requested_by: String,
    /// Who approved, where somebody did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 253)))]
    pub approved_by: Vec<String>,
    /// Who asked for something else while the record was open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64), inner(length(max = 253)))]
    pub later_requested_by: Vec<String>,
    /// What a removal means for what the person has, as it was foreseen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(max = 1100)))]
    pub losses: Vec<String>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordEntry {
    /// Its number; the first is 1.
    #[schemars(range(min = 1))]
    pub seq: i32,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub kind: EntryKind,
    /// What there is to say of it: ids, names of steps, keyed hashes of people.
    #[schemars(length(max = 32))]
    pub facts: BTreeMap<String, String>,
    /// HMAC-SHA256 over the seal of the entry before it and everything above, in hexadecimal.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub seal: String,
}

/// One thing that happened and does not stand in the record yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub kind: EntryKind,
    /// What there is to say of it: ids and names of steps.
    #[schemars(length(max = 32))]
    pub facts: BTreeMap<String, String>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EntryKind {
    /// The record begins: who, by whom, towards what, with what plan.
    Opened,
    /// What is asked for, who asks for it or who approved it is not what it was: as it is from now on.
    Amended,
    /// A write is about to be sent.
    Intended,
    /// The account took it.
    Accepted,
    /// The account did not take it, or its operation failed.
    Refused,
    /// It was seen to be done.
    Verified,
    /// The record ends.
    Ended,
}
