//! Time before the next pass over an object that failed, per object, with jitter.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(5);

/// How often each object failed one after the other.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: Mutex<HashMap<String, u32>>,
}

impl Backoff {
    /// The time to wait after another failure: 1 s, doubled each time, 5 min at most, up to a fifth longer so that
    /// objects that failed together do not come back together.
    pub fn failed(&self, uid: &str) -> Duration {
        let Ok(mut failures) = self.failures.lock() else {
            return LONGEST;
        };
        let times = failures.entry(uid.to_owned()).or_insert(0);
        let wait = FIRST.saturating_mul(1 << (*times).min(9)).min(LONGEST);
        *times = times.saturating_add(1);
        wait + wait.mul_f64(jitter(uid, *times) / 5.0)
    }

    /// Forgets the failures of an object that went well, or is gone.
    pub fn succeeded(&self, uid: &str) {
        if let Ok(mut failures) = self.failures.lock() {
            failures.remove(uid);
        }
    }
}

/// A number from 0 to 1 that differs from object to object and from time to time.
pub(super) fn jitter(uid: &str, times: u32) -> f64 {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((uid, times));
    f64::from(u16::try_from(hash & 0xffff).unwrap_or(0)) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_wait_ever_longer_and_a_success_forgets_them() {
        let backoff = Backoff::default();
        let waits: Vec<_> = (0..12).map(|_| backoff.failed("a")).collect();
        for (nth, wait) in waits.iter().enumerate() {
            let least = FIRST.saturating_mul(1 << nth.min(9)).min(LONGEST);
            assert!(
                (least..=least.mul_f64(1.2)).contains(wait),
                "wait {nth} is {wait:?}"
            );
        }
        backoff.succeeded("a");
        assert!(backoff.failed("a") < FIRST.mul_f64(1.21));
    }
}
