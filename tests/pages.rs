//! Every command of the documents is run: on a real API server, with the chart's objects and the real operator at work on an
//! embedded account, by kubectl, helm, onhook and kubectl-onhook as the people do it for whom the page is. A command must end
//! well and say something; what a page shows of it must be in it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "pages/cast.rs"]
mod cast;
#[path = "pages/lists.rs"]
mod lists;
#[path = "pages/player.rs"]
mod player;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "test binaries share it, and each uses its part")]
mod process;
#[path = "pages/reading.rs"]
mod reading;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

use cast::{Stands, in_place};
use onhook::api::user_status::StepName;
use onhook::simulator::{Config, Effect, Fault, Simulator};
use onhook::testbed::{Cluster, ControlPlane, Options, built, project_binary, project_folder, wait_until};
use player::{Player, Who, path_with};
use process::Operator;
use reading::{Command, Item};
use tokio::sync::OnceCell;

/// How much faster than the wall clock the account is.
const SCALE: f64 = 20.0;

/// A cluster on which nothing of Onhook is.
async fn bare_cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    let options = Options {
        crds: Some(project_folder().join("no-crds")),
        ..Options::default()
    };
    CLUSTER
        .get_or_init(|| async { Cluster::start(options).await.unwrap() })
        .await
}

/// Everything that the pages are played on.
struct Stage {
    cluster: &'static Cluster,
    account: Simulator,
    player: Player,
    stands: Stands,
    /// What was run, by whom, and on which page.
    played: Mutex<BTreeSet<(String, Who)>>,
    done: Mutex<BTreeSet<(String, String)>>,
}

impl Stage {
    async fn set() -> Self {
        let cluster = bare_cluster().await;
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
        cluster.apply("onhook-system", cast::RIGHTS).await.unwrap();
        let named = |name: &str, group: &str| cluster.kubeconfig_for(name, &[group]).unwrap();
        let kubeconfigs = BTreeMap::from([
            (Who::Platform, named("platform-engineer", "platform")),
            (Who::Administrator, named("account-administrator", "telephony")),
            (Who::Approver, named("approver", "human-resources")),
            (Who::Auditor, named("auditor", "auditors")),
        ]);
        Self {
            cluster,
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
        }
    }

    /// Plays the sections of a page whose heading begins with one of these; with none, all.
    async fn play(&self, page: &str, sections: &[&str]) {
        for command in reading::commands(page) {
            if sections.is_empty() || sections.iter().any(|begin| command.section.starts_with(begin)) {
                self.run(&command).await;
            }
        }
    }

    async fn run(&self, command: &Command) {
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
            self.player.play(who, command, &text).await;
        }
    }

    /// The command with what its placeholders stand for on its page.
    async fn filled(&self, command: &Command) -> String {
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
    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.player.folder.join(name), text).unwrap();
    }

    async fn apply(&self, text: &str) {
        self.file("applied.yaml", text);
        self.player
            .prepared("kubectl apply --filename applied.yaml")
            .await;
    }

    async fn patch(&self, name: &str, patch: &str) {
        let patch = format!("kubectl -n people patch user {name} --type merge --patch '{patch}'");
        self.player.prepared(&patch).await;
    }

    fn writes(&self) -> usize {
        let journal = self.account.handle().journal();
        journal
            .iter()
            .filter(|entry| entry.method != "GET" && entry.path.contains("/users"))
            .count()
    }
}

