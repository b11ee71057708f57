//! The chain of an [`OffboardingRecord`](crate::api::OffboardingRecord), and what of a status belongs into it. Pure.

mod amend;
mod beside;
mod derive;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::api::offboarding_record::{EntryKind, Noted, OffboardingRecordSpec, RecordEntry};

pub use amend::ASSIGNMENTS;
pub use derive::{ended, events, intends, is_due, opens, stands_in};

/// The key of all seals, 32 random bytes.
#[derive(Clone)]
pub struct RecordKey(Vec<u8>);

/// Where a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The entry does not fit its seal: it, or the one before it, was changed.
    #[error(
        "entry {seq} ({kind:?}, {at}) does not fit its seal: it was changed, or one before it was taken out"
    )]
    Broken {
        /// Its number, as it stands there.
        seq: i32,
        /// What it says it is.
        kind: EntryKind,
        /// When it says it was.
        at: Timestamp,
    },
    /// There is no entry at all.
    #[error("the record has no entries")]
    Empty,
    /// The outcome beside the chain is not what the last entry says.
    #[error(
        "the outcome beside the chain is not what its last entry ({0}) says: it, or the end of the chain, was changed"
    )]
    Outcome(i32),
    /// Something else beside the chain is not what the entries say.
    #[error("{what} beside the chain is not what entry {seq} says: it was changed")]
    Beside {
        /// What it is.
        what: &'static str,
        /// Number of the entry.
        seq: i32,
    },
}

impl RecordKey {
    /// The key of these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// How somebody stands in the chain: the same person is the same text, and nobody without the key finds out who.
    pub fn hash(&self, name: &str) -> String {
        self.mac(&["name", name])
    }

    /// Puts an entry behind the others.
    pub fn append(&self, entries: &mut Vec<RecordEntry>, noted: Noted) {
        let mut entry = RecordEntry {
            seq: i32::try_from(entries.len()).unwrap_or(i32::MAX).saturating_add(1),
            at: noted.at,
            kind: noted.kind,
            facts: noted.facts,
            seal: String::new(),
        };
        entry.seal = self.seal(entries.last(), &entry);
        entries.push(entry);
    }

    /// Checks every seal of a chain, and the outcome that stands beside it.
    ///
    /// # Errors
    /// Names the first entry that does not hold. Entries taken off the end are not seen here: compare the last seal with
    /// the one that was logged.
    pub fn verify(&self, entries: &[RecordEntry], outcome: Option<&str>) -> Result<(), ChainError> {
        let last = entries.last().ok_or(ChainError::Empty)?;
        for (n, entry) in entries.iter().enumerate() {
            let before = n.checked_sub(1).and_then(|n| entries.get(n));
            let in_place = i32::try_from(n + 1) == Ok(entry.seq);
            if !in_place || self.seal(before, entry) != entry.seal {
                return Err(ChainError::Broken {
                    seq: entry.seq,
                    kind: entry.kind,
                    at: entry.at,
                });
            }
        }
        let ended = (last.kind == EntryKind::Ended).then(|| last.facts.get("outcome").map(String::as_str));
        if outcome == ended.flatten() {
            Ok(())
        } else {
            Err(ChainError::Outcome(last.seq))
        }
    }

    /// How several stand in the chain.
    pub fn hashes(&self, names: &[String]) -> String {
        let hashed: Vec<_> = names.iter().map(|name| self.hash(name)).collect();
        hashed.join(",")
    }

    fn seal(&self, before: Option<&RecordEntry>, entry: &RecordEntry) -> String {
        let facts: Vec<_> = (entry.facts.iter())
            .flat_map(|(key, value)| [key.as_str(), value.as_str()])
            .collect();
        let (seq, at, kind) = (
            entry.seq.to_string(),
            entry.at.to_string(),
            format!("{:?}", entry.kind),
        );
        let before = before.map_or("", |before| before.seal.as_str());
        let mut parts = vec!["entry", before, &seq, &at, &kind];
        parts.extend(facts);
        self.mac(&parts)
    }

    /// Every part goes in with its length, so that no two lists of parts are the same text.
    fn mac(&self, parts: &[&str]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The entry that says last what is asked for, by whom, and who approved it.
pub fn asked(entries: &[RecordEntry]) -> Option<&RecordEntry> {
    let asks = |entry: &&RecordEntry| matches!(entry.kind, EntryKind::Opened | EntryKind::Amended);
    entries.iter().rfind(asks)
}

/// When the names beside a chain are to be erased, if they are kept so long after the record ended. An open record, and one
/// without names, has no such time.
pub fn names_end(record: &OffboardingRecordSpec, kept: SignedDuration) -> Option<Timestamp> {
    record.person.as_ref()?;
    let last = record
        .entries
        .last()
        .filter(|last| last.kind == EntryKind::Ended)?;
    last.at.checked_add(kept).ok()
}

/// Facts of an entry.
pub fn facts<const N: usize>(facts: [(&str, String); N]) -> BTreeMap<String, String> {
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    facts.map(|(key, value)| (key.to_owned(), value)).collect()
}
