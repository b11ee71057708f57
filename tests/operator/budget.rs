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
    scene.known(&names).await;
    let before = scene.journal().await.last_seq();
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

/// People in one ring group, declared and known.
async fn group_of(scene: &Scene, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(scene.person(Person::named(name)).await);
    }
    scene.share_ring_group(&ids).await;
    scene.set_states(names, "active").await;
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    ids
}

async fn changes_of_members(scene: &Scene) -> usize {
    let journal = scene.journal().await;
    let entries = journal.entries().iter();
    entries
        .filter(|entry| entry.path.ends_with("/update-members"))
        .count()
}

const EIGHT: [&str; 8] = ["stays", "one", "two", "three", "four", "five", "six", "seven"];

#[tokio::test]
async fn those_who_leave_a_ring_group_at_the_same_time_leave_it_by_one_change() {
    let scene = Scene::new("together").await;
    let ids = group_of(&scene, &EIGHT).await;
    scene.set_states(&EIGHT[1..], "deleted").await;
    for name in &EIGHT[1..] {
        scene.stage.ready(name, "Deleted").await;
    }
    let changes = changes_of_members(&scene).await;
    assert!(changes <= 4, "{changes} changes for seven leavers");
    assert!(!scene.profile(&ids[0]).await.is_null());
    scene.judge().await;
}

#[tokio::test]
async fn a_ring_group_is_not_read_again_and_again_while_a_write_to_a_member_keeps_its_change_waiting() {
    let scene = Scene::new("not-again").await;
    group_of(&scene, &["stays", "first", "second"]).await;
    scene.set_state("first", "deactivated").await;
    scene.stage.ready("first", "Deactivated").await;
    // Twenty looks long.
    let slow = json!({"operationMinSeconds": 400, "operationMaxSeconds": 400});
    scene.change_settings(slow).await;
    let writes = scene.journal().await.writes().len();
    scene.set_state("second", "deactivated").await;
    wait_until("the write to the member", DEADLINE, async || {
        match scene.journal().await.writes().len() {
            sent if sent > writes => Ok(()),
            _ => Err("it is not sent".to_owned()),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    let sent = scene.journal().await.last_seq();
    scene.set_state("first", "deleted").await;
    wait_until(
        "the group to be changed",
        DEADLINE,
        async || match changes_of_members(&scene).await {
            0 => Err("nobody left it".to_owned()),
            _ => Ok(()),
        },
    )
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    let journal = scene.journal().await;
    let later = journal.entries().iter().filter(|entry| entry.seq > sent);
    let reads = later.filter(|entry| entry.method == "GET" && entry.path.contains("/ring-groups/"));
    let reads = reads.count();
    assert!(reads <= 5, "{reads} reads of a group that could not be changed");
}

#[tokio::test]
async fn of_those_who_leave_a_ring_group_together_one_stays_where_nobody_else_is_left() {
    let scene = Scene::new("last-of-many").await;
    group_of(&scene, &EIGHT[..4]).await;
    scene.set_states(&EIGHT[..4], "deleted").await;
    wait_until("three to have ended and one to wait", DEADLINE, async || {
        let users = scene.stage.users().list(&Default::default()).await.unwrap().items;
        let stands = users.iter().map(|user| user.status.clone().unwrap_or_default());
        let mut stands: Vec<_> = stands
            .map(|status| (status.finished.is_some(), status.blocked_by.unwrap_or_default()))
            .collect();
        stands.sort();
        match stands.split_first() {
            Some(((false, waits), rest))
                if waits == "LastRingGroupMember" && rest.iter().all(|(ended, _)| *ended) =>
            {
                Ok(())
            }
            _ => Err(format!("{stands:?}")),
        }
    })
    .await
    .unwrap_or_else(|error| panic!("{error}"));
    scene.judge().await;
}

#[tokio::test]
async fn where_a_change_of_many_members_is_refused_or_fails_fewer_leave_at_a_time() {
    for (name, effect) in [
        ("refused", json!({"status": 400})),
        ("failed", json!({"operation": "FAILED"})),
    ] {
        let scene = Scene::new(name).await;
        group_of(&scene, &EIGHT).await;
        scene.fault("POST", "/ring-groups/", effect).await;
        scene.set_states(&EIGHT[1..], "deleted").await;
        for name in &EIGHT[1..] {
            scene.stage.ready(name, "Deleted").await;
        }
        assert!(changes_of_members(&scene).await >= 2, "{name}");
        scene.judge().await;
    }
}
