//! What a node and the controller of Deployments would do for the operator's Deployment: say that it runs. The operator is a
//! process beside the cluster.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use onhook::testbed::OPERATOR_NAMESPACE;
use serde_json::json;
use tokio::task::JoinHandle;

/// Keeps the status of the Deployment as it is once all its pods are ready. Ends with the handle's `abort`.
pub fn keep_ready(client: Client) -> JoinHandle<()> {
    let api = Api::<Deployment>::namespaced(client, OPERATOR_NAMESPACE);
    tokio::spawn(async move {
        loop {
            // It is not there before it is installed, and goes in the end.
            if let Ok(Some(deployment)) = api.get_opt("onhook").await {
                settle(&api, &deployment).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    })
}

async fn settle(api: &Api<Deployment>, deployment: &Deployment) {
    let generation = deployment.metadata.generation;
    let seen = deployment
        .status
        .as_ref()
        .and_then(|status| status.observed_generation);
    if seen == generation {
        return;
    }
    let replicas = deployment.spec.replicas.unwrap_or(1);
    let status = json!({
        "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas,
        "readyReplicas": replicas, "availableReplicas": replicas,
    });
    let patch = Patch::Merge(json!({"status": status}));
    // Who changes it meanwhile is seen at the next look.
    let _ = api.patch_status("onhook", &PatchParams::default(), &patch).await;
}
