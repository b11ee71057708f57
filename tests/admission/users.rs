//! What takes the verb `offboard` on a User: refused to who may write everything else, let through to who has it.

use serde_json::{Value, json};

use super::stage::{ADA, EVE, OPERATOR, Stage, VIC, owned_by, user};

const PIN: &str = "hvOB1l3zDCaDAwp9tNLzZA";

/// A User made by an administrator is changed first by Eve, who is refused and changes nothing, then by Ada, who is not.
async fn takes_offboard(name: &str, before: Value, patch: Value, words: &str) {
    let stage = Stage::new(name).await;
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

async fn is_free(name: &str, before: Value, patch: Value) {
    let stage = Stage::new(name).await;
    stage.create(ADA, &user("jane", "active", before)).await.passes();
    stage.patch(EVE, "user/jane", &patch).await.passes();
}

macro_rules! takes_offboard {
    ($($name:ident: $before:tt => $patch:tt, $words:literal;)*) => {$(
        #[tokio::test]
        async fn $name() {
            takes_offboard("verb", json!($before), json!($patch), $words).await;
        }
    )*};
}

macro_rules! is_free {
    ($($name:ident: $before:tt => $patch:tt;)*) => {$(
        #[tokio::test]
        async fn $name() {
            is_free("free", json!($before), json!($patch)).await;
        }
    )*};
}

takes_offboard! {
    deactivating_takes_offboard: {} => {"spec": {"state": "deactivated"}}, "from active to deactivated";
    deleting_by_state_takes_offboard: {} => {"spec": {"state": "deleted"}}, "from active to deleted";
    taking_a_state_back_takes_offboard: {"spec": {"state": "deactivated"}} => {"spec": {"state": "active"}},
        "from deactivated to active";
    a_shorter_grace_takes_offboard: {"spec": {"offboarding": {"licenseGracePeriod": "3d"}}} =>
        {"spec": {"offboarding": {"licenseGracePeriod": "71h59m"}}}, "a shorter licenseGracePeriod";
    a_shorter_retention_takes_offboard: {"spec": {"state": "deleted", "offboarding": {"retentionPeriod": "1d12h"}}} =>
        {"spec": {"offboarding": {"retentionPeriod": "1d"}}}, "retentionPeriod";
    a_removed_grace_takes_offboard: {"spec": {"offboarding": {"licenseGracePeriod": "3d"}}} =>
        {"spec": {"offboarding": {"licenseGracePeriod": null}}}, "a shorter licenseGracePeriod";
    a_grace_in_place_of_the_tenants_takes_offboard: {} =>
        {"spec": {"offboarding": {"licenseGracePeriod": "0s"}}}, "in place of the default of the Tenant";
    an_earlier_time_takes_offboard: {"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}} =>
        {"spec": {"effectiveAt": "2098-12-31T23:59:59Z"}}, "an earlier spec.effectiveAt";
    a_removed_time_takes_offboard: {"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}} =>
        {"spec": {"effectiveAt": null}}, "an earlier spec.effectiveAt";
    ending_a_legal_hold_takes_offboard: {"spec": {"offboarding": {"legalHold": true}}} =>
        {"spec": {"offboarding": {"legalHold": false}}}, "ending spec.offboarding.legalHold";
    dropping_the_block_with_the_legal_hold_takes_offboard: {"spec": {"offboarding": {"legalHold": true}}} =>
        {"spec": {"offboarding": null}}, "ending spec.offboarding.legalHold";
    allowing_reactivation_takes_offboard: {} => {"spec": {"offboarding": {"allowReactivation": true}}},
        "allowReactivation";
    a_confirmation_takes_offboard: {"spec": {"offboarding": {"confirmations": ["VoicemailExported"]}}} =>
        {"spec": {"offboarding": {"confirmations": ["VoicemailExported", "ExtensionReset"]}}}, "confirmations";
    the_deletion_policy_delete_takes_offboard: {"spec": {"deletionPolicy": "Orphan"}} =>
        {"spec": {"deletionPolicy": "Delete"}}, "setting spec.deletionPolicy Delete";
    a_removed_deletion_policy_takes_offboard: {"spec": {"deletionPolicy": "Orphan"}} =>
        {"spec": {"deletionPolicy": null}}, "to the default of the Tenant";
    removing_the_finalizer_takes_offboard: {"metadata": {"finalizers": ["onhook.dev/offboard"]}} =>
        {"metadata": {"finalizers": null}}, "removing the finalizer";
    another_name_of_a_leaver_takes_offboard: {"spec": {"state": "deleted", "userId": PIN}} =>
        {"spec": {"userName": "boss@acme.example"}}, "changing spec.userName of a User that is not active";
    another_name_without_an_id_takes_offboard: {} =>
        {"spec": {"userName": "boss@acme.example"}}, "not known by its id yet";
    an_id_nobody_has_seen_takes_offboard: {} => {"spec": {"userId": PIN}}, "changing spec.userId";
    another_agent_of_a_leaver_takes_offboard: {"spec": {"state": "deleted", "contactCenter": {"agentId": "ag1"}}} =>
        {"spec": {"contactCenter": {"agentId": "ag2"}}}, "contactCenter.agentId";
    repeating_a_call_takes_offboard: {} => {"metadata": {"annotations": {"onhook.dev/retry-intent": "1"}}},
        "the annotation onhook.dev/retry-intent";
    ending_a_cancellation_takes_offboard: {"metadata": {"annotations": {"onhook.dev/cancel": "true"}}} =>
        {"metadata": {"annotations": {"onhook.dev/cancel": null}}}, "the annotation onhook.dev/cancel";
    removing_a_label_of_ours_takes_offboard: {"metadata": {"labels": {"onhook.dev/protected": "true"}}} =>
        {"metadata": {"labels": {"onhook.dev/protected": null}}}, "a label of onhook.dev";
}

is_free! {
    a_profile_is_free: {} => {"spec": {"profile": {"firstName": "Jane", "lastName": "Doe"}}};
    a_rename_of_a_pinned_person_is_free: {"spec": {"userId": PIN}} => {"spec": {"userName": "jane.roe@acme.example"}};
    a_longer_grace_is_free: {"spec": {"offboarding": {"licenseGracePeriod": "3d"}}} =>
        {"spec": {"offboarding": {"licenseGracePeriod": "73h"}}};
    a_later_time_is_free: {"spec": {"state": "deleted", "effectiveAt": "2099-01-01T00:00:00Z"}} =>
        {"spec": {"effectiveAt": "2099-01-01T00:00:01Z"}};
    a_legal_hold_is_free: {"spec": {"state": "deleted"}} => {"spec": {"offboarding": {"legalHold": true}}};
    an_orphan_policy_is_free: {"spec": {"deletionPolicy": "Delete"}} => {"spec": {"deletionPolicy": "Orphan"}};
    an_agent_of_an_active_person_is_free: {} => {"spec": {"contactCenter": {"agentId": "ag1"}}};
    labels_of_others_are_free: {"metadata": {"labels": {"team": "sales"}}} => {"metadata": {"labels": {"team": null}}};
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
