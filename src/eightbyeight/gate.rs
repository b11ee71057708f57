//! The gate that holds the limits of a key: requests in sliding windows, and operations in flight.
//!
//! A request counts from when it is sent until its window has passed since it was answered: it may have reached the
//! account at any time in between. So no window at the account ever sees more than the limit, however slow the network.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::LimitsConfig;

const MINUTE: Duration = Duration::from_secs(60);

/// Clocks tick differently here and there.
const MARGIN: Duration = Duration::from_millis(50);

/// How long the slot of a write whose outcome is unknown stays taken.
const UNKNOWN_SLOT: Duration = Duration::from_secs(60);

/// The longest that a gate stays closed because the account said so.
const LONGEST_CLOSED: Duration = Duration::from_secs(120);

/// A difference to the account's own count that is not taken for another client of the key.
const FOREIGN: i64 = 3;

/// The gate of one key.
#[derive(Debug)]
pub(super) struct Gate {
    limits: LimitsConfig,
    state: Mutex<State>,
    /// Those who wait for a request stand in line here.
    requests: tokio::sync::Mutex<()>,
    /// Those who wait for a slot stand in line here.
    slots: tokio::sync::Mutex<()>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    /// When requests were answered, oldest first.
    answered: VecDeque<Instant>,
    closed_until: Option<Instant>,
    /// What the account said is left of the minute for everybody, and until when.
    left: Option<(i64, Instant)>,
    reserved: usize,
    operations: HashSet<String>,
    unknown: Vec<Instant>,
}

impl Gate {
    /// A gate. A warm one begins as if the burst had just been used up.
    pub fn new(limits: LimitsConfig, warm: bool) -> Arc<Self> {
        let mut state = State::default();
        if warm {
            let burst = usize::try_from(limits.burst_requests).unwrap_or(usize::MAX).min(10_000);
            state.answered.extend(std::iter::repeat_n(Instant::now(), burst));
        }
        Arc::new(Self {
            limits,
            state: Mutex::new(state),
            requests: tokio::sync::Mutex::default(),
            slots: tokio::sync::Mutex::default(),
            freed: Notify::new(),
        })
    }

