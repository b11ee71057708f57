//! What an embedded account is started with.

use std::{net::SocketAddr, path::PathBuf};

use super::{Account, Seed, Settings};

/// What an embedded account is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// What is in the account, where there is no state file yet.
    pub source: Source,
    /// A file that keeps the account over a restart. It is written whenever something changed, and at the
    /// end.
    pub state: Option<PathBuf>,
    /// How many times as fast as the wall clock the account's time runs.
    pub time_scale: f64,
    /// Choices where the documents leave one.
    pub settings: Settings,
    /// Where the vendor's APIs listen. Default 127.0.0.1 with any free port.
    pub listen: SocketAddr,
    /// Where the control port listens. Default 127.0.0.1 with any free port.
    pub control: SocketAddr,
}

/// What is in the account at the beginning.
#[derive(Clone, Debug)]
pub enum Source {
    /// Made from a seed.
    Seed(Seed),
    /// Made by hand.
    Account(Box<Account>),
}

impl Default for Config {
    fn default() -> Self {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            source: Source::Seed(Seed::default()),
            state: None,
            time_scale: 1.0,
            settings: Settings::default(),
            listen: anywhere,
            control: anywhere,
        }
    }
}

impl Config {
    /// An account made by hand.
    pub fn of(account: Account) -> Self {
        Self {
            source: Source::Account(Box::new(account)),
            ..Self::default()
        }
    }

    /// An account made from a seed.
    pub fn seeded(seed: Seed) -> Self {
        Self {
            source: Source::Seed(seed),
            ..Self::default()
        }
    }

    /// The same with another time scale.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.time_scale = scale;
        self
    }
}
