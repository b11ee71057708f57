//! The record of a removal on the real cluster.

use std::collections::BTreeSet;

use kube::api::{ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt};
use onhook::api::offboarding_record::{EntryKind, OffboardingRecord};
use onhook::records::RecordKey;
use onhook::testbed::{OPERATOR_NAMESPACE, wait_until};
use serde_json::json;

use super::scene::{Person, Scene, user_name};
use super::support::DEADLINE;

fn records(scene: &Scene) -> Api<OffboardingRecord> {
    Api::namespaced(scene.stage.client.clone(), OPERATOR_NAMESPACE)
}

/// The records about a User, by its uid.
async fn records_of(scene: &Scene, uid: &str) -> Vec<OffboardingRecord> {
    let own = ListParams::default().labels(&format!("onhook.dev/user-uid={uid}"));
    records(scene).list(&own).await.unwrap().items
}

async fn key(scene: &Scene) -> RecordKey {
    let secrets =
        Api::<k8s_openapi::api::core::v1::Secret>::namespaced(scene.stage.client.clone(), OPERATOR_NAMESPACE);
    let mut data = secrets.get("onhook-record-key").await.unwrap().data.unwrap();
    RecordKey::new(data.remove("key").unwrap().0)
}

/// A scene with Jane, who is active, and the uid of her User.
async fn with_jane(prefix: &str) -> (Scene, String) {
    let scene = Scene::new(prefix).await;
    scene.person(Person::named("jane")).await;
    scene.declare("jane", "active", "").await;
    let uid = scene.stage.ready("jane", "Active").await.uid().unwrap();
    (scene, uid)
}

/// Waits until the last record about a User ended so.
async fn ended(scene: &Scene, uid: &str, outcome: &str) -> OffboardingRecord {
    wait_until(&format!("a record to end {outcome}"), DEADLINE, async || {
        let records = records_of(scene, uid).await;
        let found = records
            .into_iter()
            .find(|record| record.spec.outcome.as_deref() == Some(outcome));
        found.ok_or_else(|| "none did".to_owned())
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_removal_is_on_record_from_before_its_first_write_to_its_end_and_longer_than_its_user() {
    let (scene, uid) = with_jane("record").await;
    assert!(records_of(&scene, &uid).await.is_empty());
    scene.set_state("jane", "deleted").await;
    scene.stage.ready("jane", "Deleted").await;
    let record = ended(&scene, &uid, "Deleted").await;
    let entries = &record.spec.entries;
    assert_eq!(
        key(&scene).await.verify_record(&record.name_any(), &record.spec),
        Ok(())
    );
    let person = record.spec.person.clone().unwrap();
    assert_eq!(person.user_name, user_name("jane"));
    let stamped = person.requested_by != "unknown (not stamped)";
    assert_eq!(stamped, scene.stage.cluster.can_stamp().await.unwrap());
    assert!(!person.losses.is_empty());
    let chained = serde_json::to_string(entries).unwrap();
    for name in [
        user_name("jane"),
        format!("{}/jane", scene.stage.namespace),
        person.requested_by,
    ] {
        assert!(!chained.contains(&name), "{name} stands in the chain");
    }
    // Every write that the account saw was intended before it and accepted after it.
    let of = |kind| entries.iter().filter(move |entry| entry.kind == kind);
    let journal = scene.journal().await;
    assert_eq!(of(EntryKind::Intended).count(), journal.writes().len());
    let intents: BTreeSet<_> = of(EntryKind::Intended)
        .map(|entry| &entry.facts["intent"])
        .collect();
    let accepted: BTreeSet<_> = of(EntryKind::Accepted)
        .map(|entry| &entry.facts["intent"])
        .collect();
    assert_eq!(intents, accepted);
    assert!(of(EntryKind::Verified).count() >= 2);
    scene.kubectl(&["delete", "user", "jane", "--timeout=60s"]).await;
    let after = records_of(&scene, &uid).await;
    assert_eq!(after, [record], "one record, as it was");
}

#[tokio::test]
async fn nothing_is_written_to_the_account_while_no_record_can_be() {
    let (scene, uid) = with_jane("no-record").await;
    // A record of that name which is none of the operator's keeps it from making its own.
    let blocking = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "OffboardingRecord",
        "metadata": {"name": format!("{uid}-1"), "namespace": OPERATOR_NAMESPACE},
        "spec": {"userUid": "another", "entries": []},
    });
    let record: OffboardingRecord = serde_json::from_value(blocking).unwrap();
    scene
        .as_operator::<OffboardingRecord>()
        .await
        .create(&Default::default(), &record)
        .await
        .unwrap();
    scene.set_state("jane", "deactivated").await;
    scene.stage.blocked("jane", "RecordNotWritten").await;
    scene.settled().await;
    assert!(scene.journal().await.writes().is_empty());
}

/// As it is where the operator ended between the end of a record and the status that it is about.
#[tokio::test]
async fn what_comes_after_a_record_that_ended_stands_in_the_next_one() {
    let (scene, uid) = with_jane("next-record").await;
    scene.set_state("jane", "deactivated").await;
    scene.stage.ready("jane", "Deactivated").await;
    let first = ended(&scene, &uid, "Deactivated").await;
    let write = first.spec.entries[1].clone();
    let waited = json!({"at": write.at, "kind": write.kind, "facts": write.facts});
    let status = json!({"record": first.name_any(), "unrecorded": [waited]});
    scene.operator_writes_status("jane", status).await;
    scene.set_state("jane", "deleted").await;
    scene.stage.ready("jane", "Deleted").await;
    let second = ended(&scene, &uid, "Deleted").await;
    assert_ne!(second.name_any(), first.name_any());
    assert_eq!(second.spec.entries[0].kind, EntryKind::Opened);
    let deactivations = second
        .spec
        .entries
        .iter()
        .filter(|entry| entry.facts == write.facts);
    assert_eq!(deactivations.count(), 0, "it stands in the first one");
    let steps: BTreeSet<_> = second
        .spec
        .entries
        .iter()
        .filter_map(|entry| entry.facts.get("step"))
        .collect();
    assert!(
        steps.contains(&"Licenses".to_owned()) && steps.contains(&"Delete".to_owned()),
        "{steps:?}"
    );
}

#[tokio::test]
async fn a_run_that_is_taken_back_and_an_object_that_is_let_go_of_end_their_records() {
    let (scene, uid) = with_jane("taken-back").await;
    scene.set_state("jane", "deactivated").await;
    scene.stage.ready("jane", "Deactivated").await;
    ended(&scene, &uid, "Deactivated").await;
    scene.set_state("jane", "active").await;
    scene.stage.ready("jane", "Active").await;
    let orphan = json!({"spec": {"deletionPolicy": "Orphan"}});
    scene.stage.patch_user("jane", orphan).await;
    scene.kubectl(&["delete", "user", "jane", "--timeout=60s"]).await;
    let record = ended(&scene, &uid, "Released").await;
    assert_eq!(
        record.spec.person.unwrap().requested_by,
        "unknown (object deleted)"
    );
}

#[tokio::test]
async fn a_record_is_changed_by_nobody_but_the_operator_which_only_appends() {
    let (scene, uid) = with_jane("fixed-record").await;
    scene.set_state("jane", "deactivated").await;
    let record = ended(&scene, &uid, "Deactivated").await;
    let name = record.name_any();
    let operator = scene.as_operator::<OffboardingRecord>().await;
    let mut edited = record.spec.entries.clone();
    edited[0].facts.insert("userId".to_owned(), "another".to_owned());
    let more: Vec<_> = record.spec.entries.iter().chain(&edited[..1]).cloned().collect();
    let changes = [
        json!({"spec": {"entries": edited}}),
        json!({"spec": {"entries": &record.spec.entries[1..]}}),
        json!({"spec": {"entries": more}}),
        json!({"spec": {"outcome": "Released"}}),
        json!({"spec": {"userUid": "another"}}),
        json!({"spec": {"person": {"user": "people/another"}}}),
    ];
    for change in &changes {
        let patch = Patch::Merge(change);
        let refused = operator
            .patch(&name, &PatchParams::default(), &patch)
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{refused}");
        let refused = records(&scene)
            .patch(&name, &PatchParams::default(), &patch)
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("only the operator writes it"),
            "{refused}"
        );
    }
    let refused = records(&scene)
        .delete(&name, &Default::default())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("may not delete"), "{refused}");
    let erased = json!({"spec": {"person": null}});
    let patch = Patch::Merge(&erased);
    let erased = operator
        .patch(&name, &PatchParams::default(), &patch)
        .await
        .unwrap();
    let outcome = erased.spec.outcome.as_deref();
    assert_eq!(key(&scene).await.verify(&erased.spec.entries, outcome), Ok(()));
}

