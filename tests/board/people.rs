//! Users in every lane, with the status that the operator would have written.

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use onhook::api::{Tenant, User};
use serde_json::{Value, json};

/// The lanes that people are put into.
pub const LANES: [&str; 6] = ["blocked", "held", "stalled", "running", "waiting", "done"];
/// How many stand in each lane.
pub const IN_EACH: usize = 50;
/// The digest of the held set.
pub const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef";

/// The time so many hours from now.
fn hours(hours: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_hours(hours);
    format!("{at:.0}")
}

fn ready(status: &str, reason: &str) -> Value {
    let message = "As the operator says it.";
    let ready = json!({"type": "Ready", "status": status, "reason": reason, "message": message, "lastTransitionTime": hours(-3)});
    json!({"observedGeneration": 1, "conditions": [ready]})
}

fn blocker(reason: &str, what: &str, to_do: &str) -> Value {
    json!({"reason": reason, "what": what, "toDo": to_do, "since": hours(-3)})
}

/// The status of somebody in a lane.
pub fn status(lane: &str) -> Value {
    let mut status = match lane {
        "running" => ready("False", "Running"),
        "waiting" => ready("True", "Scheduled"),
        "done" => ready("True", "Deleted"),
        other => ready("False", other),
    };
    match lane {
        "blocked" => {
            status["step"] = "ContactCenterQueues".into();
            status["blockers"] = json!([
                blocker(
                    "ContactCenterQueuesAssigned",
                    "The agent is still assigned to 2 Contact Center queue(s): Sales, <img src=x onerror=alert(1)>.",
                    "In Configuration Manager → Agents → Edit → Queues, clear Assigned for each of them.",
                ),
                blocker(
                    "ContactCenterSupervisorUnconfirmed",
                    "No API shows whether the agent is a supervisor.",
                    "In Configuration Manager → Agents → Edit → Supervisor, clear the flag and the queues.",
                ),
            ]);
            let queue = |name: &str| json!({"type": "ContactCenter", "id": name, "name": name});
            let queues = [queue("Sales"), queue("<img src=x onerror=alert(1)>")];
            status["observed"] = json!({"status": "INACTIVE", "queues": queues});
        }
        "held" => {
            let held = blocker(
                "RemovalLimit",
                "All of them are held.",
                "Look at status.removals.waiting.",
            );
            status["blockers"] = json!([held]);
        }
        "stalled" => {
            let stalled = json!({"type": "Stalled", "status": "True", "reason": "Renamed", "message": "", "lastTransitionTime": hours(-3)});
            status["conditions"].as_array_mut().unwrap().push(stalled);
            let renamed = blocker(
                "ProfileRenamed",
                "The profile has another userName.",
                "Correct spec.userName.",
            );
            status["blockers"] = json!([renamed]);
        }
        "waiting" => {
            status["step"] = "RetentionPeriod".into();
            let step = json!({"name": "RetentionPeriod", "state": "Waiting", "since": hours(-3), "notBefore": hours(30)});
            status["steps"] = json!([step]);
        }
        "running" => status["step"] = "Licenses".into(),
        _ => status["step"] = "Done".into(),
    }
    status
}

/// Makes [`IN_EACH`] people for each lane, and one who stays.
pub async fn make(client: &Client, namespace: &str) {
    let users: Api<User> = Api::namespaced(client.clone(), namespace);
    let name = |lane: &str, number| format!("{lane}-{number}");
    let all = LANES
        .iter()
        .flat_map(|lane| (0..IN_EACH).map(move |number| (name(lane, number), *lane)));
    let all: Vec<_> = all.collect();
    stream::iter(&all)
        .for_each_concurrent(16, |(name, lane)| one(&users, name, "deleted", status(lane)))
        .await;
    one(&users, "stays", "active", ready("True", "Active")).await;
}

/// Makes somebody with this status.
pub async fn one(users: &Api<User>, name: &str, state: &str, status: Value) {
    // A userName has 70 characters at most, of which the last ones tell people apart here.
    let short = &name[name.len().saturating_sub(50)..];
    let user_name = format!("{short}@acme.example");
    let user = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "User", "metadata": {"name": name},
        "spec": {"tenantRef": {"name": "acme"}, "userName": user_name, "state": state},
    });
    let user: User = serde_json::from_value(user).unwrap();
    users.create(&PostParams::default(), &user).await.unwrap();
    set_status(users, name, status).await;
}

/// Writes a status as the operator would.
pub async fn set_status(users: &Api<User>, name: &str, status: Value) {
    // What is not in it goes.
    let mut whole = json!({"blockers": null, "steps": null, "observed": null});
    whole
        .as_object_mut()
        .unwrap()
        .extend(status.as_object().unwrap().clone());
    let patch = Patch::Merge(json!({"status": whole}));
    users
        .patch_status(name, &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// The Tenant, which holds the removals of those in the lane `held`.
pub async fn make_tenant(client: &Client, namespace: &str) {
    let tenants: Api<Tenant> = Api::namespaced(client.clone(), namespace);
    let tenant = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "acme"},
        "spec": {
            "adminApi": {"apiKeySecretRef": {"name": "acme", "key": "apiKey"}},
            "administrators": {"primary": "admin@acme.example"}, "contactCenter": {"mode": "None"},
            "defaults": {"deletionPolicy": "Delete"},
        },
    });
    let tenant: Tenant = serde_json::from_value(tenant).unwrap();
    tenants.create(&PostParams::default(), &tenant).await.unwrap();
    let waiting = json!({"count": IN_EACH, "digest": DIGEST, "first": []});
    let removals = json!({"state": "Held", "counted": IN_EACH, "allowed": 10, "waiting": waiting});
    let patch = Patch::Merge(json!({"status": {"removals": removals}}));
    tenants
        .patch_status("acme", &PatchParams::default(), &patch)
        .await
        .unwrap();
}
