//! `onhook import`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kube::ResourceExt;
use onhook::api::{LicenseAssignment, QueueAssignment, User, UserState};
use onhook::eightbyeight::wire;
use onhook::simulator::{Account, Seed, is_did_license};
use serde_json::Value;

use super::scene::{Scene, files};

/// An account in which every seventh person is inactive.
fn account(users: usize) -> Account {
    let mut account = Seed::new(users, 1).account();
    for profile in account.users.values_mut().step_by(7) {
        profile.user.basic_info.status = Some(wire::UserStatus::Inactive);
    }
    account
}

fn profiles(scene: &Scene) -> BTreeMap<String, wire::User> {
    let handle = scene.simulator.handle();
    handle.with_account(|account| {
        let users = account.users.iter();
        users
            .map(|(id, profile)| (id.clone(), profile.user.clone()))
            .collect()
    })
}

/// Everything that is declared below a folder.
#[derive(Default)]
struct Declared {
    users: Vec<User>,
    licenses: Vec<LicenseAssignment>,
    queues: Vec<QueueAssignment>,
}

fn declared(folder: &Path) -> Declared {
    let mut declared = Declared::default();
    for (path, text) in files(folder) {
        if path.ends_with("kustomization.yaml") {
            continue;
        }
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
        for document in documents {
            assert_eq!(document["apiVersion"], "onhook.dev/v1alpha1");
            match document["kind"].as_str().unwrap() {
                "User" => declared.users.push(serde_json::from_value(document).unwrap()),
                "LicenseAssignment" => declared.licenses.push(serde_json::from_value(document).unwrap()),
                "QueueAssignment" => declared.queues.push(serde_json::from_value(document).unwrap()),
                kind => panic!("{kind} in {}", path.display()),
            }
        }
    }
    declared
}

fn names<T: ResourceExt>(objects: &[T]) -> BTreeSet<String> {
    let names: BTreeSet<_> = objects.iter().map(ResourceExt::name_any).collect();
    assert_eq!(names.len(), objects.len(), "each object has a name of its own");
    names
}

#[tokio::test]
async fn an_import_whose_messages_nobody_can_be_told_is_whole() {
    let scene = Scene::of(account(9)).await;
    // Each write to it fails.
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_onhook"));
    command
        .args(["import", "--tenant-file", "tenant.yaml", "--api-key-file", "key"])
        .args([
            "--to",
            "people",
            "--namespace",
            "people",
            "--inventory",
            "inventory.json",
        ])
        .current_dir(scene.path(""))
        .env("KUBECONFIG", scene.path("no-cluster"))
        .env_remove("ONHOOK_API_KEY")
        .stderr(full);
    assert_eq!(command.status().await.unwrap().code(), Some(0));
    assert_eq!(declared(&scene.path("people")).users.len(), 9);
}

#[tokio::test]
async fn everybody_is_declared_as_they_are_and_a_second_import_changes_nothing() {
    let scene = Scene::of(account(90)).await;
    let said = scene.imported(&["--to", "people", "-n", "people"]).await;
    assert!(said.out.is_empty());
    assert!(
        said.err
            .contains("90 users: 77 active, 13 deactivated. Files: 90 written"),
        "{}",
        said.err
    );
    let folder = scene.path("people");
    let found = declared(&folder);
    let profiles = profiles(&scene);
    assert_eq!(found.users.len(), profiles.len());
    let people = names(&found.users);
    names(&found.licenses);
    names(&found.queues);
    for user in &found.users {
        let profile = &profiles[user.spec.user_id.as_deref().unwrap()];
        assert_eq!(user.spec.user_name, profile.basic_info.user_name);
        let inactive = profile.basic_info.status == Some(wire::UserStatus::Inactive);
        let state = if inactive {
            UserState::Deactivated
        } else {
            UserState::Active
        };
        assert_eq!(user.spec.state, state);
        assert_eq!(user.namespace().as_deref(), Some("people"));
        assert_eq!(user.spec.tenant_ref.namespace.as_deref(), Some("acme-8x8"));
        let spec = user.spec.profile.as_ref().unwrap();
        assert_eq!(spec.primary_email, profile.basic_info.primary_email);
        let site = profile.basic_info.site.as_ref().unwrap();
        assert_eq!(spec.site, site.name);
    }
    let licenses = profiles.values().flat_map(wire::User::licenses);
    assert_eq!(
        found.licenses.len(),
        licenses.filter(|license| !is_did_license(license)).count()
    );
    let queues = profiles
        .values()
        .map(|user| user.ring_groups().len() + user.call_queues().len());
    assert_eq!(found.queues.len(), queues.sum::<usize>());
    assert!(
        found
            .licenses
            .iter()
            .all(|license| people.contains(&license.spec.user_ref.name))
    );

    let before = files(&folder);
    let said = scene.imported(&["--to", "people", "-n", "people"]).await;
    assert!(
        said.err.contains("Files: 0 written, 90 unchanged"),
        "{}",
        said.err
    );
    assert_eq!(files(&folder), before);
    let list = std::fs::read_to_string(folder.join("kustomization.yaml")).unwrap();
    let listed: Vec<_> = list.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    assert_eq!(listed.len(), 90);
    assert!(listed.is_sorted());
    scene.reads();
}

