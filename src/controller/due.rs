//! When each object is to be looked at again, and what it rests on until then.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// When an object is to be looked at again, if nothing changes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wake {
    /// At this time; `None`: not before something changes.
    pub at: Option<Timestamp>,
    /// Whether the inventory of the account wakes it before.
    pub rests: bool,
}

impl Wake {
    /// Not before something changes in Kubernetes.
    pub const NEVER: Self = Self {
        at: None,
        rests: false,
    };

    /// Not before something changes in Kubernetes or in the account.
    pub const AT_REST: Self = Self {
        at: None,
        rests: true,
    };
}

impl From<Timestamp> for Wake {
    fn from(at: Timestamp) -> Self {
        Self {
            at: Some(at),
            rests: false,
        }
    }
}

/// What a pass over an object depends on, beside the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Basis {
    /// Digest of what is a reason to look at any object.
    pub fixed: u64,
    /// Digest of where the removals of the account stand: a reason to look at a leaver, also at one that waits for a time.
    pub removals: u64,
    /// Digest of what else is a reason to look at one that waits for something, and not at one at rest.
    pub moving: u64,
    /// Generation of its Tenant.
    pub tenant: Option<i64>,
}

/// Whether an object still has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It is due.
    No,
    /// So long.
    For(Duration),
    /// Until something changes.
    Change,
}

impl Wait {
    /// The time that is left, for an object that is due by its time alone.
    pub fn left(self) -> Option<Duration> {
        match self {
            Self::For(wait) => Some(wait),
            Self::No | Self::Change => None,
        }
    }

