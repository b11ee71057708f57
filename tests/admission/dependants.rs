//! What takes the verb `offboard` on the User of a LicenseAssignment or a QueueAssignment.

use serde_json::{Value, json};

use super::stage::{ADA, EVE, Stage, license, owned_by, queue};

async fn refused_then_done(before: &[Value], object: &str, patch: Value, words: &str) {
    let stage = Stage::new("dependant").await;
    stage.declare("jane", json!({})).await;
    for object in before {
        stage.create(ADA, object).await.passes();
    }
    let made = stage.get(object).await;
    stage
        .patch(EVE, object, &patch)
        .await
        .lacks_offboard(EVE, "jane", words);
    assert_eq!(stage.get(object).await, made, "a refused write changes nothing");
    stage.patch(ADA, object, &patch).await.passes();
}

#[tokio::test]
async fn setting_the_policy_delete_takes_offboard() {
    let words = "setting spec.deletionPolicy Delete";
    let patch = json!({"spec": {"deletionPolicy": "Delete"}});
    let licenses = [license("phone", "jane", "Orphan")];
    refused_then_done(&licenses, "licenseassignment/phone", patch.clone(), words).await;
    let queues = [queue("desk", "jane", "Orphan")];
    refused_then_done(&queues, "queueassignment/desk", patch, words).await;
}

#[tokio::test]
async fn creating_with_the_policy_delete_takes_offboard() {
    let stage = Stage::new("create").await;
    for object in [license("one", "jane", "Delete"), queue("two", "jane", "Delete")] {
        let refused = stage.create(EVE, &object).await;
        refused.lacks_offboard(EVE, "jane", "setting spec.deletionPolicy Delete");
        stage.create(ADA, &object).await.passes();
    }
}

#[tokio::test]
async fn another_license_or_queue_under_the_policy_delete_takes_offboard() {
    let words = "changing the license, the queue or the User";
    let patch = json!({"spec": {"license": {"name": "X2-US"}, "deletionPolicy": "Orphan"}});
    let licenses = [license("phone", "jane", "Delete")];
    refused_then_done(&licenses, "licenseassignment/phone", patch, words).await;
    let patch = json!({"spec": {"queue": {"name": "Back office"}}});
    let queues = [queue("desk", "jane", "Delete")];
    refused_then_done(&queues, "queueassignment/desk", patch, words).await;
}

#[tokio::test]
async fn an_owner_of_what_is_deleted_with_its_object_takes_offboard() {
    let reference = owned_by("0b0a6d0e-0000-4000-8000-000000000000", "ConfigMap", "gone");
    let before = [license("phone", "jane", "Delete")];
    refused_then_done(
        &before,
        "licenseassignment/phone",
        reference,
        "an owner reference",
    )
    .await;
}

#[tokio::test]
async fn removing_the_finalizer_of_a_dependant_takes_offboard() {
    let mut held = license("phone", "jane", "Orphan");
    held["metadata"]["finalizers"] = json!(["onhook.dev/release"]);
    let patch = json!({"metadata": {"finalizers": null}});
    refused_then_done(
        &[held],
        "licenseassignment/phone",
        patch,
        "removing the finalizer",
    )
    .await;
}

#[tokio::test]
async fn deleting_what_has_the_policy_delete_takes_offboard() {
    let stage = Stage::new("delete").await;
    stage.declare("jane", json!({})).await;
    for (object, kind) in [
        (license("one", "jane", "Delete"), "licenseassignments"),
        (queue("one", "jane", "Delete"), "queueassignments"),
    ] {
        stage.create(ADA, &object).await.passes();
        let words = "deleting what has the deletionPolicy Delete";
        for args in [["delete", kind, "one"], ["delete", kind, "--all"]] {
            stage.run(EVE, &args).await.lacks_offboard(EVE, "jane", words);
        }
        stage.run(ADA, &["delete", kind, "one"]).await.passes();
    }
}

#[tokio::test]
async fn what_is_let_go_of_is_free() {
    let stage = Stage::new("free").await;
    stage
        .create(EVE, &license("phone", "jane", "Orphan"))
        .await
        .passes();
    let patch = json!({"spec": {"license": {"name": "X2-US"}}});
    stage.patch(EVE, "licenseassignment/phone", &patch).await.passes();
    stage
        .run(EVE, &["delete", "licenseassignment", "phone"])
        .await
        .passes();
    stage.create(ADA, &queue("desk", "jane", "Delete")).await.passes();
    let patch = json!({"spec": {"deletionPolicy": "Orphan"}});
    stage.patch(EVE, "queueassignment/desk", &patch).await.passes();
    stage
        .run(EVE, &["delete", "queueassignment", "desk"])
        .await
        .passes();
}
