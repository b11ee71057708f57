//! Whether the server keeps to the policies already: it does so some seconds after they are created. It is tried with objects
//! that the server looks at and does not keep.

use kube::api::PostParams;
use kube::core::Status;
use kube::{Api, ResourceExt};
use serde_json::json;

use super::Finding;
use crate::api::offboarding_record::{OffboardingRecord, OffboardingRecordSpec};
use crate::api::{ANNOTATION_REQUESTED_BY, GROUP, User};
use crate::cli::GROUP_VERSION;
use crate::cli::cluster::Cluster;

const CHECK: &str = "enforced";
const STAMPED: &str = "stamped";
/// Name of the objects that it is tried with.
const PROBE: &str = "onhook-check";
/// A namespace that is in every cluster.
const NAMESPACE: &str = "default";
/// The policy that refuses whatever anybody but the operator writes.
const POLICY: &str = "offboardingrecords.onhook.dev";
const TO_DO: &str = "Wait some seconds and look again (--wait 60s). Make no Tenant before.";

pub(super) async fn look(cluster: &Cluster, stamps: bool) -> Vec<Finding> {
    let mut found = vec![refused(cluster).await];
    if stamps {
        found.extend(stamped(cluster).await);
    }
    found
}

fn nothing_is_kept() -> PostParams {
    PostParams {
        dry_run: true,
        ..PostParams::default()
    }
}

/// A record that somebody else than the operator writes must be refused, whatever rights that is somebody with.
async fn refused(cluster: &Cluster) -> Finding {
    let records = Api::<OffboardingRecord>::namespaced(cluster.client.clone(), NAMESPACE);
    let spec = OffboardingRecordSpec {
        user_uid: PROBE.to_owned(),
        person: None,
        entries: Vec::new(),
        outcome: None,
    };
    let probe = OffboardingRecord::new(PROBE, spec);
    match records.create(&nothing_is_kept(), &probe).await {
        Ok(_) => Finding::problem(CHECK, format!("the server does not keep to {POLICY} yet"), TO_DO),
        Err(kube::Error::Api(status)) if refuses(&status) => {
            Finding::ok(CHECK, "the server refuses what the policies refuse")
        }
        // A policy about a kind that the server has just learnt of refuses everything.
        Err(kube::Error::Api(status)) if status.message.contains(POLICY) && !is_lacking(&status) => {
            let says = format!("the server cannot keep to {POLICY} yet: {}", status.message);
            Finding::problem(CHECK, says, TO_DO)
        }
        Err(error) => Finding::unread(CHECK, cluster, &error),
    }
}

fn refuses(status: &Status) -> bool {
    status.message.contains(POLICY) && status.message.contains("only the operator writes it")
}

/// A User that anybody makes must get the name of that somebody. Who may make none is not told.
async fn stamped(cluster: &Cluster) -> Option<Finding> {
    let probe = json!({
        "apiVersion": GROUP_VERSION, "kind": "User", "metadata": {"name": PROBE},
        "spec": {"tenantRef": {"name": PROBE}, "userName": "onhook-check@acme.example", "state": "active"},
    });
    let probe: User = serde_json::from_value(probe).ok()?;
    let users = Api::<User>::namespaced(cluster.client.clone(), NAMESPACE);
    match users.create(&nothing_is_kept(), &probe).await {
        Ok(made) if made.annotations().contains_key(ANNOTATION_REQUESTED_BY) => {
            Some(Finding::ok(STAMPED, "the server writes who asked"))
        }
        Ok(_) => Some(Finding::problem(
            STAMPED,
            "the server does not write yet who asked",
            TO_DO,
        )),
        Err(kube::Error::Api(status)) if status.message.contains(GROUP) && !is_lacking(&status) => {
            let says = format!("the server cannot write yet who asked: {}", status.message);
            Some(Finding::problem(STAMPED, says, TO_DO))
        }
        Err(kube::Error::Api(status)) if status.is_forbidden() => None,
        Err(error) => Some(Finding::unread(STAMPED, cluster, &error)),
    }
}

/// Whether it is a right that is lacking, which RBAC says, and no policy.
fn is_lacking(status: &Status) -> bool {
    status.is_forbidden() && status.message.contains("cannot create resource")
}
