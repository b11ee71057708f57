//! The rate limits of the Administration API: requests in sliding windows, by key.

use std::collections::{HashMap, VecDeque};

use super::{clock::Moment, settings::Settings};

const MINUTE: Moment = 60.0;
const TEN_SECONDS: Moment = 10.0;

/// The requests of the last minute, by the label of their key. Refused ones do not count.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    admitted: HashMap<String, VecDeque<Moment>>,
}

/// Where a key stands in its window: what the `x-ratelimit-*` headers say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quota {
    /// Requests a minute.
    pub(crate) limit: usize,
    /// How many of them are left.
    pub(crate) remaining: usize,
    /// When there will be more: for a refused request, when the next one is admitted.
    pub(crate) reset: Moment,
}

impl Limits {
    /// Counts a request of `key` at `now`.
    ///
    /// # Errors
    /// The quota that refuses it. Such a request is not counted.
    pub(crate) fn admit(&mut self, key: &str, now: Moment, settings: &Settings) -> Result<Quota, Quota> {
        let window = self.admitted.entry(key.to_owned()).or_default();
        while window.front().is_some_and(|&at| at <= now - MINUTE) {
            window.pop_front();
        }
        let limit = settings.requests_per_minute;
        if let Some(free) = admitted_again(window, now, settings) {
            return Err(Quota {
                limit,
                remaining: 0,
                reset: free,
            });
        }
        window.push_back(now);
        let reset = window.front().map_or(now, |oldest| oldest + MINUTE);
        Ok(Quota {
            limit,
            remaining: limit.saturating_sub(window.len()),
            reset,
        })
    }
}

/// When the next request is admitted, where it is not now.
fn admitted_again(window: &VecDeque<Moment>, now: Moment, settings: &Settings) -> Option<Moment> {
    let full = |limit: usize, length: Moment| {
        let inside = window.iter().filter(|&&at| at > now - length).count();
        // The request is admitted once only `limit - 1` are left inside.
        (inside >= limit).then(|| {
            let index = window.len() - limit.clamp(1, window.len().max(1));
            window.get(index).map_or(now, |at| at + length)
        })
    };
    let minute = full(settings.requests_per_minute, MINUTE);
    let ten_seconds = full(settings.requests_per_ten_seconds, TEN_SECONDS);
    match (minute, ten_seconds) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_request_in_ten_seconds_is_refused_until_the_first_one_leaves() {
        let (mut limits, settings) = (Limits::default(), Settings::default());
        for number in 0..20_u8 {
            let quota = limits
                .admit("primary", f64::from(number) * 0.1, &settings)
                .unwrap();
            assert_eq!(quota.remaining, 99 - usize::from(number));
        }
        let refused = limits.admit("primary", 2.0, &settings).unwrap_err();
        assert_eq!((refused.remaining, refused.reset), (0, 10.0));
        assert!(
            limits.admit("reader", 2.0, &settings).is_ok(),
            "another key has its own window"
        );
        assert!(limits.admit("primary", 10.0, &settings).is_ok());
    }

    #[test]
    fn the_hundred_and_first_request_in_a_minute_is_refused() {
        let (mut limits, settings) = (Limits::default(), Settings::default());
        for number in 0..100_u8 {
            limits
                .admit("primary", f64::from(number) * 0.55, &settings)
                .unwrap();
        }
        let refused = limits.admit("primary", 59.0, &settings).unwrap_err();
        assert_eq!(refused.reset, 60.0);
        assert!(limits.admit("primary", 60.0, &settings).is_ok());
    }
}
