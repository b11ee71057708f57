//! The stories of `examples/`: each command of each page is run as it stands there, on a real API server with the real
//! operator and an embedded account, and what the page says to expect is waited for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "stories/page.rs"]
mod page;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod process;
#[path = "stories/rights.rs"]
mod rights;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod scene;
#[path = "stories/scenes.rs"]
mod scenes;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod support;

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};
use onhook::api::{Tenant, User};
use onhook::simulator::{Config, Seed, Simulator};
use onhook::testbed::{Cluster, ControlPlane, Options, project_binary, project_folder, wait_until};
use page::{Row, rows};
use process::Operator;
use tokio::sync::OnceCell;

const DEADLINE: Duration = Duration::from_secs(120);

/// How much faster than the wall clock the accounts are.
const SCALE: f64 = 20.0;

/// In the order in which they are told: who is imported has a second object, which claims nobody that another one has.
const STORIES: [&str; 10] = [
    "tenant",
    "delete",
    "mass-leave",
    "planned-leaver",
    "deactivate",
    "rename",
    "contact-center",
    "kubectl-delete",
    "two-tenants",
    "import",
];

/// Pages whose commands are for Argo CD and Flux, which `tests/gitops.rs` plays.
const ELSEWHERE: [&str; 2] = ["argocd", "flux"];

/// Everything that a story is played on.
struct World {
    client: Client,
    kubeconfig: PathBuf,
    /// A copy of `examples/` with the addresses and keys of the embedded accounts.
    folder: PathBuf,
    path: String,
}

impl World {
    async fn new(cluster: &Cluster, accounts: [&Simulator; 2]) -> Self {
        let folder = cluster.scratch().join("stories");
        let examples = project_folder().join("examples");
        for story in &STORIES {
            let to = folder.join("examples").join(story);
            std::fs::create_dir_all(&to).unwrap();
            for entry in std::fs::read_dir(examples.join(story)).unwrap().flatten() {
                let account = accounts[usize::from(*story == "two-tenants")];
                let text = in_place(&std::fs::read_to_string(entry.path()).unwrap(), account);
                std::fs::write(to.join(entry.file_name()), text).unwrap();
            }
        }
        let programs = ControlPlane::programs().await.unwrap();
        let tools = folder.join("bin");
        std::fs::create_dir_all(&tools).unwrap();
        for (name, program) in [
            ("kubectl", programs.join("kubectl")),
            ("onhook", project_binary("onhook").unwrap()),
        ] {
            let _ = std::os::unix::fs::symlink(program, tools.join(name));
        }
        let path = std::env::var("PATH").unwrap();
        Self {
            client: cluster.client().await.unwrap(),
            kubeconfig: cluster.kubeconfig_path().to_owned(),
            path: format!("{}:{path}", tools.display()),
            folder,
        }
    }

    /// Runs a command of a page.
    async fn run(&self, command: &str) -> Output {
        tokio::process::Command::new("bash")
            .args(["-euo", "pipefail", "-c", command])
            .current_dir(&self.folder)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("PATH", &self.path)
            .output()
            .await
            .unwrap()
    }

    async fn play(&self, story: &str, row: &Row) {
        let done = self.run(&row.command).await;
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        let what = format!("{story}: {}", row.command);
        let code = row.expect.split("exit status ").nth(1);
        let code = code.map_or(0, |rest| rest[..1].parse().unwrap());
        assert_eq!(done.status.code(), Some(code), "{what}: {said}");
        for expected in row.expect.split('`').skip(1).step_by(2) {
            let words: Vec<_> = expected.split(' ').collect();
            if let [object, rest @ ..] = words.as_slice()
                && let Some((kind @ ("user" | "tenant"), name)) = object.split_once('/')
            {
                self.wait(&what, kind, name, rest).await;
            }
        }
    }

