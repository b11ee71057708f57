//! Whether an operator works: its Deployment, its Leases, and what it says of the Tenants.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, ResourceExt};

use super::Finding;
use crate::api::Tenant;
use crate::api::status::READY;
use crate::cli::CliError;
use crate::cli::cluster::Cluster;
use crate::cli::deployment::{Sought, place, seek, version};
use crate::cli::version::OWN;
use crate::controller::lease_of;

const OPERATOR: &str = "operator";
const LEASES: &str = "leases";
const TENANTS: &str = "tenants";

/// `known`: whether the server knows our kinds.
pub(super) async fn look(cluster: &Cluster, namespace: &str, known: bool) -> Result<Vec<Finding>, CliError> {
    let sought = seek(cluster, namespace).await?;
    let mut home = namespace.to_owned();
    let mut found = vec![match &sought {
        Sought::Found(deployment) => {
            home = deployment.namespace().unwrap_or(home);
            ready(deployment)
        }
        Sought::Nowhere => Finding::note(
            OPERATOR,
            "no Deployment of it is in this cluster. It may run outside of it, as in the demo",
        ),
        Sought::Forbidden => Finding::note(
            OPERATOR,
            format!("you may not list Deployments in the namespace {namespace}"),
        ),
    }];
    if !known {
        return Ok(found);
    }
    match Api::<Tenant>::all(cluster.client.clone())
        .list(&Default::default())
        .await
    {
        Ok(tenants) if tenants.items.is_empty() => {
            found.push(Finding::note(TENANTS, "none is declared yet"));
        }
        Ok(tenants) => {
            found.push(leases(cluster, &home, &tenants.items).await);
            found.push(all_ready(&tenants.items));
        }
        Err(error) => found.push(Finding::unread(TENANTS, cluster, &error)),
    }
    Ok(found)
}

fn ready(deployment: &Deployment) -> Finding {
    let place = place(deployment);
    let status = deployment.status.clone().unwrap_or_default();
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let seen = status.observed_generation >= deployment.metadata.generation;
    let (updated, ready) = (
        status.updated_replicas.unwrap_or_default(),
        status.ready_replicas.unwrap_or_default(),
    );
    if wanted == 0 {
        let to_do = "Scale it up, or set the value replicas of the chart.";
        return Finding::problem(OPERATOR, format!("the Deployment {place} is scaled to 0"), to_do);
    }
    if !seen || updated < wanted || ready < wanted {
        let says = format!("{ready} of {wanted} replicas of the Deployment {place} are ready");
        let to_do = format!(
            "kubectl describe deployment {} -n {}",
            deployment.name_any(),
            deployment.namespace().unwrap_or_default()
        );
        return Finding::problem(OPERATOR, says, &to_do);
    }
    match version(deployment) {
        Some(theirs) if theirs != OWN => Finding::note(
            OPERATOR,
            format!("the Deployment {place} is ready. It runs {theirs}, and this is {OWN}"),
        ),
        _ => Finding::ok(
            OPERATOR,
            format!("the Deployment {place} is ready, {wanted} replicas"),
        ),
    }
}

/// Whether somebody works on the account of each Tenant.
async fn leases(cluster: &Cluster, namespace: &str, tenants: &[Tenant]) -> Finding {
    let api = Api::<Lease>::namespaced(cluster.client.clone(), namespace);
    let leases = match api.list(&Default::default()).await {
        Ok(leases) => leases.items,
        Err(error) => return Finding::unread(LEASES, cluster, &error),
    };
    let now = Timestamp::now();
    let unheld = |tenant: &&Tenant| {
        let name = lease_of(tenant);
        !leases
            .iter()
            .any(|lease| lease.name_any() == name && is_held(lease, now))
    };
    let idle: Vec<_> = tenants.iter().filter(unheld).map(name_of).collect();
    match idle.is_empty() {
        true => Finding::ok(LEASES, "an operator works on the account of each Tenant"),
        false => Finding::problem(
            LEASES,
            format!(
                "no operator in the namespace {namespace} works on {}",
                idle.join(", ")
            ),
            "See that the operator runs, and name its namespace with -n.",
        ),
    }
}

/// Whether it has a holder, who was heard of lately. Twice the time, because clocks differ.
fn is_held(lease: &Lease, now: Timestamp) -> bool {
    let Some(spec) = &lease.spec else { return false };
    let holder = spec
        .holder_identity
        .as_ref()
        .is_some_and(|holder| !holder.is_empty());
    let time = SignedDuration::from_secs(2 * i64::from(spec.lease_duration_seconds.unwrap_or_default()));
    let fresh = spec
        .renew_time
        .as_ref()
        .is_some_and(|at| now.duration_since(at.0) <= time);
    holder && fresh
}

