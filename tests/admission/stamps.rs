//! Who asked is written by the server, and nobody writes another name there, also where the server stamps nothing.

use onhook::testbed::{Cluster, Options, project_folder};
use serde_json::{Value, json};

use super::stage::{ADA, BOB, EVE, OPERATOR, Stage, approval, user};

const REQUESTED: &str = "onhook.dev/requested-by";
const REMOVAL: &str = "onhook.dev/removal-requested";

fn annotated(key: &str, value: Value) -> Value {
    json!({"metadata": {"annotations": {key: value}}})
}

#[tokio::test]
async fn the_server_writes_who_asked() {
    let Some(stage) = Stage::stamping("stamps").await else {
        return;
    };
    stage
        .create(EVE, &user("jane", "active", json!({})))
        .await
        .passes();
    assert_eq!(stage.annotation("user/jane", REQUESTED).await, EVE);
    let leaving = json!({"spec": {"state": "deactivated"}});
    stage.patch(ADA, "user/jane", &leaving).await.passes();
    assert_eq!(stage.annotation("user/jane", REQUESTED).await, ADA);
    let profile = json!({"spec": {"profile": {"firstName": "Jane"}}});
    stage.patch(EVE, "user/jane", &profile).await.passes();
    assert_eq!(
        stage.annotation("user/jane", REQUESTED).await,
        ADA,
        "not who wrote last"
    );
}

#[tokio::test]
async fn who_makes_a_leaver_somebody_else_is_the_one_who_asks() {
    let Some(stage) = Stage::stamping("redirected").await else {
        return;
    };
    stage.bind(BOB, "onhook-administrator").await;
    stage.declare("jane", json!({})).await;
    let leaving = json!({"spec": {"state": "deactivated"}});
    stage.patch(ADA, "user/jane", &leaving).await.passes();
    let redirects = [
        json!({"spec": {"userName": "joan@acme.example"}}),
        json!({"spec": {"userId": "AnotherProfile"}}),
    ];
    for (n, redirect) in redirects.iter().enumerate() {
        let who = [BOB, ADA][n % 2];
        stage.patch(who, "user/jane", redirect).await.passes();
        assert_eq!(stage.annotation("user/jane", REQUESTED).await, who);
    }
    let staying = json!({"spec": {"state": "active"}});
    stage.patch(ADA, "user/jane", &staying).await.passes();
    let renamed = json!({"spec": {"userName": "jane.doe@acme.example"}});
    stage.patch(BOB, "user/jane", &renamed).await.passes();
    assert_eq!(
        stage.annotation("user/jane", REQUESTED).await,
        ADA,
        "a new name of somebody who stays asks for nothing"
    );
}

#[tokio::test]
async fn a_forged_requester_is_refused_or_overwritten() {
    let Some(stage) = Stage::stamping("forged").await else {
        return;
    };
    let forged = user("jane", "active", annotated(REQUESTED, json!("boss")));
    stage.create(EVE, &forged).await.passes();
    assert_eq!(stage.annotation("user/jane", REQUESTED).await, EVE);
    for who in [EVE, ADA, OPERATOR] {
        for name in ["boss", who] {
            if stage.annotation("user/jane", REQUESTED).await == name {
                continue;
            }
            let answer = stage
                .patch(who, "user/jane", &annotated(REQUESTED, json!(name)))
                .await;
            answer.refused(&["onhook.dev/requested-by says who changed spec.state"]);
        }
    }
    let mut both = annotated(REQUESTED, json!("boss"));
    both["spec"] = json!({"state": "deactivated"});
    stage.patch(ADA, "user/jane", &both).await.passes();
    assert_eq!(stage.annotation("user/jane", REQUESTED).await, ADA);
}

#[tokio::test]
async fn a_manifest_without_the_stamp_does_not_take_it_away() {
    let Some(stage) = Stage::stamping("kept").await else {
        return;
    };
    stage.declare("jane", json!({})).await;
    let mut whole = stage.get("user/jane").await;
    whole["metadata"]["annotations"] = json!({});
    stage.send(EVE, &["replace"], &whole).await.passes();
    assert_eq!(stage.annotation("user/jane", REQUESTED).await, ADA);
}

#[tokio::test]
async fn who_asks_for_a_removal_before_the_deletion_is_written_by_the_server() {
    let Some(stage) = Stage::stamping("removal").await else {
        return;
    };
    stage.declare("jane", json!({})).await;
    let asked = annotated(REMOVAL, json!("true"));
    let refused = stage.patch(EVE, "user/jane", &asked).await;
    refused.lacks_offboard(EVE, "jane", "the annotation onhook.dev/removal-requested");
    stage.patch(ADA, "user/jane", &asked).await.passes();
    assert_eq!(stage.annotation("user/jane", REMOVAL).await, ADA);
    let dropped = stage
        .patch(EVE, "user/jane", &annotated(REMOVAL, Value::Null))
        .await;
    dropped.lacks_offboard(EVE, "jane", "the annotation onhook.dev/removal-requested");
}

/// A server of its own, on which only the validating policies are installed.
#[tokio::test]
async fn a_server_that_stamps_nothing_takes_no_other_name_either() {
    let cluster = Cluster::start(Options::default()).await.unwrap();
    for file in ["roles", "operator", "admission"] {
        let path = project_folder().join(format!("deploy/{file}.yaml"));
        cluster.apply_path(&path).await.unwrap();
    }
    let stage = Stage::on(&cluster, "bare").await;
    stage.until_enforced().await;
    let words = ["may write no other name there"];
    let forged = |state, name: &str| user("jane", state, annotated(REQUESTED, json!(name)));
    stage.create(EVE, &forged("active", "boss")).await.refused(&words);
    stage.create(EVE, &forged("active", EVE)).await.passes();
    let leaving = json!({"spec": {"state": "deactivated"}});
    stage.patch(ADA, "user/jane", &leaving).await.refused(&words);
    for (name, good) in [(json!("boss"), false), (Value::Null, false), (json!(ADA), true)] {
        let mut patch = annotated(REQUESTED, name);
        patch["spec"] = leaving["spec"].clone();
        let answer = stage.patch(ADA, "user/jane", &patch).await;
        if good {
            answer.passes()
        } else {
            answer.refused(&words)
        }
    }
    let dropped = stage
        .patch(EVE, "user/jane", &annotated(REQUESTED, Value::Null))
        .await;
    dropped.refused(&["it changes only together with it"]);
    let removal = stage
        .patch(ADA, "user/jane", &annotated(REMOVAL, json!("boss")))
        .await;
    removal.refused(&words);
    stage
        .patch(ADA, "user/jane", &annotated(REMOVAL, json!(ADA)))
        .await
        .passes();
    let mut approved = approval("acme");
    approved["metadata"]["annotations"] = json!({"onhook.dev/approved-by": "boss"});
    stage.create(ADA, &approved).await.refused(&words);
    approved["metadata"]["annotations"] = json!({"onhook.dev/approved-by": ADA});
    stage.create(ADA, &approved).await.passes();
}
