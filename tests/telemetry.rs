//! What the operator says about itself while it works: metrics, health, log level and traces.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "telemetry/collector.rs"]
mod collector;
#[path = "operator/process.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod process;
#[path = "operator/scene/mod.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod scene;
#[path = "telemetry/scrape.rs"]
mod scrape;
#[path = "operator/support.rs"]
#[allow(dead_code, reason = "several test binaries share it, and each uses its part")]
mod support;

use std::collections::BTreeSet;

use collector::{Collector, attribute};
use onhook::testbed::wait_until;
use process::Operator;
use scene::{Person, Scene, user_name};
use serde_json::json;
use support::DEADLINE;

const BLOCKED: &str = "ContactCenterQueuesAssigned";

async fn get(url: String) -> (u16, String) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Waits until a scrape is as asked, and gives it.
async fn scraped(address: &str, what: &str, is: impl Fn(&str) -> bool) -> String {
    let scrape = async || match get(format!("{address}/metrics")).await {
        (200, text) if is(&text) => Ok(text),
        (_, text) => Err(text),
    };
    let found = wait_until(&format!("a scrape with {what}"), DEADLINE, scrape).await;
    found.unwrap_or_else(|error| panic!("{error}"))
}

/// Value of a series of the scene's Tenant, which is told apart by one more label.
fn of_tenant(scene: &Scene, text: &str, name: &str, label: Option<(&str, &str)>) -> Option<f64> {
    let namespace = scene.stage.namespace.as_str();
    let labels = [("namespace", namespace), ("tenant", "acme")];
    let labels = labels.into_iter().chain(label);
    let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let series = (name.to_owned(), labels.collect());
    scrape::series(text).get(&series).copied()
}

#[tokio::test]
async fn a_run_is_seen_in_metrics_and_traces_without_personal_data() {
    let (collector, otlp) = Collector::start().await;
    let cluster = support::cluster_without_operator().await;
    let mut operator = Operator::named(cluster, "telemetry-operator");
    operator
        .start_with(&["--otlp-endpoint", &format!("http://{otlp}")])
        .await;
    let address = format!("http://{}", operator.address().await);
    let scene = Scene::on(support::Stage::on(cluster, "telemetry").await).await;
    let limit = json!({"users": 100, "per": "1h", "quietPeriod": "0s"});
    scene
        .patch_tenant(json!({"spec": {"removals": {"limit": limit}}}))
        .await;
    scene.person(Person::named("goes")).await;
    let agent = Person {
        contact_center_queues: 1,
        ..Person::named("agent")
    };
    scene.person(agent).await;
    let agent_id = scene.agent_id_of("agent").await;
    for (name, more) in [("goes", ""), ("agent", agent_id.as_str())] {
        scene.declare(name, "active", more).await;
        scene.stage.ready(name, "Active").await;
        scene.set_state(name, "deleted").await;
    }
    scene.stage.ready("goes", "Deleted").await;
    scene.stage.blocked("agent", BLOCKED).await;

    let text = the_blocked_leaver_is_counted(&scene, &address).await;
    every_metric_has_its_labels(&text);
    assert!(!text.contains("@acme.example") && !text.contains(&scene.key("primary")));
    if let Some(said) = scrape::promtool(&text).await {
        assert_eq!(said, "", "promtool check metrics");
    }
    the_health_is_said(&address).await;
    the_log_level_is_changed(&operator, &address).await;
    what_is_gone_is_not_shown(&scene, &address).await;
    operator.terminate().await;
    the_pass_is_one_trace(&scene, &collector);
}

async fn the_blocked_leaver_is_counted(scene: &Scene, address: &str) -> String {
    let blocked =
        |text: &str| of_tenant(scene, text, "onhook_blocked", Some(("reason", BLOCKED))) == Some(1.0);
    let text = scraped(address, "the blocked leaver", blocked).await;
    let value = |name: &str, label| of_tenant(scene, &text, name, label);
    let at = |step| value("onhook_leavers", Some(("step", step)));
    assert_eq!(at("ContactCenterQueues"), Some(1.0), "{text}");
    assert_eq!(at("Done"), None, "who is gone leaves no more");
    let since = value("onhook_oldest_blocked_timestamp_seconds", None).unwrap();
    let ago = jiff::Timestamp::now().as_second() as f64 - since;
    assert!((0.0..=120.0).contains(&ago), "blocked {ago} s ago");
    assert_eq!(value("onhook_lease_held", None), Some(1.0));
    assert_eq!(value("onhook_account_budget_limit", None), Some(1900.0));
    assert!(value("onhook_account_budget_used", None).unwrap() <= 1900.0);
    for lane in ["cut", "run", "drift"] {
        assert!(
            value("onhook_account_queue", Some(("lane", lane))).is_some(),
            "{lane}"
        );
    }
    text
}

