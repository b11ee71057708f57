//! The request windows of a key: pure, the time comes in from outside.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::lanes::Lane;
use crate::eightbyeight::LimitsConfig;

/// How much wider the windows are than documented, against clocks that run at different speeds.
pub(super) const MARGIN: Duration = Duration::from_millis(50);
/// How long a 429 closes the gate where no reset is given, and how long it may at most.
const DEFAULT_CLOSE: Duration = Duration::from_secs(60);
const LONGEST_CLOSE: Duration = Duration::from_secs(120);

/// What an answer said about the budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// `x-ratelimit-limit`.
    pub limit: Option<u32>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<u32>,
    /// `x-ratelimit-reset`, from the answer on.
    pub reset_in: Option<Duration>,
    /// Whether it was a 429.
    pub limited: bool,
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// This time, or a change before it.
    Until(Instant),
    /// A change: an answer, or something given back.
    Change,
}

impl Wait {
    /// The earlier of the two: a change may come before any time.
    pub(super) fn sooner(self, other: Self) -> Self {
        match (self, other) {
            (Self::Until(a), Self::Until(b)) => Self::Until(a.min(b)),
            (Self::Change, wait) | (wait, Self::Change) => wait,
        }
    }
}

/// Requests of a minute and of a burst that are kept free for cutting access: one in so many.
const FREE_OF_MINUTE: u32 = 20;
const FREE_OF_BURST: u32 = 10;

/// Requests of a burst that are kept free for cutting access.
pub(super) const fn free_of_burst(requests: u32) -> u32 {
    requests / FREE_OF_BURST
}

/// The requests of the last minute, and what the account said about them.
///
/// A request counts from when it was let in until a full window after its answer came. So however long it takes on the
/// way, no window of the server can hold more of them than one of ours.
#[derive(Debug)]
pub(super) struct Windows {
    limits: LimitsConfig,
    /// Let in and not answered yet; with the time of sending where it was sent.
    open: HashMap<u64, Option<Instant>>,
    /// When answers came, in order.
    done: VecDeque<Instant>,
    next_id: u64,
    last: Option<Instant>,
    closed_until: Option<Instant>,
    limited_in_a_row: u32,
    /// Since when one call at a time goes, until the answer to one that was sent later shows where the budget stands.
    probing_since: Option<Instant>,
    view: Option<View>,
}

/// The account's own count.
#[derive(Clone, Copy, Debug)]
struct View {
    limit: u32,
    remaining: u32,
    reset: Instant,
    /// Something else uses the key: what remains is less than our own count says.
    shared: bool,
}

impl Windows {
    /// Windows that begin now; `warm` where an earlier process may have used up the burst until now.
    pub(super) fn new(limits: LimitsConfig, warm: bool, now: Instant) -> Self {
        Self {
            limits,
            open: HashMap::new(),
            done: VecDeque::new(),
            next_id: 0,
            last: None,
            closed_until: warm.then(|| now + limits.burst_per + MARGIN),
            limited_in_a_row: 0,
            probing_since: warm.then_some(now),
            view: None,
        }
    }

    /// Lets one request in, or says what to wait for. `send`: it is sent at once.
    pub(super) fn take(&mut self, now: Instant, lane: Lane, send: bool) -> Result<u64, Wait> {
        self.forget(now);
        self.may_take(now, lane)?;
        if let Some(view) = &mut self.view {
            view.remaining = view.remaining.saturating_sub(1);
        }
        self.last = Some(now);
        self.next_id += 1;
        self.open.insert(self.next_id, send.then_some(now));
        Ok(self.next_id)
    }

    /// The request is sent now.
    pub(super) fn sent(&mut self, id: u64, now: Instant) {
        self.open.insert(id, Some(now));
    }

    /// The request was not sent and never will be.
    pub(super) fn give_back(&mut self, id: u64) {
        if self.open.remove(&id).is_some()
            && let Some(view) = &mut self.view
        {
            view.remaining = view.remaining.saturating_add(1);
        }
    }

    /// The request ended; `seen` where there was an answer. Gives how long the gate is closed by it.
    pub(super) fn finish(&mut self, id: u64, now: Instant, seen: Option<Seen>) -> Duration {
        let Some(sent) = self.open.remove(&id) else {
            return Duration::ZERO;
        };
        let sent = sent.unwrap_or(now);
        self.done.push_back(now);
        match seen {
            None => Duration::ZERO,
            Some(seen) if seen.limited => self.close(now, seen),
            Some(seen) => {
                self.learn(sent, now, seen);
                Duration::ZERO
            }
        }
    }

    /// Whether more than half of the requests of a minute are used.
    pub(super) fn is_short(&self, now: Instant) -> bool {
        self.used(now) * 2 > self.limits.requests_per_minute as usize
    }