    /// The time after which the object is due by itself, as reconcilers give it.
    pub fn time(self) -> Option<Duration> {
        match self {
            Self::No => Some(Duration::from_millis(10)),
            Self::For(wait) => Some(wait),
            Self::Change => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    basis: Basis,
    wake: Wake,
    /// Whether it was woken since its last pass began.
    woken: bool,
}

/// When each object is due again, by its uid, so that a watch event that changed nothing of interest (our own status, say)
/// costs no call.
#[derive(Debug, Default)]
pub(super) struct Due {
    objects: Mutex<HashMap<String, Entry>>,
}

impl Due {
    /// Whether the object was looked at in this process.
    pub fn knows(&self, uid: &str) -> bool {
        self.objects().contains_key(uid)
    }

    /// Whether the object can still wait, if what its last pass depended on is as it was.
    pub fn wait(&self, uid: &str, basis: Basis, now: Timestamp) -> Wait {
        let objects = self.objects();
        let Some(entry) = objects.get(uid) else {
            return Wait::No;
        };
        let at_rest = entry.wake.rests || entry.wake.at.is_none();
        let same = entry.basis.fixed == basis.fixed
            && (entry.wake.at.is_none() || entry.basis.removals == basis.removals)
            && (at_rest || entry.basis.moving == basis.moving);
        match entry.wake.at {
            _ if entry.woken || !same => Wait::No,
            None => Wait::Change,
            Some(at) => match Duration::try_from(at.duration_since(now)) {
                Ok(rest) if !rest.is_zero() => Wait::For(rest),
                _ => Wait::No,
            },
        }
    }

    /// Notes that a pass begins: what wakes the object from now on is a reason for another one.
    pub fn begin(&self, uid: &str) {
        if let Some(entry) = self.objects().get_mut(uid) {
            entry.woken = false;
        }
    }

    /// Notes when an object is next due, as long as all stays as it is. One that was woken since its pass began is due.
    pub fn set(&self, uid: &str, basis: Basis, wake: Wake) {
        let mut objects = self.objects();
        let woken = objects.get(uid).is_some_and(|entry| entry.woken);
        objects.insert(uid.to_owned(), Entry { basis, wake, woken });
    }

    /// Makes an object due at once.
    pub fn wake(&self, uid: &str) {
        if let Some(entry) = self.objects().get_mut(uid) {
            entry.woken = true;
        }
    }

    /// Whether only the inventory of the account, or a change in Kubernetes, is a reason to look at the object now.
    pub fn rests(&self, uid: &str) -> bool {
        let entry = self.objects().get(uid).copied();
        entry.is_some_and(|entry| entry.wake.rests && !entry.woken)
    }

    /// Whether the object was looked at, or came to rest, under this generation of its Tenant.
    pub fn is_under(&self, uid: &str, tenant: Option<i64>) -> bool {
        let entry = self.objects().get(uid).copied();
        entry.is_some_and(|entry| entry.basis.tenant == tenant)
    }

    /// What an object was looked at under one generation of its Tenant counts under another one as well.
    pub fn carry(&self, uid: &str, from: Option<i64>, to: Option<i64>) {
        if let Some(entry) = self
            .objects()
            .get_mut(uid)
            .filter(|entry| entry.basis.tenant == from)
        {
            entry.basis.tenant = to;
        }
    }

    /// Forgets an object that is gone.
    pub fn remove(&self, uid: &str) {
        self.objects().remove(uid);
    }

    fn objects(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn basis(fixed: u64, moving: u64) -> Basis {
        Basis {
            fixed,
            removals: 1,
            moving,
            tenant: Some(1),
        }
    }

    fn set(wake: Wake) -> Due {
        let due = Due::default();
        due.set("a", basis(1, 1), wake);
        due
    }

    fn in_a_minute() -> Timestamp {
        Timestamp::from_second(60).unwrap()
    }

    #[test]
    fn an_object_waits_for_its_time_or_a_change() {
        let due = set(in_a_minute().into());
        let minute = Duration::from_secs(60);
        assert_eq!(due.wait("a", basis(1, 1), NOW), Wait::For(minute));
        assert_eq!(due.wait("a", basis(2, 1), NOW), Wait::No);
        assert_eq!(due.wait("a", basis(1, 2), NOW), Wait::No);
        assert_eq!(due.wait("a", basis(1, 1), in_a_minute()), Wait::No);
        assert_eq!(due.wait("another", basis(1, 1), NOW), Wait::No);
    }

    #[test]
    fn what_others_wait_for_is_no_reason_to_look_at_one_at_rest() {
        let due = set(Wake::AT_REST);
        assert_eq!(due.wait("a", basis(1, 2), NOW), Wait::Change);
        assert_eq!(due.wait("a", basis(2, 1), NOW), Wait::No);
    }

    #[test]
    fn where_the_removals_stand_is_a_reason_to_look_at_a_leaver_that_waits_for_a_time() {
        let waits = Wake {
            at: Some(in_a_minute()),
            rests: true,
        };
        let held = Basis {
            removals: 2,
            ..basis(1, 1)
        };
        assert_eq!(set(waits).wait("a", held, NOW), Wait::No);
        assert_eq!(
            set(waits).wait("a", basis(1, 2), NOW),
            Wait::For(Duration::from_secs(60))
        );
        assert_eq!(set(Wake::AT_REST).wait("a", held, NOW), Wait::Change);
    }

    #[test]
    fn one_that_is_woken_during_its_pass_is_looked_at_again() {
        let due = set(Wake::AT_REST);
        due.wake("a");
        assert!(!due.rests("a"));
        due.begin("a");
        due.set("a", basis(1, 1), Wake::AT_REST);
        assert_eq!(due.wait("a", basis(1, 1), NOW), Wait::Change);
        due.begin("a");
        due.wake("a");
        due.set("a", basis(1, 1), Wake::AT_REST);
        assert_eq!(due.wait("a", basis(1, 1), NOW), Wait::No);
    }

    #[test]
    fn a_failed_pass_does_not_put_to_rest_again() {
        let due = set(Wake::AT_REST);
        due.wake("a");
        due.begin("a");
        // What ends a pass early says that it is due.
        due.wake("a");
        assert!(due.knows("a") && !due.rests("a"));
        assert_eq!(due.wait("a", basis(1, 1), NOW), Wait::No);
    }
}
