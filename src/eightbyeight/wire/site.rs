//! A site of the account.

use serde::{Deserialize, Serialize};

use super::Extra;

/// A site as the Site API gives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Id of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Site {
    /// Id and number of the extension that a caller reaches who leaves the voicemail of a user of the site.
    pub fn voicemail_zero_out(&self) -> [Option<&str>; 2] {
        ["ExtensionId", "ExtensionNumber"].map(|end| {
            let field = format!("defaultVoicemailZeroOutDestination{end}");
            self.extra.get(&field).and_then(serde_json::Value::as_str)
        })
    }
}