/// All names that there are, with exactly the labels that they have.
fn every_metric_has_its_labels(text: &str) {
    let of_tenant = &["namespace", "tenant"][..];
    let expected = [
        ("onhook_account_calls_total", &["operation", "outcome"][..]),
        ("onhook_account_call_seconds_bucket", &["le", "operation"]),
        ("onhook_account_call_seconds_count", &["operation"]),
        ("onhook_account_call_seconds_sum", &["operation"]),
        ("onhook_account_budget_used", of_tenant),
        ("onhook_account_budget_limit", of_tenant),
        ("onhook_account_queue", &["lane", "namespace", "tenant"]),
        ("onhook_leavers", &["namespace", "step", "tenant"]),
        ("onhook_blocked", &["namespace", "reason", "tenant"]),
        ("onhook_oldest_blocked_timestamp_seconds", of_tenant),
        ("onhook_removals_counted", of_tenant),
        ("onhook_removals_allowed", of_tenant),
        ("onhook_removals_waiting", of_tenant),
        ("onhook_removals_held", of_tenant),
        ("onhook_reconcile_seconds_bucket", &["kind", "le", "outcome"]),
        ("onhook_reconcile_seconds_count", &["kind", "outcome"]),
        ("onhook_reconcile_seconds_sum", &["kind", "outcome"]),
        ("onhook_lease_held", of_tenant),
        ("onhook_build_info", &["version"]),
    ];
    let labels = scrape::labels(text);
    let names: BTreeSet<_> = labels.keys().map(String::as_str).collect();
    assert_eq!(names, expected.iter().map(|(name, _)| *name).collect());
    for (name, expected) in expected {
        let expected: Vec<_> = expected.iter().map(|label| (*label).to_owned()).collect();
        assert_eq!(labels[name], BTreeSet::from([expected]), "{name}");
    }
    let series = scrape::series(text);
    let kinds: BTreeSet<_> = (series.keys())
        .filter_map(|(_, labels)| labels.get("kind").map(String::as_str))
        .collect();
    assert!(
        kinds.is_superset(&["Tenant", "User"].into()) && kinds.len() <= 5,
        "{kinds:?}"
    );
}

async fn the_health_is_said(address: &str) {
    for path in ["healthz", "readyz"] {
        assert_eq!(get(format!("{address}/{path}")).await, (200, "ok".to_owned()));
    }
}

async fn the_log_level_is_changed(operator: &Operator, address: &str) {
    let url = format!("{address}/log-level");
    let put = async |words: &'static str| {
        let client = reqwest::Client::new();
        let answer = client.put(&url).body(words).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get(url.clone()).await, (200, "debug\n".to_owned()));
    assert_eq!(put("loud").await.0, 400);
    assert_eq!(
        put("info,onhook=warn").await,
        (200, "info,onhook=warn\n".to_owned())
    );
    let before = operator.wrote().matches("called 8x8").count();
    assert!(before > 0);
    // The inventory and the look at the blocked leaver go on.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let after = operator.wrote().matches("called 8x8").count();
    assert!(
        after <= before + 1,
        "{before} calls were logged, and then {after}"
    );
    assert_eq!(put("debug").await.0, 200);
}

async fn what_is_gone_is_not_shown(scene: &Scene, address: &str) {
    let other = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "other"},
        "spec": {
            "adminApi": {"url": "https://account.invalid", "apiKeySecretRef": {"name": "none", "key": "apiKey"}},
            "administrators": {"primary": "admin@acme.example"},
            "contactCenter": {"mode": "None"}, "defaults": {"deletionPolicy": "Delete"},
        },
    });
    scene.stage.apply(&other.to_string()).await;
    scraped(address, "another Tenant", |text| {
        text.contains("tenant=\"other\"")
    })
    .await;
    let tenants = scene.stage.tenants();
    tenants.delete("other", &Default::default()).await.unwrap();
    scene.set_state("agent", "active").await;
    let gone = |text: &str| {
        let value = |name| {
            let labels = scrape::series(text).into_keys();
            let mut own = labels.filter(|(known, _)| known == name);
            own.any(|(_, labels)| labels.get("namespace") == Some(&scene.stage.namespace))
        };
        let users = [
            "onhook_blocked",
            "onhook_leavers",
            "onhook_oldest_blocked_timestamp_seconds",
        ];
        !text.contains("tenant=\"other\"") && !users.into_iter().any(value)
    };
    scraped(address, "nobody who leaves, and no other Tenant", gone).await;
}

fn the_pass_is_one_trace(scene: &Scene, collector: &Collector) {
    let spans = collector.spans();
    let passes: Vec<_> = (spans.iter())
        .filter(|span| span.name == "pass" && attribute(span, "name").as_deref() == Some("goes"))
        .collect();
    assert!(
        passes.iter().all(|pass| pass.parent_span_id.is_empty()),
        "a pass is in another trace"
    );
    let traces: BTreeSet<_> = passes.iter().map(|pass| &pass.trace_id).collect();
    assert_eq!(traces.len(), passes.len(), "two passes share a trace");
    let pass = (passes.iter())
        .find(|pass| attribute(pass, "step").as_deref() == Some("Deactivate"))
        .unwrap_or_else(|| panic!("no pass deactivates: {passes:#?}"));
    assert_eq!(attribute(pass, "goal").as_deref(), Some("Delete"));
    assert_eq!(
        attribute(pass, "namespace").as_ref(),
        Some(&scene.stage.namespace)
    );
    assert!(attribute(pass, "uid").is_some_and(|uid| uid.len() == 36));
    let calls = spans.iter().filter(|span| span.trace_id == pass.trace_id);
    let calls: Vec<_> = calls.filter(|span| span.parent_span_id == pass.span_id).collect();
    let write = calls.iter().find(|call| call.name == "users.replace");
    let write = write.unwrap_or_else(|| panic!("no write in the trace: {calls:#?}"));
    assert_eq!(attribute(write, "operation").as_deref(), Some("users.replace"));
    assert_eq!(attribute(write, "outcome").as_deref(), Some("ok"));
    let text = collector.text();
    let said = [
        user_name("goes"),
        user_name("agent"),
        scene.key("primary"),
        scene.number_of("goes"),
    ];
    for said in said {
        assert!(!text.contains(&said), "a trace says {said}");
    }
    assert!(!text.contains("@acme.example"));
}
