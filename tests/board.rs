//! `onhook board` as a process, on a real API server with people in every lane: over HTTP, and in a browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "board/people.rs"]
mod people;
#[path = "board/running.rs"]
mod running;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{Api, PostParams};
use onhook::api::User;
use onhook::testbed::{self, Cluster, ControlPlane, Process, wait_until};
use people::{DIGEST, IN_EACH, LANES};
use serde_json::Value;

/// Long enough for a loaded machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A running `onhook board`.
struct Board {
    /// The address that it printed, with its token.
    address: String,
    url: String,
    cookie: String,
    _process: Process,
}

impl Board {
    async fn start(cluster: &Cluster, name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onhook"));
        command.args(["board", "--open-url-only", "--kubeconfig"]);
        command.arg(cluster.kubeconfig_path()).args(arguments);
        let log = cluster.scratch().join(format!("board-{name}.log"));
        let mut process = Process::spawn(command, log).unwrap();
        let said = async || {
            process.check_running().map_err(|error| error.to_string())?;
            let said = process.log_tail(5);
            said.starts_with("http://127.0.0.1:")
                .then_some(said.trim().to_owned())
                .ok_or(said)
        };
        let address = wait_until("the address of the board", DEADLINE, said)
            .await
            .unwrap();
        let opened = client().get(&address).send().await.unwrap();
        assert_eq!(
            (opened.status().as_u16(), &opened.headers()["location"]),
            (303, &"/".parse().unwrap())
        );
        let cookie = opened.headers()["set-cookie"].to_str().unwrap();
        Self {
            url: address.split('?').next().unwrap().to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            address,
            _process: process,
        }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let asked = client().get(format!("{}{path}", self.url));
        asked.header("cookie", &self.cookie).send().await.unwrap()
    }

