//! The operations in flight: pure, the time comes in from outside.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use super::{
    lanes::Lane,
    windows::{Wait, free_of_burst},
};

/// How long a write of unknown outcome is taken to be at work.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
/// How long an operation is taken to be at work that nobody asks about any more: 8x8 calls 10 minutes a support case.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);

/// How many may be reserved at once and not sent, beside those for cutting access.
const RESERVABLE: usize = 3;

/// The slots for operations.
#[derive(Debug)]
pub(super) struct Slots {
    limit: usize,
    /// How many may be reserved and not sent: enough to keep the account busy. Each takes a request of the minute from when it
    /// is reserved on, and holders that read must not wait for each other.
    reservable: usize,
    /// How many of those are kept free for cutting access, because as many of the requests are.
    free_requests: usize,
    reserved: usize,
    sending: usize,
    operations: HashMap<String, Instant>,
    unknown: Vec<Instant>,
}

impl Slots {
    pub(super) fn new(limit: u32, requests: u32) -> Self {
        let free_requests = free_of_burst(requests) as usize;
        Self {
            limit: limit as usize,
            reservable: (requests as usize)
                .saturating_sub(1)
                .min(RESERVABLE + free_requests)
                .max(1),
            free_requests,
            reserved: 0,
            sending: 0,
            operations: HashMap::new(),
            unknown: Vec::new(),
        }
    }

    /// Reserves a slot, or says what to wait for.
    pub(super) fn take(&mut self, now: Instant, lane: Lane) -> Result<(), Wait> {
        self.forget(now);
        // One slot is kept free for cutting access, where there is more than one.
        let (requests, slots) = match lane {
            Lane::Access => (0, 0),
            Lane::Leavers | Lane::Upkeep => (self.free_requests, usize::from(self.limit > 1)),
        };
        if self.reserved >= (self.reservable - requests).max(1) {
            return Err(Wait::Change);
        }
        if self.in_use() >= self.limit - slots {
            let first = self.unknown.iter().chain(self.operations.values()).min();
            return Err(first.map_or(Wait::Change, |at| Wait::Until(*at)));
        }
        self.reserved += 1;
        Ok(())
    }

    /// The write of a reserved slot is sent now.
    pub(super) fn send(&mut self) {
        self.reserved = self.reserved.saturating_sub(1);
        self.sending += 1;
    }

    /// A reserved slot is not needed.
    pub(super) fn give_back(&mut self) {
        self.reserved = self.reserved.saturating_sub(1);
    }

    /// The write had no effect.
    pub(super) fn no_effect(&mut self) {
        self.sending = self.sending.saturating_sub(1);
    }

    /// The write was accepted as this operation, or may be at work without anyone knowing its id.
    pub(super) fn at_work(&mut self, operation_id: Option<&str>, now: Instant) {
        self.sending = self.sending.saturating_sub(1);
        match operation_id {
            Some(id) => self.hold(id, now),
            None => self.hold_unknown(now),
        }
    }

    /// A write may be at work without anyone knowing its operation.
    pub(super) fn hold_unknown(&mut self, now: Instant) {
        self.unknown.push(now + UNKNOWN_FOR);
    }

    /// The operation is at work.
    pub(super) fn hold(&mut self, operation_id: &str, now: Instant) {
        self.operations
            .insert(operation_id.to_owned(), now + FORGOTTEN_AFTER);
    }

    /// The operation was seen at work: it counts on, where it counted.
    pub(super) fn still(&mut self, operation_id: &str, now: Instant) {
        if let Some(until) = self.operations.get_mut(operation_id) {
            *until = now + FORGOTTEN_AFTER;
        }
    }

    /// The account cannot tell about the operation: it counts for a bounded time.
    pub(super) fn doubt(&mut self, operation_id: &str, now: Instant) {
        if let Some(until) = self.operations.get_mut(operation_id) {
            *until = (*until).min(now + UNKNOWN_FOR);
        }
    }

    /// The operation ended.
    pub(super) fn release(&mut self, operation_id: &str) {
        self.operations.remove(operation_id);
    }

    /// Slots in use.
    pub(super) fn in_use(&self) -> usize {
        self.reserved + self.sending + self.operations.len() + self.unknown.len()
    }

    fn forget(&mut self, now: Instant) {
        self.operations.retain(|_, until| *until > now);
        self.unknown.retain(|until| *until > now);
    }
}
