//! Restarts, and the binary.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use onhook::simulator::{Config, Seed};
use serde_json::{Value, json};

use crate::common::{Bench, start, wide};

#[tokio::test]
async fn a_restart_keeps_the_account_and_its_operations() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config {
        settings: wide(),
        state: Some(folder.path().join("state.json")),
        ..Config::seeded(Seed::new(20, 6))
    };
    let first = start(config()).await;
    let page = first.get("/users?pageSize=1&sort=-basicInfo.userName").await.body;
    let id = page["data"][0]["basicInfo"]["userId"]
        .as_str()
        .unwrap()
        .to_owned();
    let accepted = first.call("DELETE", &format!("/users/{id}"), None).await.body;
    let before = first.handle().state();
    first.simulator.shutdown().await.unwrap();

    let second: Bench = start(Config {
        source: Config::seeded(Seed::new(1, 1)).source,
        ..config()
    })
    .await;
    assert_eq!(
        second.handle().state()["users"],
        before["users"],
        "the file counts, not the seed"
    );
    assert_eq!(
        second.handle().operations_in_flight(),
        1,
        "what was in flight still is"
    );
    second.handle().set_time_scale(100_000.0);
    assert_eq!(second.ended(&accepted).await["status"], "COMPLETED");
    assert_eq!(second.get(&format!("/users/{id}")).await.status, 404);
}

#[tokio::test]
async fn the_state_file_follows_a_change_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let config = Config {
        settings: wide(),
        state: Some(path.clone()),
        ..Config::seeded(Seed::new(3, 6))
    };
    let bench = start(config).await;
    bench
        .control(
            "POST",
            "/users",
            Some(&json!({"basicInfo": {"userName": "written@acme.example"}})),
        )
        .await;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !std::fs::read_to_string(&path)
        .unwrap()
        .contains("written@acme.example")
    {
        assert!(std::time::Instant::now() < deadline, "nothing was written");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn the_binary_serves_and_ends_on_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let (ready, state) = (folder.path().join("ready.json"), folder.path().join("state.json"));
    let program = env!("CARGO_BIN_EXE_onhook-simulator");
    let made = Command::new(program)
        .args(["seed", "--users", "5", "--seed", "3", "--output"])
        .arg(&state)
        .status()
        .unwrap();
    assert!(made.success());
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut command = Command::new(program);
        command
            .args(["serve", "--time-scale", "50", "--state"])
            .arg(&state)
            .arg("--ready-file")
            .arg(&ready);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        assert!(
            said["accountUrl"]
                .as_str()
                .unwrap()
                .ends_with("/admin-provisioning")
        );
        for name in ["contactCenterUrl", "tokenUrl", "controlUrl"] {
            assert!(
                said[name].as_str().unwrap().starts_with("http://127.0.0.1:"),
                "{name}"
            );
        }
        for label in ["primary", "secondary-1", "secondary-2", "reader"] {
            assert!(said["keys"][label].as_str().unwrap().starts_with("eght_"));
        }
        assert!(said["contactCenter"]["key"].is_string() && said["contactCenter"]["secret"].is_string());
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(std::fs::read_to_string(&ready).unwrap(), line);
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&state).unwrap()).unwrap();
    assert_eq!(kept["account"]["users"].as_object().unwrap().len(), 5);
}