#[tokio::test]
async fn a_file_for_each_site_holds_its_people_whoever_is_imported_next() {
    let scene = Scene::of(account(40)).await;
    scene.imported(&["--to", "people", "--by", "site"]).await;
    let folder = scene.path("people");
    let before = files(&folder);
    let paths = before
        .iter()
        .map(|(path, _)| path.strip_prefix(&folder).unwrap().to_str().unwrap());
    let paths: Vec<_> = paths.collect();
    let sites = [
        "sites/harbour-office.yaml",
        "sites/headquarters.yaml",
        "sites/remote.yaml",
    ];
    assert_eq!(paths, [&["kustomization.yaml"], &sites[..]].concat());
    assert_eq!(declared(&folder).users.len(), 40);
    scene
        .imported(&["--to", "people", "--by", "site", "--only", "inactive"])
        .await;
    scene.imported(&["--to", "people", "--only", "site=Remote"]).await;
    assert_eq!(files(&folder), before, "nobody went out, and nobody moved");
}

#[tokio::test]
async fn an_edited_leaver_stays_one_and_who_is_gone_is_told() {
    let scene = Scene::of(account(20)).await;
    scene.imported(&["--to", "people"]).await;
    let (edited, gone) = (scene.path("people/users/user-0002.yaml"), "user-0003");
    let text = std::fs::read_to_string(&edited).unwrap();
    let text = text.replace("state: active", "state: deleted");
    std::fs::write(&edited, &text).unwrap();
    let handle = scene.simulator.handle();
    handle.with_account(|account| {
        let before = account.users.len();
        account
            .users
            .retain(|_, profile| !profile.user.basic_info.user_name.starts_with(gone));
        assert_eq!(account.users.len(), before - 1);
        for profile in account.users.values_mut() {
            profile.user.basic_info.last_name = Some("Smith".to_owned());
        }
    });
    let said = scene.imported(&["--to", "people"]).await;
    assert!(
        said.err
            .contains("Edited by hand, so left as they are: user-0002."),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("once nothing needs them: user-0003."),
        "{}",
        said.err
    );
    assert_eq!(std::fs::read_to_string(&edited).unwrap(), text);
    assert!(scene.path("people/users/user-0003.yaml").exists());
    assert!(
        said.err.contains("Files: 18 written, 2 unchanged"),
        "{}",
        said.err
    );
}

#[tokio::test]
async fn the_inactive_are_listed_and_nothing_is_written() {
    let scene = Scene::of(account(50)).await;
    let said = scene.imported(&["--only", "inactive", "-o", "json"]).await;
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let listed: BTreeSet<_> = rows
        .iter()
        .map(|row| row["userId"].as_str().unwrap().to_owned())
        .collect();
    let inactive = profiles(&scene);
    let inactive = inactive
        .iter()
        .filter(|(_, user)| user.basic_info.status == Some(wire::UserStatus::Inactive));
    let inactive: BTreeSet<_> = inactive.map(|(id, _)| id.clone()).collect();
    assert_eq!(listed, inactive);
    assert!(!inactive.is_empty());
    let table = scene.imported(&["--only", "inactive"]).await.out;
    assert_eq!(table.lines().count(), inactive.len() + 1);
    let named = scene
        .imported(&["--only", "inactive", "--only", "user=user-0001@*", "-o", "name"])
        .await
        .out;
    assert!(
        ["", "user.onhook.dev/user-0001\n"].contains(&named.as_str()),
        "{named}"
    );
    assert_eq!(files(&scene.path("")).len(), 2, "the Tenant and the key");
    assert_eq!(scene.reads().len(), 3, "one read of the list each");
}

#[tokio::test]
async fn ten_thousand_people_cost_ten_reads_of_the_list() {
    let scene = Scene::of(account(10_000)).await;
    let said = scene
        .imported(&["--to", "people", "--inventory", "inventory.json"])
        .await;
    assert!(said.err.contains("10000 users"), "{}", said.err);
    let reads = scene.reads();
    let of = |path: &str| reads.iter().filter(|entry| entry.path.contains(path)).count();
    assert_eq!(of("/users"), 10);
    assert_eq!(of("/ring-groups"), 5, "500 groups in pages of 100");
    assert_eq!((of("/sites"), of("/phone-numbers")), (1, 1));
    assert_eq!(reads.len(), 17);
    let inventory = std::fs::read_to_string(scene.path("inventory.json")).unwrap();
    let inventory: Value = serde_json::from_str(&inventory).unwrap();
    assert_eq!(inventory["users"].as_array().unwrap().len(), 10_000);
    assert_eq!(inventory["ringGroups"].as_array().unwrap().len(), 500);
    assert_eq!(files(&scene.path("people")).len(), 10_001);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_once_and_a_wrong_key_is_an_error() {
    let scene = Scene::of(account(20)).await;
    scene.tenant("Managed");
    let said = scene.imported(&["--inventory", "inventory.json"]).await;
    assert!(said.out.is_empty());
    assert_eq!(
        said.err.matches("Contact Center queues are not listed").count(),
        1,
        "{}",
        said.err
    );
    std::fs::write(scene.path("key"), "wrong").unwrap();
    let said = scene.import(&["--to", "people"]).await;
    assert!(!said.worked);
    assert!(
        said.err
            .contains("The account of the Tenant acme could not be read"),
        "{}",
        said.err
    );
    assert!(!scene.path("people").exists());
}
