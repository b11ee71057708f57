//! What leavers cost the account: many of them share their reads.

use std::collections::BTreeMap;

use onhook::testbed::wait_until;
use serde_json::json;

use super::scene::{Person, Scene};
use super::support::DEADLINE;

/// Calls by method and kind of path, from a call on.
async fn calls(scene: &Scene, after: u64) -> BTreeMap<String, usize> {
    let journal = scene.journal().await;
    let mut calls = BTreeMap::new();
    for entry in journal.entries().iter().filter(|entry| entry.seq > after) {
        let path = entry.path.split(['?']).next().unwrap_or_default();
        let mut parts = path.trim_start_matches('/').rsplit('/');
        let last = parts.next().unwrap_or_default();
        let kind = match parts.next().unwrap_or_default() {
            "users" => "a user",
            "operations" => "an operation",
            _ => last,
        };
        *calls.entry(format!("{} {kind}", entry.method)).or_default() += 1;
    }
    calls
}

#[tokio::test]
async fn leavers_of_the_same_time_share_the_reads_that_tell_how_their_writes_went() {
    let scene = Scene::new("shared-reads").await;
    let names: Vec<_> = (0..12).map(|n| format!("leaver-{n:02}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let removals = json!({"limit": {"users": 100, "percent": 100, "per": "1h", "quietPeriod": "0s"}});
    scene.patch_tenant(json!({"spec": {"removals": removals}})).await;
    for name in &names {
        scene.person(Person::named(name)).await;
    }
    scene.set_states(&names, "active").await;
    for name in &names {
        scene.stage.ready(name, "Active").await;
    }
    let before = scene
        .journal()
        .await
        .entries()
        .last()
        .map_or(0, |entry| entry.seq);
    scene.set_states(&names, "deleted").await;
    for name in &names {
        scene.stage.ready(name, "Deleted").await;
    }
    let calls = calls(&scene, before).await;
    let of = |kind: &str| calls.get(kind).copied().unwrap_or_default();
    assert_eq!((of("PUT a user"), of("DELETE a user")), (12, 12));
    // A GET before each of the two writes stays. Without shared reads each write would take a look at its operation and
    // one at its user besides: 24 of each.
    assert!((24..=36).contains(&of("GET a user")), "{calls:#?}");
    assert!(of("GET an operation") <= 12, "{calls:#?}");
    scene.judge().await;
}

#[tokio::test]
async fn a_tenant_that_is_suspended_while_a_write_waits_for_its_turn_stops_that_write() {
    let scene = Scene::new("suspended-meanwhile").await;
    let limits =
        json!({"requestsPerMinute": 1900, "burst": {"requests": 19, "per": "1s"}, "concurrentOperations": 1});
    scene
        .patch_tenant(json!({"spec": {"adminApi": {"limits": limits}}}))
        .await;
    let slow = json!({"operationMinSeconds": 160, "operationMaxSeconds": 160});
    scene.change_settings(slow).await;
    let names = ["first", "second"];
    for name in names {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
    }
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    scene.set_state("first", "deactivated").await;
    wait_until("the first write to be sent", DEADLINE, async || {
        match scene.journal().await.writes().len() {
            1 => Ok(()),
            other => Err(format!("{other} were sent")),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    scene.set_state("second", "deactivated").await;
    // Whoever comes after it was looked at, so that it waits for its turn.
    scene.settled().await;
    scene.patch_tenant(json!({"spec": {"suspend": true}})).await;
    scene.stage.ready("first", "Deactivated").await;
    scene.stage.blocked("second", "TenantSuspended").await;
    assert_eq!(scene.journal().await.writes().len(), 1);
    scene.patch_tenant(json!({"spec": {"suspend": false}})).await;
    scene.stage.ready("second", "Deactivated").await;
}
