//! Owners that the API server did not take for an assignment, so that none is asked for in each pass anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was refused last, by the uid of the assignment.
#[derive(Default)]
pub(super) struct RefusedOwners(Mutex<HashMap<String, Ask>>);

/// An owner that is asked for. It is worth another try for another User, after an edit of the assignment, and by another
/// process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// Uid of the owner.
    pub owner: String,
    /// Generation of the assignment.
    pub generation: Option<i64>,
}

impl RefusedOwners {
    /// Notes a refusal.
    pub fn note(&self, uid: String, ask: Ask) {
        self.refused().insert(uid, ask);
    }

    /// Whether just this was refused.
    pub fn has(&self, uid: &str, ask: &Ask) -> bool {
        self.refused().get(uid) == Some(ask)
    }

    /// Forgets an assignment that is not held any more.
    pub fn forget(&self, uid: &str) {
        self.refused().remove(uid);
    }

    fn refused(&self) -> MutexGuard<'_, HashMap<String, Ask>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(owner: &str, generation: i64) -> Ask {
        Ask {
            owner: owner.to_owned(),
            generation: Some(generation),
        }
    }

    #[test]
    fn a_refused_owner_is_asked_for_again_once_something_is_different() {
        let refused = RefusedOwners::default();
        refused.note("a".to_owned(), ask("jane", 1));
        assert!(refused.has("a", &ask("jane", 1)));
        assert!(!refused.has("a", &ask("jane", 2)), "it was edited");
        assert!(!refused.has("a", &ask("joe", 1)), "it is another's");
        assert!(!refused.has("b", &ask("jane", 1)));
        refused.forget("a");
        assert!(!refused.has("a", &ask("jane", 1)));
    }
}
