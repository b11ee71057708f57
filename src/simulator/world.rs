//! Everything that one embedded account has in memory, behind one lock: what is asked at the same time
//! happens in some order, as a whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    account::Account, clock::Clock, faults::Faults, http::scroll::Scrolls, http::tokens::Tokens, ids,
    journal::Journal, keys::Keys, limits::Limits, operations::Operations, realtime_view::RealtimeView,
    settings::Settings, state_file::State,
};

/// One embedded account.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) account: Account,
    pub(crate) operations: Operations,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) keys: Keys,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) scrolls: Scrolls,
    pub(crate) tokens: Tokens,
    pub(crate) realtime: RealtimeView,
    /// Counts changes of what the state file keeps.
    pub(crate) version: u64,
    answers: u64,
}

impl World {
    pub(crate) fn new(state: State, scale: f64, settings: Settings) -> Self {
        Self {
            keys: Keys::of(state.account.seed),
            account: state.account,
            operations: state.operations,
            clock: Clock::new(state.moment, scale),
            settings,
            limits: Limits::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            scrolls: Scrolls::default(),
            tokens: Tokens::default(),
            realtime: RealtimeView::default(),
            version: 0,
            answers: 0,
        }
    }

    /// Lets everything happen that is due.
    pub(crate) fn settle(&mut self) {
        if self
            .operations
            .settle(&mut self.account, &self.clock, &self.settings)
        {
            self.changed();
        }
    }

    /// Notes that the state file is out of date.
    pub(crate) fn changed(&mut self) {
        self.version += 1;
    }

    /// What the state file keeps.
    pub(crate) fn state(&self) -> State {
        State {
            account: self.account.clone(),
            operations: self.operations.clone(),
            moment: self.clock.now(),
        }
    }

    /// An `X-Response-Id` that was never given before.
    pub(crate) fn response_id(&mut self) -> String {
        self.answers += 1;
        ids::uuid(self.account.seed, "response", self.answers)
    }
}

/// The world, shared by all that answer from it.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// The world as it is now: everything that is due has happened.
    pub(crate) fn now(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it changed the account says so itself; others may go on.
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        world.settle();
        world
    }
}
