//! One write of a rehearsed run, in words.

use jiff::Timestamp;
use serde::Serialize;

use crate::api::user_status::StepName;
use crate::lifecycle::change::{Change, ProfileChange, ServiceChange};
use crate::lifecycle::proof::{ConnectorRemoval, LicenseScope};
use crate::lifecycle::{Action, Profile};

/// One write that would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Deed {
    /// The step that it is part of.
    pub step: StepName,
    /// When, if nothing holds it up.
    pub at: Timestamp,
    /// What it does.
    pub what: String,
    /// Whether it takes something away.
    pub takes: bool,
    /// Whether it cannot be undone.
    #[serde(rename = "final")]
    pub is_final: bool,
}

impl Deed {
    /// What an action does to a profile. A claim is none: it touches nothing in the account.
    pub(super) fn of(action: &Action, at: Timestamp, profile: Option<&Profile>) -> Option<Self> {
        Some(Self {
            step: action.step()?,
            at,
            what: words(action, profile),
            takes: action.takes(),
            is_final: is_final(action),
        })
    }
}

/// With licenses goes voicemail, and with the profile everything (rules F1, B6).
fn is_final(action: &Action) -> bool {
    match action {
        Action::RemoveLicenses(_) | Action::RemoveAccess { .. } | Action::Delete(_) => true,
        Action::Connector(proof) => *proof.removal() == ConnectorRemoval::License,
        _ => false,
    }
}

fn words(action: &Action, profile: Option<&Profile>) -> String {
    match action {
        Action::Claim { .. } => String::new(),
        Action::Deactivate(proof) if proof.hides() => {
            "set INACTIVE, and take out of the company directory".to_owned()
        }
        Action::Deactivate(_) => "set INACTIVE; sessions end".to_owned(),
        Action::Activate(_) => "set ACTIVE".to_owned(),
        Action::Reactivate(_) => "set ACTIVE for a moment, so that licenses can be taken off".to_owned(),
        Action::LeaveRingGroup { proof, .. } => {
            format!("leave the ring group {}", group_name(profile, proof.group_id()))
        }
        Action::JoinRingGroup(proof) => format!("join the ring group {}", proof.group_id()),
        Action::Create(proof) => format!("create the profile at the site {}", proof.profile().site),
        Action::Change(proof) => changed(proof.change()),
        Action::RemoveLicenses(proof) => match proof.scope() {
            LicenseScope::All => format!("take off {}", everything(profile)),
            LicenseScope::Named(name) => format!("take off the license {name}"),
        },
        Action::RemoveAccess { .. } => {
            format!("set INACTIVE and take off {}, in one write", everything(profile))
        }
        Action::LogOutAgent(proof) => format!("log the agent {} out of Contact Center", proof.agent_id()),
        Action::Connector(proof) => match proof.removal() {
            ConnectorRemoval::Queue(id) => format!("have the connector take the agent out of the queue {id}"),
            ConnectorRemoval::Supervisor => "have the connector take the supervisor right away".to_owned(),
            ConnectorRemoval::Administrator => {
                "have the connector take the administrator role away".to_owned()
            }
            ConnectorRemoval::License => "have the connector take the Contact Center license off".to_owned(),
        },
        Action::Delete(_) => "delete the profile, for good".to_owned(),
    }
}

fn group_name<'a>(profile: Option<&'a Profile>, id: &'a str) -> &'a str {
    let groups = profile.map_or(&[][..], |profile| &profile.ring_groups);
    let found = groups.iter().find(|group| group.id == id);
    found.map_or(id, |group| &group.name)
}

/// Everything that goes with the licenses.
fn everything(profile: Option<&Profile>) -> String {
    let Some(profile) = profile else {
        return "all licenses and extensions".to_owned();
    };
    let licenses = profile.licenses.iter().filter(|license| !license.contact_center);
    let licenses: Vec<_> = licenses.map(|license| license.name.as_str()).collect();
    let extensions = profile.work_extensions().filter_map(|one| one.number.as_deref());
    let extensions: Vec<_> = extensions.collect();
    let numbers = profile.numbers().count();
    let mut parts = Vec::new();
    if !licenses.is_empty() {
        parts.push(format!(
            "{} {}",
            plural("license", licenses.len()),
            licenses.join(", ")
        ));
    }
    if !extensions.is_empty() {
        parts.push(format!(
            "{} {}",
            plural("extension", extensions.len()),
            extensions.join(", ")
        ));
    }
    if numbers > 0 {
        parts.push(format!("{numbers} {}", plural("number", numbers)));
    }
    if parts.is_empty() {
        "what is left of licenses and extensions".to_owned()
    } else {
        parts.join(", ")
    }
}

fn plural(word: &str, count: usize) -> String {
    format!("{word}{}", if count == 1 { "" } else { "s" })
}

fn changed(change: &Change) -> String {
    match change {
        Change::Rename(name) => format!("rename to {name}"),
        Change::Profile(change) => format!("update {}", fields(change).join(", ")),
        Change::Services(services) => format!("give {}", given(services).join(", ")),
    }
}

fn fields(change: &ProfileChange) -> Vec<&'static str> {
    let fields = [
        ("first name", change.first_name.is_some()),
        ("last name", change.last_name.is_some()),
        ("e-mail address", change.primary_email.is_some()),
        ("directory entry", change.display_in_directory.is_some()),
        ("policy profile", change.policy_profile.is_some()),
        ("extension", change.extension.is_some()),
    ];
    let set = fields.into_iter().filter(|(_, set)| *set);
    set.map(|(name, _)| name).collect()
}

fn given(services: &ServiceChange) -> Vec<String> {
    let licenses = services.licenses.iter().map(|name| format!("the license {name}"));
    let extensions = services.extensions.iter();
    let extensions = extensions.map(|extension| format!("the extension {}", extension.number));
    licenses.chain(extensions).collect()
}
