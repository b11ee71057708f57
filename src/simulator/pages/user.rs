//! A user's page with everything on it, and what is done to the user as a whole.

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{
    AGENTS, USERS,
    layout::{DELETED, Outcome, Place, SAVED, lead, missing, page, question},
    users::{actions, full_name, licenses, numbers, status},
};
use crate::eightbyeight::wire::{User, UserStatus};
use crate::simulator::{Account, Belongings, Failure, Handle, clock::millis};

/// A user's page.
pub(super) async fn show(
    State(handle): State<Handle>,
    Path(id): Path<String>,
    Query(outcome): Query<Outcome>,
) -> Response {
    let found = handle.read(|account| {
        let profile = account.profile(&id)?.clone();
        let agent = account.contact_center.agent_of(&id).map(|agent| agent.id.clone());
        Some((profile, agent, role(account, &id)))
    });
    let Some((profile, agent, role)) = found else {
        return missing("user", Place::Users);
    };
    let user = &profile.user;
    let content = html! {
        (actions(user))
        dl {
            dt { "Username" } dd { (user.basic_info.user_name) }
            dt { "Status" } dd { (status(user)) }
            dt { "Email" } dd { (user.basic_info.primary_email.as_deref().unwrap_or("none")) }
            dt { "User ID" } dd { (user.user_id()) }
            dt { "Site" } dd { (site(user)) }
            dt { "Role" } dd { (role) }
            @if let Some(provider) = &user.basic_info.scim_provider {
                dt { "Managed by" } dd { (provider) }
            }
            dt { "Licenses" } dd { (none_if_empty(licenses(user))) }
            dt { "Extensions" } dd { (none_if_empty(extensions(user).join(", "))) }
            dt { "Numbers" } dd { (none_if_empty(numbers(user).join(", "))) }
            dt { "Devices" } dd { (none_if_empty(devices(user).join(", "))) }
            dt { "Emergency calls" } dd { @if profile.emergency_calls() { "possible" } @else { "not possible" } }
            dt { "Ring groups" } dd { (none_if_empty(groups(user, true))) }
            dt { "Call queues" } dd { (none_if_empty(groups(user, false))) }
            dt { "Signed-in apps and phones" } dd { (profile.sessions) }
            @if let Some(agent) = &agent {
                dt { "Contact Center agent" }
                dd { a href=(format!("{AGENTS}/{agent}")) { (agent) } }
            }
        }
        (belongings(&profile.belongings))
    };
    page(&full_name(user), Place::Users, Some(&outcome), content).into_response()
}

fn none_if_empty(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

fn role(account: &Account, id: &str) -> &'static str {
    if account.administrators.primary == id {
        "primary administrator"
    } else if account.administrators.secondary.iter().any(|known| known == id) {
        "secondary administrator"
    } else {
        "user"
    }
}

fn site(user: &User) -> &str {
    let site = user.basic_info.site.as_ref();
    site.and_then(|site| site.name.as_deref()).unwrap_or("none")
}

fn extensions(user: &User) -> Vec<String> {
    let extensions = user.extensions().iter();
    extensions
        .map(|extension| {
            let kind = extension
                .extension_type
                .as_ref()
                .map_or("UC", |kind| kind.as_str());
            format!(
                "{} ({kind})",
                extension.extension_number.as_deref().unwrap_or("none")
            )
        })
        .collect()
}

fn devices(user: &User) -> Vec<String> {
    let devices = user.extensions().iter().flat_map(|extension| &extension.devices);
    devices
        .map(|device| {
            let status = device.status.as_deref().unwrap_or("unknown");
            format!("{} ({status})", device.model.as_deref().unwrap_or("unnamed"))
        })
        .collect()
}

fn groups(user: &User, ring: bool) -> String {
    let names: Vec<_> = if ring {
        let groups = user.ring_groups().iter();
        groups
            .map(|group| group.name.clone().unwrap_or_else(|| group.id.clone()))
            .collect()
    } else {
        let queues = user.call_queues().iter();
        queues
            .map(|queue| queue.name.clone().unwrap_or_else(|| queue.id.clone()))
            .collect()
    };
    names.join(", ")
}

fn belongings(belongings: &Belongings) -> Markup {
    let rows = [
        ("Voicemail messages", belongings.voicemails),
        ("Voicemail greetings", belongings.greetings),
        ("Calls in the history", belongings.call_history),
        ("Faxes", belongings.faxes),
        ("Chat and SMS messages", belongings.messages),
        ("Meetings", belongings.meetings),
        ("Call recordings", belongings.recordings),
    ];
    html! {
        table {
            caption { "What belongs to the user" }
            thead { tr { th scope="col" { "What" } th scope="col" { "How many" } } }
            tbody { @for (what, count) in rows { tr { th scope="row" { (what) } td { (count) } } } }
        }
    }
}

/// Asks before a user is deactivated, activated, reset or deleted.
pub(super) async fn confirm(
    State(handle): State<Handle>,
    Path((id, action)): Path<(String, String)>,
) -> Response {
    let name = handle.read(|account| account.profile(&id).map(|profile| full_name(&profile.user)));
    let (Some(name), Some((title, text))) = (name, wording(&action)) else {
        return missing("user", Place::Users);
    };
    let path = format!("{USERS}/{id}");
    question(
        &format!("{title}: {name}"),
        Place::Users,
        text,
        &format!("{path}/{action}"),
        &path,
    )
    .into_response()
}

fn wording(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        "deactivate" => (
            "Deactivate user",
            "The user is signed out everywhere and cannot sign in. License, extension and number stay.",
        ),
        "activate" => ("Activate user", "The user can sign in again."),
        "reset" => (
            "Reset to Default Settings",
            "Personal settings and greetings are deleted, so that somebody else can have the extension.",
        ),
        "delete" => (
            "Delete",
            "The user is deleted for good, with voicemail, faxes, chat and SMS messages. Nobody can restore it.",
        ),
        _ => return None,
    })
}

/// Does what was confirmed.
pub(super) async fn act(
    State(handle): State<Handle>,
    Path((id, action)): Path<(String, String)>,
) -> Response {
    let at = millis(Timestamp::now());
    let path = format!("{USERS}/{id}");
    let set = |status| handle.by_hand(|account| account.console_set_status(&id, status, at));
    let (result, done) = match action.as_str() {
        "deactivate" => (set(UserStatus::Inactive), SAVED),
        "activate" => (set(UserStatus::Active), SAVED),
        "reset" => (handle.by_hand(|account| account.console_reset(&id, at)), SAVED),
        "delete" => {
            let result: Result<(), Failure> = handle.by_hand(|account| account.delete_user(&id, at));
            let to = if result.is_ok() { USERS } else { &path };
            return lead(to, result, DELETED).into_response();
        }
        _ => return missing("action", Place::Users),
    };
    lead(&path, result, done).into_response()
}