/// Whom a command is for.
fn reader(command: &Command) -> Who {
    match (command.page.as_str(), command.section.as_str()) {
        ("docs/guides/account-administrator.md", "Approving") => Who::Approver,
        ("docs/guides/account-administrator.md", _) => Who::Administrator,
        ("docs/guides/auditor.md", _) => Who::Auditor,
        _ if command.text.contains("kind: Approval") => Who::Approver,
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

/// The page that somebody reads first, with its manifests, up to a leaver who is only reported.
async fn start(stage: &Stage, operator: &mut Operator) {
    let mut runs = false;
    for item in reading::items("docs/start.md") {
        match item {
            Item::Command(command) => stage.run(&command).await,
            Item::Manifest { section, text } => begun(stage, &section, &text).await,
        }
        let mut played = stage.played.lock().unwrap().clone().into_iter();
        if !runs && played.any(|(text, _)| text.starts_with("helm install")) {
            stage.cluster.until_stamped().await.unwrap();
            operator.start_with(&["--time-scale", "20"]).await;
            runs = true;
        }
    }
    assert_eq!(stage.writes(), 0, "it was only to be observed");
    // From here on the account is what the page on operations makes of it.
    stage
        .patch("jane-doe", r#"{"spec":{"deletionPolicy":"Orphan"}}"#)
        .await;
    stage
        .player
        .prepared("kubectl -n people delete user jane-doe")
        .await;
    stage
        .player
        .prepared("kubectl -n acme-8x8 delete tenant acme")
        .await;
}

/// Applies a manifest of the first page, and does what its prose says next.
async fn begun(stage: &Stage, section: &str, text: &str) {
    stage.apply(&in_place(text, &stage.account)).await;
    if section != "The first leaver" {
        return stage.stands.until_tenant_ready().await;
    }
    stage.stands.until("jane-doe", "Active").await;
    stage.patch("jane-doe", r#"{"spec":{"state":"deleted"}}"#).await;
    stage.stands.until("jane-doe", "TenantObserves").await;
}

/// The page on operations up to the account, with what is not on a cluster without nodes and without a controller of
/// Deployments: the operator's pod.
async fn install(stage: &Stage) {
    let template = stage
        .player
        .prepared("kubectl -n onhook-system get deployment onhook -o jsonpath='{.spec.template}'")
        .await;
    let mut pod: serde_json::Value = serde_json::from_str(&template).unwrap();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = "onhook-0".into();
    stage.file("pod.json", &pod.to_string());
    stage
        .player
        .prepared("kubectl -n onhook-system create -f pod.json")
        .await;
    stage.play("docs/operations.md", &["Install"]).await;
    stage.stands.until_tenant_ready().await;
}

/// Somebody in every state: finished with a record, blocked, waiting, without an answer, and eight who are held.
async fn cast(stage: &Stage) {
    let keys = stage.account.keys();
    let client = format!(
        "kubectl -n acme-8x8 create secret generic acme-8x8-cc --from-literal=key={} --from-literal=secret={}",
        keys.contact_center_key, keys.contact_center_secret
    );
    stage.player.prepared(&client).await;
    let people = [
        ("jane-doe", "jane.doe@acme.example"),
        ("unanswered", cast::UNANSWERED),
    ];
    stage.apply(&cast::declared(&people)).await;
    for example in ["delete", "contact-center", "planned-leaver", "mass-leave"] {
        let active = format!("kubectl apply -f examples/{example}/active.yaml");
        stage.player.prepared(&active).await;
    }
    for name in [
        "jane-doe",
        "unanswered",
        "delete",
        "contact-center",
        "planned-leaver",
        "mass-109",
    ] {
        stage.stands.until(name, "Active").await;
    }
    no_answer(stage).await;
    for example in ["delete", "contact-center", "planned-leaver"] {
        let leaving = format!("kubectl apply -f examples/{example}/leaving.yaml");
        stage.player.prepared(&leaving).await;
    }
    stage.stands.until("delete", "Deleted").await;
    stage
        .stands
        .until("contact-center", "ContactCenterQueuesAssigned")
        .await;
    stage.stands.until("planned-leaver", "Scheduled").await;
    stage
        .player
        .prepared("kubectl apply -f examples/mass-leave/leaving.yaml")
        .await;
    let waits = |tenant: &onhook::api::Tenant| {
        let removals = tenant.status.as_ref().and_then(|status| status.removals.as_ref());
        let waiting = removals.and_then(|removals| removals.waiting.as_ref());
        waiting.is_some_and(|waiting| waiting.count == 8)
    };
    stage.stands.until_tenant("hold the eight", waits).await;
    stage.stands.until("unanswered", "OutcomeUnknown").await;
}

/// A DELETE that was refused by a gateway, so that nobody knows, ten minutes ago.
async fn no_answer(stage: &Stage) {
    let handle = stage.account.handle();
    let id = handle.with_account(|account| account.find(cast::UNANSWERED).remove(0));
    handle.inject(Fault::new(
        "DELETE",
        &format!("*/users/{id}*"),
        Effect::Status(503),
    ));
    stage.patch("unanswered", r#"{"spec":{"state":"deleted"}}"#).await;
    let sent = |user: &onhook::api::User| {
        let intent = user.status.as_ref().and_then(|status| status.intent.as_ref());
        intent.is_some_and(|intent| intent.step == StepName::Delete)
    };
    stage
        .stands
        .until_user("unanswered", "sent its DELETE", sent)
        .await;
    wait_until("the DELETE to be refused", cast::DEADLINE, async || match handle
        .journal()
        .iter()
        .any(|entry| entry.method == "DELETE")
    {
        true => Ok(()),
        false => Err("it was not sent"),
    })
    .await
    .unwrap();
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(11);
    let aged = format!(
        "kubectl -n people patch user unanswered --subresource=status --type=merge -p '{{\"status\":{{\"intent\":{{\"at\":\"{at}\"}}}}}}'"
    );
    stage.player.prepared(&aged).await;
}

/// What the pages on records and on plans find in the folder: an export with its key and log, and a repository of people.
async fn files(stage: &Stage, operator: &Operator) {
    stage.file("onhook.log", &operator.wrote());
    for command in [
        "onhook records export --format jsonl > records.jsonl",
        "kubectl -n onhook-system get secret onhook-record-key -o go-template='{{range .data}}{{.}}{{end}}' | base64 -d > record.key",
        "kubectl -n acme-8x8 get tenant acme -o yaml > tenant.yaml",
        "onhook import --tenant acme-8x8/acme --inventory acme.json",
    ] {
        stage.player.prepared(command).await;
    }
}

/// A repository whose pull request deactivates one.
async fn pull_request(stage: &Stage) {
    for command in [
        "git init --quiet . && git add people && git -c user.name=test -c user.email=test@acme.example commit --quiet -m people",
        "git update-ref refs/remotes/origin/main HEAD",
        "sed -i 's/state: active/state: deactivated/' people/users/user-0050.yaml",
    ] {
        stage.player.prepared(command).await;
    }
}

#[tokio::test]
#[ignore = "the pages that came last are not played to their end yet"]
async fn every_command_of_the_documents_is_run_and_works() {
    let stage = Stage::set().await;
    let mut operator = Operator::named(stage.cluster, "pages");
    start(&stage, &mut operator).await;
    install(&stage).await;
    cast(&stage).await;
    files(&stage, &operator).await;
    for guide in ["platform-engineer", "account-administrator", "auditor"] {
        stage.play(&format!("docs/guides/{guide}.md"), &[]).await;
    }
    stage
        .play("README.md", &["What you see", "Too many", "On record", "Install"])
        .await;
    stage.play("README.md", &["From an account"]).await;
    pull_request(&stage).await;
    let rest = ["docs/start.md", "docs/operations.md"];
    let pages = reading::pages()
        .into_iter()
        .map(|page| page.display().to_string());
    let pages: Vec<_> = pages.collect();
    for page in pages.iter().filter(|page| !rest.contains(&page.as_str())) {
        stage.play(page, &[]).await;
    }
    // What the runbooks told has happened.
    stage.stands.until("mass-101", "Deleted").await;
    stage.stands.until("unanswered", "Deleted").await;

    let sections = ["Upgrade", "Several", "Backup", "Restore", "Keys", "Stopping"];
    stage.play("docs/operations.md", &sections).await;
    let written = stage.writes();
    stage.play("docs/operations.md", &[]).await;
    assert_eq!(stage.writes(), written, "who was let go of was written to");
    operator.kill();

    let done = stage.done.lock().unwrap();
    for command in pages.iter().flat_map(|page| reading::commands(page)) {
        let key = (command.page.clone(), command.text.clone());
        assert!(done.contains(&key), "it was not run: {key:?}");
    }
    assert!(done.len() > 80, "the documents are not read: {}", done.len());
}

#[test]
fn what_is_not_run_is_still_there_and_what_is_in_capitals_is_known() {
    let pages = reading::pages().into_iter();
    let all: Vec<_> = pages
        .flat_map(|page| reading::commands(&page.display().to_string()))
        .collect();
    let listed = lists::NOT_RUN.iter().map(|(part, _)| part);
    let listed = listed.chain(lists::FAIL.iter().map(|(part, _)| part));
    let listed = listed
        .chain(lists::CODES.iter().map(|(part, _)| part))
        .chain(&lists::ENDLESS);
    for part in listed {
        assert!(
            all.iter().any(|command| command.text.contains(part)),
            "no page says {part}"
        );
    }
    for command in all.iter().filter(|command| lists::not_run(command).is_none()) {
        for word in lists::in_capitals(&command.text) {
            let known = lists::PLACEHOLDERS.contains(&word) || lists::NO_PLACEHOLDERS.contains(&word);
            assert!(
                known,
                "{}: nothing stands for {word}: {}",
                command.page, command.text
            );
        }
    }
}
