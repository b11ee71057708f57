//! When the set of removals grew last.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Member;

/// When the set of removals of an account grew last, within this process. A new process takes all of them for new, so
/// that it waits once more.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    known: BTreeSet<String>,
    at: Option<Timestamp>,
}

impl Growth {
    /// Takes in the set as it is now, and gives the time of its last growth.
    pub fn of(&mut self, members: &[Member], now: Timestamp) -> Option<Timestamp> {
        let current: BTreeSet<_> = members.iter().map(|member| member.digest.clone()).collect();
        if !current.is_subset(&self.known) {
            self.at = Some(now);
        }
        self.known = current;
        self.at
    }
}
