//! The names that alerts and dashboards ask for are those that there are.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use prometheus_client::encoding::text::encode;

use super::*;

/// The series that a scrape has, also of what nothing was counted of yet.
fn series() -> BTreeSet<String> {
    let metrics = Metrics::default();
    let mut registry = Registry::default();
    metrics.register(&mut registry);
    metrics.calls.observe("users.get", "ok", Duration::ZERO);
    metrics.passed("User".into(), false, Duration::ZERO);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names = types.flat_map(|line| {
        let (name, kind) = line.split_once(' ').unwrap();
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_count", "_sum"],
            _ => &[""],
        };
        endings.iter().map(move |ending| format!("{name}{ending}"))
    });
    names.collect()
}

/// The names of series in a text.
fn named(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices("onhook_").map(|(at, _)| &text[at..]);
    let names = starts.map(|text| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    });
    names.collect()
}

#[test]
fn every_metric_of_the_alerts_the_dashboards_and_the_runbooks_is_there() {
    let series = series();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![
        root.join("charts/onhook/files/alerts.yaml"),
        root.join("charts/onhook/tests/alerts_test.yaml"),
    ];
    for folder in ["charts/onhook/files/dashboards", "docs/runbooks"] {
        let found = std::fs::read_dir(root.join(folder)).unwrap();
        files.extend(found.map(|entry| entry.unwrap().path()));
    }
    let mut all = BTreeSet::new();
    for file in files {
        let names = named(&std::fs::read_to_string(&file).unwrap());
        let missing: Vec<_> = names.difference(&series).collect();
        assert!(missing.is_empty(), "{} names {missing:?}", file.display());
        all.extend(names);
    }
    assert!(all.len() > 12, "{all:?}");
}

#[test]
fn the_document_names_every_metric_and_no_other() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/telemetry.md");
    let document = std::fs::read_to_string(document).unwrap();
    let bases: BTreeSet<_> = (series().iter())
        .map(|name| {
            let endings = ["_bucket", "_count", "_sum"];
            let base = endings.iter().find_map(|ending| name.strip_suffix(ending));
            base.unwrap_or(name).to_owned()
        })
        .collect();
    assert_eq!(named(&document), bases);
}
