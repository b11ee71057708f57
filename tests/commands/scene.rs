//! An embedded account, with a folder for the files of a command.

use std::path::{Path, PathBuf};
use std::process::Output;

use onhook::simulator::{Account, Config, Entry, Simulator};
use serde_json::json;
use tempfile::TempDir;

/// A running account, and a folder with a Tenant that stands for it and its key.
pub struct Scene {
    pub simulator: Simulator,
    folder: TempDir,
}

/// What a command said.
pub struct Said {
    pub worked: bool,
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Scene {
    pub async fn of(account: Account) -> Self {
        Self::start(Config::of(account)).await
    }

    pub async fn start(config: Config) -> Self {
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let simulator = Simulator::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { simulator, folder };
        std::fs::write(scene.path("key"), scene.simulator.keys().get("reader")).unwrap();
        scene.tenant("None");
        scene
    }

    /// Writes the Tenant, with this mode of Contact Center.
    pub fn tenant(&self, contact_center: &str) {
        self.tenant_with(json!({"mode": contact_center, "credentialsSecretRef": {"name": "acme-8x8-cc"}}));
    }

    /// Writes the Tenant with the Contact Center of the account, and its client into files.
    pub fn tenant_with_agents(&self) {
        let keys = self.simulator.keys();
        std::fs::write(self.path("cc-key"), &keys.contact_center_key).unwrap();
        std::fs::write(self.path("cc-secret"), &keys.contact_center_secret).unwrap();
        self.tenant_with(json!({
            "mode": "Managed", "credentialsSecretRef": {"name": "acme-8x8-cc"},
            "url": self.simulator.contact_center_url(), "tokenUrl": self.simulator.token_url(),
            "qualityManagement": {"url": self.simulator.quality_url(), "pbx": keys.pbx},
        }));
    }

    fn tenant_with(&self, contact_center: serde_json::Value) {
        let tenant = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
            "metadata": {"name": "acme", "namespace": "acme-8x8"},
            "spec": {
                "adminApi": {
                    "url": self.simulator.account_url(),
                    "apiKeySecretRef": {"name": "acme-8x8", "key": "apiKey"},
                },
                "administrators": {"primary": "user-0001@acme.example"},
                "contactCenter": contact_center,
                "defaults": {"deletionPolicy": "Delete"},
            },
        });
        // JSON is YAML.
        let text = format!("kind: Namespace\nmetadata: {{name: acme-8x8}}\n---\n{tenant}\n");
        std::fs::write(self.path("tenant.yaml"), text).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `onhook import` with the Tenant and the key of their files, and without a cluster.
    pub async fn import(&self, arguments: &[&str]) -> Said {
        let files = ["--tenant-file", "tenant.yaml", "--api-key-file", "key"];
        self.import_as(&self.path("no-cluster"), &[&files, arguments].concat())
            .await
    }

    /// Runs `onhook import` as the user of a kubeconfig.
    pub async fn import_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Said {
        self.run_as(kubeconfig, &[&["import"], arguments].concat(), &[])
            .await
    }

    /// Runs `onhook` without a cluster, with these variables of the environment.
    pub async fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        self.run_as(&self.path("no-cluster"), arguments, variables).await
    }

    async fn run_as(&self, kubeconfig: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_onhook"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("KUBECONFIG", kubeconfig);
        for variable in ["API_KEY", "CONTACT_CENTER_KEY", "CONTACT_CENTER_SECRET"] {
            command.env_remove(format!("ONHOOK_{variable}"));
        }
        command.envs(variables.iter().copied());
        let Output {
            status,
            stdout,
            stderr,
        } = command.output().await.unwrap();
        let said = Said {
            worked: status.success(),
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        };
        let keys = self.simulator.keys();
        for key in keys.api.values().chain([&keys.contact_center_secret]) {
            assert!(
                !said.out.contains(key) && !said.err.contains(key),
                "a key was printed"
            );
        }
        said
    }

    /// The same, where it must work.
    pub async fn imported(&self, arguments: &[&str]) -> Said {
        let said = self.import(arguments).await;
        assert!(said.worked, "{}", said.err);
        said
    }

    /// The calls on the account, which are all reads.
    pub fn reads(&self) -> Vec<Entry> {
        let journal = self.simulator.handle().journal();
        for entry in &journal {
            assert_eq!(entry.method, "GET", "{}", entry.path);
        }
        journal
    }
}

/// Path and text of every file below a folder, sorted.
pub fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}
