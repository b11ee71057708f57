//! What was really begun, kept outside the process.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::api::Span;

/// The removals of an account that were begun within its limit, and the set that is held. It holds uids and times, no
/// personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// When the first write of a removal was sent, by the uid of its User.
    #[serde(default)]
    pub begun: BTreeMap<String, Timestamp>,
    /// How many users the account had when the first of them was begun. A share of it is not to shrink by what it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<usize>,
    /// The set that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
}

/// A set that went over the limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// Since when it is held. What counted then counts until it is let go.
    pub since: Timestamp,
    /// Uids of the Users in it that were begun before.
    pub users: BTreeSet<String>,
}

impl Ledger {
    /// Whether a removal was begun within the time of the limit. A time that lies ahead, because a clock was put back,
    /// counts.
    pub(super) fn recent(&self, uid: &str, per: Span, now: Timestamp) -> bool {
        // While a set is held, time stands still: nothing gets old by waiting.
        let now = self.hold.as_ref().map_or(now, |hold| hold.since.min(now));
        let begun = self.begun.get(uid);
        begun.is_some_and(|at| now.duration_since(*at) < per.as_duration())
    }

    /// Whether the User is in the held set, and was begun before.
    pub(super) fn holds(&self, uid: &str) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.users.contains(uid))
    }

    /// How many users the account has, or had before what counts was begun.
    pub(super) fn size(&self, users: Option<usize>) -> Option<usize> {
        self.users.max(users)
    }

    /// Notes that the removal of this User begins now, in an account of so many users.
    pub fn begin(&mut self, uid: &str, now: Timestamp, users: Option<usize>) {
        self.users = self.size(users);
        self.begun.insert(uid.to_owned(), now);
    }

    /// Forgets what does not count any more: it began long ago, and its User asks for nothing.
    pub(super) fn forget(&mut self, asking: &BTreeSet<&str>, per: Span, now: Timestamp) {
        let old: Vec<_> = (self.begun.keys())
            .filter(|uid| !asking.contains(uid.as_str()) && !self.recent(uid, per, now))
            .cloned()
            .collect();
        for uid in old {
            self.begun.remove(&uid);
        }
        if self.begun.is_empty() {
            self.users = None;
        }
    }
}
