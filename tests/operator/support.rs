//! What every test stands on: one server, one operator with exactly the rights it ships with, and a stage of its own.

use std::sync::OnceLock;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use onhook::api::{LicenseAssignment, QueueAssignment, Tenant, User};
use onhook::controller::{self, Metrics, Settings};
use onhook::telemetry::Health;
use onhook::testbed::{self, Cluster, wait_until};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// Long enough for a loaded machine; a test that passes never waits so long.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The cluster, with the operator at work on it.
pub async fn cluster() -> &'static Cluster {
    static OPERATOR: OnceCell<()> = OnceCell::const_new();
    let cluster = testbed::shared().await.unwrap_or_else(|error| panic!("{error}"));
    OPERATOR.get_or_init(|| start_operator(cluster)).await;
    cluster
}

/// The cluster, on which a test runs its own operator.
pub async fn cluster_without_operator() -> &'static Cluster {
    let cluster = testbed::shared().await.unwrap_or_else(|error| panic!("{error}"));
    static RIGHTS: OnceCell<()> = OnceCell::const_new();
    RIGHTS
        .get_or_init(|| async { cluster.install_operator_rbac().await.unwrap() })
        .await;
    cluster
}

/// The operator runs on a thread and a runtime of its own, because each test's runtime ends with the test.
async fn start_operator(cluster: &'static Cluster) {
    cluster.install_operator_rbac().await.unwrap();
    let kubeconfig = cluster.operator_kubeconfig().await.unwrap();
    let settings = Settings {
        operation_interval: Duration::from_millis(200),
        manual_interval: Duration::from_secs(1),
        call_timeout: Duration::from_secs(3),
        ..Settings::default()
    };
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let kubeconfig = kube::config::Kubeconfig::read_from(kubeconfig).unwrap();
            let config = kube::Config::from_custom_kubeconfig(kubeconfig, &Default::default())
                .await
                .unwrap();
            let client = Client::try_from(config).unwrap();
            controller::run(
                client,
                settings,
                metrics(),
                Health::default(),
                CancellationToken::new(),
            )
            .await;
        });
    });
}

/// The metrics of the operator.
pub fn metrics() -> Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(Metrics::default).clone()
}

/// A namespace of its own for a test.
pub struct Stage {
    pub cluster: &'static Cluster,
    pub client: Client,
    pub namespace: String,
}

impl Stage {
    pub async fn new(prefix: &str) -> Self {
        Self::on(cluster().await, prefix).await
    }

    /// A namespace on a cluster where whoever asks runs the operator.
    pub async fn on(cluster: &'static Cluster, prefix: &str) -> Self {
        let namespace = cluster.namespace(prefix).await.unwrap();
        Self {
            cluster,
            client: cluster.client().await.unwrap(),
            namespace,
        }
    }

    pub async fn apply(&self, manifests: &str) {
        self.cluster
            .apply(&self.namespace, manifests)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// What the server says to manifests that it should refuse.
    pub async fn refused(&self, manifests: &str) -> String {
        match self.cluster.apply(&self.namespace, manifests).await {
            Ok(()) => panic!("the server took:\n{manifests}"),
            Err(error) => error.to_string(),
        }
    }

    pub fn users(&self) -> Api<User> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn tenants(&self) -> Api<Tenant> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn licenses(&self) -> Api<LicenseAssignment> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn queues(&self) -> Api<QueueAssignment> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Changes a User as a person would.
    pub async fn patch_user(&self, name: &str, patch: serde_json::Value) {
        self.users()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Sets an annotation of a User; `null` takes it off.
    pub async fn annotate(&self, name: &str, key: &str, value: impl Into<serde_json::Value>) {
        let annotations = serde_json::Map::from_iter([(key.to_owned(), value.into())]);
        let patch = serde_json::json!({"metadata": {"annotations": annotations}});
        self.patch_user(name, patch).await;
    }

    /// Writes a file beside those of the cluster, which takes it along. Gives its path.
    pub fn file(&self, extension: &str, text: &str) -> String {
        let name = format!("{}.{extension}", self.namespace);
        let path = self.cluster.scratch().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Waits until a User is as asked, and gives it.
    pub async fn user(&self, name: &str, what: &str, mut is: impl FnMut(&User) -> bool) -> User {
        let users = self.users();
        let what = format!("the User {name} to be {what}");
        let outcome = wait_until(&what, DEADLINE, async || match users.get_opt(name).await {
            Ok(Some(user)) if is(&user) => Ok(user),
            Ok(Some(user)) => Err(serde_json::to_string_pretty(&user.status).unwrap()),
            Ok(None) => Err("it is not there".to_owned()),
            Err(error) => Err(error.to_string()),
        });
        outcome.await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits until a User has a blocker of this reason, and gives the User.
    pub async fn blocked(&self, name: &str, reason: &str) -> User {
        self.user(name, &format!("blocked by {reason}"), |user| {
            user.status
                .iter()
                .flat_map(|status| &status.blockers)
                .any(|blocker| blocker.reason == reason)
        })
        .await
    }

    /// Waits until `Ready` of a User is True with this reason, and gives the User.
    pub async fn ready(&self, name: &str, reason: &str) -> User {
        self.user(name, &format!("Ready, {reason}"), |user| {
            let conditions = user.status.as_ref().map_or(&[][..], |status| &status.conditions);
            user.status.as_ref().and_then(|status| status.observed_generation) == user.metadata.generation
                && condition(conditions, "Ready") == Some(("True", reason))
        })
        .await
    }

    /// Waits until an object is gone.
    pub async fn gone(&self, name: &str) {
        let users = self.users();
        wait_until(
            &format!("the User {name} to be gone"),
            DEADLINE,
            async || match users.get_opt(name).await {
                Ok(None) => Ok(()),
                Ok(Some(user)) => Err(serde_json::to_string_pretty(&user.status).unwrap()),
                Err(error) => Err(error.to_string()),
            },
        )
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Status and reason of a condition.
pub fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<(&'a str, &'a str)> {
    let found = conditions.iter().find(|condition| condition.type_ == kind)?;
    Some((&found.status, &found.reason))
}
