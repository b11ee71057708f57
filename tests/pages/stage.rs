//! The clusters, the account, the folder and the people with which the pages are played.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use onhook::api::Tenant;
use onhook::simulator::{Config, Simulator};
use onhook::testbed::{Cluster, ControlPlane, Options, built, project_binary, project_folder};
use tokio::sync::OnceCell;

use super::cast::{self, Stands, in_place, waiting};
use super::lists;
use super::player::{Player, Who, path_with};
use super::reading::{self, Command};

/// How much faster than the wall clock the account is.
const SCALE: f64 = 20.0;

/// A cluster on which nothing of Onhook is.
async fn bare_cluster() -> Cluster {
    Cluster::start(Options::bare()).await.unwrap()
}

/// The cluster that the pages are played on.
async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER.get_or_init(bare_cluster).await
}

/// Everything that the pages are played on.
pub struct Stage {
    pub cluster: &'static Cluster,
    _without_helm: Cluster,
    pub account: Simulator,
    pub player: Player,
    pub stands: Stands,
    /// What was run, by whom, and on which page.
    pub played: Mutex<BTreeSet<(String, Who)>>,
    pub done: Mutex<BTreeSet<(String, String)>>,
    /// Commands that did not do what they should: all are told, not the first alone.
    pub wrong: Mutex<Vec<String>>,
    /// How many were taken to be held anew.
    held: tokio::sync::Mutex<usize>,
}

impl Stage {
    /// Starts both clusters and the account, and puts into a folder what a reader has there.
    pub async fn set() -> Self {
        let (cluster, without_helm) = tokio::join!(cluster(), bare_cluster());
        let account = Simulator::start(Config::of(cast::account()).time_scale(SCALE))
            .await
            .unwrap();
        let folder = cluster.scratch().join("pages");
        std::fs::create_dir_all(folder.join("home")).unwrap();
        furnish(&folder, &account);
        let onhook = project_binary("onhook").unwrap();
        let programs = [
            ("kubectl", ControlPlane::programs().await.unwrap().join("kubectl")),
            ("helm", built("helm").await.unwrap()),
            ("kubectl-onhook", onhook.clone()),
            ("onhook", onhook),
        ];
        std::fs::write(folder.join("rights.yaml"), cast::RIGHTS).unwrap();
        cluster.apply_path(&folder.join("rights.yaml")).await.unwrap();
        let named = |name: &str, group: &str| cluster.kubeconfig_for(name, &[group]).unwrap();
        let kubeconfigs = BTreeMap::from([
            (Who::Platform, named("platform-engineer", "platform")),
            (Who::Administrator, named("account-administrator", "telephony")),
            (Who::Approver, named("approver", "human-resources")),
            (Who::Auditor, named("auditor", "auditors")),
            (Who::WithoutHelm, without_helm.kubeconfig_path().to_owned()),
        ]);
        Self {
            cluster,
            _without_helm: without_helm,
            account,
            player: Player {
                path: path_with(&folder.join("bin"), &programs),
                folder,
                kubeconfigs,
            },
            stands: Stands {
                client: cluster.client().await.unwrap(),
            },
            played: Mutex::default(),
            done: Mutex::default(),
            wrong: Mutex::default(),
            held: tokio::sync::Mutex::default(),
        }
    }

    /// Plays the sections of a page for which this holds, by their headings.
    pub async fn play(&self, page: &str, is: impl Fn(&str) -> bool) {
        for command in reading::commands(page) {
            if is(&command.section) {
                self.run(&command).await;
            }
        }
    }

    /// Runs a command, unless it is not to be run or was already.
    pub async fn run(&self, command: &Command) {
        self.done
            .lock()
            .unwrap()
            .insert((command.page.clone(), command.text.clone()));
        if lists::not_run(command).is_some() {
            return;
        }
        let who = reader(command);
        let text = self.filled(command).await;
        // Who reads on does not do it twice.
        if self.played.lock().unwrap().insert((text.clone(), who)) {
            eprintln!("{}: {text}", command.page);
            if text.contains("waiting") || approves(&text) {
                self.hold().await;
            }
            if let Err(wrong) = self.player.play(who, command, &text).await {
                eprintln!("WRONG: {wrong}");
                self.wrong.lock().unwrap().push(wrong);
            }
            if approves(&text) {
                let none = |tenant: &Tenant| waiting(tenant) == 0;
                self.stands.until_tenant("let them go", none).await;
            }
        }
    }

