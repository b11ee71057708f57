//! A ring group.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// The items of a list, none where it is missing or null.
fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl RingGroup {
    /// Extension numbers that calls of the group are forwarded to, by rules that are in force.
    pub fn forwards_to(&self) -> Vec<&str> {
        list(self.extra.get("forwardingRules"))
            .iter()
            .filter(|rule| rule.get("enabled") != Some(&Value::Bool(false)))
            .flat_map(|rule| list(rule.get("destinations")))
            .filter(|to| to.get("type").and_then(Value::as_str) == Some("EXTENSION_NUMBER"))
            .filter_map(|to| to.get("destination").and_then(Value::as_str))
            .collect()
    }

    /// The e-mail address that is told of voicemail of the group.
    pub fn voicemail_email(&self) -> Option<&str> {
        let settings = self.extra.get("voicemailSettings")?;
        if settings.get("notificationAction").and_then(Value::as_str) == Some("DISABLE") {
            return None;
        }
        settings.get("notificationEmail")?.as_str()
    }

    /// Name of the site.
    pub fn site(&self) -> Option<&str> {
        self.extra.get("site")?.get("name")?.as_str()
    }
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
