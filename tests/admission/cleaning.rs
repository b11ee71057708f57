//! What Kubernetes itself deletes goes on, and no CRD of Onhook goes by accident.

use serde_json::json;

use super::stage::{ADA, EVE, OPERATOR, Stage, approval, license, owned_by, queue, tenant, user};

#[tokio::test]
async fn a_namespace_with_everything_in_it_ends() {
    let stage = Stage::new("ending").await;
    stage.declare("jane", json!({})).await;
    stage
        .create(ADA, &user("joan", "deleted", json!({})))
        .await
        .passes();
    stage
        .create(ADA, &license("phone", "jane", "Delete"))
        .await
        .passes();
    stage.create(ADA, &queue("desk", "jane", "Delete")).await.passes();
    stage.create(ADA, &approval("acme")).await.passes();
    stage
        .create(ADA, &tenant("https://api.8x8.com/admin-provisioning"))
        .await
        .passes();
    let namespace = format!("namespace/{}", stage.namespace);
    let delete = ["delete", &namespace, "--wait=false"];
    assert!(stage.cluster.kubectl(&delete).await.unwrap().status.success());
    let wait = ["wait", "--for=delete", &namespace, "--timeout=60s"];
    let output = stage.cluster.kubectl(&wait).await.unwrap();
    let seen = stage
        .cluster
        .kubectl(&["get", &namespace, "--output=yaml"])
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&seen.stdout)
    );
}

#[tokio::test]
async fn what_a_deleted_user_owns_goes_with_it() {
    for cascade in ["background", "foreground"] {
        let stage = Stage::new("owned").await;
        stage.declare("jane", json!({})).await;
        stage
            .create(ADA, &license("phone", "jane", "Delete"))
            .await
            .passes();
        // kubectl reads what it patches, which the operator itself does not.
        stage.bind(OPERATOR, "onhook-viewer").await;
        let uid = stage.get("user/jane").await["metadata"]["uid"].clone();
        let mut owner = owned_by(uid.as_str().unwrap(), "User", "jane");
        owner["metadata"]["ownerReferences"][0]["blockOwnerDeletion"] = json!(true);
        stage
            .patch(OPERATOR, "licenseassignment/phone", &owner)
            .await
            .passes();
        let cascade = format!("--cascade={cascade}");
        stage
            .run(ADA, &["delete", "user", "jane", "--wait=false", &cascade])
            .await
            .passes();
        stage.until_gone("licenseassignment/phone").await;
        stage.until_gone("user/jane").await;
    }
}

#[tokio::test]
async fn the_operator_writes_metadata_and_no_spec() {
    let stage = Stage::new("operator").await;
    stage.declare("jane", json!({})).await;
    stage
        .create(ADA, &license("phone", "jane", "Delete"))
        .await
        .passes();
    stage
        .create(ADA, &tenant("https://api.8x8.com/admin-provisioning"))
        .await
        .passes();
    stage.bind(OPERATOR, "onhook-administrator").await;
    for (object, patch) in [
        ("user/jane", json!({"spec": {"state": "deleted"}})),
        ("user/jane", json!({"spec": {"profile": {"firstName": "Jane"}}})),
        (
            "licenseassignment/phone",
            json!({"spec": {"license": {"name": "X2-US"}}}),
        ),
    ] {
        stage
            .patch(OPERATOR, object, &patch)
            .await
            .refused(&["the operator writes no spec"]);
    }
    let suspend = json!({"spec": {"suspend": true}});
    stage
        .patch(OPERATOR, "tenant/acme", &suspend)
        .await
        .refused(&["lacks the verb protect"]);
    for object in ["user/jane", "licenseassignment/phone", "tenant/acme"] {
        for finalizers in [json!(["onhook.dev/test"]), json!(null)] {
            let patch =
                json!({"metadata": {"finalizers": finalizers, "annotations": {"onhook.dev/seen": "1"}}});
            stage.patch(OPERATOR, object, &patch).await.passes();
        }
    }
}

#[tokio::test]
async fn a_crd_of_ours_goes_only_with_the_annotation() {
    let stage = Stage::new("crds").await;
    let names = ["users", "tenants", "licenseassignments", "queueassignments"];
    for name in names {
        let crd = format!("{name}.onhook.dev");
        let output = stage
            .cluster
            .kubectl(&["delete", "crd", &crd, "--wait=false"])
            .await
            .unwrap();
        super::stage::Answer::from(output).refused(&[&crd, "onhook.dev/allow-crd-deletion"]);
    }
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "tries.onhook.dev"},
        "spec": {"group": "onhook.dev", "scope": "Namespaced", "names": {"kind": "Try", "plural": "tries"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}]},
    });
    stage.cluster.apply("default", &crd.to_string()).await.unwrap();
    let delete = ["delete", "crd", "tries.onhook.dev"];
    let output = stage.cluster.kubectl(&delete).await.unwrap();
    super::stage::Answer::from(output).refused(&["onhook.dev/allow-crd-deletion"]);
    let annotate = [
        "annotate",
        "crd",
        "tries.onhook.dev",
        "onhook.dev/allow-crd-deletion=true",
    ];
    assert!(stage.cluster.kubectl(&annotate).await.unwrap().status.success());
    assert!(stage.cluster.kubectl(&delete).await.unwrap().status.success());
    stage
        .run(EVE, &["delete", "crd", "users.onhook.dev"])
        .await
        .refused(&["cannot delete resource"]);
}

#[tokio::test]
async fn the_operator_writes_no_more_of_a_secret_than_its_finalizer() {
    let stage = Stage::new("secret").await;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "acme-8x8"}, "stringData": {"apiKey": "a-key"},
    });
    stage.create(EVE, &secret).await.passes();
    let hold = json!({"metadata": {"finalizers": ["onhook.dev/in-use"]}});
    stage.patch(OPERATOR, "secret/acme-8x8", &hold).await.passes();
    for more in [
        json!({"stringData": {"apiKey": "another"}}),
        json!({"data": null}),
        json!({"metadata": {"labels": {"a": "b"}}}),
        json!({"metadata": {"annotations": {"a": "b"}}}),
        json!({"metadata": {"finalizers": ["somebody.else/own"]}}),
        json!({"immutable": true}),
    ] {
        let refused = stage.patch(OPERATOR, "secret/acme-8x8", &more).await;
        refused.refused(&["the operator writes no more of a Secret than the finalizer onhook.dev/in-use"]);
    }
    let release = json!({"metadata": {"finalizers": null}});
    stage.patch(OPERATOR, "secret/acme-8x8", &release).await.passes();
}
