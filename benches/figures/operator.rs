//! The operator as it is shipped: the release build, a process of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use onhook::testbed::{Cluster, Process, free_ports, wait_until};

use crate::Outcome;

/// A running operator.
pub struct Operator {
    process: Process,
    metrics: String,
}

impl Operator {
    /// Starts it, and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready.
    pub async fn start(cluster: &Cluster, name: &str, scale: u32) -> Outcome<Self> {
        let mut operator = Self::spawn(cluster, name, scale).await?;
        operator.ready().await?;
        Ok(operator)
    }

    /// Starts it, for an account whose time runs so many times as fast.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn spawn(cluster: &Cluster, name: &str, scale: u32) -> Outcome<Self> {
        let [port] = free_ports::<1>()?;
        let metrics = format!("127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_onhook"));
        command
            .args(["run", "--metrics-address", &metrics, "--log-format", "json"])
            .arg(format!("--time-scale={scale}"))
            .env("ONHOOK_IDENTITY", name)
            .env("KUBECONFIG", cluster.operator_kubeconfig().await?);
        let process = Process::spawn(command, cluster.scratch().join(format!("{name}.log")))?;
        Ok(Self { process, metrics })
    }

    /// Waits until it says that it is ready; gives how long that took.
    ///
    /// # Errors
    /// It does not.
    pub async fn ready(&mut self) -> Outcome<Duration> {
        let (begun, url) = (Instant::now(), format!("http://{}/readyz", self.metrics));
        let client = reqwest::Client::new();
        wait_until("the operator to be ready", Duration::from_secs(300), async || {
            let answer = client.get(&url).send().await.map_err(|error| error.to_string())?;
            answer
                .error_for_status()
                .map(drop)
                .map_err(|error| error.to_string())
        })
        .await?;
        self.process.check_running()?;
        Ok(begun.elapsed())
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// It cannot be sent.
    pub fn signal(&mut self, signal: Signal) -> Outcome<()> {
        Ok(self.process.signal(signal)?)
    }

    /// Ends it in good order.
    ///
    /// # Errors
    /// It does not end in time.
    pub async fn stop(mut self) -> Outcome<()> {
        self.process.terminate(Duration::from_secs(60)).await?;
        Ok(())
    }

    /// Its resident memory, in MiB.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn rss_mib(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        Ok(kib.ok_or("/proc has no VmRSS of the operator")? / 1024.0)
    }

    /// The CPU time it has used, user and system.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn cpu(&self) -> Outcome<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name in parentheses may hold blanks; what follows it does not.
        let rest = stat.rsplit(')').next().unwrap_or_default();
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: u32 = ticks.filter_map(|field| field.parse::<u32>().ok()).sum();
        // Linux tells in hundredths of a second on every machine that this runs on.
        Ok(Duration::from_millis(10) * ticks)
    }
}
