//! What takes the verb `offboard` on a User: refused to who may write everything else, let through to who has it.

use serde_json::{Value, json};

use super::stage::{ADA, EVE, OPERATOR, Stage, VIC, owned_by, user};

const PIN: &str = "hvOB1l3zDCaDAwp9tNLzZA";

/// A User made by an administrator is changed first by Eve, who is refused and changes nothing, then by Ada, who is not.
async fn takes_offboard(before: Value, patch: Value, words: &str) {
    let stage = Stage::new("verb").await;
    stage.create(ADA, &user("jane", "active", before)).await.passes();
    let made = stage.get("user/jane").await;
    stage
        .patch(EVE, "user/jane", &patch)
        .await
        .lacks_offboard(EVE, "jane", words);
    assert_eq!(
        stage.get("user/jane").await,
        made,
        "a refused write changes nothing"
    );
    stage.patch(ADA, "user/jane", &patch).await.passes();
}

async fn is_free(before: Value, patch: Value) {
    let stage = Stage::new("free").await;
    stage.create(ADA, &user("jane", "active", before)).await.passes();
    stage.patch(EVE, "user/jane", &patch).await.passes();
}

#[tokio::test]
async fn deactivating_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"state": "deactivated"}});
    takes_offboard(before, patch, "from active to deactivated").await;
}

#[tokio::test]
async fn deleting_by_state_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"state": "deleted"}});
    takes_offboard(before, patch, "from active to deleted").await;
}

#[tokio::test]
async fn taking_a_state_back_takes_offboard() {
    let before = json!({"spec": {"state": "deactivated"}});
    let patch = json!({"spec": {"state": "active"}});
    takes_offboard(before, patch, "from deactivated to active").await;
}

#[tokio::test]
async fn a_shorter_grace_takes_offboard() {
    let before = json!({"spec": {"offboarding": {"licenseGracePeriod": "3d"}}});
    let patch = json!({"spec": {"offboarding": {"licenseGracePeriod": "71h59m"}}});
    takes_offboard(before, patch, "a shorter licenseGracePeriod").await;
}

#[tokio::test]
async fn a_shorter_retention_takes_offboard() {
    let before = json!({"spec": {"state": "deleted", "offboarding": {"retentionPeriod": "1d12h"}}});
    let patch = json!({"spec": {"offboarding": {"retentionPeriod": "1d"}}});
    takes_offboard(before, patch, "retentionPeriod").await;
}

#[tokio::test]
async fn a_removed_grace_takes_offboard() {
    let before = json!({"spec": {"offboarding": {"licenseGracePeriod": "3d"}}});
    let patch = json!({"spec": {"offboarding": {"licenseGracePeriod": null}}});
    takes_offboard(before, patch, "a shorter licenseGracePeriod").await;
}

#[tokio::test]
async fn a_grace_in_place_of_the_tenants_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"offboarding": {"licenseGracePeriod": "0s"}}});
    takes_offboard(before, patch, "in place of the default of the Tenant").await;
}

#[tokio::test]
async fn an_earlier_time_takes_offboard() {
    let before = json!({"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}});
    let patch = json!({"spec": {"effectiveAt": "2098-12-31T23:59:59Z"}});
    takes_offboard(before, patch, "an earlier spec.effectiveAt").await;
}

#[tokio::test]
async fn a_removed_time_takes_offboard() {
    let before = json!({"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}});
    let patch = json!({"spec": {"effectiveAt": null}});
    takes_offboard(before, patch, "an earlier spec.effectiveAt").await;
}

#[tokio::test]
async fn ending_a_legal_hold_takes_offboard() {
    let before = json!({"spec": {"offboarding": {"legalHold": true}}});
    let patch = json!({"spec": {"offboarding": {"legalHold": false}}});
    takes_offboard(before, patch, "ending spec.offboarding.legalHold").await;
}

#[tokio::test]
async fn dropping_the_block_with_the_legal_hold_takes_offboard() {
    let before = json!({"spec": {"offboarding": {"legalHold": true}}});
    let patch = json!({"spec": {"offboarding": null}});
    takes_offboard(before, patch, "ending spec.offboarding.legalHold").await;
}

#[tokio::test]
async fn allowing_reactivation_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"offboarding": {"allowReactivation": true}}});
    takes_offboard(before, patch, "allowReactivation").await;
}

#[tokio::test]
async fn a_confirmation_takes_offboard() {
    let before = json!({"spec": {"offboarding": {"confirmations": ["VoicemailExported"]}}});
    let patch = json!({"spec": {"offboarding": {"confirmations": ["VoicemailExported", "ExtensionReset"]}}});
    takes_offboard(before, patch, "confirmations").await;
}

