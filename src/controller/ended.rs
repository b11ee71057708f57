//! What a pass found out and needs no second look: that an operation has ended, and that the numbers it freed are free.
//!
//! Between that and the next write lies a wait for its turn, which can be long, and after which the pass begins anew.
//! Neither can change back: an operation that has ended does not run again, and a number that is another's by then is
//! not the leaver's either. What can change, the profile, is read again by a GET.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::NumberSight;

/// Longer than any wait for a turn. Who waits longer looks again.
const KEPT: Duration = Duration::from_hours(1);

/// Operations of an account that were seen to have ended, by their ids.
#[derive(Default)]
pub(super) struct Ended(Mutex<HashMap<String, End>>);

struct End {
    seen: Instant,
    numbers: Option<BTreeMap<String, NumberSight>>,
}

impl Ended {
    /// Notes that an operation was seen to have ended with success.
    pub fn note(&self, operation_id: &str) {
        let (mut ended, now) = (self.ended(), Instant::now());
        ended.retain(|_, end| now - end.seen < KEPT);
        let end = End {
            seen: now,
            numbers: None,
        };
        ended.entry(operation_id.to_owned()).or_insert(end);
    }

    /// Notes what the account said of the numbers that an operation freed, all of them free.
    pub fn note_free(&self, operation_id: &str, numbers: BTreeMap<String, NumberSight>) {
        if let Some(end) = self.ended().get_mut(operation_id) {
            end.numbers = Some(numbers);
        }
    }

    /// Whether the operation was seen to have ended.
    pub fn has(&self, operation_id: &str) -> bool {
        self.ended().contains_key(operation_id)
    }

    /// The numbers that were free after it.
    pub fn free(&self, operation_id: &str) -> Option<BTreeMap<String, NumberSight>> {
        self.ended().get(operation_id)?.numbers.clone()
    }

    fn ended(&self) -> MutexGuard<'_, HashMap<String, End>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_ended_is_known_for_a_while_and_numbers_only_of_what_ended() {
        let ended = Ended::default();
        let free = BTreeMap::from([("+15550100".to_owned(), NumberSight::Available)]);
        ended.note_free("op-1", free.clone());
        assert!(!ended.has("op-1") && ended.free("op-1").is_none());
        ended.note("op-1");
        ended.note_free("op-1", free.clone());
        ended.note("op-1");
        assert_eq!(ended.free("op-1"), Some(free));
        tokio::time::advance(KEPT).await;
        ended.note("op-2");
        assert!(!ended.has("op-1") && ended.has("op-2"));
    }
}
