//! The account that the examples are tried on, where a pod can reach it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use onhook::simulator::{Config, Seed, Simulator};
use onhook::testbed::judge::Journal;
use onhook::testbed::{Cluster, project_folder, wait_until};

use crate::support::{Stage, condition};

/// See `inside.sh`.
const ADDRESS: &str = "10.99.0.2:0";

pub struct Account {
    simulator: Simulator,
}

impl Account {
    /// The account of the demo: the examples name people in it.
    pub async fn start() -> Self {
        let config = Config {
            listen: ADDRESS.parse::<SocketAddr>().unwrap(),
            ..Config::seeded(Seed::new(200, 1))
        };
        Self {
            simulator: Simulator::start(config.time_scale(5.0)).await.unwrap(),
        }
    }

    /// Applies a file or a folder of `examples/`, with the addresses and keys of this account.
    pub async fn apply(&self, cluster: &Cluster, path: &str) {
        let path = project_folder().join("examples").join(path);
        let mut files = vec![path.clone()];
        if path.is_dir() {
            let found = std::fs::read_dir(&path).unwrap();
            let found = found.map(|entry| entry.unwrap().path());
            files = found
                .filter(|file| file.extension().is_some_and(|ending| ending == "yaml"))
                .collect();
        }
        files.sort();
        for file in files {
            let text = self.in_place_of_8x8(&std::fs::read_to_string(&file).unwrap());
            let applied = cluster.scratch().join("applied.yaml");
            std::fs::write(&applied, text).unwrap();
            cluster
                .apply_path(&applied)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }

    fn in_place_of_8x8(&self, text: &str) -> String {
        let keys = self.simulator.keys();
        let real = "https://api.8x8.com";
        [
            (format!("{real}/admin-provisioning"), self.simulator.account_url()),
            (
                format!("{real}/analytics/cc/v5/realtime-metrics"),
                self.simulator.contact_center_url(),
            ),
            (format!("{real}/oauth/v2/token"), self.simulator.token_url()),
            (
                "replace-me-with-an-api-key".to_owned(),
                keys.api["primary"].clone(),
            ),
            ("replace-me-with-a-client-key".to_owned(), keys.contact_center_key),
            (
                "replace-me-with-a-client-secret".to_owned(),
                keys.contact_center_secret,
            ),
        ]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }

    /// Waits until a User is Ready for a reason.
    pub async fn ready(&self, stage: &Stage, name: &str, reason: &str, deadline: Duration) {
        let users = stage.users();
        let what = format!("the User {name} to be Ready, {reason}");
        wait_until(&what, deadline, async || {
            let user = users.get(name).await.map_err(|error| error.to_string())?;
            let generation = user.metadata.generation;
            let status = user.status.unwrap_or_default();
            let ready = condition(&status.conditions, "Ready") == Some(("True", reason));
            if ready && status.observed_generation == generation {
                Ok(())
            } else {
                Err(serde_json::to_string(&status).unwrap())
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }

    fn journal(&self) -> Journal {
        let entries = self.simulator.handle().journal();
        let lines = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        Journal::read(&lines.collect::<Vec<_>>().join("\n")).unwrap()
    }

    /// How many calls may have changed something.
    pub fn writes(&self) -> usize {
        self.journal().writes().len()
    }

    /// What in the journal breaks a rule of off-boarding.
    pub fn faults(&self) -> Vec<String> {
        let agents: BTreeMap<_, _> = self.simulator.handle().with_account(|account| {
            let agents = account.contact_center.agents.values();
            agents
                .map(|agent| (agent.user_id.clone(), agent.id.clone()))
                .collect()
        });
        self.journal().faults(&agents)
    }

    /// The userNames of all who are in the account.
    pub fn people(&self) -> BTreeSet<String> {
        let users: Vec<_> = self
            .simulator
            .handle()
            .with_account(|account| account.users.values().map(|one| one.user.clone()).collect());
        let names = users.iter().map(|user| serde_json::to_value(user).unwrap());
        names
            .map(|user| user["basicInfo"]["userName"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until an operator has read the account since now, twice.
    pub async fn looked_at(&self, deadline: Duration) {
        let before = self.journal().entries().len();
        wait_until("the operator to read the account", deadline, async || {
            let calls = self.journal().entries().len() - before;
            if calls >= 2 {
                Ok(())
            } else {
                Err(format!("{calls} calls"))
            }
        })
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    }
}
