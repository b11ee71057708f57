//! The Contact Center of an account, read without a cluster: its client comes from files or from the environment.

use std::collections::BTreeSet;

use onhook::simulator::Seed;

use super::scene::{Scene, files};

const FILES: [&str; 4] = [
    "--contact-center-key-file",
    "cc-key",
    "--contact-center-secret-file",
    "cc-secret",
];
const KEY: &str = "ONHOOK_CONTACT_CENTER_KEY";
const SECRET: &str = "ONHOOK_CONTACT_CENTER_SECRET";
const IMPORT: [&str; 7] = [
    "import",
    "--tenant-file",
    "tenant.yaml",
    "--api-key-file",
    "key",
    "-n",
    "people",
];

async fn scene() -> Scene {
    let scene = Scene::of(Seed::new(40, 1).account()).await;
    scene.tenant_with_agents();
    scene
}

/// Who of a folder is declared as an agent with a Contact Center queue.
fn agents(scene: &Scene, folder: &str) -> BTreeSet<String> {
    let all = files(&scene.path(folder)).into_iter();
    let agents = all.filter(|(_, text)| text.contains("agentId:") && text.contains("type: ContactCenter"));
    agents
        .map(|(path, _)| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn agents_and_their_queues_are_imported_with_a_client_of_files_or_of_the_environment() {
    let scene = scene().await;
    let of_files = [&IMPORT[..], &["--to", "of-files"], &FILES].concat();
    let said = scene.run(&of_files, &[]).await;
    assert!(said.worked && !said.err.contains("not listed"), "{}", said.err);
    assert_eq!(agents(&scene, "of-files").len(), 2);

    let keys = scene.simulator.keys();
    let variables = [
        (KEY, keys.contact_center_key.as_str()),
        (SECRET, &keys.contact_center_secret),
    ];
    let said = scene
        .run(&[&IMPORT[..], &["--to", "of-variables"]].concat(), &variables)
        .await;
    assert!(said.worked && !said.err.contains("not listed"), "{}", said.err);
    assert_eq!(agents(&scene, "of-variables"), agents(&scene, "of-files"));

    // A file that is named goes before the environment.
    let wrong = [(KEY, "wrong"), (SECRET, "wrong")];
    let said = scene.run(&of_files, &wrong).await;
    assert!(said.worked && !said.err.contains("not listed"), "{}", said.err);
}

#[tokio::test]
async fn without_a_client_and_with_a_wrong_one_it_is_told_and_the_people_are_imported() {
    let scene = scene().await;
    let said = scene
        .run(&[&IMPORT[..], &["--to", "without"]].concat(), &[])
        .await;
    assert!(said.worked, "{}", said.err);
    for words in [
        "not listed",
        "--contact-center-secret-file FILE",
        "$ONHOOK_CONTACT_CENTER_SECRET",
    ] {
        assert!(said.err.contains(words), "{}", said.err);
    }
    std::fs::write(scene.path("cc-secret"), "wrong").unwrap();
    let said = scene
        .run(&[&IMPORT[..], &["--to", "wrong"], &FILES].concat(), &[])
        .await;
    assert!(said.worked, "{}", said.err);
    assert_eq!(
        said.err.matches("Contact Center queues are not listed: ").count(),
        1,
        "{}",
        said.err
    );
    for folder in ["without", "wrong"] {
        assert!(agents(&scene, folder).is_empty());
        assert_eq!(files(&scene.path(folder)).len(), 41);
    }
}

#[tokio::test]
async fn half_a_client_and_an_empty_one_are_refused_before_anything_is_read() {
    let scene = scene().await;
    let said = scene.run(&[&IMPORT[..], &FILES[..2]].concat(), &[]).await;
    assert!(
        !said.worked && said.err.contains("--contact-center-secret-file FILE"),
        "{}",
        said.err
    );
    let said = scene.run(&IMPORT, &[(SECRET, "only")]).await;
    assert!(
        !said.worked && said.err.contains("--contact-center-key-file FILE"),
        "{}",
        said.err
    );
    std::fs::write(scene.path("cc-key"), "\n").unwrap();
    let said = scene.run(&[&IMPORT[..], &FILES].concat(), &[]).await;
    assert!(
        !said.worked && said.err.contains("cc-key is empty"),
        "{}",
        said.err
    );
    assert!(scene.reads().is_empty());
}

#[tokio::test]
async fn a_plan_against_the_account_sees_the_queues_of_a_leaver() {
    let scene = scene().await;
    let import = [&IMPORT[..], &["--to", "people"], &FILES].concat();
    assert!(scene.run(&import, &[]).await.worked);
    let agent = agents(&scene, "people").pop_first().unwrap();
    let path = scene.path(&format!("people/users/{agent}.yaml"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("state: active", "state: deleted")).unwrap();
    let plan = [&["plan", "-f", "people", "--against", "account"], &IMPORT[1..]].concat();
    let said = scene.run(&[&plan[..], &FILES].concat(), &[]).await;
    assert_eq!(said.code, Some(3), "{}{}", said.out, said.err);
    assert!(
        said.err.is_empty() || !said.err.contains("Contact Center is not read"),
        "{}",
        said.err
    );
    assert!(said.out.contains("ContactCenterQueuesAssigned"), "{}", said.out);
    let said = scene.run(&plan, &[]).await;
    assert!(said.err.contains("Contact Center is not read"), "{}", said.err);
}
