//! Whether the operator lives, and whether it is ready.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use tokio::time::Instant;

/// Whether the operator does its work.
///
/// It is *ready* once it has listed everything that it watches, until it is asked to stop. It *lives* as long as each of
/// its loops gives a sign of life within its time ([`Health::pulse`]); one that is asked to stop lives until it has.
#[derive(Clone, Debug, Default)]
pub struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    loops: BTreeMap<String, Beat>,
}

/// How far the operator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not everything that it watches was listed yet.
    #[default]
    Starting,
    /// It works.
    Ready,
    /// It finishes what it has begun, and begins nothing.
    Stopping,
}

impl Phase {
    /// The phase in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ok",
            Self::Stopping => "stopping",
        }
    }
}

#[derive(Debug)]
enum Beat {
    Alive { last: Instant, within: Duration },
    Ended,
}

impl Beat {
    fn is_dead(&self, now: Instant) -> bool {
        match self {
            Self::Alive { last, within } => now.saturating_duration_since(*last) > *within,
            Self::Ended => true,
        }
    }
}

impl Health {
    /// Says that the operator has seen everything it watches, and works.
    pub fn set_ready(&self) {
        let mut state = self.state();
        if state.phase == Phase::Starting {
            state.phase = Phase::Ready;
        }
    }

    /// Says that the operator was asked to stop.
    pub fn set_stopping(&self) {
        self.state().phase = Phase::Stopping;
    }

    /// How far the operator is.
    pub fn phase(&self) -> Phase {
        self.state().phase
    }

    /// The heart of a loop, which has to beat at least once within this time from now on. Dropped, its loop has ended.
    pub fn pulse(&self, name: impl Into<String>, within: Duration) -> Pulse {
        let pulse = Pulse {
            state: self.state.clone(),
            name: name.into(),
        };
        let last = Instant::now();
        let beat = Beat::Alive { last, within };
        self.state().loops.insert(pulse.name.clone(), beat);
        pulse
    }

    /// Names of the loops that have ended, or have given no sign of life for too long.
    pub fn dead(&self) -> Vec<String> {
        let (now, state) = (Instant::now(), self.state());
        if state.phase == Phase::Stopping {
            return Vec::new();
        }
        let dead = state.loops.iter().filter(|(_, beat)| beat.is_dead(now));
        dead.map(|(name, _)| name.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The heart of a loop.
#[derive(Debug)]
pub struct Pulse {
    state: Arc<Mutex<State>>,
    name: String,
}

impl Pulse {
    /// The loop makes progress.
    pub fn beat(&self) {
        self.change(|beat| {
            if let Beat::Alive { last, .. } = beat {
                *last = Instant::now();
            }
        });
    }

    /// A stream that is alive as long as it is asked for more, and ends with its last item.
    pub fn of<S: Stream + Send>(self, stream: S) -> Beating<S> {
        Beating {
            stream: Box::pin(stream),
            pulse: Some(self),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Beat)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(beat) = state.loops.get_mut(&self.name) {
            change(beat);
        }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.change(|beat| *beat = Beat::Ended);
    }
}

/// A stream whose reader is watched over.
#[derive(Debug)]
pub struct Beating<S> {
    stream: Pin<Box<S>>,
    pulse: Option<Pulse>,
}

impl<S: Stream> Stream for Beating<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if let Some(pulse) = &self.pulse {
            pulse.beat();
        }
        let next = self.stream.as_mut().poll_next(ctx);
        if matches!(next, Poll::Ready(None)) {
            self.pulse = None;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_loop_without_a_sign_of_life_is_dead_until_it_gives_one() {
        let health = Health::default();
        let pulse = health.pulse("leases", MINUTE);
        tokio::time::advance(MINUTE).await;
        assert!(health.dead().is_empty());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(health.dead(), ["leases"]);
        pulse.beat();
        assert!(health.dead().is_empty());
    }

    #[tokio::test]
    async fn a_loop_that_ended_is_dead_unless_the_operator_stops() {
        let health = Health::default();
        drop(health.pulse("queue", MINUTE));
        assert_eq!(health.dead(), ["queue"]);
        health.set_stopping();
        assert!(health.dead().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_is_alive_as_long_as_it_is_read_and_does_not_end() {
        let health = Health::default();
        let mut items = health.pulse("watch", MINUTE).of(stream::iter([1]));
        tokio::time::advance(MINUTE * 2).await;
        assert_eq!(health.dead(), ["watch"]);
        assert_eq!(items.next().await, Some(1));
        assert!(health.dead().is_empty());
        assert_eq!(items.next().await, None);
        assert_eq!(health.dead(), ["watch"]);
    }

    #[test]
    fn who_stops_is_not_ready_again() {
        let health = Health::default();
        assert_eq!(health.phase(), Phase::Starting);
        health.set_ready();
        assert_eq!(health.phase(), Phase::Ready);
        health.set_stopping();
        health.set_ready();
        assert_eq!(health.phase(), Phase::Stopping);
    }
}
