//! The embedded account, as the demo starts and steers it.

use std::collections::BTreeMap;

use reqwest::{Client, Method};
use serde::Deserialize;
use serde_json::Value;

use super::DemoError;

/// What the account says when it is ready.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Addresses {
    pub account_url: String,
    pub contact_center_url: String,
    pub token_url: String,
    pub control_url: String,
    pub keys: BTreeMap<String, String>,
    #[serde(rename = "contactCenter")]
    pub client: ClientCredentials,
}

/// The OAuth client of the Contact Center.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ClientCredentials {
    pub key: String,
    pub secret: String,
}

/// The embedded account.
pub(super) struct Account {
    pub addresses: Addresses,
    client: Client,
}

impl Account {
    /// An account from what it said when it was ready.
    pub fn read(text: &str) -> Result<Self, DemoError> {
        // Somebody else in the process may have chosen a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let addresses = serde_json::from_str(text)
            .map_err(|error| DemoError::Wrong(format!("the account did not say where it is: {error}")))?;
        Ok(Self {
            addresses,
            client: Client::new(),
        })
    }

    /// A manifest of `examples/`, with the addresses and keys of this account in the place of 8x8's.
    pub fn in_place_of(&self, real: &[&str; 3], text: &str) -> String {
        let own = [
            &self.addresses.account_url,
            &self.addresses.contact_center_url,
            &self.addresses.token_url,
        ];
        let replaced = real
            .iter()
            .zip(own)
            .fold(text.to_owned(), |text, (real, own)| text.replace(real, own));
        let key = self
            .addresses
            .keys
            .get("primary")
            .map(String::as_str)
            .unwrap_or_default();
        replaced
            .replace("replace-me-with-an-api-key", key)
            .replace("replace-me-with-a-client-key", &self.addresses.client.key)
            .replace("replace-me-with-a-client-secret", &self.addresses.client.secret)
    }

    /// Everything in the account.
    pub async fn state(&self) -> Result<Value, DemoError> {
        Ok(self
            .client
            .get(self.url("/state"))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?)
    }

    /// All calls on the account, one JSON object a line.
    pub async fn journal(&self) -> Result<String, DemoError> {
        Ok(self
            .client
            .get(self.url("/journal"))
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?)
    }

    /// What a person does in Configuration Manager → Agents → Edit → Queues.
    pub async fn leave_queues(&self, agent: &str) -> Result<(), DemoError> {
        self.remove(&format!("/contact-center/agents/{agent}/queues"))
            .await
    }

    /// What a person does in Configuration Manager → Agents → Edit → Supervisor, and under Security → Roles.
    pub async fn remove_rights(&self, agent: &str) -> Result<(), DemoError> {
        self.remove(&format!("/contact-center/agents/{agent}/supervisor"))
            .await?;
        self.remove(&format!("/contact-center/agents/{agent}/admin-role"))
            .await
    }

    /// What a person does in the Admin Console → Users → Edit → Services and permissions.
    pub async fn remove_contact_center_license(&self, agent: &str) -> Result<(), DemoError> {
        self.remove(&format!("/contact-center/agents/{agent}/license"))
            .await
    }

    async fn remove(&self, path: &str) -> Result<(), DemoError> {
        self.client
            .request(Method::DELETE, self.url(path))
            .send()
            .await?
            .error_for_status()?;
        Ok(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.addresses.control_url)
    }
}
