//! A scene: an embedded account, a Tenant for it, and people in both.

mod account;
mod connector;
mod declared;
mod seen;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use onhook::simulator::{Config, Seed, Simulator};

use super::support::Stage;

/// A person to put into the account. What is left out, every person has: a license, an extension and a number.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub name: String,
    pub device: bool,
    pub ring_groups: usize,
    /// A ring group that others are in as well.
    pub shared_ring_group: Option<String>,
    pub call_queues: usize,
    pub contact_center_queues: usize,
    /// The identity provider that owns the profile through SCIM.
    pub scim_provider: Option<String>,
    /// Whether nobody else is in the person's ring groups and call queues.
    pub alone: bool,
}

impl Person {
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            device: true,
            ..Self::default()
        }
    }
}

static CUSTOMERS: AtomicU64 = AtomicU64::new(8);

/// An account and a Tenant for it.
pub struct Scene {
    pub stage: Stage,
    simulator: Simulator,
    /// Namespace of the Tenant and its Secrets.
    home: String,
    numbers: Mutex<BTreeMap<String, String>>,
}

pub fn user_name(name: &str) -> String {
    format!("{name}@acme.example")
}

impl Scene {
    /// A scene whose Tenant is in the namespace of its Users.
    pub async fn new(prefix: &str) -> Self {
        Self::set(Stage::new(prefix).await, "0s", false).await
    }

    /// A scene on a stage where whoever asks runs the operator.
    pub async fn on(stage: Stage) -> Self {
        Self::set(stage, "0s", false).await
    }

    /// A scene whose Tenant is in a namespace of its own.
    pub async fn in_own_namespace(prefix: &str) -> Self {
        Self::set(Stage::new(prefix).await, "0s", true).await
    }

    pub async fn with_deletion_delay(prefix: &str, delay: &str) -> Self {
        Self::set(Stage::new(prefix).await, delay, false).await
    }

    async fn set(stage: Stage, deletion_delay: &str, own: bool) -> Self {
        let home = if own {
            stage.cluster.namespace("home").await.unwrap()
        } else {
            stage.namespace.clone()
        };
        // Every account is another customer's: what the operator keeps about one is kept by customer.
        let customer = CUSTOMERS.fetch_add(1, Ordering::Relaxed);
        let config = Config::seeded(Seed::new(20, customer)).time_scale(20.0);
        let simulator = Simulator::start(config).await.unwrap();
        let scene = Self {
            stage,
            simulator,
            home,
            numbers: Mutex::default(),
        };
        scene.put_secret("apiKey").await;
        scene.put_client().await;
        scene.apply_home(&scene.tenant(deletion_delay)).await;
        scene
    }

    /// The limits are as many times the documented ones as the account is faster.
    fn tenant(&self, deletion_delay: &str) -> String {
        format!(
            "
apiVersion: onhook.dev/v1alpha1
kind: Tenant
metadata: {{name: acme}}
spec:
  mode: Enforce
  allowedNamespaces: {{matchNames: [{users}]}}
  adminApi:
    url: {admin}
    apiKeySecretRef: {{name: acme-8x8, key: apiKey}}
    limits: {{requestsPerMinute: 1900, burst: {{requests: 19, per: 1s}}, concurrentOperations: 10}}
  administrators: {{primary: admin@acme.example}}
  contactCenter:
    mode: Managed
    url: {realtime}
    tokenUrl: {token}
    credentialsSecretRef: {{name: acme-8x8-cc}}
    administrators: [agent@acme.example]
  removals: {{deletionDelay: {deletion_delay}, protectedUsers: [chief@acme.example]}}
  defaults: {{deletionPolicy: Delete}}
",
            users = if self.home == self.stage.namespace {
                "nowhere"
            } else {
                &self.stage.namespace
            },
            admin = self.simulator.account_url(),
            realtime = self.simulator.contact_center_url(),
            token = self.simulator.token_url(),
        )
    }

    async fn apply_home(&self, manifest: &str) {
        self.stage
            .cluster
            .apply(&self.home, manifest)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Puts the key of the primary administrator under a key of the Secret.
    pub async fn put_secret(&self, under: &str) {
        self.put_key_under(under, &self.key("primary")).await;
    }

    pub async fn put_key(&self, key: &str) {
        self.put_key_under("apiKey", key).await;
    }

    async fn put_key_under(&self, under: &str, key: &str) {
        let data = format!("stringData: {{{under}: {key}}}");
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8}}\n{data}\n"
        ))
        .await;
    }

    async fn put_client(&self) {
        let (key, secret) = self.client();
        let data = format!("stringData: {{key: {key}, secret: {secret}}}");
        self.apply_home(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8-cc}}\n{data}\n"
        ))
        .await;
    }

    /// Puts the Secrets of the Tenant into another namespace as well.
    pub async fn copy_secrets(&self, namespace: &str) {
        let (key, secret) = self.client();
        let api_key = self.key("primary");
        let manifest = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8}}\nstringData: {{apiKey: {api_key}}}\n---\n\
             apiVersion: v1\nkind: Secret\nmetadata: {{name: acme-8x8-cc}}\nstringData: {{key: {key}, secret: {secret}}}\n"
        );
        let cluster = &self.stage.cluster;
        let applied = cluster.apply(namespace, &manifest).await;
        applied.unwrap_or_else(|error| panic!("{error}"));
    }

    /// An API key of the account by its label.
    pub fn key(&self, label: &str) -> String {
        self.simulator.keys().api[label].clone()
    }

    fn client(&self) -> (String, String) {
        let keys = self.simulator.keys();
        (keys.contact_center_key, keys.contact_center_secret)
    }
}
