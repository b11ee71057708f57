//! The journal: every call on the vendor's APIs, in the order in which they arrived.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::millis;

/// One call on the vendor's APIs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the order of arrival, from 1.
    pub seq: u64,
    /// When the call arrived, RFC 3339 with milliseconds.
    pub time: String,
    /// Label of the key, such as `primary`; never the key. Null where the account does not know the key.
    pub key: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Path with query, as it came.
    pub path: String,
    /// HTTP status that was sent, 0 where the connection was reset instead.
    pub status: u16,
    /// Body of the request, null without one. Secrets are replaced by `***`.
    pub request: Value,
    /// Body of the answer, null without one. Tokens are replaced by `***`.
    pub response: Value,
    /// Name of the fault that was played, null without one.
    pub fault: Option<String>,
}

/// When and as what a call arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// Place in the order of arrival.
    pub(crate) seq: u64,
    /// When, RFC 3339 with milliseconds.
    pub(crate) time: String,
}

/// All calls that have been answered.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: BTreeMap<u64, Entry>,
    arrived: u64,
    last: Timestamp,
}

impl Journal {
    /// Notes that a call arrived. Times never go back, also where the wall clock does.
    pub(crate) fn arrive(&mut self) -> Arrival {
        self.arrived += 1;
        self.last = self.last.max(millis(Timestamp::now()));
        Arrival {
            seq: self.arrived,
            time: rfc3339(self.last),
        }
    }

    /// Notes what became of a call.
    pub(crate) fn record(&mut self, entry: Entry) {
        self.entries.insert(entry.seq, entry);
    }

    /// The calls that arrived after the call of this number and have been answered, by arrival.
    pub(crate) fn after(&self, seq: u64) -> Vec<Entry> {
        let later = self.entries.range(seq.saturating_add(1)..);
        later.map(|(_, entry)| entry.clone()).collect()
    }
}

/// RFC 3339 with three decimals, also where they are zero.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}
