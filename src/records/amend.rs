//! What is asked for may change while a record is open, and so may who asks and who approved.

use jiff::Timestamp;

use super::{RecordKey, asked, facts};
use crate::api::offboarding_record::{EntryKind, Noted, OffboardingRecordSpec, RecordEntry, RecordedPerson};

/// The goal of a record about assignments of somebody who stays.
pub const ASSIGNMENTS: &str = "Assignments";

/// The facts that say what is asked for.
const ASKED: [&str; 3] = ["goal", "requestedBy", "approvedBy"];

impl RecordKey {
    /// Notes in an open record what is asked for (`goal`), by whom and with whose approval (`person`, as of now), where that
    /// is not what it says. Who asked first stays named so, and approvers stay.
    pub fn amend(
        &self,
        record: &mut OffboardingRecordSpec,
        goal: &str,
        person: RecordedPerson,
        now: Timestamp,
    ) {
        let of_assignments = record.entries.first().is_some_and(is_of_assignments);
        let Some(names) = &mut record.person else {
            return;
        };
        for name in person.approved_by {
            add(&mut names.approved_by, name);
        }
        // A removal of somebody who is to stay after all.
        let goal = if goal == ASSIGNMENTS && !of_assignments {
            "Active"
        } else {
            goal
        };
        let asks = facts([
            ("goal", goal.to_owned()),
            ("requestedBy", self.hash(&person.requested_by)),
            ("approvedBy", self.hashes(&names.approved_by)),
        ]);
        let same = |known: &RecordEntry| ASKED.iter().all(|fact| known.facts.get(*fact) == asks.get(*fact));
        if asked(&record.entries).is_some_and(same) {
            return;
        }
        if names.requested_by != person.requested_by {
            add(&mut names.later_requested_by, person.requested_by);
        }
        let amended = Noted {
            at: now,
            kind: EntryKind::Amended,
            facts: asks,
        };
        self.append(&mut record.entries, amended);
    }
}

fn is_of_assignments(opened: &RecordEntry) -> bool {
    opened.facts.get("goal").is_some_and(|goal| goal == ASSIGNMENTS)
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}
