//! What all pages share: the frame, the banner, and where a form leads to.

use std::collections::BTreeSet;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{AGENTS, ROLES, USERS};
use crate::simulator::Failure;

/// Where a page belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Home,
    Users,
    Agents,
    Roles,
}

/// What the last form did, by the query of the page that it led to.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Outcome {
    /// What was done.
    pub done: Option<String>,
    /// Why it was not.
    pub refused: Option<String>,
}

/// Success texts of the consoles (rules B5, J4).
pub(super) const DELETED: &str = "User(s) deleted successfully!";
pub(super) const SAVED: &str = "User(s) saved successfully!";

/// A page.
pub(super) fn page(title: &str, place: Place, outcome: Option<&Outcome>, content: Markup) -> Markup {
    let link = |to: &str, text: &str, of: Place| {
        html! { a href=(to) aria-current=[(of == place).then_some("page")] { (text) } }
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · embedded 8x8 account" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                a class="skip" href="#content" { "Skip to content" }
                header {
                    nav aria-label="Consoles" {
                        (link(USERS, "Admin Console: Users", Place::Users))
                        (link(AGENTS, "Configuration Manager: Agents", Place::Agents))
                        (link(ROLES, "Security: Roles", Place::Roles))
                    }
                }
                main id="content" {
                    h1 { (title) }
                    @if let Some(outcome) = outcome { (banner(outcome)) }
                    (content)
                }
            }
        }
    }
}

fn banner(outcome: &Outcome) -> Markup {
    html! {
        @if let Some(done) = &outcome.done { p class="banner good" role="status" { (done) } }
        @if let Some(refused) = &outcome.refused { p class="banner bad" role="alert" { (refused) } }
    }
}

/// A question before something that cannot be taken back in one click.
pub(super) fn question(title: &str, place: Place, text: &str, action: &str, back: &str) -> Markup {
    let content = html! {
        p { (text) }
        form method="post" action=(action) {
            button type="submit" { "Continue" }
            " "
            a class="button plain" href=(back) { "Cancel" }
        }
    };
    page(title, place, None, content)
}

/// Leads on to a page that says what was done, or why not.
pub(super) fn lead(to: &str, result: Result<(), Failure>, done: &str) -> Redirect {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    Redirect::to(&match result {
        Ok(()) => format!("{to}?done={}", encoded(done)),
        Err(failure) => format!("{to}?refused={}", encoded(&words(&failure))),
    })
}

fn words(failure: &Failure) -> String {
    let errors = failure.errors.iter().map(|error| {
        let field = error.field.as_deref().unwrap_or_default();
        let field = field.rsplit('.').next().unwrap_or_default();
        let message = error.message.as_deref().unwrap_or_default();
        format!("{field} {message}").trim().to_owned()
    });
    let errors: Vec<_> = errors.collect();
    format!("{}: {}.", failure.title, errors.join("; "))
}

/// What a form or a query says, a field as often as it stands there.
pub(super) type Fields = Vec<(String, String)>;

/// All values of a field.
pub(super) fn all(fields: &Fields, name: &str) -> BTreeSet<String> {
    let found = fields.iter().filter(|(field, _)| field == name);
    found.map(|(_, value)| value.clone()).collect()
}

/// The first value of a field.
pub(super) fn one(fields: &Fields, name: &str) -> Option<String> {
    let found = fields.iter().find(|(field, _)| field == name);
    found.map(|(_, value)| value.clone())
}

/// The page for what is not there.
pub(super) fn missing(what: &str, place: Place) -> Response {
    let content = html! { p { "The account has no such " (what) "; it may be gone by now." } };
    (StatusCode::NOT_FOUND, page("Not found", place, None, content)).into_response()
}
