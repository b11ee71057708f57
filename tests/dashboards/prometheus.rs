//! A real Prometheus that scrapes the operators as the chart's ServiceMonitor has it scrape them, with the chart's alerts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use onhook::testbed::{Process, built_with, project_folder, wait_until};
use serde_json::Value;

use crate::support::DEADLINE;

/// Seconds between two scrapes, and between two looks at the alerts.
pub const INTERVAL: f64 = 1.0;

/// One series of an answer: its labels, and its values by Unix time.
#[derive(Clone, Debug)]
pub struct Series {
    pub labels: BTreeMap<String, String>,
    pub points: Vec<(f64, f64)>,
}

impl Series {
    /// The last value that is a number.
    pub fn last(&self) -> Option<f64> {
        let values = self.points.iter().rev().map(|(_, value)| *value);
        values.into_iter().find(|value| value.is_finite())
    }
}

/// A running Prometheus.
pub struct Prometheus {
    url: String,
    client: reqwest::Client,
    process: Process,
    /// When its first scrapes were due, in Unix time.
    pub began: f64,
}

/// Path of the pinned Prometheus. `None` where there is no Go to build it with.
pub async fn program() -> Option<PathBuf> {
    let go = Command::new("go").arg("version").output();
    if go.is_err() && std::env::var_os("ONHOOK_PROMETHEUS").is_none() {
        return None;
    }
    Some(built_with("promtool", &["prometheus"]).await.unwrap())
}

/// What the Prometheus Operator makes of the ServiceMonitor: the labels of the pod are the target's, and those of the
/// operator win.
fn config(targets: &[(&str, &str)]) -> String {
    let targets = targets.iter().map(|(pod, address)| {
        let labels = "namespace: onhook-system, service: onhook, endpoint: metrics, container: onhook";
        format!("      - {{targets: ['{address}'], labels: {{{labels}, pod: {pod}}}}}\n")
    });
    let alerts = project_folder().join("charts/onhook/files/alerts.yaml");
    format!(
        "global: {{scrape_interval: {INTERVAL}s, evaluation_interval: {INTERVAL}s}}
rule_files: ['{}']
scrape_configs:
  - job_name: onhook
    honor_labels: true
    static_configs:
{}",
        alerts.display(),
        targets.collect::<String>()
    )
}

impl Prometheus {
    /// Starts one that scrapes these pods at their addresses.
    pub async fn start(program: &Path, folder: &Path, targets: &[(&str, &str)]) -> Self {
        let path = folder.join("prometheus.yaml");
        std::fs::write(&path, config(targets)).unwrap();
        let mut command = Command::new(program);
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("prometheus").display()
            ))
            .arg("--web.listen-address=127.0.0.1:0");
        let mut process = Process::spawn(command, folder.join("prometheus.log")).unwrap();
        let ready = async || {
            if let Err(ended) = process.check_running() {
                return Ok(Err(ended.to_string()));
            }
            let text = process.log_tail(100);
            let port = text.split("address=127.0.0.1:").nth(2).unwrap_or_default();
            let port = port.split_whitespace().next().unwrap_or_default().to_owned();
            let ready = text.contains("Server is ready to receive web requests");
            ready.then_some(Ok(port)).ok_or(text)
        };
        let port = wait_until("Prometheus to be ready", DEADLINE, ready).await;
        let port = port.unwrap_or_else(|error| Err(error.to_string()));
        let port = port.unwrap_or_else(|error| panic!("{error}"));
        Self {
            url: format!("http://127.0.0.1:{port}"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            process,
            began: now(),
        }
    }

    /// What the API answers, or the error that it names. Warnings are errors here.
    pub async fn api(&self, path: &str, query: &[(&str, String)]) -> Result<Value, String> {
        let request = self
            .client
            .get(format!("{}/api/v1/{path}", self.url))
            .query(query);
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let answer: Value = answer.json().await.map_err(|error| error.to_string())?;
        for said in ["error", "warnings", "infos"] {
            if !answer[said].is_null() {
                return Err(answer[said].to_string());
            }
        }
        Ok(answer["data"].clone())
    }

    /// The series of a query now.
    pub async fn now(&self, query: &str) -> Result<Vec<Series>, String> {
        let data = self.api("query", &[("query", query.to_owned())]).await?;
        Ok(series(&data, |of| vec![point(&of["value"])]))
    }

    /// The series of a query from the first scrape until now.
    pub async fn since_start(&self, query: &str) -> Result<Vec<Series>, String> {
        let asked = [
            ("query", query.to_owned()),
            ("start", self.began.to_string()),
            ("end", now().to_string()),
            ("step", INTERVAL.to_string()),
        ];
        let data = self.api("query_range", &asked).await?;
        let points = |of: &Value| of["values"].as_array().unwrap().iter().map(point).collect();
        Ok(series(&data, points))
    }

    /// The metrics of Prometheus itself that begin so and are not 0.
    pub async fn counted(&self, beginnings: &[&str]) -> Vec<String> {
        let answer = self.client.get(format!("{}/metrics", self.url)).send().await;
        let text = answer.unwrap().text().await.unwrap();
        let lines = text.lines().filter(|line| !line.ends_with(" 0"));
        let found = lines.filter(|line| beginnings.iter().any(|beginning| line.starts_with(beginning)));
        found.map(str::to_owned).collect()
    }

    /// What it wrote to its log that is more than information.
    pub fn complaints(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.process.log_file()).unwrap();
        let lines = text.lines().filter(|line| !line.contains("level=INFO"));
        lines.map(str::to_owned).collect()
    }
}

/// Unix time.
pub fn now() -> f64 {
    jiff::Timestamp::now().as_millisecond() as f64 / 1000.0
}

/// A time and a value, which is a text, as it may be NaN.
fn point(value: &Value) -> (f64, f64) {
    let number = value[1].as_str().and_then(|text| text.parse().ok());
    (value[0].as_f64().unwrap(), number.unwrap_or(f64::NAN))
}

fn series(data: &Value, points: impl Fn(&Value) -> Vec<(f64, f64)>) -> Vec<Series> {
    let results = data["result"].as_array().unwrap().iter();
    let read = results.map(|of| Series {
        labels: serde_json::from_value(of["metric"].clone()).unwrap(),
        points: points(of),
    });
    read.collect()
}