#[tokio::test]
async fn the_deletion_policy_delete_takes_offboard() {
    let before = json!({"spec": {"deletionPolicy": "Orphan"}});
    let patch = json!({"spec": {"deletionPolicy": "Delete"}});
    takes_offboard(before, patch, "setting spec.deletionPolicy Delete").await;
}

#[tokio::test]
async fn a_removed_deletion_policy_takes_offboard() {
    let before = json!({"spec": {"deletionPolicy": "Orphan"}});
    let patch = json!({"spec": {"deletionPolicy": null}});
    takes_offboard(before, patch, "to the default of the Tenant").await;
}

#[tokio::test]
async fn removing_the_finalizer_takes_offboard() {
    let before = json!({"metadata": {"finalizers": ["onhook.dev/offboard"]}});
    let patch = json!({"metadata": {"finalizers": null}});
    takes_offboard(before, patch, "removing the finalizer").await;
}

#[tokio::test]
async fn another_name_of_a_leaver_takes_offboard() {
    let before = json!({"spec": {"state": "deleted", "userId": PIN}});
    let patch = json!({"spec": {"userName": "boss@acme.example"}});
    takes_offboard(
        before,
        patch,
        "changing spec.userName of a User that is not active",
    )
    .await;
}

#[tokio::test]
async fn another_name_without_an_id_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"userName": "boss@acme.example"}});
    takes_offboard(before, patch, "not known by its id yet").await;
}

#[tokio::test]
async fn an_id_nobody_has_seen_takes_offboard() {
    let before = json!({});
    let patch = json!({"spec": {"userId": PIN}});
    takes_offboard(before, patch, "changing spec.userId").await;
}

#[tokio::test]
async fn another_agent_of_a_leaver_takes_offboard() {
    let before = json!({"spec": {"state": "deleted", "contactCenter": {"agentId": "ag1"}}});
    let patch = json!({"spec": {"contactCenter": {"agentId": "ag2"}}});
    takes_offboard(before, patch, "contactCenter.agentId").await;
}

#[tokio::test]
async fn repeating_a_call_takes_offboard() {
    let before = json!({});
    let patch = json!({"metadata": {"annotations": {"onhook.dev/retry-intent": "1"}}});
    takes_offboard(before, patch, "the annotation onhook.dev/retry-intent").await;
}

#[tokio::test]
async fn ending_a_cancellation_takes_offboard() {
    let before = json!({"metadata": {"annotations": {"onhook.dev/cancel": "true"}}});
    let patch = json!({"metadata": {"annotations": {"onhook.dev/cancel": null}}});
    takes_offboard(before, patch, "the annotation onhook.dev/cancel").await;
}

#[tokio::test]
async fn removing_a_label_of_ours_takes_offboard() {
    let before = json!({"metadata": {"labels": {"onhook.dev/protected": "true"}}});
    let patch = json!({"metadata": {"labels": {"onhook.dev/protected": null}}});
    takes_offboard(before, patch, "a label of onhook.dev").await;
}

#[tokio::test]
async fn a_profile_is_free() {
    is_free(
        json!({}),
        json!({"spec": {"profile": {"firstName": "Jane", "lastName": "Doe"}}}),
    )
    .await;
}

#[tokio::test]
async fn a_rename_of_a_pinned_person_is_free() {
    is_free(
        json!({"spec": {"userId": PIN}}),
        json!({"spec": {"userName": "jane.roe@acme.example"}}),
    )
    .await;
}

#[tokio::test]
async fn a_longer_grace_is_free() {
    is_free(
        json!({"spec": {"offboarding": {"licenseGracePeriod": "3d"}}}),
        json!({"spec": {"offboarding": {"licenseGracePeriod": "73h"}}}),
    )
    .await;
}

