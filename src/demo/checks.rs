//! What must be true at the end, checked on the account itself, on the cluster, and in the journal.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::ResourceExt;
use kube::api::ListParams;
use kube::{Api, Client};
use serde_json::Value;

use crate::api::status::{AssignmentStatus, READY, RELEASED};
use crate::api::{LicenseAssignment, QueueAssignment, User};
use crate::testbed::judge::Journal;
use crate::testbed::wait_until;

use super::DemoError;
use super::stage::{NAMESPACE, Stage};
use super::story::LEAVERS;

/// One person in the account, as the last table shows them.
struct Person {
    status: String,
    licenses: usize,
    queues: usize,
    numbers: Vec<String>,
}

/// Checks the end, and prints the account before and after.
pub(super) async fn run(stage: &Stage, before: &Value, after: &Value) -> Result<(), DemoError> {
    let names = user_names(stage).await?;
    let ids = ids(before, &names);
    let mut wrong = Vec::new();
    for story in LEAVERS {
        let Some(user_id) = ids.get(story) else {
            wrong.push(format!("{story}: the account never had this person"));
            continue;
        };
        wrong.extend(check_person(story, before, after, user_id));
    }
    wrong.extend(others(before, after, &ids));
    wrong.extend(dependants(&stage.client).await?);
    wrong.extend(events(stage).await?);
    let journal = Journal::read(&stage.account.journal().await?).map_err(DemoError::Wrong)?;
    wrong.extend(journal.faults(&agents(before)));
    table(before, after, &ids);
    println!(
        "\n{} calls on the account, {} of them writes.",
        journal.entries().len(),
        journal.writes().len()
    );
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(DemoError::Wrong(format!(
            "not as it should be:\n- {}",
            wrong.join("\n- ")
        )))
    }
}

/// userNames of the four by the name of their story, from the manifests that were applied.
async fn user_names(stage: &Stage) -> Result<BTreeMap<&'static str, String>, DemoError> {
    let mut names = BTreeMap::new();
    for story in LEAVERS {
        names.insert(story, stage.user_name(story)?);
    }
    Ok(names)
}

fn ids(state: &Value, names: &BTreeMap<&'static str, String>) -> BTreeMap<&'static str, String> {
    let users = state["users"].as_object();
    let find = |name: &str| {
        let mut users = users.into_iter().flatten();
        users
            .find(|(_, entry)| entry["user"]["basicInfo"]["userName"] == name)
            .map(|(id, _)| id.clone())
    };
    names
        .iter()
        .filter_map(|(story, name)| Some((*story, find(name)?)))
        .collect()
}

fn person(state: &Value, user_id: &str) -> Option<Person> {
    let user = state["users"].get(user_id)?.get("user")?;
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    let assignments = &user["assignmentInfo"];
    Some(Person {
        status: user["basicInfo"]["status"].as_str().unwrap_or("?").to_owned(),
        licenses: count(&user["serviceInfo"]["licenses"]),
        queues: count(&assignments["ringGroups"])
            + count(&assignments["ucCallQueues"])
            + agent_queues(state, user_id),
        numbers: held_numbers(state, user_id),
    })
}

fn agent_queues(state: &Value, user_id: &str) -> usize {
    let agents = state["contactCenter"]["agents"].as_object().into_iter().flatten();
    let own = agents
        .map(|(_, agent)| agent)
        .find(|agent| agent["userId"] == user_id);
    own.map_or(0, |agent| {
        agent["queues"].as_object().map_or(0, serde_json::Map::len)
    })
}

fn held_numbers(state: &Value, user_id: &str) -> Vec<String> {
    let numbers = state["numbers"].as_object().into_iter().flatten();
    numbers
        .filter(|(_, number)| number["holder"] == user_id)
        .map(|(number, _)| number.clone())
        .collect()
}

fn number_status<'a>(state: &'a Value, number: &str) -> &'a str {
    state["numbers"][number]["number"]["status"]
        .as_str()
        .unwrap_or("?")
}

fn check_person(story: &str, before: &Value, after: &Value, user_id: &str) -> Vec<String> {
    let Some(was) = person(before, user_id) else {
        return vec![format!("{story}: was not in the account")];
    };
    let mut wrong = Vec::new();
    match (story, person(after, user_id)) {
        ("deactivate", Some(is)) => {
            if is.status != "INACTIVE" {
                wrong.push(format!("{story}: the profile is {}", is.status));
            }
            if (is.licenses, &is.numbers) != (was.licenses, &was.numbers) {
                wrong.push(format!("{story}: licenses or numbers changed"));
            }
        }
        ("deactivate", None) => wrong.push(format!("{story}: the profile is gone")),
        (_, Some(is)) => wrong.push(format!("{story}: the profile is still there, {}", is.status)),
        (_, None) => {
            let stuck = was
                .numbers
                .iter()
                .filter(|number| number_status(after, number) != "AVAILABLE");
            wrong
                .extend(stuck.map(|number| format!("{story}: {number} is {}", number_status(after, number))));
        }
    }
    wrong
}

