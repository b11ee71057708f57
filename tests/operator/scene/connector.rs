//! The Tenant's connector, which the embedded account serves.

use onhook::testbed::wait_until;
use serde_json::{Value, json};

use super::Scene;
use crate::support::DEADLINE;

impl Scene {
    /// Names the connector in the Tenant, with its token in a Secret.
    pub async fn connect(&self) {
        self.put_right_connector_token().await;
        self.name_connector().await;
    }

    /// Puts a token into the connector's Secret.
    pub async fn put_connector_token(&self, token: &str) {
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: cc-bridge}}\nstringData: {{token: {token}}}\n"
        ))
        .await;
    }

    /// Names the connector in the Tenant, whether its Secret is there or not.
    pub async fn name_connector(&self) {
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

    /// The connector says that it will be done, and somebody has to do it.
    pub fn connector_promises(&self) {
        self.simulator
            .handle()
            .with_settings(|settings| settings.connector_promises = true);
    }

    pub fn connector_is_back(&self) {
        self.simulator.handle().clear_faults();
    }

    /// Waits until the connector was asked for a removal of this kind.
    pub async fn asked_of_connector(&self, kind: &'static str) {
        let what = format!("the connector to be asked for {kind}");
        wait_until(&what, DEADLINE, async || match self.removals().await {
            asked if asked.contains(&kind) => Ok(()),
            asked => Err(format!("{asked:?}")),
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    /// The connector's own token.
    pub async fn put_right_connector_token(&self) {
        self.put_connector_token(&self.simulator.keys().connector_token)
            .await;
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
