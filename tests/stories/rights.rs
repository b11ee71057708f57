//! What the operator may do in the cluster, held against what the API server's audit log saw it do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use onhook::testbed::project_folder;
use serde_json::Value;

const OPERATOR: &str = "system:serviceaccount:onhook-system:onhook";
const OWN_NAMESPACE: &str = "onhook-system";

/// A right: everywhere or in the operator's own namespace, on what, to do what.
type Right = (bool, String, String);

fn named(group: &str, resource: &str) -> String {
    match group {
        "" => resource.to_owned(),
        group => format!("{group}/{resource}"),
    }
}

/// The rights of the ClusterRole and the Role that are shipped.
fn shipped() -> BTreeSet<Right> {
    let text = std::fs::read_to_string(project_folder().join("deploy/operator.yaml")).unwrap();
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let mut rights = BTreeSet::new();
    for document in documents {
        let own = match document["kind"].as_str().unwrap() {
            "ClusterRole" => false,
            "Role" => true,
            _ => continue,
        };
        for rule in document["rules"].as_array().unwrap() {
            let texts = |key: &str| {
                rule[key]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one.as_str().unwrap())
            };
            for group in texts("apiGroups") {
                for resource in texts("resources") {
                    for verb in texts("verbs") {
                        rights.insert((own, named(group, resource), verb.to_owned()));
                    }
                }
            }
        }
    }
    rights
}

/// What the operator did: namespace, on what, which verb.
type Use = (Option<String>, String, String);

/// What it did by an audit log.
fn used(log: &Path) -> BTreeSet<Use> {
    let text = std::fs::read_to_string(log).unwrap();
    let events = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let its = events.filter(|event| event["user"]["username"] == OPERATOR);
    let allowed = its.filter(|event| event["annotations"]["authorization.k8s.io/decision"] != "forbid");
    let uses = allowed.filter_map(|event| {
        let object = &event["objectRef"];
        let resource = object["resource"].as_str()?;
        let resource = match object["subresource"].as_str() {
            Some(part) => format!("{resource}/{part}"),
            None => resource.to_owned(),
        };
        let group = object["apiGroup"].as_str().unwrap_or_default();
        Some((
            object["namespace"].as_str().map(str::to_owned),
            named(group, &resource),
            event["verb"].as_str()?.to_owned(),
        ))
    });
    uses.collect()
}

/// Every right that is shipped was used, by these audit logs together, and nothing else was.
pub fn are_used_and_no_more(logs: &[PathBuf]) {
    let shipped = shipped();
    let used: BTreeSet<_> = logs.iter().flat_map(|log| used(log)).collect();
    let covers = |right: &Right, (namespace, what, verb): &Use| {
        let within = !right.0 || namespace.as_deref() == Some(OWN_NAMESPACE);
        within && right.1 == *what && right.2 == *verb
    };
    let beyond: Vec<_> = used
        .iter()
        .filter(|one| !shipped.iter().any(|right| covers(right, one)))
        .collect();
    assert!(
        beyond.is_empty(),
        "the operator did what its roles do not name: {beyond:?}"
    );
    let unused: Vec<_> = shipped
        .iter()
        .filter(|right| !used.iter().any(|one| covers(right, one)))
        .collect();
    assert!(
        unused.is_empty(),
        "the roles name what the operator was not seen to use: {unused:?}"
    );
}
