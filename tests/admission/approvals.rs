//! Who may approve, and that an Approval stays what it was when it was made.

use serde_json::json;

use super::stage::{ADA, EVE, OPERATOR, PIA, Stage, VIC, approval};

const WORDS: [&str; 2] = [
    "eve lacks the verb approve on tenants.onhook.dev \"acme\"",
    "The ClusterRoles onhook-approver and onhook-administrator have it",
];

#[tokio::test]
async fn approving_takes_approve() {
    let stage = Stage::new("approve").await;
    stage.create(EVE, &approval("acme")).await.refused(&WORDS);
    stage
        .create(VIC, &approval("acme"))
        .await
        .refused(&["vic", "cannot create"]);
    for approver in [PIA, ADA] {
        stage.create(approver, &approval("acme")).await.passes();
        if stage.stamps().await {
            let by = stage
                .annotation("approval/leavers", "onhook.dev/approved-by")
                .await;
            assert_eq!(by, approver);
        }
        stage
            .run(EVE, &["delete", "approval", "leavers"])
            .await
            .refused(&WORDS);
        stage
            .run(approver, &["delete", "approval", "leavers"])
            .await
            .passes();
    }
}

#[tokio::test]
async fn an_approval_does_not_change_and_its_approver_neither() {
    let Some(stage) = Stage::stamping("fixed").await else {
        return;
    };
    let mut forged = approval("acme");
    forged["metadata"]["annotations"] = json!({"onhook.dev/approved-by": "boss"});
    stage.create(PIA, &forged).await.passes();
    let by = stage
        .annotation("approval/leavers", "onhook.dev/approved-by")
        .await;
    assert_eq!(by, PIA, "the server writes who it was");
    let digest = json!({"spec": {"digest": "sha256:ffffffffffffffffffffffffffffffff"}});
    for person in [EVE, ADA] {
        let refused = stage.patch(person, "approval/leavers", &digest).await;
        refused.refused(&["an Approval is not changed once it is made"]);
    }
    for name in [json!("boss"), json!(null)] {
        let patch = json!({"metadata": {"annotations": {"onhook.dev/approved-by": name}}});
        let refused = stage.patch(ADA, "approval/leavers", &patch).await;
        refused.refused(&["onhook.dev/approved-by does not change"]);
    }
    let status = json!({"acceptedAt": "2030-01-01T00:00:00Z"});
    stage
        .patch_status(EVE, "approval/leavers", &status)
        .await
        .refused(&["only the operator does"]);
}

#[tokio::test]
async fn the_operator_approves_nothing() {
    let stage = Stage::new("operator").await;
    stage.bind(OPERATOR, "onhook-administrator").await;
    let refused = stage.create(OPERATOR, &approval("acme")).await;
    refused.refused(&["lacks the verb approve on tenants.onhook.dev \"acme\""]);
}
