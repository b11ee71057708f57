//! The Tenant's connector, which the embedded account serves.

use serde_json::{Value, json};

use super::Scene;

impl Scene {
    /// Names the connector in the Tenant, with its token in a Secret.
    pub async fn connect(&self) {
        let token = self.simulator.keys().connector_token;
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: cc-bridge}}\nstringData: {{token: {token}}}\n"
        ))
        .await;
        let connector = json!({
            "url": self.simulator.connector_url(), "tokenSecretRef": {"name": "cc-bridge", "key": "token"},
        });
        self.patch_tenant(json!({"spec": {"contactCenter": {"connector": connector}}}))
            .await;
    }

    /// Every call on the connector meets this, until [`Self::connector_is_back`].
    pub fn connector_is_down(&self, effect: Value) {
        let fault = json!({"match": {"path": "/connector/*"}, "times": 1_000_000, "effect": effect});
        self.simulator
            .handle()
            .inject(serde_json::from_value(fault).unwrap());
    }

    /// The connector says that it is done, and does nothing.
    pub fn connector_lies(&self) {
        self.simulator
            .handle()
            .with_settings(|settings| settings.connector_lies = true);
    }

    pub fn connector_is_back(&self) {
        self.simulator.handle().clear_faults();
    }

    /// The removals that the connector was asked for and the DELETE of a user, in order, without their ids.
    pub async fn removals(&self) -> Vec<&'static str> {
        let journal = self.journal().await;
        let deletes = journal
            .entries()
            .iter()
            .filter(|entry| entry.method == "DELETE" && entry.status < 300);
        let kinds = ["/queues/", "/supervisor", "/administrator", "/license", "/users/"];
        deletes
            .map(|entry| kinds.into_iter().find(|kind| entry.path.contains(kind)).unwrap())
            .collect()
    }
}
