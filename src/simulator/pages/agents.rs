//! Configuration Manager → Agents: the list, and Edit with its Queues and Supervisor tabs.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

use super::{
    AGENTS, ROLES, USERS,
    layout::{Fields, Outcome, Place, all, lead, missing, page},
};
use crate::simulator::{CcAgent, Handle, Queue};

/// What the console says when an agent is saved.
const SAVED: &str = "Agent saved successfully!";

/// The list of agents.
pub(super) async fn list(State(handle): State<Handle>, Query(outcome): Query<Outcome>) -> Markup {
    let center = handle.read(|account| account.contact_center.clone());
    page(
        "Agents",
        Place::Agents,
        Some(&outcome),
        html! {
            table {
                caption { (center.agents.len()) " agent(s)" }
                thead {
                    tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Internal Id" }
                        th scope="col" { "Group" }
                        th scope="col" { "Queues assigned" }
                        th scope="col" { "Supervisor" }
                        th scope="col" { "Administrator" }
                        th scope="col" { "Actions" }
                    }
                }
                tbody {
                    @for agent in center.agents.values() {
                        tr {
                            th scope="row" { (agent.name) }
                            td { (agent.id) }
                            td { (agent.group_name) }
                            td { (agent.queues.len()) }
                            td { (yes(agent.supervisor)) }
                            td { (yes(center.administrators.contains(&agent.user_id))) }
                            td { a href=(format!("{AGENTS}/{}", agent.id)) { "Edit " (agent.name) } }
                        }
                    }
                }
            }
        },
    )
}

fn yes(holds: bool) -> &'static str {
    if holds { "Yes" } else { "No" }
}

/// An agent with what the tabs show.
struct Shown {
    agent: CcAgent,
    queues: BTreeMap<String, Queue>,
    administrator: bool,
}

fn read(handle: &Handle, id: &str) -> Option<Shown> {
    handle.read(|account| {
        let center = &account.contact_center;
        let agent = center.agents.get(id)?.clone();
        Some(Shown {
            administrator: center.administrators.contains(&agent.user_id),
            queues: center.queues.clone(),
            agent,
        })
    })
}

/// Edit, with the Queues tab (rules B1, B8).
pub(super) async fn edit(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Query(outcome): Query<Outcome>,
) -> Response {
    let Some(shown) = read(&handle, &id) else {
        return missing("agent", Place::Agents);
    };
    let rows = html! {
        form method="post" action=(format!("{AGENTS}/{id}/queues")) {
            table {
                caption { "An agent who is assigned and not enabled is assigned all the same." }
                thead {
                    tr { th scope="col" { "Queue" } th scope="col" { "Assigned" } th scope="col" { "Enabled" } }
                }
                tbody {
                    @for queue in shown.queues.values() {
                        @let there = shown.agent.queues.get(&queue.id);
                        tr {
                            th scope="row" { (queue.name) }
                            td { (tick("assigned", &queue.id, &format!("Assigned to {}", queue.name), there.is_some())) }
                            td {
                                (tick("enabled", &queue.id, &format!("Enabled in {}", queue.name),
                                    there.is_some_and(|there| there.enabled)))
                            }
                        }
                    }
                }
            }
            button type="submit" { "Save" }
        }
    };
    framed(&shown, "Queues", &outcome, rows)
}

fn tick(name: &str, value: &str, label: &str, ticked: bool) -> Markup {
    html! { input type="checkbox" name=(name) value=(value) aria-label=(label) checked[ticked]; }
}

/// The Supervisor tab (rule B7).
pub(super) async fn supervisor(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Query(outcome): Query<Outcome>,
) -> Response {
    let Some(shown) = read(&handle, &id) else {
        return missing("agent", Place::Agents);
    };
    let rows = html! {
        form method="post" action=(format!("{AGENTS}/{id}/supervisor")) {
            p {
                input type="checkbox" id="supervisor" name="supervisor" value="yes" checked[shown.agent.supervisor];
                label for="supervisor" { " This user is supervisor" }
            }
            fieldset {
                legend { "Supervised queues" }
                @for queue in shown.queues.values() {
                    div {
                        input type="checkbox" id=(format!("queue-{}", queue.id)) name="queue" value=(queue.id)
                            checked[shown.agent.supervised_queues.contains(&queue.id)];
                        label for=(format!("queue-{}", queue.id)) { " " (queue.name) }
                    }
                }
            }
            button type="submit" { "Save" }
        }
    };
    framed(&shown, "Supervisor", &outcome, rows)
}

fn framed(shown: &Shown, tab: &str, outcome: &Outcome, content: Markup) -> Response {
    let agent = &shown.agent;
    let path = format!("{AGENTS}/{}", agent.id);
    let link = |name: &str, to: String| {
        html! { li { a href=(to) aria-current=[(name == tab).then_some("page")] { (name) } } }
    };
    let content = html! {
        dl {
            dt { "Internal Id" } dd { (agent.id) }
            dt { "User" } dd { a href=(format!("{USERS}/{}", agent.user_id)) { (agent.name) } }
            dt { "Administrator" }
            dd { (yes(shown.administrator)) @if shown.administrator { ": see " a href=(ROLES) { "Security → Roles" } } }
        }
        nav aria-label="Tabs" {
            ul class="tabs" {
                (link("Queues", format!("{path}/queues")))
                (link("Supervisor", format!("{path}/supervisor")))
            }
        }
        h2 { (tab) }
        (content)
    };
    page(
        &format!("Edit agent: {}", agent.name),
        Place::Agents,
        Some(outcome),
        content,
    )
    .into_response()
}

/// Saves the Queues tab.
pub(super) async fn save_queues(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    let (assigned, enabled) = (all(&form, "assigned"), all(&form, "enabled"));
    let result = handle.by_hand(|account| {
        account.unassign_agent(&id, None)?;
        let mut queues = assigned.iter();
        queues.try_for_each(|queue| account.assign_agent(&id, queue, enabled.contains(queue)))
    });
    lead(&format!("{AGENTS}/{id}/queues"), result, SAVED).into_response()
}

/// Saves the Supervisor tab.
pub(super) async fn save_supervisor(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    let supervisor = !all(&form, "supervisor").is_empty();
    let queues = all(&form, "queue");
    let result = handle.by_hand(|account| account.set_supervisor(&id, supervisor, queues));
    lead(&format!("{AGENTS}/{id}/supervisor"), result, SAVED).into_response()
}
