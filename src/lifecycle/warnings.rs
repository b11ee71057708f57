//! What a person should know, though nothing waits for it. All texts stand here.

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::Warning;

use super::Situation;
use super::blockers::shorten;
use super::steps::whole_second;

/// A warning before it is known since when it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caution {
    reason: Reason,
    what: String,
    to_do: Option<String>,
}

impl Caution {
    /// A warning, and what a person can do about it, where there is something.
    pub fn new(reason: Reason, what: impl Into<String>, to_do: Option<&str>) -> Self {
        Self {
            reason,
            what: shorten(what.into()),
            to_do: to_do.map(|text| shorten(text.to_owned())),
        }
    }

    fn since(self, since: Timestamp) -> Warning {
        Warning {
            reason: self.reason.into(),
            what: self.what,
            to_do: self.to_do,
            since,
        }
    }
}

/// Warnings of one reason are one, and keep the time since when they stand there.
pub(super) fn stamped(s: &Situation<'_>, cautions: Vec<Caution>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for caution in cautions {
        if warnings.iter().any(|warning| warning.reason == caution.reason) {
            continue;
        }
        let known = (s.memory.warnings.iter()).find(|warning| warning.reason == caution.reason);
        warnings.push(caution.since(known.map_or(whole_second(s.now), |warning| warning.since)));
    }
    warnings
}

/// Numbers of a user who is gone without Onhook are still ASSIGNED, and no user holds them (case 10). Which they are
/// stands in `held`: a warning becomes an event.
pub(super) fn numbers_still_assigned(count: usize) -> Caution {
    Caution::new(
        Reason::NumberStillAssigned,
        format!(
            "The profile is gone, and {count} number(s) of status.held are still ASSIGNED and with no user."
        ),
        Some(
            "Look in the Admin Console → Phone numbers for what uses them. If nothing does, ask 8x8's support to release \
             them: the profile that held them was deleted with its license on (rule B3).",
        ),
    )
}

pub(super) fn profile_repurposed() -> Caution {
    Caution::new(
        Reason::ProfileRepurposed,
        "userName, first name, last name and e-mail address are all changed at once: another person would get this \
         profile, with its voicemail, its forwarding and its second factor (rule J5).",
        Some("If it is another person, take the change back and make a new User object for them."),
    )
}

pub(super) fn site_differs() -> Caution {
    Caution::new(
        Reason::SiteDiffers,
        "The profile is at another site than the declared one, and the API cannot move it (rule J8).",
        Some("Move the user in the Admin Console, or declare the site that it is at."),
    )
}

pub(super) fn extension_ambiguous() -> Caution {
    Caution::new(
        Reason::ExtensionAmbiguous,
        "The user has several extensions, and none has the declared number. None is changed.",
        Some("Set spec.profile.extension to one of status.observed.extensions."),
    )
}

/// What an active user has and no object declares. Nothing of it is ever removed.
pub(super) fn undeclared(licenses: &[&str], queues: &[&str]) -> Caution {
    let list = |kind, names: &[&str]| (!names.is_empty()).then(|| format!("{kind}: {}", names.join(", ")));
    let both: Vec<_> = list("licenses", licenses)
        .into_iter()
        .chain(list("queues", queues))
        .collect();
    Caution::new(
        Reason::Undeclared,
        format!(
            "The account has on this user, and nothing declares: {}.",
            both.join("; ")
        ),
        Some(
            "Declare them by LicenseAssignments and QueueAssignments, or leave them: Onhook removes none of them.",
        ),
    )
}

/// What a run that was taken back had destroyed for good (rules F1, F5).
pub(super) fn not_restored(queues: &[&str], numbers: usize) -> Caution {
    let mut what =
        "With the license went voicemail messages, greetings, PIN, forwarding rules and call history, which \
                    nothing brings back (rules F1, F5)."
            .to_owned();
    if !queues.is_empty() {
        what.push_str(&format!(" No API joins again: {}.", queues.join(", ")));
    }
    if numbers > 0 {
        what.push_str(&format!(
            " {numbers} number(s) of status.held are no longer free."
        ));
    }
    Caution::new(
        Reason::NotRestored,
        what,
        Some(
            "Set greetings and forwarding anew, join the queues in the Admin Console, and activate the phones again.",
        ),
    )
}
