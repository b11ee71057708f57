//! The operator as a process of its own, with exactly the rights it ships with.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use onhook::testbed::{Cluster, Process, project_binary, wait_until};
use serde_json::Value;

/// The operator, started anew each time it is killed; all of them write to one log.
pub struct Operator {
    pub cluster: &'static Cluster,
    name: &'static str,
    log: std::path::PathBuf,
    process: Option<Process>,
}

impl Operator {
    pub fn new(cluster: &'static Cluster) -> Self {
        Self::named(cluster, "killed-operator")
    }

    /// One of several, told apart by their names.
    pub fn named(cluster: &'static Cluster, name: &'static str) -> Self {
        Self {
            cluster,
            name,
            log: cluster.scratch().join(format!("{name}.log")),
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
            .env("ONHOOK_IDENTITY", self.name)
            .env("RUST_LOG", "debug")
            .env("KUBECONFIG", self.cluster.operator_kubeconfig().await.unwrap());
        self.process = Some(Process::spawn(command, &self.log).unwrap());
    }

    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
        }
    }

    /// Stops it as it is, in the middle of whatever it does.
    pub fn stop(&mut self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on where it was stopped.
    pub fn go_on(&mut self) {
        self.signal(Signal::SIGCONT);
    }

    /// Asks it to end, and waits until it has.
    pub async fn terminate(&mut self) {
        self.signal(Signal::SIGTERM);
        let process = self.process.as_mut().unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while process.exit_status().unwrap().is_none() {
            assert!(Instant::now() < end, "it does not end: {}", process.log_tail(30));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.process = None;
    }

    fn signal(&mut self, signal: Signal) {
        self.process.as_mut().unwrap().signal(signal).unwrap();
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

    /// Where it says that its metrics are, such as `127.0.0.1:40123`.
    pub async fn address(&self) -> String {
        let said = async || {
            let text = self.wrote();
            let lines = text
                .lines()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let mut said =
                lines.filter_map(|line| Some(line["fields"]["metrics_address"].as_str()?.to_owned()));
            said.next().ok_or(text)
        };
        let found = wait_until("the operator to listen", Duration::from_secs(60), said).await;
        found.unwrap_or_else(|error| panic!("{error}"))
    }
}
