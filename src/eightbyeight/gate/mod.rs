//! The gate of an API key: every call goes through it, so that no 429 is ever earned (8x8-api.md §3.3). Who goes next is
//! told by the lane of a call: cutting access first, then the runs of leavers, then the rest, and each has a floor.
//! Something of every limit is kept free for cutting access.

#[cfg(test)]
mod lane_tests;
mod lanes;
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
    sync::{Mutex as Baton, Notify, oneshot},
    time::{Instant, sleep_until},
};

use self::{
    lanes::Line,
    slots::Slots,
    windows::{Wait, Windows},
};
use super::LimitsConfig;

pub use self::{
    lanes::{Lane, Turn},
    windows::Seen,
};

/// The limits of one key, shared by all who use it.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Whoever of those who wait holds it lets in whose turn it is, until its own comes.
    baton: Baton<()>,
    changed: Notify,
}

struct State {
    windows: Windows,
    slots: Slots,
    /// Those who wait for a request.
    requests: Line<Waiting<Ticket>>,
    /// Those who wait for a slot. Apart, because the polls that free a slot must get past them.
    operations: Line<Waiting<Slot>>,
}

/// How much of a budget is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Requests that count against the limit of a minute.
    pub used: usize,
    /// That limit.
    pub limit: u32,
    /// Calls that wait for their turn, by lane.
    pub waiting: [(Lane, usize); 3],
}

/// One who waits, and whether the request is sent at once.
struct Waiting<T> {
    send: bool,
    tell: oneshot::Sender<T>,
}

impl Gate {
    /// A gate that holds these limits; `warm` where an earlier process may have used them until now.
    pub fn new(limits: LimitsConfig, warm: bool) -> Self {
        let requests = limits.burst_requests.min(limits.requests_per_minute);
        let state = State {
            windows: Windows::new(limits, warm, Instant::now()),
            slots: Slots::new(limits.concurrent_operations, requests),
            requests: Line::default(),
            operations: Line::default(),
        };
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(state),
                baton: Baton::new(()),
                changed: Notify::new(),
            }),
        }
    }

    /// Waits until one call may be sent, which must be done at once.
    pub async fn enter(&self, turn: Turn) -> Ticket {
        let mut ticket = self.ticket(turn, true).await;
        ticket.state = Progress::Sent;
        ticket
    }

    /// Waits until one write may be sent: for a slot and for a request.
    pub async fn reserve(&self, turn: Turn) -> WritePermit {
        let slot = self.wait_in(turn, false, |state| &mut state.operations).await;
        let ticket = self.ticket(turn, false).await;
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

    /// How much of the budget is used, and who waits.
    pub fn load(&self) -> Load {
        let state = self.lock();
        let requests = state.requests.count(|waiting| !waiting.tell.is_closed());
        let operations = state.operations.count(|waiting| !waiting.tell.is_closed());
        let mut waiting = requests;
        for ((_, all), (_, more)) in waiting.iter_mut().zip(operations) {
            *all += more;
        }
        Load {
            used: state.windows.used(Instant::now()),
            limit: state.windows.limit(),
            waiting,
        }
    }

    async fn ticket(&self, turn: Turn, send: bool) -> Ticket {
        self.wait_in(turn, send, |state| &mut state.requests).await
    }

    /// Waits in a line until it is let in. Who holds the baton lets in whose turn it is meanwhile.
    async fn wait_in<T>(
        &self,
        turn: Turn,
        send: bool,
        line: impl FnOnce(&mut State) -> &mut Line<Waiting<T>>,
    ) -> T {
        let (tell, mut told) = oneshot::channel();
        self.change(|state| line(state).join(turn, Waiting { send, tell }));
        self.let_in_now();
        if let Ok(let_in) = told.try_recv() {
            return let_in;
        }
        let _baton = tokio::select! {
            biased;
            Ok(let_in) = &mut told => return let_in,
            baton = self.inner.baton.lock() => baton,
        };
        loop {
            let changed = self.inner.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let wait = self.let_in_now();
            if let Ok(let_in) = told.try_recv() {
                return let_in;
            }
            match wait {
                Wait::Change => changed.await,
                Wait::Until(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
            }
        }
    }

    /// Lets in all who may go now. Gives what to wait for.
    fn let_in_now(&self) -> Wait {
        let now = Instant::now();
        let mut state = self.lock();
        let State {
            windows,
            slots,
            requests,
            operations,
        } = &mut *state;
        operations.keep(|waiting| !waiting.tell.is_closed());
        requests.keep(|waiting| !waiting.tell.is_closed());
        let mut unwanted = (Vec::new(), Vec::new());
        let for_slot = serve(operations, &mut unwanted.0, |lane, _| {
            slots.take(now, lane).map(|()| Slot {
                gate: self.clone(),
                state: Progress::Reserved,
            })
        });
        let for_request = serve(requests, &mut unwanted.1, |lane, send| {
            windows.take(now, lane, send).map(|id| Ticket {
                gate: self.clone(),
                id,
                state: Progress::Reserved,
            })
        });
        drop(state);
        // They give themselves back, which takes the lock.
        drop(unwanted);
        for_slot.sooner(for_request)
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

/// Lets those in a line in, in its order, as long as there is something for one of them. Who went away meanwhile leaves
/// what they were given.
fn serve<T>(
    line: &mut Line<Waiting<T>>,
    unwanted: &mut Vec<T>,
    mut take: impl FnMut(Lane, bool) -> Result<T, Wait>,
) -> Wait {
    loop {
        let mut wait = Wait::Change;
        let mut next = None;
        for (lane, waiting) in line.order() {
            match take(lane, waiting.send) {
                Ok(taken) => {
                    next = Some((lane, taken));
                    break;
                }
                Err(other) => wait = wait.sooner(other),
            }
        }
        let Some((lane, taken)) = next else {
            return wait;
        };
        match line.go(lane) {
            Some(waiting) => unwanted.extend(waiting.tell.send(taken).err()),
            None => unwanted.push(taken),
        }
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
