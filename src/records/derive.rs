//! What happened between two statuses of a User.

use std::collections::BTreeMap;

use crate::api::offboarding_record::{EntryKind, RecordEntry};
use crate::api::status::READY;
use crate::api::user_status::{Outcome, StepName, StepState, StepStatus, UserStatus};

use super::facts;

/// An entry that has no place in a chain yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub kind: EntryKind,
    /// What there is to say of it.
    pub facts: BTreeMap<String, String>,
}

impl Draft {
    /// Whether an entry says the same already: what was noted before a crash is not noted twice.
    pub fn stands_in(&self, entries: &[RecordEntry]) -> bool {
        let same = |entry: &RecordEntry| entry.kind == self.kind && entry.facts == self.facts;
        // A step may be done, taken back and done again; only writes have names of their own.
        let named = self.facts.contains_key("intent") || self.kind == EntryKind::Ended;
        named && entries.iter().any(same)
    }
}

/// What happened between two statuses: writes that are about to be sent, what became of them, steps that were seen done.
pub fn events(before: &UserStatus, after: &UserStatus) -> Vec<Draft> {
    let mut found = Vec::new();
    if let Some(intent) = &after.intent {
        let known = before.intent.as_ref().filter(|known| known.id == intent.id);
        let base = || {
            [
                ("intent", intent.id.clone()),
                ("step", intent.step.to_string()),
                ("target", intent.target.clone().unwrap_or_default()),
            ]
        };
        if known.is_none() {
            found.push(draft(EntryKind::Intended, facts(base())));
        }
        let accepted = intent
            .operation_id
            .as_ref()
            .filter(|operation| known.and_then(|known| known.operation_id.as_ref()) != Some(operation));
        if let Some(operation) = accepted {
            let mut facts = facts(base());
            facts.insert("operation".to_owned(), operation.clone());
            found.push(draft(EntryKind::Accepted, facts));
        }
    }
    for step in &after.steps {
        let known = before.steps.iter().find(|known| known.name == step.name);
        let name = step.name.to_string();
        let failed = |known: &StepStatus| known.failure.as_ref().map(|f| f.times);
        if let Some(failure) = &step.failure
            && known.and_then(failed) != Some(failure.times)
        {
            let times = failure.times.to_string();
            let said = [
                ("step", name.clone()),
                ("reason", failure.reason.clone()),
                ("times", times),
            ];
            found.push(draft(EntryKind::Refused, facts(said)));
        }
        let was_done = known.is_some_and(|known| known.state == StepState::Done);
        if step.state == StepState::Done && !was_done {
            let by = if step.asserted_by_connector {
                "connector"
            } else {
                ""
            };
            let operation = step.operation_id.clone().unwrap_or_default();
            let said = [
                ("step", name),
                ("operation", operation),
                ("assertedBy", by.to_owned()),
            ];
            found.push(draft(EntryKind::Verified, facts(said)));
        }
    }
    found
}

fn draft(kind: EntryKind, facts: BTreeMap<String, String>) -> Draft {
    Draft { kind, facts }
}

/// Whether a status is about to take something away from the person: a record is opened before it.
pub fn opens(before: &UserStatus, after: &UserStatus) -> bool {
    let takes = |step: StepName| {
        matches!(
            step,
            StepName::Deactivate
                | StepName::ContactCenterLogout
                | StepName::ContactCenterQueues
                | StepName::ContactCenterSupervisor
                | StepName::ContactCenterAdmin
                | StepName::ContactCenterLicense
                | StepName::RingGroups
                | StepName::Licenses
                | StepName::Delete
        )
    };
    let new = |id: &str| before.intent.as_ref().is_none_or(|known| known.id != id);
    (after.intent.as_ref()).is_some_and(|intent| takes(intent.step) && new(&intent.id))
}

/// How a run ended, where it did.
pub fn ended(after: &UserStatus) -> Option<&'static str> {
    if let Some(finished) = &after.finished {
        return Some(match finished.outcome {
            Outcome::Deleted => "Deleted",
            Outcome::AlreadyGone => "AlreadyGone",
        });
    }
    let ready = after.conditions.iter().find(|known| known.type_ == READY)?;
    match (ready.status.as_str(), ready.reason.as_str()) {
        ("True", "Deactivated") => Some("Deactivated"),
        ("True", "Active") => Some("Active"),
        _ => None,
    }
}
