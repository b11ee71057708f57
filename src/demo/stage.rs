//! What the demo plays on: the control plane, the account and the operator, each a real process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::Tenant;
use crate::testbed::{Cluster, Detached, Options, Process, project_binary, project_folder, wait_until};

use super::DemoError;
use super::account::Account;
use super::timeline::say;

/// The namespace of the Users in `examples/`.
pub(super) const NAMESPACE: &str = "people";

/// The namespace of the Tenant in `examples/`.
const TENANT_NAMESPACE: &str = "acme-8x8";

/// The address in `examples/tenant`, which the demo replaces by that of the embedded account.
const ADDRESSES: [&str; 3] = [
    "https://api.8x8.com/admin-provisioning",
    "https://api.8x8.com/analytics/cc/v5/realtime-metrics",
    "https://api.8x8.com/oauth/v2/token",
];

/// Control plane, account and operator, running.
pub(super) struct Stage {
    pub cluster: Cluster,
    pub client: Client,
    pub account: Account,
    folder: PathBuf,
    simulator: Process,
    operator: Process,
}

/// What `--keep` left running.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    processes: Vec<Detached>,
}

impl Stage {
    /// Starts everything, and applies the Tenant.
    pub async fn set(start: Instant) -> Result<Self, DemoError> {
        let folder = folder();
        down().await?;
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(file(&folder))?;
        }
        std::fs::create_dir_all(&folder).map_err(file(&folder))?;
        say(
            start,
            "",
            "starting etcd, kube-apiserver and kube-controller-manager",
        );
        let options = Options {
            data: Some(folder.join("control-plane")),
            ..Options::default()
        };
        let cluster = Cluster::start(options).await?;
        say(
            start,
            "",
            "starting an 8x8 account of 200 users, with the documented limits",
        );
        let (simulator, account) = start_account(&folder).await?;
        say(
            start,
            "",
            "starting the operator, with exactly the rights in deploy/",
        );
        cluster.install_operator_rbac().await?;
        let operator = start_operator(&cluster, &folder).await?;
        let client = cluster.client().await?;
        let stage = Self {
            client,
            cluster,
            account,
            folder,
            simulator,
            operator,
        };
        stage.apply("tenant").await?;
        stage.enforce().await?;
        Ok(stage)
    }

    /// The Tenant of the examples only observes; on the embedded account it acts, as in the stories.
    async fn enforce(&self) -> Result<(), DemoError> {
        let patch = json!({"spec": {"mode": "Enforce", "removals": {"limit": null, "deletionDelay": "3s"}}});
        let tenants: Api<Tenant> = Api::namespaced(self.client.clone(), TENANT_NAMESPACE);
        tenants
            .patch("acme", &PatchParams::default(), &Patch::Merge(patch))
            .await?;
        Ok(())
    }

    /// Applies a file or a folder of `examples/`, with the addresses and keys of the embedded account.
    pub async fn apply(&self, path: &str) -> Result<(), DemoError> {
        let path = project_folder().join("examples").join(path);
        let mut files = if path.is_dir() {
            yaml_files(&path)?
        } else {
            vec![path]
        };
        files.sort();
        let applied = self.folder.join("applied.yaml");
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(file(&path))?;
            std::fs::write(&applied, self.account.in_place_of(&ADDRESSES, &text)).map_err(file(&applied))?;
            self.cluster.apply_path(&applied).await?;
        }
        std::fs::remove_file(&applied).map_err(file(&applied))
    }

    /// The userName in the manifest of a story.
    pub fn user_name(&self, story: &str) -> Result<String, DemoError> {
        let path = project_folder().join("examples").join(story).join("active.yaml");
        let text = std::fs::read_to_string(&path).map_err(file(&path))?;
        let name = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("userName:"));
        let missing = || DemoError::Wrong(format!("{} names nobody", path.display()));
        name.map(|name| name.trim().to_owned()).ok_or_else(missing)
    }

    /// Writes what the demo leaves behind: the journal of the account, and all objects of Onhook.
    pub async fn leave_behind(&self) -> Result<(), DemoError> {
        let journal = self.folder.join("journal.jsonl");
        std::fs::write(&journal, self.account.journal().await?).map_err(file(&journal))?;
        let kinds = "tenants,users,licenseassignments,queueassignments";
        let output = self
            .cluster
            .kubectl(&["get", kinds, "--all-namespaces", "--output", "yaml"])
            .await?;
        let users = self.folder.join("users.yaml");
        std::fs::write(&users, output.stdout).map_err(file(&users))
    }

    /// Lets everything go on, and says how to look at it.
    pub async fn keep(self) -> Result<(), DemoError> {
        let kubeconfig = self.cluster.kubeconfig_path().to_owned();
        let env = [
            ("KUBECONFIG", kubeconfig.display().to_string()),
            ("ACCOUNT_URL", self.account.addresses.account_url.clone()),
            ("CONTROL_URL", self.account.addresses.control_url.clone()),
            ("NAMESPACE", NAMESPACE.to_owned()),
        ];
        let lines: String = env
            .iter()
            .map(|(name, value)| format!("export {name}='{value}'\n"))
            .collect();
        let path = self.folder.join("env");
        std::fs::write(&path, lines).map_err(file(&path))?;
        let mut processes = vec![self.operator.detach()?, self.simulator.detach()?];
        if let Some(control_plane) = self.cluster.into_control_plane() {
            processes.extend(control_plane.detach()?);
        }
        let kept = serde_json::to_vec_pretty(&Kept { processes }).unwrap_or_default();
        let path = kept_file();
        std::fs::write(&path, kept).map_err(file(&path))?;
        println!("\nEverything goes on. To look at it:\n\n    source target/demo/env");
        println!(
            "    kubectl --namespace {NAMESPACE} get users\n\nThe KUBECONFIG is {}.",
            kubeconfig.display()
        );
        println!(
            "\nThe account as people see it:\n\n    {0}/admin-console/users\n    \
             {0}/configuration-manager/agents\n",
            self.account.addresses.control_url.trim_end_matches('/')
        );
        println!("`make demo-down` ends it.");
        Ok(())
    }
}