    /// Sees to it that a set is held: an earlier page may have approved the one that was. Who is approved counts no more, so it
    /// takes one more than the limit.
    async fn hold(&self) {
        let mut used = self.held.lock().await;
        if self.stands.waiting().await > 0 {
            return;
        }
        // One in twenty is an agent, for whom there is more to do.
        let numbers = (130..200).filter(|number| number % 20 != 7).skip(*used).take(6);
        let people: Vec<_> = numbers
            .map(|number| (format!("held-{number}"), format!("user-0{number}@acme.example")))
            .collect();
        *used += people.len();
        self.apply(&cast::declared(&people)).await;
        for (name, _) in &people {
            self.stands.until(name, "Active").await;
        }
        for (name, _) in &people {
            self.patch(name, r#"{"spec":{"state":"deleted"}}"#).await;
        }
        let six = |tenant: &Tenant| waiting(tenant) == 6;
        self.stands.until_tenant("hold six more", six).await;
    }

    /// The command with what its placeholders stand for on its page.
    async fn filled(&self, command: &Command) -> String {
        if lists::in_capitals(&command.text).is_empty() {
            return command.text.clone();
        }
        let unanswered = command.page.ends_with("OnhookOutcomeUnknown.md");
        let user = if unanswered {
            "unanswered"
        } else {
            "contact-center"
        };
        let status = self
            .stands
            .user(user)
            .await
            .and_then(|user| user.status)
            .unwrap_or_default();
        let of_tenant = command.text.contains("TENANT");
        lists::filled(&command.text, |word| match word {
            "NAMESPACE" if of_tenant => "acme-8x8".to_owned(),
            "NAMESPACE" => "people".to_owned(),
            "TENANT" => "acme".to_owned(),
            "USER" => user.to_owned(),
            "RECORD" => status.record.clone().unwrap_or_default(),
            "INTENT" => status
                .intent
                .as_ref()
                .map(|intent| intent.id.clone())
                .unwrap_or_default(),
            other => panic!("nothing stands for {other}"),
        })
    }

    /// Puts texts into files of the folder that is worked in.
    pub fn file(&self, name: &str, text: &str) {
        std::fs::write(self.player.folder.join(name), text).unwrap();
    }

    /// Applies a manifest.
    pub async fn apply(&self, text: &str) {
        self.file("applied.yaml", text);
        self.player
            .prepared("kubectl apply --filename applied.yaml")
            .await;
    }

    /// Changes a User.
    pub async fn patch(&self, name: &str, patch: &str) {
        let patch = format!("kubectl -n people patch user {name} --type merge --patch '{patch}'");
        self.player.prepared(&patch).await;
    }

    /// How many writes to users the account has seen.
    pub fn writes(&self) -> usize {
        let journal = self.account.handle().journal();
        journal
            .iter()
            .filter(|entry| entry.method != "GET" && entry.path.contains("/users"))
            .count()
    }
}

/// Whether a command makes an Approval.
fn approves(text: &str) -> bool {
    text.contains("kind: Approval") || text.contains("onhook approval") && text.contains("kubectl create")
}

/// Whom a command is for.
fn reader(command: &Command) -> Who {
    match (command.page.as_str(), command.section.as_str()) {
        ("docs/guides/account-administrator.md", "Approving") => Who::Approver,
        ("docs/guides/account-administrator.md", _) => Who::Administrator,
        ("docs/guides/auditor.md", _) => Who::Auditor,
        _ if [" crds/", " deploy/"]
            .iter()
            .any(|folder| command.text.contains(folder)) =>
        {
            Who::WithoutHelm
        }
        ("docs/operations.md", section) if section.starts_with("From kubectl apply") => Who::WithoutHelm,
        _ if approves(&command.text) => Who::Approver,
        _ if command.text.contains("retry-intent") => Who::Administrator,
        _ => Who::Platform,
    }
}

/// What a reader has in the folder: the checkout, and the key and the values that the pages name.
fn furnish(folder: &Path, account: &Simulator) {
    let checkout = project_folder();
    for name in ["charts", "crds", "deploy"] {
        std::os::unix::fs::symlink(checkout.join(name), folder.join(name)).unwrap();
    }
    for example in std::fs::read_dir(checkout.join("examples")).unwrap().flatten() {
        let to = folder.join("examples").join(example.file_name());
        std::fs::create_dir_all(&to).unwrap();
        for file in std::fs::read_dir(example.path()).unwrap().flatten() {
            if file.path().is_file() {
                let text = std::fs::read_to_string(file.path()).unwrap();
                std::fs::write(to.join(file.file_name()), in_place(&text, account)).unwrap();
            }
        }
    }
    let key = &account.keys().api["primary"];
    std::fs::write(folder.join("apiKey"), key).unwrap();
    std::fs::write(folder.join("key"), key).unwrap();
    std::fs::write(folder.join("acme.yaml"), cast::values(account)).unwrap();
}
