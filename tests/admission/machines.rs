//! Argo CD's and Flux's controllers are users like others: what they sync and prune takes the same verbs.

use serde_json::json;

use super::stage::{Stage, license, user};

const CONTROLLERS: [&str; 2] = [
    "system:serviceaccount:argocd:argocd-application-controller",
    "system:serviceaccount:flux-system:kustomize-controller",
];
const SYNC: [&str; 3] = ["apply", "--server-side", "--force-conflicts"];

#[tokio::test]
async fn a_gitops_controller_without_the_verb_syncs_people_and_removes_nobody() {
    for controller in CONTROLLERS {
        let stage = Stage::new("gitops").await;
        stage.bind(controller, "onhook-test-writer").await;
        let profile = json!({"spec": {"profile": {"firstName": "Jane"}}});
        for object in [
            user("jane", "active", json!({})),
            user("jane", "active", profile),
            license("phone", "jane", "Orphan"),
        ] {
            stage.send(controller, &SYNC, &object).await.passes();
        }
        let leaver = user("jane", "deleted", json!({}));
        let refused = stage.send(controller, &SYNC, &leaver).await;
        refused.lacks_offboard(controller, "jane", "changing spec.state from active to deleted");
        let pruned = stage.run(controller, &["delete", "user", "jane"]).await;
        pruned.lacks_offboard(controller, "jane", "deleting a User");
        stage
            .run(controller, &["delete", "licenseassignment", "phone"])
            .await
            .passes();
    }
}

#[tokio::test]
async fn a_gitops_controller_with_the_verb_is_let_through_and_named() {
    for controller in CONTROLLERS {
        let stage = Stage::new("gitops").await;
        stage.bind(controller, "onhook-administrator").await;
        for state in ["active", "deactivated", "active", "deleted"] {
            stage
                .send(controller, &SYNC, &user("jane", state, json!({})))
                .await
                .passes();
        }
        if stage.stamps().await {
            let by = stage.annotation("user/jane", "onhook.dev/requested-by").await;
            assert_eq!(
                by, controller,
                "it is the controller that asked, whoever wrote the commit"
            );
        }
        stage.run(controller, &["delete", "user", "jane"]).await.passes();
    }
}