#[tokio::test]
async fn a_record_that_was_edited_by_hand_fails_verify_which_names_the_entry() {
    let (scene, uid) = with_jane("verify").await;
    scene.set_state("jane", "deactivated").await;
    let record = ended(&scene, &uid, "Deactivated").await;
    let name = record.name_any();
    let (held, said) = scene.records(&["verify", &name]).await;
    assert!(held, "{said}");
    let (_, listed) = scene.records(&["list"]).await;
    assert!(
        listed.contains(&name) && listed.contains("Deactivated"),
        "{listed}"
    );
    let (_, shown) = scene.records(&["show", &name]).await;
    for words in [
        "Intended",
        "Accepted",
        "Verified",
        "step=Deactivate",
        "outcome=Deactivated",
    ] {
        assert!(shown.contains(words), "{words} is not in: {shown}");
    }
    let (_, csv) = scene.records(&["export", "--format", "csv"]).await;
    let lines = csv.lines().filter(|line| line.contains(&name)).count();
    assert_eq!(lines, record.spec.entries.len());
    let (_, exported) = scene.records(&["export"]).await;
    let mine = exported.lines().find(|line| line.contains(&name)).unwrap();
    let edited = mine.replace("\"step\":\"Deactivate\"", "\"step\":\"Licenses\"");
    assert_ne!(mine, edited);
    let folder = scene.stage.cluster.scratch();
    for (text, holds) in [(mine, true), (edited.as_str(), false)] {
        let path = folder.join(format!("{name}-{holds}.jsonl"));
        std::fs::write(&path, text).unwrap();
        let (held, said) = scene
            .records(&["verify", "--input", &path.display().to_string()])
            .await;
        assert_eq!(held, holds, "{said}");
        assert!(holds || said.contains("entry 2 (Intended"), "{said}");
    }
    let (held, said) = scene.records(&["verify", "nobody"]).await;
    assert!(
        !held && said.contains("There is no record named nobody"),
        "{said}"
    );
}
