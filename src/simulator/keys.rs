//! The keys of an account: who calls, and whether they may write.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ids;

/// The keys of an account by label. They follow from the seed.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Keys {
    /// `x-api-key` values by label: `primary`, `secondary-1`, `secondary-2`, which may write, and `reader`,
    /// which may not (rule A1).
    pub api: BTreeMap<String, String>,
    /// Key of the Contact Center client, the user of the Basic header.
    pub contact_center_key: String,
    /// Its secret, the password of the Basic header.
    pub contact_center_secret: String,
    /// Name of the Contact Center tenant, the user of the Basic header of the agent status API.
    pub contact_center_tenant: String,
    /// Its action request token, the password of that header.
    pub action_token: String,
    /// Name of the PBX, the header `pbx` of the Quality Management API.
    pub pbx: String,
    /// Bearer token of the connector.
    pub connector_token: String,
}

/// Name of the PBX of all sites.
pub(crate) const PBX: &str = "acme01";
/// The keys that may only read.
const READERS: [&str; 1] = ["reader"];

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("labels", &self.api.keys())
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys of the account with this seed.
    pub fn of(seed: u64) -> Self {
        let labels = ["primary", "secondary-1", "secondary-2", "reader"];
        let api = labels.map(|label| (label.to_owned(), format!("eght_{}", ids::secret(seed, label, 0))));
        Self {
            api: api.into(),
            contact_center_key: format!("cck_{}", ids::id(seed, "contact-center-key", 0)),
            contact_center_secret: ids::secret(seed, "contact-center-secret", 0),
            contact_center_tenant: "acmecorp01".to_owned(),
            action_token: ids::secret(seed, "action-token", 0),
            pbx: PBX.to_owned(),
            connector_token: ids::secret(seed, "connector-token", 0),
        }
    }

    /// The key with this label, or an empty text.
    pub fn get(&self, label: &str) -> &str {
        self.api.get(label).map(String::as_str).unwrap_or_default()
    }

    /// The label of a key.
    pub(crate) fn label(&self, key: &str) -> Option<String> {
        self.api
            .iter()
            .find(|(_, value)| *value == key)
            .map(|(label, _)| label.clone())
    }

    /// What stands after `Basic ` in the header of a token request.
    pub(crate) fn client(&self) -> String {
        ids::basic(&self.contact_center_key, &self.contact_center_secret)
    }

    /// What stands after `Basic ` in the header of a call on the agent status API.
    pub(crate) fn action(&self) -> String {
        ids::basic(&self.contact_center_tenant, &self.action_token)
    }
}

/// Whether the key with this label is a primary or secondary administrator's.
pub(crate) fn may_write(label: &str) -> bool {
    !READERS.contains(&label)
}