    /// A failed pass never leaves the counts half changed, so a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a request that may be sent.
    pub async fn request(self: &Arc<Self>) -> Ticket {
        let _line = self.requests.lock().await;
        loop {
            let wait = match self.state().admit(&self.limits, Instant::now()) {
                None => return Ticket { gate: self.clone(), sent: false },
                Some(wait) => wait,
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits for a slot for an operation.
    pub async fn slot(self: &Arc<Self>) -> Slot {
        let _line = self.slots.lock().await;
        loop {
            let freed = self.freed.notified();
            let next = {
                let mut state = self.state();
                let now = Instant::now();
                state.unknown.retain(|until| *until > now);
                if state.taken() < usize::try_from(self.limits.concurrent_operations).unwrap_or(usize::MAX) {
                    state.reserved += 1;
                    return Slot { gate: self.clone(), held: true };
                }
                state.unknown.iter().min().copied()
            };
            match next {
                Some(until) => {
                    let _ = tokio::time::timeout_at(until, freed).await;
                }
                None => freed.await,
            }
        }
    }

    /// Counts an operation as in flight.
    pub fn hold(&self, operation: &str) {
        self.state().operations.insert(operation.to_owned());
    }

    /// Counts an operation as ended.
    pub fn release(&self, operation: &str) {
        self.state().operations.remove(operation);
        self.freed.notify_waiters();
    }

    /// Heeds what the account says is left of the minute, where that is less than what was used here explains.
    pub fn heed(&self, remaining: i64, reset: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        let own = state.counted(now, MINUTE);
        let own_left = i64::from(self.limits.requests_per_minute) - i64::try_from(own).unwrap_or(i64::MAX);
        let foreign = remaining + FOREIGN < own_left;
        state.left = foreign.then(|| (remaining, now + reset.min(LONGEST_CLOSED)));
    }

    /// Stops everything until the account's limit is reset.
    pub fn close(&self, reset: Option<Duration>) -> Duration {
        let wait = reset.unwrap_or(MINUTE).min(LONGEST_CLOSED);
        let mut state = self.state();
        let until = Instant::now() + wait + MARGIN;
        state.closed_until = Some(state.closed_until.map_or(until, |known| known.max(until)));
        wait
    }
}

impl State {
    fn taken(&self) -> usize {
        self.reserved + self.operations.len() + self.unknown.len()
    }

    /// Requests that the account may count in the window that ends now.
    fn counted(&self, now: Instant, window: Duration) -> usize {
        let old = self.answered.partition_point(|answered| *answered + window + MARGIN <= now);
        self.in_flight + self.answered.len() - old
    }

    /// Takes a request, or says how long to wait before it is worth another look.
    fn admit(&mut self, limits: &LimitsConfig, now: Instant) -> Option<Duration> {
        let longest = MINUTE.max(limits.burst_per) + MARGIN;
        while self.answered.front().is_some_and(|answered| *answered + longest <= now) {
            self.answered.pop_front();
        }
        let closed = self.closed_until.filter(|until| *until > now).map(|until| until - now);
        let minute = self.full(now, MINUTE, limits.requests_per_minute);
        let burst = self.full(now, limits.burst_per, limits.burst_requests);
        let wait = [closed, minute, burst, self.foreign(limits, now)].into_iter().flatten().max();
        if wait.is_none() {
            self.in_flight += 1;
            if let Some((left, _)) = &mut self.left {
                *left -= 1;
            }
        }
        wait
    }

    /// How long a window is full, at least.
    fn full(&self, now: Instant, window: Duration, limit: u32) -> Option<Duration> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let counted = self.counted(now, window);
        if counted < limit {
            return None;
        }
        let old = self.answered.len() - (counted - self.in_flight);
        let next = self.answered.get(old + (counted - limit)).map(|answered| *answered + window + MARGIN);
        // Where only requests in flight fill the window, their answers are awaited.
        Some(next.map_or(MARGIN, |next| next.saturating_duration_since(now)).max(Duration::from_millis(1)))
    }

    /// How long to keep room for another client of the key: not at all while there is plenty, evenly spread over what
    /// is left when it gets scarce.
    fn foreign(&mut self, limits: &LimitsConfig, now: Instant) -> Option<Duration> {
        let (left, until) = self.left?;
        if until <= now {
            self.left = None;
            return None;
        }
        let rest = until - now;
        if left <= 0 {
            return Some(rest);
        }
        if left * 10 > i64::from(limits.requests_per_minute) {
            return None;
        }
        let pace = rest / u32::try_from(left + 1).unwrap_or(u32::MAX);
        let last = *self.answered.back()?;
        (now < last + pace).then(|| last + pace - now)
    }
}

/// A request that may be sent. It counts as long as it lives, and then for its windows if it was sent.
#[derive(Debug)]
pub(super) struct Ticket {
    gate: Arc<Gate>,
    sent: bool,
}

impl Ticket {
    /// Says that the request leaves now.
    pub fn send(&mut self) {
        self.sent = true;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.in_flight = state.in_flight.saturating_sub(1);
        if self.sent {
            state.answered.push_back(Instant::now());
        }
    }
}

/// A place among the operations in flight.
#[derive(Debug)]
pub(super) struct Slot {
    gate: Arc<Gate>,
    held: bool,
}

impl Slot {
    /// The slot goes over to the operation that the account accepted.
    pub fn bind(mut self, operation: Option<&str>) {
        match operation {
            Some(operation) => self.gate.hold(operation),
            None => self.keep(),
        }
        self.held = false;
        self.gate.state().reserved -= 1;
    }

    /// The slot stays taken for a while: an operation may be in flight.
    pub fn unknown(mut self) {
        self.keep();
        self.held = false;
        self.gate.state().reserved -= 1;
    }

    fn keep(&self) {
        self.gate.state().unknown.push(Instant::now() + UNKNOWN_SLOT);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.held {
            self.gate.state().reserved -= 1;
            self.gate.freed.notify_waiters();
        }
    }
}
