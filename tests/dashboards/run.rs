//! A real run: two operators, two accounts, and leavers in every state that a panel is about.

use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::Api;
use kube::api::PostParams;
use onhook::testbed::{Cluster, OPERATOR_SERVICE_ACCOUNT, wait_until};
use serde_json::json;

use crate::process::Operator;
use crate::prometheus::Prometheus;
use crate::scene::{Person, Scene};
use crate::support::{DEADLINE, Stage};

/// Leavers who go all the way.
const GO: [&str; 3] = ["goes-0", "goes-1", "goes-2"];
/// Leavers who are too many at once.
const HELD: [&str; 6] = ["held-0", "held-1", "held-2", "held-3", "held-4", "held-5"];
/// The leavers who stay on their way, of both accounts.
pub const ON_THEIR_WAY: f64 = 3.0 + HELD.len() as f64;

/// The accounts that two operators work.
pub struct Run {
    working: Scene,
    held: Scene,
}

/// Two operators, at work.
pub async fn operators(cluster: &'static Cluster) -> [Operator; 2] {
    let mut operators = ["onhook-0", "onhook-1"].map(|name| Operator::named(cluster, name));
    for operator in &mut operators {
        operator.start().await;
    }
    operators
}

impl Run {
    /// Two accounts with people of whom nobody leaves.
    pub async fn quiet(cluster: &'static Cluster) -> Self {
        let working = Scene::on(Stage::on(cluster, "working").await).await;
        let held = Scene::on(Stage::on(cluster, "held").await).await;
        let run = Self { working, held };
        run.declare().await;
        run
    }

    async fn declare(&self) {
        let agent = Person {
            contact_center_queues: 1,
            ..Person::named("agent")
        };
        self.working.person(agent).await;
        let agent = self.working.agent_id_of("agent").await;
        let waits = "offboarding: {licenseGracePeriod: 3d}".to_owned();
        let mut people = vec![("agent", agent), ("waits", waits)];
        people.extend(
            ["unknown", "stays"]
                .into_iter()
                .chain(GO)
                .map(|name| (name, String::new())),
        );
        for (name, more) in &people {
            if *name != "agent" {
                self.working.person(Person::named(name)).await;
            }
            self.working.declare(name, "active", more).await;
        }
        for name in HELD {
            self.held.person(Person::named(name)).await;
        }
        self.held.set_states(&HELD, "active").await;
        for (name, _) in &people {
            self.working.stage.ready(name, "Active").await;
        }
        for name in HELD {
            self.held.stage.ready(name, "Active").await;
        }
    }

    /// Some leave: three go, one waits, of two something is not known or not done, and six are too many.
    pub async fn leave(&self) {
        let working = &self.working;
        // A budget so small that calls wait for it.
        let limits = json!({"requestsPerMinute": 600, "burst": {"requests": 2, "per": "1s"}, "concurrentOperations": 2});
        let removals = json!({"limit": {"users": 2, "per": "1h"}});
        let few = json!({"spec": {"adminApi": {"limits": limits}, "removals": removals}});
        self.held.patch_tenant(few).await;
        for status in [429, 500] {
            working.fault("GET", "/users/", json!({"status": status})).await;
        }
        self.held.set_states(&HELD, "deleted").await;
        for name in ["agent", "waits"].into_iter().chain(GO) {
            working.set_state(name, "deleted").await;
        }
        self.nobody_knows("unknown").await;
        for name in GO {
            working.stage.ready(name, "Deleted").await;
        }
        working.stage.ready("waits", "Scheduled").await;
        working
            .stage
            .blocked("agent", "ContactCenterQueuesAssigned")
            .await;
        for name in HELD {
            self.held.stage.blocked(name, "RemovalLimit").await;
        }
    }

    /// A DELETE was about to be sent long ago, and nobody can say whether it was.
    async fn nobody_knows(&self, name: &str) {
        let user = self.working.stage.user(name, "known", |_| true).await;
        let user_id = user.status.unwrap().user_id.unwrap();
        let at = "2026-01-01T00:00:00Z";
        let intent = json!({"id": "lost", "step": "Delete", "userId": user_id, "at": at});
        let done = ["Deactivate", "Licenses"].map(|name| json!({"name": name, "state": "Done", "since": at}));
        let status = json!({"step": "Delete", "steps": done, "intent": intent});
        self.working.operator_writes_status(name, status).await;
        self.working.set_state(name, "deleted").await;
        self.working.stage.blocked(name, "OutcomeUnknown").await;
    }

    /// For a while the operators may write no status, until Prometheus has seen passes fail, and fail no more.
    pub async fn fail(&self, prometheus: &Prometheus) {
        let roles = Api::<ClusterRole>::all(self.working.stage.client.clone());
        let role = roles.get(OPERATOR_SERVICE_ACCOUNT).await.unwrap();
        let mut less = role.clone();
        let rules = less.rules.as_mut().unwrap();
        let of_status = |resources: &Option<Vec<String>>| {
            let mut resources = resources.iter().flatten();
            resources.any(|resource| resource == "users/status")
        };
        rules.retain(|rule| !of_status(&rule.resources));
        replace(&roles, less).await;
        self.working.declare("newcomer", "active", "").await;
        failing(prometheus, "> 0").await;
        replace(&roles, role).await;
        self.working.stage.blocked("newcomer", "ProfileNotFound").await;
        failing(prometheus, "== 0").await;
    }
}

/// Waits until so many passes fail.
async fn failing(prometheus: &Prometheus, many: &str) {
    let rate = r#"sum(rate(onhook_reconcile_seconds_count{outcome="error"}[4s]))"#;
    let rate = format!("{rate} {many}");
    let seen = async || match prometheus.now(&rate).await {
        Ok(series) if !series.is_empty() => Ok(()),
        other => Err(format!("{other:?}")),
    };
    let outcome = wait_until(&rate, DEADLINE, seen).await;
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

async fn replace(roles: &Api<ClusterRole>, mut role: ClusterRole) {
    role.metadata.resource_version = None;
    let params = PostParams::default();
    let replaced = roles.replace(OPERATOR_SERVICE_ACCOUNT, &params, &role);
    replaced.await.unwrap();
}
