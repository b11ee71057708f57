//! `onhook import` with the Tenant and its Secrets in a cluster, which then accepts what was written.

use kube::{Api, ResourceExt};
use onhook::api::queue_assignment::QueueType;
use onhook::api::{QueueAssignment, User};
use onhook::simulator::Seed;
use onhook::testbed::{Cluster, shared};
use serde_json::json;

use super::scene::Scene;

/// A Tenant with Contact Center and Quality Management, and its Secrets, in a namespace.
async fn declare_tenant(cluster: &Cluster, namespace: &str, scene: &Scene) {
    let (simulator, keys) = (&scene.simulator, scene.simulator.keys());
    let secret = |name: &str, data: serde_json::Value| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data});
    let tenant = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "acme"},
        "spec": {
            "adminApi": {
                "url": simulator.account_url(), "apiKeySecretRef": {"name": "acme-8x8", "key": "apiKey"},
            },
            "administrators": {"primary": "user-0001@acme.example"},
            "contactCenter": {
                "mode": "Managed", "credentialsSecretRef": {"name": "acme-8x8-cc"},
                "url": simulator.contact_center_url(), "tokenUrl": simulator.token_url(),
                "qualityManagement": {"url": simulator.quality_url(), "pbx": keys.pbx},
            },
            "defaults": {"deletionPolicy": "Delete"},
        },
    });
    let client = json!({"key": keys.contact_center_key, "secret": keys.contact_center_secret});
    let documents = [
        secret("acme-8x8", json!({"apiKey": keys.get("reader")})),
        secret("acme-8x8-cc", client),
        tenant,
    ];
    let text = documents.map(|document| document.to_string()).join("\n---\n");
    cluster.apply(namespace, &text).await.unwrap();
}

#[tokio::test]
async fn what_is_written_is_applied_as_it_is_with_agents_and_their_queues() {
    let scene = Scene::of(Seed::new(40, 1).account()).await;
    let cluster = shared().await.unwrap();
    let namespace = cluster.namespace("import").await.unwrap();
    declare_tenant(cluster, &namespace, &scene).await;
    let arguments = ["--tenant", "acme", "-n", &namespace, "--to", "people"];
    let said = scene.import_as(cluster.kubeconfig_path(), &arguments).await;
    assert!(said.worked, "{}", said.err);
    assert!(!said.err.contains("not listed"), "{}", said.err);

    let folder = scene.path("people");
    let apply = ["apply", "--server-side", "--kustomize", folder.to_str().unwrap()];
    let applied = cluster.kubectl(&apply).await.unwrap();
    assert!(
        applied.status.success(),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    let client = cluster.client().await.unwrap();
    let users = Api::<User>::namespaced(client.clone(), &namespace);
    let users = users.list(&Default::default()).await.unwrap().items;
    assert_eq!(users.len(), 40);
    let agents: Vec<_> = users
        .iter()
        .filter(|user| user.spec.contact_center.is_some())
        .map(ResourceExt::name_any)
        .collect();
    assert_eq!(agents, ["user-0007", "user-0027"]);
    let queues = Api::<QueueAssignment>::namespaced(client, &namespace);
    let queues = queues.list(&Default::default()).await.unwrap().items;
    for agent in agents {
        let its = |queue: &&QueueAssignment| {
            queue.spec.user_ref.name == agent && queue.spec.queue.kind == QueueType::ContactCenter
        };
        assert!(queues.iter().any(|queue| its(&queue)), "no queue of {agent}");
    }
}

#[tokio::test]
async fn who_may_not_read_the_secret_is_told_the_other_ways() {
    let scene = Scene::of(Seed::new(10, 1).account()).await;
    let cluster = shared().await.unwrap();
    let namespace = cluster.namespace("import").await.unwrap();
    declare_tenant(cluster, &namespace, &scene).await;
    let rights = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: tenants}
rules: [{apiGroups: [onhook.dev], resources: [tenants], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: tenants}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tenants}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader-of-tenants}]
";
    cluster.apply(&namespace, rights).await.unwrap();
    let reader = cluster.kubeconfig_for("reader-of-tenants", &[]).unwrap();
    let tenant = format!("{namespace}/acme");
    let said = scene.import_as(&reader, &["--tenant", &tenant]).await;
    assert!(!said.worked);
    for text in [
        "may not read the Secret",
        "acme-8x8",
        "--api-key-file",
        "ONHOOK_API_KEY",
    ] {
        assert!(said.err.contains(text), "{}", said.err);
    }
    let with_key = ["--tenant", &tenant, "--api-key-file", "key", "--to", "people"];
    let said = scene.import_as(&reader, &with_key).await;
    assert!(said.worked, "{}", said.err);
    let once = said.err.matches("Contact Center queues are not listed").count();
    assert_eq!(once, 1, "{}", said.err);
    let missing = scene
        .import_as(&reader, &["--tenant", &format!("{namespace}/other")])
        .await;
    assert!(
        missing.err.contains("There is no Tenant named other"),
        "{}",
        missing.err
    );
}
