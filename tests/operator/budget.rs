//! What leavers cost the account: many of them share their reads.

use std::collections::BTreeMap;

use serde_json::json;

use super::scene::{Person, Scene};

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
    let removals = json!({"limit": {"users": 100, "percent": 100, "per": "1h"}});
    scene.patch_tenant(json!({"spec": {"removals": removals}})).await;
    for name in &names {
        scene.person(Person::named(name)).await;
    }
    scene.set_states(&names, "active").await;
    for name in &names {
        scene.stage.ready(name, "Active").await;
    }
    scene.inventory_read().await;
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
    eprintln!("{calls:#?}");
    let of = |kind: &str| calls.get(kind).copied().unwrap_or_default();
    assert_eq!((of("PUT a user"), of("DELETE a user")), (12, 12));
    scene.judge().await;
}
