//! What happened between two statuses of a User.

use jiff::Timestamp;

use crate::api::offboarding_record::{EntryKind, Noted, RecordEntry};
use crate::api::status::READY;
use crate::api::user_status::{Outcome, StepName, StepState, StepStatus, UserStatus};

use super::facts;

/// So much waits for the record at most.
const MOST_UNRECORDED: usize = 32;

/// Whether an entry says the same already: what was noted before a crash is not noted twice.
pub fn stands_in(noted: &Noted, entries: &[RecordEntry]) -> bool {
    // A step may be done, taken back and done again; only writes have names of their own.
    let named = noted.facts.contains_key("intent") || noted.kind == EntryKind::Ended;
    let same = |entry: &RecordEntry| {
        entry.kind == noted.kind && entry.facts == noted.facts && (named || entry.at == noted.at)
    };
    entries.iter().any(same)
}

/// What happened between two statuses: writes that are about to be sent, what became of them, steps that were seen done.
/// All of it is noted at the time `now`.
pub fn events(before: &UserStatus, after: &UserStatus, now: Timestamp) -> Vec<Noted> {
    let noted = |kind, facts| Noted { at: now, kind, facts };
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
            found.push(noted(EntryKind::Intended, facts(base())));
        }
        let accepted = intent
            .operation_id
            .as_ref()
            .filter(|operation| known.and_then(|known| known.operation_id.as_ref()) != Some(operation));
        if let Some(operation) = accepted {
            let mut facts = facts(base());
            facts.insert("operation".to_owned(), operation.clone());
            found.push(noted(EntryKind::Accepted, facts));
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
            found.push(noted(EntryKind::Refused, facts(said)));
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
            found.push(noted(EntryKind::Verified, facts(said)));
        }
    }
    found
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
    intends(before, after) && (after.intent.as_ref()).is_some_and(|intent| takes(intent.step))
}

/// Whether what was noted goes into the record before a status is written. While one write follows the other at once, and
/// nothing else is asked for, it waits in the status; before the DELETE, and where the run is blocked, waits, goes on after
/// that or ends, the record says all of it.
pub fn is_due(before: &UserStatus, after: &UserStatus) -> bool {
    let goes_on = |status: &UserStatus| status.intent.is_some() && status.blockers.is_empty();
    let is_asked_anew = before.observed_generation != after.observed_generation;
    let deletes = after
        .intent
        .as_ref()
        .is_some_and(|intent| intent.step == StepName::Delete);
    after.record.is_none()
        || ended(after).is_some()
        || is_asked_anew
        || !goes_on(before)
        || !goes_on(after)
        || (deletes && intends(before, after))
        || after.unrecorded.len() >= MOST_UNRECORDED
}

/// Whether a write is about to be sent once the status is written.
pub fn intends(before: &UserStatus, after: &UserStatus) -> bool {
    let known = before.intent.as_ref().map(|intent| &intent.id);
    after
        .intent
        .as_ref()
        .is_some_and(|intent| known != Some(&intent.id))
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
