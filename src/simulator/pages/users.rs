//! Admin Console → Users: the list, with search and pages.

use axum::extract::{Query, State};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    USERS,
    layout::{Outcome, Place, page},
};
use crate::eightbyeight::wire::{Extension, User, UserStatus};
use crate::simulator::Handle;

/// Users a page.
const PAGE: usize = 50;

/// What is asked of the list.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// A part of a name or of the userName.
    search: Option<String>,
    /// The page, from 1.
    page: Option<usize>,
    #[serde(flatten)]
    outcome: Outcome,
}

/// The list of users.
pub(super) async fn list(State(handle): State<Handle>, Query(asked): Query<Asked>) -> Markup {
    let wanted = asked.search.unwrap_or_default();
    let mut users: Vec<User> = handle.read(|account| {
        let users = account.users.values().map(|profile| &profile.user);
        users.filter(|user| found(user, &wanted)).cloned().collect()
    });
    users.sort_by(|a, b| a.basic_info.user_name.cmp(&b.basic_info.user_name));
    let pages = users.len().div_ceil(PAGE).max(1);
    let number = asked.page.unwrap_or(1).clamp(1, pages);
    let shown = users.iter().skip((number - 1) * PAGE).take(PAGE);
    page(
        "Users",
        Place::Users,
        Some(&asked.outcome),
        html! {
            form method="get" action=(USERS) role="search" {
                label for="search" { "Search by name or username " }
                input type="search" id="search" name="search" value=(wanted);
                " "
                button type="submit" { "Search" }
            }
            table {
                caption { (users.len()) " user(s), page " (number) " of " (pages) }
                thead {
                    tr {
                        th scope="col" { "Name" }
                        th scope="col" { "Username" }
                        th scope="col" { "Status" }
                        th scope="col" { "Licenses" }
                        th scope="col" { "Numbers" }
                        th scope="col" { "Ring groups" }
                        th scope="col" { "Actions" }
                    }
                }
                tbody { @for user in shown { (row(user)) } }
            }
            (turn(&wanted, number, pages))
        },
    )
}

fn found(user: &User, wanted: &str) -> bool {
    let wanted = wanted.trim().to_lowercase();
    let text = format!("{} {}", full_name(user), user.basic_info.user_name).to_lowercase();
    text.contains(&wanted)
}

fn row(user: &User) -> Markup {
    let path = format!("{USERS}/{}", user.user_id());
    html! {
        tr {
            th scope="row" { a href=(path) { (full_name(user)) } }
            td { (user.basic_info.user_name) }
            td { (status(user)) }
            td { (licenses(user)) }
            td { (numbers(user).join(", ")) }
            td { (ring_groups(user)) }
            td { (actions(user)) }
        }
    }
}

/// The menu behind the three dots.
pub(super) fn actions(user: &User) -> Markup {
    let path = format!("{USERS}/{}", user.user_id());
    let active = is_active(user);
    html! {
        details {
            summary aria-label=(format!("Actions for {}", user.basic_info.user_name)) { "⋮" }
            ul {
                li { a href=(format!("{path}/edit")) { "Edit" } }
                @if active {
                    li { a href=(format!("{path}/deactivate")) { "Deactivate user" } }
                    li { a href=(format!("{path}/reset")) { "Reset to Default Settings" } }
                } @else {
                    li { a href=(format!("{path}/activate")) { "Activate user" } }
                }
                li { a href=(format!("{path}/delete")) { "Delete" } }
            }
        }
    }
}

fn turn(wanted: &str, number: usize, pages: usize) -> Markup {
    let wanted = utf8_percent_encode(wanted, NON_ALPHANUMERIC).to_string();
    let to = |number: usize| format!("{USERS}?search={wanted}&page={number}");
    html! {
        @if pages > 1 {
            nav aria-label="Pages" {
                @if number > 1 { a href=(to(number - 1)) { "Previous page" } " " }
                @if number < pages { a href=(to(number + 1)) { "Next page" } }
            }
        }
    }
}

/// First and last name, or the userName where there is none.
pub(super) fn full_name(user: &User) -> String {
    let basic = &user.basic_info;
    let names = [&basic.first_name, &basic.last_name].into_iter().flatten();
    let names: Vec<_> = names.map(String::as_str).collect();
    if names.is_empty() {
        basic.user_name.clone()
    } else {
        names.join(" ")
    }
}

pub(super) fn is_active(user: &User) -> bool {
    user.basic_info.status != Some(UserStatus::Inactive)
}

pub(super) fn status(user: &User) -> &str {
    user.basic_info
        .status
        .as_ref()
        .map_or("ACTIVE", UserStatus::as_str)
}

/// The licenses. Those of a deactivated user are suspended: nobody else can have them (rule D6).
pub(super) fn licenses(user: &User) -> String {
    let suspended = if is_active(user) { "" } else { " (suspended)" };
    let names = user.licenses().iter().filter_map(|license| license.name.as_ref());
    let names: Vec<_> = names.map(|name| format!("{name}{suspended}")).collect();
    names.join(", ")
}

pub(super) fn numbers(user: &User) -> Vec<String> {
    let numbers = |extension: &Extension| {
        let numbers = extension.phone_numbers.iter();
        numbers
            .filter_map(|number| number.phone_number.clone())
            .collect::<Vec<_>>()
    };
    user.extensions().iter().flat_map(numbers).collect()
}

fn ring_groups(user: &User) -> String {
    let groups = user
        .ring_groups()
        .iter()
        .map(|group| group.name.as_ref().unwrap_or(&group.id));
    groups.cloned().collect::<Vec<_>>().join(", ")
}
