//! What stands in clear beside a chain fits it, or was changed.

use std::collections::BTreeSet;

use super::{ChainError, RecordKey, asked};
use crate::api::offboarding_record::{EntryKind, OffboardingRecordSpec, RecordEntry, RecordedPerson};

impl RecordKey {
    /// Checks a record: its chain, and all that stands beside it. `name` is the record's own.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify), and what beside the chain does not fit it. Names that were erased are not missed.
    pub fn verify_record(&self, name: &str, record: &OffboardingRecordSpec) -> Result<(), ChainError> {
        self.verify(&record.entries, record.outcome.as_deref())?;
        let first = record.entries.first().ok_or(ChainError::Empty)?;
        says(first, "userUid", &record.user_uid, "userUid")?;
        if !name.starts_with(&record.user_uid) {
            return Err(beside("the name of the record", first));
        }
        let Some(person) = &record.person else {
            return Ok(());
        };
        says(first, "user", &self.hash(&person.user), "the User")?;
        says(first, "userName", &self.hash(&person.user_name), "userName")?;
        says(
            first,
            "requestedBy",
            &self.hash(&person.requested_by),
            "who asked",
        )?;
        says(first, "losses", &self.hashes(&person.losses), "what was foreseen")?;
        let last = asked(&record.entries).unwrap_or(first);
        says(
            last,
            "approvedBy",
            &self.hashes(&person.approved_by),
            "who approved",
        )?;
        if self.asked_later(person) == amended(&record.entries, person, self) {
            Ok(())
        } else {
            Err(beside("who asked later", last))
        }
    }

    /// Those who stand beside the chain as having asked later.
    fn asked_later(&self, person: &RecordedPerson) -> BTreeSet<String> {
        let names = person.later_requested_by.iter();
        names.map(|name| self.hash(name)).collect()
    }
}

/// Those who asked later, as the chain says. Who asked first and again is named once.
fn amended(entries: &[RecordEntry], person: &RecordedPerson, key: &RecordKey) -> BTreeSet<String> {
    let first = key.hash(&person.requested_by);
    let later = entries.iter().filter(|entry| entry.kind == EntryKind::Amended);
    let later = later.filter_map(|entry| entry.facts.get("requestedBy").cloned());
    later.filter(|name| *name != first).collect()
}

/// That an entry says the same as what stands beside the chain.
fn says(entry: &RecordEntry, fact: &str, beside_it: &str, what: &'static str) -> Result<(), ChainError> {
    let sealed = entry.facts.get(fact).map_or("", String::as_str);
    if sealed == beside_it {
        Ok(())
    } else {
        Err(beside(what, entry))
    }
}

fn beside(what: &'static str, entry: &RecordEntry) -> ChainError {
    let seq = entry.seq;
    ChainError::Beside { what, seq }
}