    /// Requests that count against the limit of a minute.
    pub(super) fn used(&self, now: Instant) -> usize {
        self.counted(self.limits.minute, now).0
    }

    /// The limit of a minute.
    pub(super) fn limit(&self) -> u32 {
        self.limits.requests_per_minute
    }

    /// Requests that count in a window, and which of those that ended is the first of them.
    fn counted(&self, window: Duration, now: Instant) -> (usize, usize) {
        let window = window + MARGIN;
        let first = self.done.partition_point(|done| *done + window <= now);
        (self.open.len() + self.done.len() - first, first)
    }

    fn forget(&mut self, now: Instant) {
        while self
            .done
            .front()
            .is_some_and(|done| *done + self.limits.minute + MARGIN <= now)
        {
            self.done.pop_front();
        }
        if self.view.is_some_and(|view| view.reset <= now) {
            // Who shares the key may use the new window too: one call tells.
            if self.view.is_some_and(|view| view.shared) {
                self.probing_since = Some(now);
            }
            self.view = None;
        }
    }

    fn may_take(&self, now: Instant, lane: Lane) -> Result<(), Wait> {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Err(Wait::Until(until));
        }
        if self.probing_since.is_some() && self.open.values().any(Option::is_some) {
            return Err(Wait::Change);
        }
        let (minute, burst) = (self.limits.requests_per_minute, self.limits.burst_requests);
        let free = match lane {
            Lane::Access => (0, 0),
            Lane::Leavers | Lane::Upkeep => (minute / FREE_OF_MINUTE, free_of_burst(burst)),
        };
        self.room_in(self.limits.minute, minute - free.0, now)?;
        self.room_in(self.limits.burst_per, burst - free.1, now)?;
        self.room_in_view(now, lane)
    }

    fn room_in(&self, window: Duration, limit: u32, now: Instant) -> Result<(), Wait> {
        let (counted, first) = self.counted(window, now);
        let limit = limit as usize;
        if counted < limit {
            return Ok(());
        }
        // So many must leave the window before there is room.
        let leaving = counted - limit;
        Err(self
            .done
            .get(first + leaving)
            .map_or(Wait::Change, |done| Wait::Until(*done + window + MARGIN)))
    }

    fn room_in_view(&self, now: Instant, lane: Lane) -> Result<(), Wait> {
        let Some(view) = self.view else {
            return Ok(());
        };
        if view.shared && view.remaining == 0 {
            return Err(Wait::Until(view.reset));
        }
        // What is left is spread over those who can wait, so that something is left for a cut.
        let scarce = u64::from(view.remaining) * 10 < u64::from(view.limit);
        let Some(last) = self.last.filter(|_| scarce && lane != Lane::Access) else {
            return Ok(());
        };
        let gap = view.reset.saturating_duration_since(last) / view.remaining.max(1).saturating_add(1);
        if last + gap > now {
            return Err(Wait::Until(last + gap));
        }
        Ok(())
    }

    fn close(&mut self, now: Instant, seen: Seen) -> Duration {
        self.limited_in_a_row = self.limited_in_a_row.saturating_add(1);
        // The reset is in whole seconds, so it may be up to one second late.
        let reset = seen
            .reset_in
            .map_or(DEFAULT_CLOSE, |reset| reset + Duration::from_secs(1));
        let more = match self.limited_in_a_row {
            1 => Duration::ZERO,
            n => Duration::from_secs(1 << (n - 1).min(5)),
        };
        let until = now + (reset + more).min(LONGEST_CLOSE);
        let until = self.closed_until.map_or(until, |before| before.max(until));
        self.closed_until = Some(until);
        self.probing_since = Some(now);
        self.view = None;
        until - now
    }

    fn learn(&mut self, sent: Instant, now: Instant, seen: Seen) {
        if self.probing_since.is_some_and(|since| sent >= since) {
            self.probing_since = None;
            self.limited_in_a_row = 0;
        }
        let Some(remaining) = seen.remaining else {
            return;
        };
        let own =
            (self.limits.requests_per_minute as usize).saturating_sub(self.open.len() + self.done.len());
        let shared = (remaining as usize) < own;
        self.view = Some(View {
            limit: seen.limit.unwrap_or(self.limits.requests_per_minute),
            remaining: if shared {
                remaining.saturating_sub(self.not_counted_since(sent))
            } else {
                remaining
            },
            reset: now + seen.reset_in.unwrap_or(self.limits.minute).min(LONGEST_CLOSE),
            shared,
        });
    }

    /// Requests that the account may not have counted yet when it answered one sent at that time.
    fn not_counted_since(&self, sent: Instant) -> u32 {
        let later = self.done.len() - self.done.partition_point(|done| *done <= sent);
        let others = self.open.len() + later.saturating_sub(1);
        u32::try_from(others).unwrap_or(u32::MAX)
    }
}
