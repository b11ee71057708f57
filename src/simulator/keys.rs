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
}

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

    /// What the header `authorization` of a token request must be.
    pub(crate) fn basic(&self) -> String {
        format!(
            "Basic {}",
            ids::basic(&self.contact_center_key, &self.contact_center_secret)
        )
    }
}

/// Whether the key with this label is a primary or secondary administrator's.
pub(crate) fn may_write(label: &str) -> bool {
    !READERS.contains(&label)
}
