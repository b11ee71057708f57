//! The main road: deactivated, deleted, Contact Center, and `kubectl delete user`.

use serde_json::json;

use super::scene::{Person, Scene};
use super::support::condition;

#[tokio::test]
async fn deactivated_is_inactive_and_keeps_license_number_and_extension() {
    let scene = Scene::new("deactivated").await;
    let with_phone = scene.person(Person::named("with-phone")).await;
    let without_phone = scene
        .person(Person {
            device: false,
            ..Person::named("without-phone")
        })
        .await;
    for name in ["with-phone", "without-phone"] {
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    let before = [
        scene.profile(&with_phone).await,
        scene.profile(&without_phone).await,
    ];
    for name in ["with-phone", "without-phone"] {
        scene.set_state(name, "deactivated").await;
    }
    for (name, user_id, before, possible) in [
        ("with-phone", &with_phone, &before[0], true),
        ("without-phone", &without_phone, &before[1], false),
    ] {
        let user = scene.stage.ready(name, "Deactivated").await;
        let calls = user.status.unwrap().emergency_calls.unwrap();
        assert_eq!(calls.possible, possible, "{}", calls.message);
        let after = scene.profile(user_id).await;
        assert_eq!(after["basicInfo"]["status"], "INACTIVE");
        assert_eq!(
            after["serviceInfo"]["licenses"],
            before["serviceInfo"]["licenses"]
        );
        assert_eq!(after["assignmentInfo"], before["assignmentInfo"]);
        let number = scene.number_of(name);
        assert_eq!(scene.number_status(&number).await, "ASSIGNED");
    }
    scene.judge().await;
}

#[tokio::test]
async fn deleted_goes_through_the_whole_order() {
    let scene = Scene::new("deleted").await;
    let user_id = scene
        .person(Person {
            ring_groups: 2,
            call_queues: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.declare_dependants("leaver").await;
    scene.stage.ready("leaver", "Active").await;
    scene
        .dependant_is("leaver-license", "Ready", "True", "Assigned")
        .await;
    scene.set_state("leaver", "deleted").await;
    let user = scene.stage.ready("leaver", "Deleted").await;
    assert!(
        scene.profile(&user_id).await.is_null(),
        "the profile is still there"
    );
    assert_eq!(scene.number_status(&scene.number_of("leaver")).await, "AVAILABLE");
    let finished = user.status.unwrap().finished.unwrap();
    assert_eq!(finished.user_id, user_id);
    for dependant in ["leaver-license", "leaver-group", "leaver-queue"] {
        scene
            .dependant_is(dependant, "Released", "True", "Released")
            .await;
    }
    scene.event("leaver", "User(s) deleted successfully!").await;
    scene.judge().await;
    let order: Vec<_> = scene
        .journal()
        .await
        .writes()
        .iter()
        .map(|write| write.method.clone())
        .collect();
    assert_eq!(
        order,
        ["PUT", "POST", "POST", "PUT", "DELETE"],
        "INACTIVE, two ring groups, licenses, DELETE"
    );
}

#[tokio::test]
async fn a_contact_center_agent_waits_for_each_manual_step_and_goes_on_by_itself() {
    let scene = Scene::new("contact-center").await;
    let user_id = scene
        .person(Person {
            contact_center_queues: 2,
            ..Person::named("agent")
        })
        .await;
    scene.make_contact_center_admin("agent").await;
    scene
        .declare("agent", "active", &scene.agent_id_of("agent").await)
        .await;
    scene.stage.ready("agent", "Active").await;
    scene.set_state("agent", "deleted").await;
    let user = scene.stage.blocked("agent", "ContactCenterQueuesAssigned").await;
    let reasons: Vec<_> = user
        .status
        .unwrap()
        .blockers
        .into_iter()
        .map(|blocker| blocker.reason)
        .collect();
    assert_eq!(
        reasons,
        [
            "ContactCenterQueuesAssigned",
            "ContactCenterSupervisorUnconfirmed",
            "ContactCenterAdminUnconfirmed",
            "ContactCenterLicenseAssigned",
        ]
    );
    assert_eq!(
        scene.profile(&user_id).await["basicInfo"]["status"],
        "INACTIVE",
        "access is cut before anything else"
    );
    scene.leave_contact_center_queues("agent").await;
    scene.not_blocked("agent", "ContactCenterQueuesAssigned").await;
    scene.remove_contact_center_rights("agent").await;
    let confirmations = json!(["ContactCenterAdminRemoved", "ContactCenterSupervisorRemoved"]);
    scene
        .stage
        .patch_user(
            "agent",
            json!({"spec": {"offboarding": {"confirmations": confirmations}}}),
        )
        .await;
    scene.not_blocked("agent", "ContactCenterAdminUnconfirmed").await;
    assert!(!scene.profile(&user_id).await.is_null());
    scene.remove_contact_center_license("agent").await;
    scene.stage.ready("agent", "Deleted").await;
    assert!(scene.profile(&user_id).await.is_null());
    scene.judge().await;
}

#[tokio::test]
async fn kubectl_delete_holds_the_object_until_the_account_has_nothing_of_it() {
    let scene = Scene::new("kubectl-delete").await;
    let user_id = scene
        .person(Person {
            ring_groups: 1,
            ..Person::named("leaver")
        })
        .await;
    scene.declare("leaver", "active", "").await;
    scene.declare_dependants("leaver").await;
    scene.stage.ready("leaver", "Active").await;
    let deleted = scene
        .kubectl(&[
            "delete",
            "user.onhook.dev",
            "leaver",
            "--wait=true",
            "--timeout=60s",
        ])
        .await;
    assert!(deleted.contains("deleted"), "{deleted}");
    assert!(
        scene.profile(&user_id).await.is_null(),
        "the object went before the profile"
    );
    scene.dependants_gone("leaver").await;
    scene.judge().await;
}

#[tokio::test]
async fn every_kind_of_cascade_ends() {
    for cascade in ["background", "foreground", "orphan"] {
        let scene = Scene::new(cascade).await;
        let user_id = scene
            .person(Person {
                ring_groups: 1,
                ..Person::named("leaver")
            })
            .await;
        scene.declare("leaver", "active", "").await;
        scene.declare_dependants("leaver").await;
        scene.stage.ready("leaver", "Active").await;
        scene
            .dependant_is("leaver-license", "Ready", "True", "Assigned")
            .await;
        let argument = format!("--cascade={cascade}");
        scene
            .kubectl(&["delete", "user.onhook.dev", "leaver", &argument, "--timeout=60s"])
            .await;
        assert!(
            scene.profile(&user_id).await.is_null(),
            "{cascade}: the object went before the profile"
        );
        if cascade == "orphan" {
            scene
                .kubectl(&[
                    "delete",
                    "licenseassignments,queueassignments",
                    "--all",
                    "--timeout=60s",
                ])
                .await;
        }
        scene.dependants_gone("leaver").await;
    }
}

#[tokio::test]
async fn deletion_policies_deactivate_and_orphan_let_go_of_the_profile() {
    let scene = Scene::new("policies").await;
    for (name, policy, status, writes) in [
        ("kept", "Orphan", "ACTIVE", 0),
        ("cut", "Deactivate", "INACTIVE", 1),
    ] {
        let user_id = scene.person(Person::named(name)).await;
        scene
            .declare(name, "active", &format!("deletionPolicy: {policy}"))
            .await;
        scene.stage.ready(name, "Active").await;
        scene
            .kubectl(&["delete", "user.onhook.dev", name, "--timeout=60s"])
            .await;
        let profile = scene.profile(&user_id).await;
        assert_eq!(profile["basicInfo"]["status"], status);
        let about = format!("/users/{user_id}");
        let journal = scene.journal().await;
        assert_eq!(
            journal
                .writes()
                .iter()
                .filter(|write| write.path.contains(&about))
                .count(),
            writes
        );
    }
}

#[tokio::test]
async fn a_dependant_with_policy_delete_is_removed_and_one_with_orphan_is_let_go() {
    let scene = Scene::new("dependants").await;
    let user_id = scene
        .person(Person {
            ring_groups: 2,
            ..Person::named("stays")
        })
        .await;
    scene.declare("stays", "active", "").await;
    scene.declare_group("stays", 0, "Orphan").await;
    scene.declare_group("stays", 1, "Delete").await;
    scene.stage.ready("stays", "Active").await;
    scene
        .dependant_is("stays-group-0", "Ready", "True", "Assigned")
        .await;
    scene
        .dependant_is("stays-group-1", "Ready", "True", "Assigned")
        .await;
    scene
        .kubectl(&[
            "delete",
            "queueassignment",
            "stays-group-0",
            "stays-group-1",
            "--timeout=60s",
        ])
        .await;
    let groups = scene.profile(&user_id).await["assignmentInfo"]["ringGroups"].clone();
    let names: Vec<_> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["name"].clone())
        .collect();
    assert_eq!(names, [json!(scene.group_of("stays", 0))]);
    scene.judge().await;
}

#[tokio::test]
async fn a_change_back_to_active_brings_the_person_back() {
    let scene = Scene::new("back").await;
    let user_id = scene.person(Person::named("back")).await;
    scene.declare("back", "active", "").await;
    scene.stage.ready("back", "Active").await;
    scene.set_state("back", "deactivated").await;
    scene.stage.ready("back", "Deactivated").await;
    scene.set_state("back", "active").await;
    let user = scene.stage.ready("back", "Active").await;
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "ACTIVE");
    let conditions = user.status.unwrap().conditions;
    assert_eq!(condition(&conditions, "Stalled"), None);
    scene.judge().await;
}

#[tokio::test]
async fn grace_and_retention_are_scheduled_and_followed_when_changed() {
    let scene = Scene::new("waits").await;
    let user_id = scene.person(Person::named("waits")).await;
    scene
        .declare(
            "waits",
            "active",
            "offboarding: {licenseGracePeriod: 3d, retentionPeriod: 30d}",
        )
        .await;
    scene.stage.ready("waits", "Active").await;
    scene.set_state("waits", "deleted").await;
    let user = scene.stage.ready("waits", "Scheduled").await;
    assert_eq!(user.status.unwrap().step.as_deref(), Some("LicenseGracePeriod"));
    assert_eq!(scene.profile(&user_id).await["basicInfo"]["status"], "INACTIVE");
    scene
        .stage
        .patch_user(
            "waits",
            json!({"spec": {"offboarding": {"licenseGracePeriod": "0s"}}}),
        )
        .await;
    scene
        .stage
        .user("waits", "waiting for its retention", |user| {
            user.status.as_ref().and_then(|status| status.step.as_deref()) == Some("RetentionPeriod")
        })
        .await;
    scene
        .stage
        .patch_user(
            "waits",
            json!({"spec": {"offboarding": {"retentionPeriod": "0s"}}}),
        )
        .await;
    scene.stage.ready("waits", "Deleted").await;
    scene.judge().await;
}

#[tokio::test]
async fn nobody_in_a_ring_group_is_written_to_while_the_group_is() {
    let scene = Scene::new("shared-group").await;
    let names = ["one", "two", "three"];
    let mut ids = Vec::new();
    for name in names {
        ids.push(scene.person(Person::named(name)).await);
        scene.declare(name, "active", "").await;
    }
    ids.push(scene.person(Person::named("stays")).await);
    scene.share_ring_group(&ids).await;
    for name in names {
        scene.stage.ready(name, "Active").await;
    }
    for name in names {
        scene.set_state(name, "deleted").await;
    }
    for name in names {
        scene.stage.ready(name, "Deleted").await;
    }
    // The judge takes an update of members for a write to everybody in the group.
    scene.judge().await;
    assert!(!scene.profile(&ids[3]).await.is_null());
}
