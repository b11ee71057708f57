//! Configuration Manager → Security → Roles: who administers Contact Center (rule B2).

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use maud::{Markup, html};

use super::{
    ROLES,
    layout::{Outcome, Place, lead, page, question},
    users::full_name,
};
use crate::simulator::Handle;

/// The administrators.
pub(super) async fn list(State(handle): State<Handle>, Query(outcome): Query<Outcome>) -> Markup {
    let administrators: Vec<(String, String)> = handle.read(|account| {
        let ids = account.contact_center.administrators.iter();
        ids.map(|id| {
            let name = account.profile(id).map(|profile| full_name(&profile.user));
            (id.clone(), name.unwrap_or_else(|| id.clone()))
        })
        .collect()
    });
    page(
        "Security: Roles",
        Place::Roles,
        Some(&outcome),
        html! {
            table {
                caption { (administrators.len()) " administrator(s) of Contact Center" }
                thead { tr { th scope="col" { "Name" } th scope="col" { "Role" } th scope="col" { "Actions" } } }
                tbody {
                    @for (id, name) in &administrators {
                        tr {
                            th scope="row" { (name) }
                            td { "Administrator" }
                            td { a href=(format!("{ROLES}/{id}/remove")) { "Remove the role of " (name) } }
                        }
                    }
                }
            }
        },
    )
}

/// Asks before the role is taken away.
pub(super) async fn confirm(Path(id): Path<String>) -> Markup {
    question(
        "Remove the role Administrator",
        Place::Roles,
        "The user can no longer change anything in the Configuration Manager.",
        &format!("{ROLES}/{id}/remove"),
        ROLES,
    )
}

/// Takes the role away.
pub(super) async fn remove(State(handle): State<Handle>, Path(id): Path<String>) -> Response {
    let result = handle.by_hand(|account| account.remove_admin_role(&id));
    lead(ROLES, result, "Role saved successfully!").into_response()
}
