//! Users → Edit: the userName, services and permissions, memberships.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{
    USERS,
    layout::{Fields, Outcome, Place, SAVED, all, lead, missing, one, page},
    users::{full_name, is_active},
};
use crate::eightbyeight::wire::User;
use crate::simulator::{Handle, account::ConsoleEdit, clock::millis};

/// The form. Licenses that an X was set at are in the query until they are saved.
pub(super) async fn form(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Query(query): Query<Fields>,
) -> Response {
    let Some(profile) = handle.read(|account| account.profile(&id).cloned()) else {
        return missing("user", Place::Users);
    };
    let user = &profile.user;
    let outcome = Outcome {
        done: one(&query, "done"),
        refused: one(&query, "refused"),
    };
    let title = format!("Edit: {}", full_name(user));
    let content = if is_active(user) {
        fields(user, &all(&query, "remove"))
    } else {
        html! {
            p { "A deactivated user cannot be edited. Activate the user, or delete the user." }
            p { a class="button" href=(format!("{USERS}/{id}/activate")) { "Activate user" } " "
                a class="button plain" href=(format!("{USERS}/{id}")) { "Cancel" } }
        }
    };
    page(&title, Place::Users, Some(&outcome), content).into_response()
}

fn fields(user: &User, removed: &BTreeSet<String>) -> Markup {
    let path = format!("{USERS}/{}", user.user_id());
    html! {
        form method="post" action=(format!("{path}/edit")) {
            fieldset {
                legend { "Basic information" }
                label for="userName" { "Username " }
                input type="text" id="userName" name="userName" value=(user.basic_info.user_name) required;
            }
            (services(user, &path, removed))
            (memberships(user))
            button type="submit" { "Save" } " "
            a class="button plain" href=(path) { "Cancel" }
        }
    }
}

fn services(user: &User, path: &str, removed: &BTreeSet<String>) -> Markup {
    html! {
        fieldset {
            legend { "Services and permissions" }
            @if user.licenses().is_empty() { p { "No license." } }
            ul {
                @for license in user.licenses() {
                    @let id = license.id.clone().unwrap_or_default();
                    @let name = license.name.clone().unwrap_or_default();
                    li {
                        (name) " "
                        @if removed.contains(&id) {
                            input type="hidden" name="remove" value=(id);
                            strong { "is removed when you save" }
                        } @else {
                            a class="button plain" aria-label=(format!("Remove {name}"))
                                href=(format!("{path}/edit/remove/{id}{}", kept(removed))) { "X" }
                        }
                    }
                }
            }
        }
    }
}

/// The licenses that an X was set at before, as a query.
fn kept(removed: &BTreeSet<String>) -> String {
    let kept: Vec<_> = removed.iter().map(|id| format!("remove={id}")).collect();
    if kept.is_empty() {
        String::new()
    } else {
        format!("?{}", kept.join("&"))
    }
}

fn memberships(user: &User) -> Markup {
    let groups = user
        .ring_groups()
        .iter()
        .map(|group| (&group.id, &group.name, "Ring group"));
    let queues = user
        .call_queues()
        .iter()
        .map(|queue| (&queue.id, &queue.name, "Call queue"));
    let all: Vec<_> = groups.chain(queues).collect();
    html! {
        @if !all.is_empty() {
            fieldset {
                legend { "Ring groups and call queues: tick those to leave" }
                @for (id, name, kind) in all {
                    div {
                        input type="checkbox" id=(format!("leave-{id}")) name="leave" value=(id);
                        label for=(format!("leave-{id}")) { " " (kind) " " (name.as_deref().unwrap_or(id)) }
                    }
                }
            }
        }
    }
}

/// Asks before a license is removed (rule F1).
pub(super) async fn confirm_removal(
    State(handle): State<Handle>,
    Path((id, license)): Path<(String, String)>,
    Query(query): Query<Fields>,
) -> Response {
    let named = handle.read(|account| {
        let user = &account.profile(&id)?.user;
        let licenses = user.licenses().iter();
        let mut found = licenses.filter(|known| known.id.as_ref() == Some(&license));
        found
            .next()
            .map(|license| license.name.clone().unwrap_or_default())
    });
    let Some(name) = named else {
        return missing("license", Place::Users);
    };
    let path = format!("{USERS}/{id}/edit");
    let content = html! {
        p { "Voicemail messages, greetings, forwarding settings and call history are deleted, and the phone is deactivated." }
        form method="get" action=(path) {
            @for before in all(&query, "remove") { input type="hidden" name="remove" value=(before); }
            input type="hidden" name="remove" value=(license);
            button type="submit" { "Continue" } " "
            a class="button plain" href=(path) { "Cancel" }
        }
    };
    page(&format!("Remove {name}"), Place::Users, None, content).into_response()
}

/// Saves the form.
pub(super) async fn save(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Form(form): Form<Fields>,
) -> Response {
    let edit = ConsoleEdit {
        user_name: one(&form, "userName").unwrap_or_default().trim().to_owned(),
        licenses: all(&form, "remove"),
        leave: all(&form, "leave"),
    };
    let at = millis(Timestamp::now());
    let result = handle.by_hand(|account| account.console_edit(&id, &edit, at));
    let path = format!("{USERS}/{id}");
    let to = if result.is_ok() {
        path.clone()
    } else {
        format!("{path}/edit")
    };
    lead(&to, result, SAVED).into_response()
}
