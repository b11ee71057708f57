//! The gate of an API key: every call goes through it, first come, first served, so that no 429 is ever earned
//! (8x8-api.md §3.3).

mod slots;
#[cfg(test)]
mod tests;
mod windows;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Turn, Notify},
    time::{Instant, sleep_until},
};

use self::{
    slots::Slots,
    windows::{Wait, Windows},
};
use super::LimitsConfig;

pub use self::windows::Seen;

/// The limits of one key, shared by all who use it.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Who holds it is the next to be let in. Tokio's mutex is fair.
    turn: Turn<()>,
    /// The same for slots. Apart, because the polls that free a slot must get past those who wait for one.
    slot_turn: Turn<()>,
    changed: Notify,
}

struct State {
    windows: Windows,
    slots: Slots,
}

impl Gate {
    /// A gate that holds these limits; `warm` where an earlier process may have used them until now.
    pub fn new(limits: LimitsConfig, warm: bool) -> Self {
        let requests = limits.burst_requests.min(limits.requests_per_minute);
        let state = State {
            windows: Windows::new(limits, warm, Instant::now()),
            slots: Slots::new(limits.concurrent_operations, requests),
        };
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(state),
                turn: Turn::new(()),
                slot_turn: Turn::new(()),
                changed: Notify::new(),
            }),
        }
    }

    /// Waits until one call may be sent, which must be done at once.
    pub async fn enter(&self) -> Ticket {
        self.ticket(true).await
    }

    /// Waits until one write may be sent: for a slot and for a request.
    pub async fn reserve(&self) -> WritePermit {
        let slot = self.slot().await;
        let ticket = self.ticket(false).await;
        WritePermit { ticket, slot }
    }

    /// An operation counts as in flight until it is released, or for ten minutes.
    pub fn hold(&self, operation_id: &str) {
        self.change(|state| state.slots.hold(operation_id, Instant::now()));
    }

    /// A write that an earlier process sent may be at work, without anyone knowing its operation.
    pub fn hold_unknown(&self) {
        self.change(|state| state.slots.hold_unknown(Instant::now()));
    }

    /// An operation was seen at work.
    pub fn still(&self, operation_id: &str) {
        self.change(|state| state.slots.still(operation_id, Instant::now()));
    }

    /// The account cannot tell where an operation stands.
    pub fn doubt(&self, operation_id: &str) {
        self.change(|state| state.slots.doubt(operation_id, Instant::now()));
    }

    /// An operation ended.
    pub fn release(&self, operation_id: &str) {
        self.change(|state| state.slots.release(operation_id));
    }

    /// Slots in use: reserved, being sent, at work, or of unknown outcome.
    pub fn slots_in_use(&self) -> usize {
        self.lock().slots.in_use()
    }

    /// Whether more than half of the requests of a minute are used, so that reads which can wait should.
    pub fn is_short(&self) -> bool {
        self.lock().windows.is_short(Instant::now())
    }

    async fn ticket(&self, send: bool) -> Ticket {
        let _turn = self.inner.turn.lock().await;
        let id = self
            .wait_for(|state| state.windows.take(Instant::now(), send))
            .await;
        Ticket {
            gate: self.clone(),
            id,
            state: if send { Progress::Sent } else { Progress::Reserved },
        }
    }

    async fn slot(&self) -> Slot {
        let _turn = self.inner.slot_turn.lock().await;
        self.wait_for(|state| state.slots.take(Instant::now())).await;
        Slot {
            gate: self.clone(),
            state: Progress::Reserved,
        }
    }

    async fn wait_for<T>(&self, mut take: impl FnMut(&mut State) -> Result<T, Wait>) -> T {
        loop {
            let changed = self.inner.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let wait = match take(&mut self.lock()) {
                Ok(taken) => return taken,
                Err(wait) => wait,
            };
            match wait {
                Wait::Change => changed.await,
                Wait::Until(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
            }
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.inner.changed.notify_waiters();
        changed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

/// How far a ticket or a slot came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Reserved,
    Sent,
    Ended,
}

/// The right to send one request. Dropped unsent, it gives the request back.
#[derive(Debug)]
pub struct Ticket {
    gate: Gate,
    id: u64,
    state: Progress,
}

impl Ticket {
    /// The request is sent now.
    pub fn send(&mut self) {
        self.state = Progress::Sent;
        self.gate
            .change(|state| state.windows.sent(self.id, Instant::now()));
    }

    /// The request was answered. Gives how long nothing is sent because of it.
    pub fn answered(mut self, seen: Seen) -> Duration {
        self.state = Progress::Ended;
        self.gate
            .change(|state| state.windows.finish(self.id, Instant::now(), Some(seen)))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        match self.state {
            Progress::Reserved => self.gate.change(|state| state.windows.give_back(self.id)),
            Progress::Sent => {
                self.gate
                    .change(|state| state.windows.finish(self.id, Instant::now(), None));
            }
            Progress::Ended => {}
        }
    }
}

/// A slot for an operation. Dropped unsent, it is free; dropped while its write is on the way, it is held for a time.
#[derive(Debug)]
pub(super) struct Slot {
    gate: Gate,
    state: Progress,
}

impl Slot {
    fn send(&mut self) {
        self.state = Progress::Sent;
        self.gate.change(|state| state.slots.send());
    }

    /// The write had no effect: the slot is free.
    pub(super) fn no_effect(mut self) {
        self.state = Progress::Ended;
        self.gate.change(|state| state.slots.no_effect());
    }

    /// The write was accepted; the slot belongs to its operation.
    pub(super) fn accepted(mut self, operation_id: Option<&str>) {
        self.state = Progress::Ended;
        self.gate
            .change(|state| state.slots.at_work(operation_id, Instant::now()));
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        match self.state {
            Progress::Reserved => self.gate.change(|state| state.slots.give_back()),
            Progress::Sent => self
                .gate
                .change(|state| state.slots.at_work(None, Instant::now())),
            Progress::Ended => {}
        }
    }
}

/// The right to send one write at once: a request of the budget and a slot for its operation.
///
/// It is taken before the intent is persisted, so that nothing waits between the intent and the call. Dropped unused,
/// it gives both back. Its holder may read meanwhile, but must not reserve a second one.
#[derive(Debug)]
#[must_use = "a permit that is not used keeps others waiting"]
pub struct WritePermit {
    ticket: Ticket,
    slot: Slot,
}

impl WritePermit {
    /// The write is sent now.
    pub(super) fn send(mut self) -> (Ticket, Slot) {
        self.ticket.send();
        self.slot.send();
        (self.ticket, self.slot)
    }
}