    /// The page, once it says all of this.
    async fn says(&self, path: &str, words: &[&str]) -> String {
        let page = async || {
            let page = self.get(path).await.text().await.unwrap();
            match words.iter().find(|words| !page.contains(**words)) {
                None => Ok(page),
                Some(missing) => Err(format!("no {missing:?} in {page}")),
            }
        };
        wait_until("the page", DEADLINE, page)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy();
    client
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn count(title: &str, count: usize) -> String {
    format!(r#"{title} <span class="count">{count}</span></h2>"#)
}

#[tokio::test]
async fn the_board_shows_every_lane_and_follows_what_changes() {
    let cluster = testbed::shared().await.unwrap_or_else(|error| panic!("{error}"));
    let namespace = cluster.namespace("board").await.unwrap();
    let client = cluster.client().await.unwrap();
    people::make_tenant(&client, &namespace).await;
    people::make(&client, &namespace).await;
    let board = Board::start(cluster, "all", &["--namespace", &namespace]).await;
    let titles = [
        "Blocked",
        "Held for approval",
        "Stalled",
        "Running",
        "Waiting",
        "Done",
    ];
    let counts = titles.map(|title| count(title, IN_EACH));
    let counts: Vec<_> = counts.iter().map(String::as_str).collect();
    let page = board.says("", &[&counts[..], &[DIGEST]].concat()).await;
    assert!(!page.contains("stays@acme.example") && !page.contains("<img"));
    let one = board.says("?text=waiting-7@", &["waiting-7@acme.example"]).await;
    assert!(one.contains(&count("Waiting", 1)) && one.contains(&count("Done", 0)));

    only_this_machine_reads(&board).await;
    let users = Api::namespaced(client.clone(), &namespace);
    a_push_brings_what_changed_and_nothing_else(&board, &users).await;
    a_viewer_who_may_read_less_is_told_so(cluster, &namespace).await;
    in_a_browser(cluster, &namespace, &board, "board.test.mjs").await;
}

async fn only_this_machine_reads(board: &Board) {
    let answer = board.get("").await;
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
    let elsewhere = client()
        .get(&board.url)
        .header("host", "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), 421);
    assert_eq!(client().post(&board.url).send().await.unwrap().status(), 405);
    for path in ["", "events", "board.js"] {
        let url = format!("{}{path}", board.url);
        assert_eq!(client().get(url).send().await.unwrap().status(), 401, "{path}");
    }
}

/// A browser's place, over HTTP.
struct Events {
    answer: reqwest::Response,
    read: Vec<u8>,
}

impl Events {
    /// The next push.
    async fn next(&mut self) -> Value {
        loop {
            let end = self.read.windows(2).position(|pair| pair == b"\n\n");
            let Some(end) = end else {
                let chunk = tokio::time::timeout(DEADLINE, self.answer.chunk()).await;
                let chunk = chunk.expect("a push").unwrap().expect("no end");
                self.read.extend_from_slice(&chunk);
                continue;
            };
            let event: Vec<u8> = self.read.drain(..end + 2).collect();
            let event = String::from_utf8(event).unwrap();
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

async fn a_push_brings_what_changed_and_nothing_else(board: &Board, users: &Api<User>) {
    let answer = board.get("events?text=running-").await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let read = Vec::new();
    let mut events = Events { answer, read };
    let first = events.next().await;
    for part in ["notices", "summary", "tenant", "namespace", "unseen"]
        .iter()
        .chain(&LANES)
    {
        assert!(first["parts"][part].is_string(), "{part}");
    }
    let begun = Instant::now();
    for number in 0..10 {
        people::set_status(users, &format!("running-{number}"), people::status("done")).await;
    }
    let mut pushes = 0;
    loop {
        let next = events.next().await;
        pushes += 1;
        let parts = next["parts"].as_object().unwrap();
        assert!(
            !parts.contains_key("blocked") && !parts.contains_key("tenant"),
            "{:?}",
            parts.keys()
        );
        if parts
            .get("done")
            .is_some_and(|done| done.as_str().unwrap().contains(&count("Done", 10)))
        {
            break;
        }
    }
    let allowed = 2 + begun.elapsed().as_millis() / 500;
    assert!(pushes <= allowed, "{pushes} pushes, {allowed} allowed");
    for number in 0..10 {
        people::set_status(users, &format!("running-{number}"), people::status("running")).await;
    }
}

/// By a token of somebody who may read the Users of one namespace and nothing else.
async fn a_viewer_who_may_read_less_is_told_so(cluster: &Cluster, namespace: &str) {
    let manifests = format!(
        "
apiVersion: v1
kind: ServiceAccount
metadata: {{name: viewer}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: viewer}}
rules: [{{apiGroups: [onhook.dev], resources: [users], verbs: [get, list, watch]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: viewer}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: viewer}}
subjects: [{{kind: ServiceAccount, name: viewer, namespace: {namespace}}}]
"
    );
    cluster.apply(namespace, &manifests).await.unwrap();
    let accounts: Api<ServiceAccount> = Api::namespaced(cluster.client().await.unwrap(), namespace);
    let (params, request) = (PostParams::default(), TokenRequest::default());
    let answer = accounts
        .create_token_request("viewer", &params, &request)
        .await
        .unwrap();
    let token = answer.status.unwrap().token.unwrap();
    let file = cluster.scratch().join("viewer.token");
    std::fs::write(&file, &token).unwrap();
    let token_file = format!("--token-file={}", file.display());
    let here = Board::start(cluster, "viewer", &["-n", namespace, &token_file]).await;
    let hidden = format!("are missing or out of date where the Tenant is in: {namespace}.");
    let page = here
        .says(
            "",
            &[
                &count("Held for approval", IN_EACH),
                &hidden,
                "You may not list and watch Tenants",
            ],
        )
        .await;
    assert!(!page.contains(DIGEST) && !page.contains(&token));
    let everywhere = Board::start(cluster, "nowhere", &["-A", &token_file]).await;
    everywhere
        .says("", &["You may not list and watch Users in all namespaces (403)."])
        .await;
}

/// Says that it is skipped where there is no browser.
async fn in_a_browser(cluster: &Cluster, namespace: &str, board: &Board, file: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.sh");
    let mut command = tokio::process::Command::new(script);
    command.arg(file);
    command
        .env("BOARD_URL", &board.url)
        .env("BOARD_ADDRESS", &board.address)
        .env("BOARD_NAMESPACE", namespace);
    command.env("KUBECTL", ControlPlane::programs().await.unwrap().join("kubectl"));
    command.env("KUBECONFIG", cluster.kubeconfig_path());
    let output = command.kill_on_drop(true).output().await.unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    println!("{said}");
    assert!(output.status.success(), "{said}");
}
