//! A ring group.

use serde::{Deserialize, Serialize};

use super::{Extra, null_as_empty};

/// A ring group as `GET /ring-groups/{ringGroupId}` gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RingGroup {
    /// Id of the group.
    #[serde(default)]
    pub id: String,
    /// Name of the group.
    #[serde(default)]
    pub name: String,
    /// Extension number of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_number: Option<String>,
    /// `ROUND_ROBIN`, `SEQUENTIAL` or `SIMULTANEOUS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring_pattern: Option<String>,
    /// The members, in order.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub members: Vec<Member>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A member of a ring group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Id of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Id of the extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Number of the extension within its site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_number: Option<String>,
    /// Place in the order, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<i64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The body of `POST /ring-groups/{ringGroupId}/update-members`: applied as a whole or not at all, 200 entries a list at
/// most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateMembers {
    /// Members to add.
    #[serde(
        default,
        deserialize_with = "null_as_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub add: Vec<Member>,
    /// Members to change.
    #[serde(
        default,
        deserialize_with = "null_as_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub update: Vec<Member>,
    /// Members to remove.
    #[serde(
        default,
        deserialize_with = "null_as_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub remove: Vec<MemberRef>,
}

/// A member by its extension: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberRef {
    /// Id of the extension, which is unique in the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_id: Option<String>,
    /// Number of the extension, which is unique within its site only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_number: Option<String>,
}
