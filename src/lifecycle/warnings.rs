//! What a person should know, though nothing waits for it. All texts stand here.

use jiff::Timestamp;

use crate::api::user_status::Warning;

use super::Situation;
use super::blockers::shorten;
use super::steps::whole_second;

/// A warning before it is known since when it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caution {
    reason: &'static str,
    what: String,
    to_do: Option<String>,
}

impl Caution {
    /// A warning, and what a person can do about it, where there is something.
    pub fn new(reason: &'static str, what: impl Into<String>, to_do: Option<&str>) -> Self {
        Self {
            reason,
            what: shorten(what.into()),
            to_do: to_do.map(|text| shorten(text.to_owned())),
        }
    }

    fn since(self, since: Timestamp) -> Warning {
        Warning {
            reason: self.reason.to_owned(),
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
        "NumberStillAssigned",
        format!(
            "The profile is gone, and {count} number(s) of status.held are still ASSIGNED and with no user."
        ),
        Some(
            "Look in the Admin Console → Phone numbers for what uses them. If nothing does, ask 8x8's support to release \
             them: the profile that held them was deleted with its license on (rule B3).",
        ),
    )
}
