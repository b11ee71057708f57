//! The account's own time, which may run faster than the wall clock.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Seconds of account time since the account began. Everything the account does with time is reckoned in it.
pub(crate) type Moment = f64;

/// Turns wall time into account time and back.
#[derive(Debug)]
pub(crate) struct Clock {
    since: Instant,
    since_wall: Timestamp,
    since_moment: Moment,
    scale: f64,
}

impl Clock {
    /// A clock that goes on from `moment`, `scale` times as fast as the wall clock.
    pub(crate) fn new(moment: Moment, scale: f64) -> Self {
        Self {
            since: Instant::now(),
            since_wall: Timestamp::now(),
            since_moment: moment,
            scale: sane(scale),
        }
    }

    /// Account time now.
    pub(crate) fn now(&self) -> Moment {
        self.since_moment + self.since.elapsed().as_secs_f64() * self.scale
    }

    /// How many seconds of account time pass in one second.
    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }

    /// Changes the speed from now on; account time never jumps.
    pub(crate) fn set_scale(&mut self, scale: f64) {
        *self = Self::new(self.now(), scale);
    }

    /// Wall time of a moment, to the millisecond, as if the speed had always been and stayed the present one.
    pub(crate) fn wall(&self, moment: Moment) -> Timestamp {
        millis(add_seconds(
            self.since_wall,
            (moment - self.since_moment) / self.scale,
        ))
    }

    /// Unix seconds of a moment, rounded up: who waits until then has waited long enough.
    pub(crate) fn unix_seconds_up(&self, moment: Moment) -> i64 {
        let wall = add_seconds(self.since_wall, (moment - self.since_moment) / self.scale);
        wall.as_second() + i64::from(wall.subsec_nanosecond() > 0)
    }
}

/// `at` without what is smaller than a millisecond.
pub(crate) fn millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn add_seconds(at: Timestamp, seconds: f64) -> Timestamp {
    let length = Duration::try_from_secs_f64(seconds.abs()).unwrap_or_default();
    let sum = if seconds < 0.0 {
        at.checked_sub(length)
    } else {
        at.checked_add(length)
    };
    sum.unwrap_or(at)
}

fn sane(scale: f64) -> f64 {
    if scale.is_finite() && scale > 0.0 {
        scale
    } else {
        1.0
    }
}
