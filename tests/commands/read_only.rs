//! A key that may only read is enough: nothing that would need another is even tried.

use onhook::simulator::Seed;
use serde_json::Value;

use super::scene::Scene;
use super::usage::onhook;

#[tokio::test]
async fn a_plan_and_an_import_need_no_key_that_may_write() {
    let scene = Scene::of(Seed::new(20, 1).account()).await;
    let said = scene
        .imported(&["--to", "people", "-n", "people", "--inventory", "acme.json"])
        .await;
    assert!(said.err.contains("acme.json"), "{}", said.err);
    let folder = scene.path("people").display().to_string();
    for (path, text) in super::scene::files(scene.path("people").as_path()) {
        std::fs::write(path, text.replace("state: active", "state: deleted")).unwrap();
    }
    let (tenant, key) = (scene.path("tenant.yaml"), scene.path("key"));
    let (tenant, key) = (tenant.display().to_string(), key.display().to_string());
    let plan = [
        "plan",
        "-f",
        &folder,
        "--against",
        "account",
        "--tenant-file",
        &tenant,
        "--api-key-file",
        &key,
        "-o",
        "json",
    ];
    let before = scene.reads().len();
    let (code, said) = onhook(&scene.path("no-cluster"), &plan, &[]).await;
    // The administrator of the account is among them, and refused.
    assert_eq!(code, Some(4), "{}", said.err);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    let users = report["users"].as_array().unwrap();
    let deletes = |user: &&Value| {
        user["deeds"]
            .as_array()
            .unwrap()
            .iter()
            .any(|deed| deed["step"] == "Delete")
    };
    assert!(users.iter().filter(deletes).count() > 10, "{report}");
    // All of it was read with the key of `reader`, which the account lets write nothing.
    let journal = scene.reads();
    assert!(journal.len() > before);
    assert!(
        journal.iter().all(|entry| entry.key.as_deref() == Some("reader")),
        "{journal:?}"
    );
}
