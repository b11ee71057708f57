//! The dashboards and the alerts of the chart against a real Prometheus, which scrapes two real operators through a real run:
//! each query of each panel gives what it promises. `target/dashboards` has the pictures afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "dashboards/checks.rs"]
mod checks;
#[path = "dashboards/draw.rs"]
mod draw;
#[path = "dashboards/grafana.rs"]
mod grafana;
#[path = "dashboards/lines.rs"]
mod lines;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod process;
#[path = "dashboards/prometheus.rs"]
mod prometheus;
#[path = "dashboards/run.rs"]
mod run;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod scene;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod support;
#[path = "dashboards/values.rs"]
mod values;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use grafana::Dashboard;
use onhook::testbed::{Cluster, project_folder, wait_until};
use process::Operator;
use prometheus::Prometheus;
use run::Run;
use serde_json::Value;

/// A scrape or two, and what a rate needs.
const SEEN_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn every_panel_and_every_alert_says_what_it_promises_of_a_real_run() {
    let Some(program) = prometheus::program().await else {
        // Past the test harness, which keeps what a test prints to itself.
        let why = "dashboards: SKIPPED: Go is not installed; install Go 1.26 or set ONHOOK_PROMETHEUS";
        writeln!(std::io::stderr(), "{why}").unwrap();
        return;
    };
    let cluster = support::cluster_without_operator().await;
    let operators = run::operators(cluster).await;
    let prometheus = scraping(&program, cluster, &operators).await;
    let run = Run::quiet(cluster).await;
    let dashboards = grafana::dashboards();
    assert_eq!(dashboards.len(), 2);
    for dashboard in &dashboards {
        none("where nobody leaves", async || {
            checks::silent(dashboard, &prometheus).await
        })
        .await;
    }
    run.leave().await;
    run.fail(&prometheus).await;
    let folder = project_folder().join("target/dashboards");
    for dashboard in &dashboards {
        let outcome = said(async || checks::complaints(dashboard, &prometheus).await).await;
        let page = draw::draw(dashboard, &prometheus, &folder).await;
        println!("{}", page.display());
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
    replicas_are_one_and_tenants_are_told_apart(&dashboards, &prometheus).await;
    the_alerts_are_evaluated(&prometheus).await;
    the_scrapes_are_clean(&prometheus).await;
}

/// A Prometheus that scrapes both operators.
async fn scraping(program: &Path, cluster: &Cluster, operators: &[Operator; 2]) -> Prometheus {
    let addresses = [operators[0].address().await, operators[1].address().await];
    let targets = [
        ("onhook-0", addresses[0].as_str()),
        ("onhook-1", addresses[1].as_str()),
    ];
    Prometheus::start(program, cluster.scratch(), &targets).await
}

/// Waits until nothing is wrong.
async fn none(what: &str, wrong: impl AsyncFn() -> Vec<String>) {
    said(wrong)
        .await
        .unwrap_or_else(|error| panic!("{what}: {error}"));
}

async fn said(wrong: impl AsyncFn() -> Vec<String>) -> Result<(), String> {
    let nothing = async || match wrong().await {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(wrong.join("\n")),
    };
    let outcome = wait_until("Prometheus to show what happened", SEEN_WITHIN, nothing).await;
    outcome.map_err(|error| error.to_string())
}

/// Two replicas are one source, and two Tenants of one name are two.
async fn replicas_are_one_and_tenants_are_told_apart(dashboards: &[Dashboard], prometheus: &Prometheus) {
    let panels = || dashboards.iter().flat_map(Dashboard::shown);
    let series = async |title: &str| {
        let panel = panels().find(|panel| panel.title == title).unwrap();
        let choice = [("tenant".to_owned(), ".*".to_owned())].into();
        panel.targets[0].ask(prometheus, &choice).await.unwrap()
    };
    let expected = [
        ("On their way out", run::ON_THEIR_WAY),
        ("Operators up", 2.0),
        ("Tenants whose removals are held", 1.0),
        ("Accounts that nobody works", 0.0),
        ("Answers 429 in the last hour", 1.0),
    ];
    for (title, value) in expected {
        assert_eq!(series(title).await[0].last(), Some(value), "{title}");
    }
    for title in ["Leavers by Tenant", "Budget used", "Who works which account"] {
        assert_eq!(series(title).await.len(), 2, "{title}");
    }
}

/// Each alert of the chart by its name: what is wrong with it, and its state.
async fn alerts(prometheus: &Prometheus) -> Result<BTreeMap<String, String>, String> {
    let rules = prometheus.api("rules", &[]).await?;
    let groups = rules["groups"].as_array().unwrap().iter();
    let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
    let mut states = BTreeMap::new();
    for rule in rules {
        let annotations = rule["alerts"].to_string();
        let wrong = ["<error", "<no value>", "no value"]
            .into_iter()
            .any(|text| annotations.contains(text));
        if rule["health"] != "ok" || rule["lastError"].is_string() || wrong {
            return Err(rule.to_string());
        }
        let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        states.insert(text("name"), text("state"));
    }
    Ok(states)
}

async fn the_alerts_are_evaluated(prometheus: &Prometheus) {
    let written = std::fs::read_to_string(project_folder().join("charts/onhook/files/alerts.yaml")).unwrap();
    let written: Value = serde_saphyr::from_str(&written).unwrap();
    let groups = written["groups"].as_array().unwrap().iter();
    let count = groups
        .map(|group| group["rules"].as_array().unwrap().len())
        .sum::<usize>();
    let expected = [
        ("OnhookRemovalsHeld", "pending"),
        ("OnhookOutcomeUnknown", "pending"),
        ("OnhookRateLimited", "firing"),
        ("OnhookNoReplicaWorks", "inactive"),
        ("OnhookBudgetExhausted", "inactive"),
        ("OnhookDown", "inactive"),
    ];
    none("the alerts", async || match alerts(prometheus).await {
        Err(wrong) => vec![wrong],
        Ok(states) => {
            let right = states.len() == count && expected.iter().all(|(name, state)| states[*name] == *state);
            if right {
                Vec::new()
            } else {
                vec![format!("{states:?}")]
            }
        }
    })
    .await;
}

async fn the_scrapes_are_clean(prometheus: &Prometheus) {
    let targets = prometheus
        .api("targets", &[("state", "active".to_owned())])
        .await
        .unwrap();
    let targets = targets["activeTargets"].as_array().unwrap();
    let clean = |target: &Value| target["health"] == "up" && target["lastError"] == "";
    assert!(targets.len() == 2 && targets.iter().all(clean), "{targets:?}");
    let lost = [
        "prometheus_target_scrapes_sample_",
        "prometheus_target_scrapes_exceeded_",
        "prometheus_target_scrape_pool_exceeded_",
        "prometheus_rule_evaluation_failures_total",
    ];
    assert_eq!(prometheus.counted(&lost).await, [""; 0]);
    assert_eq!(prometheus.complaints(), [""; 0]);
}
