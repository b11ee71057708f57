//! Everything that can stand in the way, each with a short name, what it is, and what to do. All texts stand
//! here, a file a subject.

mod account;
mod confirmations;
mod connector;
mod contact_center;
mod holdings;
mod identity;
mod protection;
mod references;
mod writes;

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::{Blocker, ObservedQueue};

pub(super) use account::*;
pub(super) use confirmations::*;
pub(super) use connector::*;
pub(super) use contact_center::*;
pub(super) use holdings::*;
pub(super) use identity::*;
pub use protection::waits_for_approval;
pub(super) use protection::*;
pub(super) use references::*;
pub(super) use writes::*;

/// A blocker before it is known since when it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lifecycle) struct Obstacle {
    pub reason: Reason,
    pub what: String,
    pub to_do: String,
}

impl Obstacle {
    pub fn new(reason: Reason, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            reason,
            what: shorten(what.into()),
            to_do: shorten(to_do.into()),
        }
    }

    /// Takes in what another of the same reason says beyond this one.
    pub fn merge(&mut self, other: &Self) {
        if !self.what.contains(&other.what) {
            self.what = shorten(format!("{} {}", self.what, other.what));
        }
    }

    pub fn since(self, since: Timestamp) -> Blocker {
        Blocker {
            reason: self.reason.into(),
            what: self.what,
            to_do: self.to_do,
            since,
        }
    }
}

/// The CRD bounds a text to 1024 characters.
pub(in crate::lifecycle) fn shorten(text: String) -> String {
    match text.char_indices().nth(1000) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn listed(queues: &[ObservedQueue]) -> String {
    let names: Vec<_> = queues
        .iter()
        .map(|queue| {
            if queue.name.is_empty() {
                &queue.id
            } else {
                &queue.name
            }
        })
        .cloned()
        .collect();
    names.join(", ")
}