fn all_ready(tenants: &[Tenant]) -> Finding {
    let wrong: Vec<_> = tenants.iter().filter_map(not_ready).collect();
    match wrong.is_empty() {
        true => Finding::ok(
            TENANTS,
            format!("{} of {} are Ready", tenants.len(), tenants.len()),
        ),
        false => Finding::problem(
            TENANTS,
            wrong.join("; "),
            "What each reason means, and what to do, is in docs/reference/reasons.md.",
        ),
    }
}

fn not_ready(tenant: &Tenant) -> Option<String> {
    let status = tenant.status.as_ref();
    let conditions = status.map_or(&[][..], |status| &status.conditions);
    let ready = conditions.iter().find(|condition| condition.type_ == READY);
    let name = name_of(tenant);
    match ready {
        None => Some(format!("{name} was not looked at yet")),
        Some(ready) if ready.status == "True" => None,
        Some(ready) => Some(format!(
            "{name} is not Ready, {}: {}",
            ready.reason, ready.message
        )),
    }
}

fn name_of(tenant: &Tenant) -> String {
    format!("{}/{}", tenant.namespace().unwrap_or_default(), tenant.name_any())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::Outcome;
    use super::*;

    fn deployment(version: &str, replicas: i32, status: Value) -> Deployment {
        let labels = json!({"app.kubernetes.io/version": version});
        let metadata =
            json!({"name": "onhook", "namespace": "onhook-system", "generation": 2, "labels": labels});
        let spec = json!({"replicas": replicas, "selector": {}, "template": {}});
        serde_json::from_value(json!({"metadata": metadata, "spec": spec, "status": status})).unwrap()
    }

    #[test]
    fn a_deployment_is_ready_once_all_of_it_is_new_and_ready() {
        let done = json!({"observedGeneration": 2, "updatedReplicas": 2, "readyReplicas": 2});
        assert_eq!(ready(&deployment(OWN, 2, done.clone())).outcome, Outcome::Ok);
        assert_eq!(
            ready(&deployment("0.0.1", 2, done.clone())).outcome,
            Outcome::Note
        );
        assert_eq!(ready(&deployment(OWN, 0, done.clone())).outcome, Outcome::Problem);
        for (field, value) in [
            ("observedGeneration", 1),
            ("updatedReplicas", 1),
            ("readyReplicas", 0),
        ] {
            let mut status = done.clone();
            status[field] = json!(value);
            assert_eq!(
                ready(&deployment(OWN, 2, status)).outcome,
                Outcome::Problem,
                "{field}"
            );
        }
    }

    #[test]
    fn a_lease_is_held_by_somebody_who_was_heard_of_lately() {
        let now: Timestamp = "2026-06-01T10:00:00Z".parse().unwrap();
        let lease = |holder: &str, renewed: &str| -> Lease {
            let spec = json!({"holderIdentity": holder, "leaseDurationSeconds": 15, "renewTime": renewed});
            serde_json::from_value(json!({"spec": spec})).unwrap()
        };
        assert!(is_held(&lease("onhook-0", "2026-06-01T09:59:50.000000Z"), now));
        assert!(!is_held(&lease("", "2026-06-01T09:59:50.000000Z"), now));
        assert!(!is_held(&lease("onhook-0", "2026-06-01T09:59:00.000000Z"), now));
        assert!(!is_held(&Lease::default(), now));
    }

    #[test]
    fn a_tenant_that_is_not_ready_says_why() {
        let mut tenant = crate::cli::snapshot::tests::tenant();
        assert!(
            all_ready(std::slice::from_ref(&tenant))
                .says
                .contains("not looked at yet")
        );
        let ready = |status: &str| {
            let at = "2026-06-01T10:00:00Z";
            json!({"conditions": [{"type": "Ready", "status": status, "reason": "KeyRefused", "message": "no", "lastTransitionTime": at}]})
        };
        tenant.status = Some(serde_json::from_value(ready("False")).unwrap());
        let said = all_ready(std::slice::from_ref(&tenant));
        assert_eq!(
            (said.outcome, said.says.as_str()),
            (Outcome::Problem, "acme-8x8/acme is not Ready, KeyRefused: no")
        );
        tenant.status = Some(serde_json::from_value(ready("True")).unwrap());
        assert_eq!(all_ready(&[tenant]).outcome, Outcome::Ok);
    }
}