/// Ends what `--keep` left running.
pub(super) async fn down() -> Result<(), DemoError> {
    let path = kept_file();
    let Ok(text) = std::fs::read(&path) else {
        return Ok(());
    };
    let kept: Kept = serde_json::from_slice(&text)
        .map_err(|error| DemoError::Wrong(format!("{} cannot be read: {error}", path.display())))?;
    for process in kept.processes {
        process.end(Duration::from_secs(10)).await?;
    }
    std::fs::remove_file(&path).map_err(file(&path))
}

async fn start_account(folder: &Path) -> Result<(Process, Account), DemoError> {
    let ready = folder.join("account.json");
    let mut command = Command::new(project_binary("onhook-simulator")?);
    command
        .args(["serve", "--users", "200", "--seed", "1", "--ready-file"])
        .arg(&ready);
    let mut process = Process::spawn(command, folder.join("simulator.log"))?;
    let text = wait_until("the account to be ready", Duration::from_secs(20), async || {
        process.check_running().map_err(|error| error.to_string())?;
        std::fs::read_to_string(&ready).map_err(|error| error.to_string())
    });
    let account = Account::read(&text.await?)?;
    Ok((process, account))
}

async fn start_operator(cluster: &Cluster, folder: &Path) -> Result<Process, DemoError> {
    let mut command = Command::new(project_binary("onhook")?);
    command
        .args([
            "run",
            "--metrics-address",
            "127.0.0.1:0",
            "--manual-interval",
            "5s",
        ])
        .env("KUBECONFIG", cluster.operator_kubeconfig().await?);
    Ok(Process::spawn(command, folder.join("operator.log"))?)
}

fn folder() -> PathBuf {
    project_folder().join("target/demo")
}

fn kept_file() -> PathBuf {
    folder().join("running.json")
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let entries = std::fs::read_dir(folder).map_err(file(folder))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect())
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError + use<> {
    let path = path.display().to_string();
    move |error| DemoError::File(path, error)
}