    async fn wait(&self, what: &str, kind: &str, name: &str, rest: &[&str]) {
        let expectation = format!("{kind}/{name} {}, after {what}", rest.join(" "));
        let looked = wait_until(&expectation, DEADLINE, async || {
            let stands = match kind {
                "user" => self.user(name).await,
                _ => self.tenant(name).await,
            };
            if stands.len() >= rest.len() && rest.iter().zip(&stands).all(|(one, other)| one == other) {
                Ok(())
            } else {
                Err(stands.join(" "))
            }
        });
        looked.await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// How a User stands: `Ready=STATUS REASON`, or `gone`.
    async fn user(&self, name: &str) -> Vec<String> {
        let all = Api::<User>::all(self.client.clone());
        let named = ListParams::default().fields(&format!("metadata.name={name}"));
        let Some(user) = all.list(&named).await.unwrap().items.pop() else {
            return vec!["gone".to_owned()];
        };
        let status = user.status.unwrap_or_default();
        if status.observed_generation != user.metadata.generation {
            return vec!["not looked at".to_owned()];
        }
        ready(&status.conditions)
    }

    async fn tenant(&self, name: &str) -> Vec<String> {
        let all = Api::<Tenant>::all(self.client.clone());
        let tenants = all.list(&ListParams::default()).await.unwrap().items;
        let tenant = tenants.into_iter().find(|tenant| tenant.name_any() == name);
        let status = tenant.and_then(|tenant| tenant.status).unwrap_or_default();
        ready(&status.conditions)
    }
}

fn ready(conditions: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition]) -> Vec<String> {
    let ready = conditions.iter().find(|condition| condition.type_ == "Ready");
    ready.map_or(Vec::new(), |ready| {
        vec![format!("Ready={}", ready.status), ready.reason.clone()]
    })
}

/// A text with the addresses and keys of an embedded account in the place of 8x8's.
fn in_place(text: &str, account: &Simulator) -> String {
    let keys = account.keys();
    text.replace("https://api.8x8.com/admin-provisioning", &account.account_url())
        .replace(
            "https://api.8x8.com/analytics/cc/v5/realtime-metrics",
            &account.contact_center_url(),
        )
        .replace("https://api.8x8.com/oauth/v2/token", &account.token_url())
        .replace("replace-me-with-an-api-key-of-globex", &keys.api["primary"])
        .replace("replace-me-with-an-api-key", &keys.api["primary"])
        .replace("replace-me-with-a-client-key", &keys.contact_center_key)
        .replace("replace-me-with-a-client-secret", &keys.contact_center_secret)
}

async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER
        .get_or_init(|| async {
            let options = Options {
                audit: true,
                ..Options::default()
            };
            Cluster::start(options).await.unwrap()
        })
        .await
}

#[test]
fn every_story_has_a_page_and_every_page_is_played() {
    let pages = std::fs::read_dir(project_folder().join("examples"))
        .unwrap()
        .flatten();
    let pages = pages.filter(|entry| entry.path().join("README.md").exists());
    let mut pages: Vec<_> = pages
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let mut stories = [STORIES.as_slice(), &ELSEWHERE].concat();
    stories.sort_unstable();
    assert_eq!(pages, stories);
    for story in STORIES {
        let page = project_folder().join("examples").join(story).join("README.md");
        let rows = rows(&page);
        let waited = rows.iter().filter(|row| row.expect.starts_with('`')).count();
        assert!(rows.len() >= 2 && waited >= 1, "{story} expects nothing");
    }
}

#[tokio::test]
async fn every_story_goes_as_its_page_says() {
    let cluster = cluster().await;
    cluster.install_operator_rbac().await.unwrap();
    let first = Simulator::start(Config::seeded(Seed::new(200, 1)).time_scale(SCALE))
        .await
        .unwrap();
    let second = Simulator::start(Config::seeded(Seed::new(20, 2)).time_scale(SCALE))
        .await
        .unwrap();
    let world = World::new(cluster, [&first, &second]).await;
    let mut operator = Operator::named(cluster, "stories");
    operator.start_with(&["--time-scale", "20"]).await;
    for story in STORIES {
        let page = project_folder().join("examples").join(story).join("README.md");
        for row in rows(&page) {
            eprintln!("{story}: {}", row.command);
            world.play(story, &row).await;
        }
    }
    // Whoever works an account gives it back in the end.
    operator.terminate().await;
    let told = cluster.scratch().join("audit.log");
    rights::are_used_and_no_more(&[told, scenes::play().await]);
}