/// Nobody else may have been touched.
fn others(before: &Value, after: &Value, ids: &BTreeMap<&'static str, String>) -> Vec<String> {
    let users = before["users"].as_object().into_iter().flatten();
    let others = users.filter(|(id, _)| !ids.values().any(|own| own == *id));
    let changed = others.filter(|(id, entry)| after["users"].get(id.as_str()) != Some(entry));
    changed
        .map(|(id, _)| format!("the user {id}, who stays, was changed"))
        .collect()
}

/// Internal ids of the Contact Center agents by their users.
fn agents(state: &Value) -> BTreeMap<String, String> {
    let agents = state["contactCenter"]["agents"].as_object().into_iter().flatten();
    agents
        .filter_map(|(id, agent)| Some((agent["userId"].as_str()?.to_owned(), id.clone())))
        .collect()
}

/// A dependant: its name, its User, and its conditions.
type Dependant = (String, String, Vec<Condition>);

async fn all_dependants(client: &Client) -> Result<Vec<Dependant>, DemoError> {
    let licenses = Api::<LicenseAssignment>::namespaced(client.clone(), NAMESPACE);
    let queues = Api::<QueueAssignment>::namespaced(client.clone(), NAMESPACE);
    let licenses = licenses.list(&ListParams::default()).await?.items.into_iter();
    let licenses = licenses.map(|item| (item.name_any(), item.spec.user_ref.name, item.status));
    let queues = queues.list(&ListParams::default()).await?.items.into_iter();
    let queues = queues.map(|item| (item.name_any(), item.spec.user_ref.name, item.status));
    let conditions =
        |status: Option<AssignmentStatus>| status.map(|status| status.conditions).unwrap_or_default();
    Ok(licenses
        .chain(queues)
        .map(|(name, user, status)| (name, user, conditions(status)))
        .collect())
}

fn is_true(conditions: &[Condition], kind: &str) -> bool {
    conditions
        .iter()
        .any(|condition| condition.type_ == kind && condition.status == "True")
}

/// Waits until the account is seen to have what the examples declare of licenses and queues. Contact Center queues are
/// only read in a run.
pub(super) async fn assigned(client: &Client) -> Result<(), DemoError> {
    wait_until(
        "the licenses and queues of the examples to be seen",
        Duration::from_secs(20),
        async || {
            let all = all_dependants(client).await.map_err(|error| error.to_string())?;
            let missing = all
                .into_iter()
                .filter(|(_, user, conditions)| user != "contact-center" && !is_true(conditions, READY));
            let missing: Vec<_> = missing.map(|(name, ..)| name).collect();
            if missing.is_empty() {
                Ok(())
            } else {
                Err(missing.join(", "))
            }
        },
    )
    .await
    .map_err(DemoError::from)
}

/// What belongs to a deleted User that stays as a tombstone must say that it was released.
async fn dependants(client: &Client) -> Result<Vec<String>, DemoError> {
    let all = all_dependants(client).await?.into_iter();
    let held = all.filter(|(_, user, conditions)| user != "deactivate" && !is_true(conditions, RELEASED));
    Ok(held
        .map(|(name, ..)| format!("the dependant {name} does not say that it was released"))
        .collect())
}

async fn events(stage: &Stage) -> Result<Vec<String>, DemoError> {
    let arguments = [
        "--namespace",
        NAMESPACE,
        "get",
        "events.events.k8s.io",
        "--output",
        "json",
    ];
    let output = stage.cluster.kubectl(&arguments).await?;
    let events: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let users = Api::<User>::namespaced(stage.client.clone(), NAMESPACE)
        .list(&ListParams::default())
        .await?;
    let ended = users.items.iter().filter(|user| {
        user.status
            .as_ref()
            .is_some_and(|status| status.finished.is_some())
    });
    let told = |name: &str| {
        let mut items = events["items"].as_array().into_iter().flatten();
        items.any(|event| {
            event["regarding"]["name"] == name && event["note"] == "User(s) deleted successfully!"
        })
    };
    let silent = ended.map(ResourceExt::name_any).filter(|name| !told(name));
    Ok(silent
        .map(|name| format!("no event says that {name} was deleted"))
        .collect())
}

fn table(before: &Value, after: &Value, ids: &BTreeMap<&'static str, String>) {
    println!("\n{:<16}{:<34}account after", "", "account before");
    for (story, user_id) in ids {
        let shown = |state: &Value| match person(state, user_id) {
            None => "no profile".to_owned(),
            Some(person) => format!(
                "{}, {} license(s), {} queue(s)",
                person.status, person.licenses, person.queues
            ),
        };
        println!("{story:<16}{:<34}{}", shown(before), shown(after));
        for number in held_numbers(before, user_id) {
            println!(
                "{:<16}{number:<15} {:<18}{}",
                "",
                number_status(before, &number),
                number_status(after, &number)
            );
        }
    }
}
