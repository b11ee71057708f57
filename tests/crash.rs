//! The operator as a process of its own: killed at random moments, and searched for what it must never write.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "operator/process.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod process;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod scene;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod support;

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};
use onhook::api::{OffboardingRecord, User};
use onhook::records::RecordKey;
use onhook::testbed::{OPERATOR_NAMESPACE, wait_until};
use process::Operator;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scene::{Person, Scene};
use serde_json::json;

fn has_ended(user: &User) -> bool {
    user.status
        .as_ref()
        .is_some_and(|status| status.finished.is_some())
}

#[tokio::test]
async fn leavers_end_though_the_operator_is_killed_again_and_again() {
    let cluster = support::cluster_without_operator().await;
    let mut operator = Operator::new(cluster);
    operator.start().await;
    let scene = Scene::on(support::Stage::on(cluster, "killed").await).await;
    let sales = || Some("sales".to_owned());
    let stays = Person {
        shared_ring_group: sales(),
        ..Person::named("stays")
    };
    scene.person(stays).await;
    // So slow that most kills find operations at work.
    scene
        .change_settings(json!({"operationMinSeconds": 30.0, "operationMaxSeconds": 90.0}))
        .await;
    let names: Vec<_> = (0..12).map(|number| format!("leaver-{number}")).collect();
    let mut ids = Vec::new();
    for (number, name) in names.iter().enumerate() {
        ids.push(
            scene
                .person(Person {
                    ring_groups: number % 3,
                    shared_ring_group: sales().filter(|_| number % 2 == 0),
                    ..Person::named(name)
                })
                .await,
        );
        scene.declare(name, "active", "").await;
    }
    for name in &names {
        scene.stage.ready(name, "Active").await;
    }
    for name in &names {
        scene.set_state(name, "deleted").await;
    }
    let seed = std::env::var("ONHOOK_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(9);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let end = Instant::now() + Duration::from_secs(240);
    let mut kills = 0;
    loop {
        let users = scene.stage.users().list(&Default::default()).await.unwrap();
        if users.items.len() == names.len() && users.items.iter().all(has_ended) {
            break;
        }
        assert!(
            Instant::now() < end,
            "after {kills} kills (seed {seed}) not all have ended: {:#?}\n{}",
            scene.unfinished().await,
            operator.last_words()
        );
        // A moment that differs each time: the kill itself is what is tested, so there is no condition to wait for.
        tokio::time::sleep(Duration::from_millis(random.random_range(300..4000))).await;
        if kills < 12 {
            operator.kill();
            kills += 1;
            operator.start().await;
        } else {
            scene.allow_deletes_that_never_came().await;
        }
    }
    assert!(
        kills >= 3,
        "all had ended before the operator was killed three times"
    );
    scene.judge().await;
    for (name, user_id) in names.iter().zip(&ids) {
        assert!(
            scene.profile(user_id).await.is_null(),
            "{name} is still there (seed {seed})"
        );
        assert_eq!(scene.journal().await.deletes(user_id), 1, "{name} (seed {seed})");
    }
    what_was_found_out_about_updates_outlives_the_process(&mut operator).await;
    names_are_erased_from_records_and_the_chains_still_hold(&mut operator, &scene).await;
    what_is_taken_out_of_the_records_shows_by_the_log(&operator, &scene).await;
    the_end_of_the_crds_takes_a_person_and_removes_nobody(&scene).await;
    operator.kill();
    invariant_8_nothing_that_is_written_names_a_person_or_a_key(&operator.wrote(), &scene).await;
}

/// `userUpdates: Auto` costs one PUT a Tenant, not one a process.
async fn what_was_found_out_about_updates_outlives_the_process(operator: &mut Operator) {
    let scene = Scene::on(support::Stage::on(operator.cluster, "no-put").await).await;
    scene
        .change_settings(json!({"userUpdates": "MethodNotAllowed"}))
        .await;
    scene
        .patch_tenant(json!({"spec": {"inventory": {"interval": "1s"}}}))
        .await;
    for name in ["first", "second"] {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    scene.set_state("first", "deactivated").await;
    scene.stage.blocked("first", "UserUpdatesUnavailable").await;
    let known = async || {
        let tenant = scene.stage.tenants().get("acme").await.unwrap();
        let found = tenant.status.and_then(|status| status.user_updates);
        found
            .filter(|found| !found.available)
            .ok_or("nothing is kept".to_owned())
    };
    let kept = wait_until("the Tenant to keep what was found out", support::DEADLINE, known).await;
    kept.unwrap_or_else(|error| panic!("{error}"));
    operator.kill();
    operator.start().await;
    scene.set_state("second", "deactivated").await;
    scene.stage.blocked("second", "UserUpdatesUnavailable").await;
    scene.inventory_read().await;
    let journal = scene.journal().await;
    let puts = journal.entries().iter().filter(|entry| entry.method == "PUT");
    assert_eq!(puts.count(), 1, "it is found out once");
}

/// An operator that is to keep no names erases them, and nothing else of a record.
async fn names_are_erased_from_records_and_the_chains_still_hold(operator: &mut Operator, scene: &Scene) {
    let client = scene.stage.client.clone();
    let records = Api::<OffboardingRecord>::namespaced(client.clone(), OPERATOR_NAMESPACE);
    let list = async || records.list(&Default::default()).await.unwrap().items;
    let ended = |record: &&OffboardingRecord| record.spec.outcome.is_some();
    let before = list().await;
    assert!(
        before
            .iter()
            .filter(ended)
            .all(|record| record.spec.person.is_some())
    );
    operator.kill();
    operator.start_with(&["--record-names-kept", "1s"]).await;
    let after = wait_until("the names to be erased", support::DEADLINE, async || {
        let records = list().await;
        let named = records
            .iter()
            .filter(ended)
            .filter(|record| record.spec.person.is_some());
        match named.count() {
            0 => Ok(records),
            named => Err(format!("{named} are still named")),
        }
    });
    let after = after.await.unwrap_or_else(|error| panic!("{error}"));
    let secrets = Api::<Secret>::namespaced(client, OPERATOR_NAMESPACE);
    let mut data = secrets.get("onhook-record-key").await.unwrap().data.unwrap();
    let key = RecordKey::new(data.remove("key").unwrap().0);
    assert!(after.iter().filter(ended).count() >= 10);
    for (before, after) in before.iter().zip(&after).filter(|(_, after)| ended(after)) {
        assert_eq!(before.spec.entries, after.spec.entries);
        let outcome = after.spec.outcome.as_deref();
        assert_eq!(key.verify(&after.spec.entries, outcome), Ok(()));
        assert!(after.spec.entries[0].facts["lost"].contains("Destroyed F1"));
    }
}

/// A record that loses its end, or is taken away whole, fails where it is compared with what was logged.
async fn what_is_taken_out_of_the_records_shows_by_the_log(operator: &Operator, scene: &Scene) {
    let folder = scene.stage.cluster.scratch();
    let log = folder.join("operator-so-far.log");
    std::fs::write(&log, operator.wrote()).unwrap();
    let log = log.display().to_string();
    let (holds, said) = scene.records(&["verify", "--log", &log]).await;
    assert!(holds, "{said}");
    let (_, exported) = scene.records(&["export"]).await;
    let taken: OffboardingRecord = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let rest: Vec<_> = exported.lines().skip(1).collect();
    let path = folder.join("fewer-records.jsonl");
    std::fs::write(&path, rest.join("\n")).unwrap();
    let input = path.display().to_string();
    let (holds, said) = scene.records(&["verify", "--input", &input]).await;
    assert!(holds, "without the log nothing is missed: {said}");
    let (holds, said) = scene.records(&["verify", "--input", &input, "--log", &log]).await;
    assert!(!holds && said.contains(&taken.name_any()), "{said}");
}

/// The CRDs are deleted by somebody who means it: the Users go with them, and the people stay.
async fn the_end_of_the_crds_takes_a_person_and_removes_nobody(before: &Scene) {
    let scene = Scene::on(support::Stage::on(before.stage.cluster, "no-crds").await).await;
    let stays = scene.person(Person::named("stays")).await;
    scene.declare("stays", "active", "").await;
    scene.stage.ready("stays", "Active").await;
    let crd = "crd/users.onhook.dev";
    let said = scene.kubectl_refused(&["delete", crd]).await;
    assert!(said.contains("onhook.dev/allow-crd-deletion"), "{said}");
    scene
        .kubectl(&["annotate", crd, "onhook.dev/allow-crd-deletion=true"])
        .await;
    scene.kubectl(&["delete", crd, "--timeout=60s"]).await;
    assert!(scene.journal().await.writes().is_empty());
    assert_eq!(scene.profile(&stays).await["basicInfo"]["status"], "ACTIVE");
}

/// What the operator wrote at its most talkative, and its events, hold no key and nothing of a person.
async fn invariant_8_nothing_that_is_written_names_a_person_or_a_key(log: &str, scene: &Scene) {
    assert!(
        log.contains("write is sent to the account"),
        "the log does not show the run at all"
    );
    let events = scene
        .kubectl(&["get", "events.events.k8s.io", "--output", "yaml"])
        .await;
    for secret in scene.secrets_and_personal_data().await {
        assert!(!log.contains(&secret), "the log holds {secret:?}");
        assert!(!events.contains(&secret), "an event holds {secret:?}");
    }
}