#[tokio::test]
async fn a_later_time_is_free() {
    is_free(
        json!({"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}}),
        json!({"spec": {"effectiveAt": "2099-01-01T00:00:01Z"}}),
    )
    .await;
}

#[tokio::test]
async fn a_legal_hold_is_free() {
    is_free(
        json!({"spec": {"state": "deleted"}}),
        json!({"spec": {"offboarding": {"legalHold": true}}}),
    )
    .await;
}

#[tokio::test]
async fn an_orphan_policy_is_free() {
    is_free(
        json!({"spec": {"deletionPolicy": "Delete"}}),
        json!({"spec": {"deletionPolicy": "Orphan"}}),
    )
    .await;
}

#[tokio::test]
async fn an_agent_of_an_active_person_is_free() {
    is_free(json!({}), json!({"spec": {"contactCenter": {"agentId": "ag1"}}})).await;
}

#[tokio::test]
async fn labels_of_others_are_free() {
    is_free(
        json!({"metadata": {"labels": {"team": "sales"}}}),
        json!({"metadata": {"labels": {"team": null}}}),
    )
    .await;
}

#[tokio::test]
async fn an_owner_reference_takes_offboard() {
    let reference = owned_by("0b0a6d0e-0000-4000-8000-000000000000", "ConfigMap", "gone");
    let stage = Stage::new("owner").await;
    stage.declare("jane", json!({})).await;
    stage.patch(EVE, "user/jane", &reference).await.lacks_offboard(
        EVE,
        "jane",
        "an owner reference on a User",
    );
    stage
        .create(EVE, &user("joan", "active", reference))
        .await
        .lacks_offboard(EVE, "joan", "an owner reference on a User");
}

#[tokio::test]
async fn creating_what_leads_to_a_removal_takes_offboard() {
    let stage = Stage::new("create").await;
    let more = json!({"spec": {"deletionPolicy": "Delete", "offboarding": {"allowReactivation": true}}});
    for (state, more, words) in [
        (
            "deactivated",
            json!({}),
            "creating a User with spec.state deactivated",
        ),
        ("deleted", json!({}), "creating a User with spec.state deleted"),
        (
            "active",
            more,
            "allowReactivation; setting spec.deletionPolicy Delete",
        ),
    ] {
        let object = user("jane", state, more);
        stage
            .create(EVE, &object)
            .await
            .lacks_offboard(EVE, "jane", words);
        stage
            .send(ADA, &["create", "--dry-run=server"], &object)
            .await
            .passes();
    }
    stage
        .create(EVE, &user("jane", "active", json!({})))
        .await
        .passes();
}

#[tokio::test]
async fn deleting_a_user_takes_offboard() {
    let stage = Stage::new("delete").await;
    stage.declare("jane", json!({})).await;
    let delete = ["delete", "user", "jane"];
    stage
        .run(EVE, &delete)
        .await
        .lacks_offboard(EVE, "jane", "deleting a User");
    stage
        .run(VIC, &delete)
        .await
        .refused(&["vic", "cannot delete resource"]);
    stage.run(ADA, &delete).await.passes();
}

#[tokio::test]
async fn the_verb_on_one_user_is_not_the_verb_on_another() {
    let stage = Stage::new("one").await;
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "onhook-test-jane"},
        "rules": [{"apiGroups": ["onhook.dev"], "resources": ["users"], "resourceNames": ["jane"], "verbs": ["offboard"]}],
    });
    stage.cluster.apply("default", &role.to_string()).await.unwrap();
    stage.bind(EVE, "onhook-test-jane").await;
    let leaving = json!({"spec": {"state": "deactivated"}});
    for name in ["jane", "joan"] {
        stage.declare(name, json!({})).await;
    }
    stage.patch(EVE, "user/jane", &leaving).await.passes();
    let refused = stage.patch(EVE, "user/joan", &leaving).await;
    refused.lacks_offboard(EVE, "joan", "changing spec.state");
}

#[tokio::test]
async fn a_person_whom_the_operator_has_pinned_may_be_renamed_and_pinned_in_the_spec() {
    let stage = Stage::new("pinned").await;
    stage.declare("jane", json!({})).await;
    // kubectl reads a status before it patches it; the operator's own role has no such right.
    stage.bind(OPERATOR, "onhook-test-writer").await;
    let seen = json!({"userId": PIN});
    stage.patch_status(OPERATOR, "user/jane", &seen).await.passes();
    let other = json!({"spec": {"userId": "somebodyElse"}});
    stage
        .patch(EVE, "user/jane", &other)
        .await
        .lacks_offboard(EVE, "jane", "changing spec.userId");
    let rename = json!({"spec": {"userId": PIN, "userName": "jane.roe@acme.example"}});
    stage.patch(EVE, "user/jane", &rename).await.passes();
}

#[tokio::test]
async fn a_null_in_a_spec_is_no_way_round_and_no_way_to_stop_the_operator() {
    let stage = Stage::new("nulls").await;
    let nulls = json!({"metadata": {"finalizers": ["onhook.dev/offboard"]}, "spec": {
        "contactCenter": null, "userId": null, "effectiveAt": null, "profile": null,
        "offboarding": {"licenseGracePeriod": null, "retentionPeriod": null}}});
    let path = format!("/apis/onhook.dev/v1alpha1/namespaces/{}/users", stage.namespace);
    stage
        .send(EVE, &["create", "--raw", &path], &user("jane", "active", nulls))
        .await
        .passes();
    let leaving = json!({"spec": {"state": "deleted"}});
    stage
        .patch(EVE, "user/jane", &leaving)
        .await
        .lacks_offboard(EVE, "jane", "changing spec.state");
    let finalizers = json!({"metadata": {"finalizers": null}});
    stage.patch(OPERATOR, "user/jane", &finalizers).await.passes();
    stage.patch(ADA, "user/jane", &leaving).await.passes();
}
