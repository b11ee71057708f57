//! The operator as a process of its own, with exactly the rights it ships with.

use std::process::Command;

use onhook::testbed::{Cluster, Process, project_binary};

/// The operator, started anew each time it is killed; all of them write to one log.
pub struct Operator {
    pub cluster: &'static Cluster,
    log: std::path::PathBuf,
    process: Option<Process>,
}

impl Operator {
    pub fn new(cluster: &'static Cluster) -> Self {
        Self {
            cluster,
            log: cluster.scratch().join("killed-operator.log"),
            process: None,
        }
    }

    pub async fn start(&mut self) {
        self.start_with(&[]).await;
    }

    pub async fn start_with(&mut self, more: &[&str]) {
        let mut command = Command::new(project_binary("onhook").unwrap());
        command
            .args([
                "run",
                "--metrics-address",
                "127.0.0.1:0",
                "--operation-interval",
                "1s",
                "--log-format",
                "json",
            ])
            .args(["--manual-interval", "1s", "--call-timeout", "3s"])
            .args(more)
            .env("RUST_LOG", "debug")
            .env("KUBECONFIG", self.cluster.operator_kubeconfig().await.unwrap());
        self.process = Some(Process::spawn(command, &self.log).unwrap());
    }

    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
        }
    }

    pub fn last_words(&self) -> String {
        self.process
            .as_ref()
            .map(|process| process.log_tail(30))
            .unwrap_or_default()
    }

    pub fn wrote(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}
