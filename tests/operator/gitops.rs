//! How objects of real runs look to kstatus, to Argo CD's Lua and to Flux's expressions.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use onhook::testbed::{built, project_folder};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::scene::{Person, Scene};

/// Path of the program that asks the three.
async fn health() -> &'static Path {
    static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
    BUILT
        .get_or_init(|| async { built("health").await.unwrap() })
        .await
}

/// What kstatus, Argo CD and Flux say of an object of the cluster as it is now.
async fn says(scene: &Scene, kind: &str, name: &str) -> [String; 3] {
    let object = scene.kubectl(&["get", kind, name, "--output=json"]).await;
    let mut program = Command::new(health().await)
        .arg("-project")
        .arg(project_folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program
        .stdin
        .take()
        .unwrap()
        .write_all(object.as_bytes())
        .unwrap();
    let said = program.wait_with_output().unwrap();
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    ["kstatus", "argo", "flux"].map(|one| said[one]["status"].as_str().unwrap().to_owned())
}

async fn looks(scene: &Scene, kind: &str, name: &str, expected: [&str; 3]) {
    let said = says(scene, kind, name).await;
    assert_eq!(said, expected, "{kind} {name}");
}

const CURRENT: [&str; 3] = ["Current", "Healthy", "Current"];
const WAITS_FOR_A_PERSON: [&str; 3] = ["InProgress", "Suspended", "InProgress"];
const RELEASED_LATER: [&str; 3] = ["InProgress", "Progressing", "InProgress"];
const FAILED: [&str; 3] = ["Failed", "Degraded", "Failed"];

#[tokio::test]
async fn objects_of_real_runs_look_as_the_design_says_to_kstatus_argo_cd_and_flux() {
    let scene = Scene::new("gitops").await;
    let agent_person = Person {
        contact_center_queues: 1,
        ..Person::named("agent")
    };
    scene.person(agent_person).await;
    for name in ["active", "waits", "goes", "chief"] {
        scene.person(Person::named(name)).await;
    }
    let agent = scene.agent_id_of("agent").await;
    scene.declare("agent", "active", &agent).await;
    scene
        .declare("waits", "active", "offboarding: {licenseGracePeriod: 3d}")
        .await;
    for name in ["active", "goes", "chief"] {
        scene.declare(name, "active", "").await;
    }
    for name in ["active", "waits", "goes", "agent", "chief"] {
        scene.stage.ready(name, "Active").await;
    }
    looks(&scene, "user", "active", CURRENT).await;
    looks(&scene, "tenant", "acme", CURRENT).await;
    for name in ["waits", "agent"] {
        scene.declare_license(name, "X4-Standard-US").await;
        let license = format!("{name}-license");
        scene.dependant_is(&license, "Ready", "True", "Assigned").await;
    }
    for name in ["waits", "goes", "agent", "chief"] {
        scene.set_state(name, "deleted").await;
    }
    // A wait of days must not hang a sync.
    scene.stage.ready("waits", "Scheduled").await;
    looks(&scene, "user", "waits", CURRENT).await;
    looks(&scene, "licenseassignment", "waits-license", CURRENT).await;
    scene.stage.ready("goes", "Deleted").await;
    looks(&scene, "user", "goes", CURRENT).await;
    scene.stage.blocked("agent", "ContactCenterQueuesAssigned").await;
    looks(&scene, "user", "agent", WAITS_FOR_A_PERSON).await;
    scene
        .dependant_is("agent-license", "Ready", "False", "Releasing")
        .await;
    looks(&scene, "licenseassignment", "agent-license", RELEASED_LATER).await;
    scene.stage.blocked("chief", "ProtectedUser").await;
    looks(&scene, "user", "chief", FAILED).await;
}

#[tokio::test]
async fn a_held_set_waits_for_a_person_in_kstatus_argo_cd_and_flux() {
    let scene = Scene::new("gitops-held").await;
    for name in ["jane", "joe"] {
        scene.person(Person::named(name)).await;
        scene.declare(name, "active", "").await;
        scene.stage.ready(name, "Active").await;
    }
    let limit = json!({"spec": {"removals": {"limit": {"users": 1, "per": "1h"}}}});
    scene.patch_tenant(limit).await;
    scene.set_states(&["jane", "joe"], "deleted").await;
    for name in ["jane", "joe"] {
        scene.stage.blocked(name, "RemovalLimit").await;
        looks(&scene, "user", name, WAITS_FOR_A_PERSON).await;
    }
}
