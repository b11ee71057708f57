//! Plays the controller: passes over one User and one account, on a clock that nobody waits for.

use jiff::Timestamp;

use super::account::{Account, Fate, Write};
use super::fixtures::{JANE, at, seconds, tenant, user};
use super::oracle;
use crate::api::tenant::TenantSpec;
use crate::api::user::{UserSpec, UserState};
use crate::api::user_status::{StepName, StepState, UserStatus};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{
    Action, Claim, Deletion, Dependant, Look, Next, Pace, Plan, Profile, Sightings, Situation, Standing, plan,
};

/// A removal that nothing else stands beside.
pub const WITHIN: Leave = Leave::Within {
    quiet_from: None,
    few: true,
};

/// Where in a pass the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Before the status was written.
    BeforeStatus,
    /// After the intent was persisted, and before the write was sent.
    BeforeSend,
    /// After the write was sent, and before its operation was noted.
    AfterSend,
}

/// Everything of one User that is not seen.
pub struct World {
    pub now: Timestamp,
    pub pace: Pace,
    pub tenant: TenantSpec,
    pub user: UserSpec,
    pub deletion: Option<Deletion>,
    pub retry_intent: Option<String>,
    pub memory: UserStatus,
    pub dependants: Vec<Dependant>,
    pub leave: Leave,
    /// Whether a label of the User protects it.
    pub protected: bool,
    /// Whether the User is suspended.
    pub suspended: bool,
    pub user_updates: bool,
    pub account: Account,
    /// Whether it was released.
    pub released: bool,
    sent: usize,
}

impl World {
    /// A User that was seen active, and so is claimed and pinned, and then got this state.
    pub fn claimed(state: UserState, profile: Profile) -> Self {
        let mut world = Self::strange(state, profile);
        world.claim();
        world
    }

    /// It was seen active.
    pub fn claim(&mut self) {
        let mine = Claim::Mine { pins: true };
        self.account.claims.insert(JANE.to_owned(), mine);
        self.memory.user_id = Some(JANE.to_owned());
    }

    /// A User that no pass was ever made for.
    pub fn strange(state: UserState, profile: Profile) -> Self {
        Self {
            now: at(0),
            pace: Pace::default(),
            tenant: tenant(),
            user: user(state),
            deletion: None,
            retry_intent: None,
            memory: UserStatus::default(),
            dependants: Vec::new(),
            leave: WITHIN,
            protected: false,
            suspended: false,
            user_updates: true,
            account: Account::with(profile),
            released: false,
            sent: 0,
        }
    }

    /// `kubectl delete user`, now.
    pub fn delete_object(&mut self) {
        self.deletion = Some(Deletion {
            at: self.now,
            cancelled: false,
        });
    }

    pub fn plan(&self, seen: &Sightings) -> Plan {
        let situation = Situation {
            now: self.now,
            pace: &self.pace,
            tenant: &self.tenant,
            user: &self.user,
            deletion: self.deletion,
            retry_intent: self.retry_intent.as_deref(),
            memory: &self.memory,
            dependants: &self.dependants,
            protected: self.protected,
            suspended: self.suspended,
            user_updates: self.user_updates,
            seen,
        };
        let plan = plan(&situation);
        oracle::check(&situation, &plan);
        plan
    }

    /// Looks at one thing.
    pub fn look(&mut self, look: &Look, seen: &mut Sightings) {
        match look {
            Look::Leave => seen.leave = Some(self.leave),
            look => self.account.look(look, seen, self.now),
        }
    }

    /// Looks until the rules can decide. Nothing is done.
    pub fn decide(&mut self) -> Plan {
        let mut seen = Sightings::default();
        let mut asked = Vec::new();
        loop {
            let plan = self.plan(&seen);
            let Next::Look(look) = &plan.next else { return plan };
            assert!(!asked.contains(look), "a pass asked twice for {look:?}");
            self.look(look, &mut seen);
            asked.push(look.clone());
        }
    }

    /// One pass: look, decide, do, and keep the status.
    pub fn pass(&mut self) -> Plan {
        self.pass_that_ends(None)
    }

    /// One pass of a process that ends in it. What it had persisted is all that the next one knows.
    pub fn pass_that_ends(&mut self, crash: Option<Crash>) -> Plan {
        let plan = self.decide();
        if crash == Some(Crash::BeforeStatus) {
            return plan;
        }
        self.memory = plan.status.clone();
        match (&plan.next, crash) {
            (Next::Act(action), Some(Crash::BeforeSend)) if Write::of(action).is_some() => {
                self.account.fates.push_front(Fate::Lost);
                self.send(action);
            }
            (Next::Act(action), Some(Crash::AfterSend)) if Write::of(action).is_some() => {
                self.send(action);
                if let Some(intent) = &mut self.memory.intent {
                    intent.operation_id = None;
                }
            }
            _ => self.perform(&plan),
        }
        if crash.is_some() {
            let kept = serde_json::to_string(&self.memory).unwrap();
            self.memory = serde_json::from_str(&kept).unwrap();
        }
        plan
    }

    fn perform(&mut self, plan: &Plan) {
        match &plan.next {
            Next::Act(Action::Claim { user_id, pins }) => {
                self.account
                    .claims
                    .insert(user_id.clone(), Claim::Mine { pins: *pins });
            }
            Next::Act(action) => self.send(action),
            Next::Release => self.released = true,
            Next::Look(_) | Next::Wait => {}
        }
    }

    fn send(&mut self, action: &Action) {
        let write = Write::of(action).unwrap();
        let step = action.step().unwrap();
        self.account.shown = match action {
            Action::Deactivate(proof) => proof.hides().then_some(false),
            Action::Activate(proof) => proof.shows().then_some(true),
            _ => None,
        };
        self.sent += 1;
        let mut intent = write.intent(format!("intent-{}", self.sent), step, self.now);
        if matches!(write, Write::Connector(..)) {
            return self.ask_connector(write, intent);
        }
        intent.operation_id = self.account.send(write, self.now);
        self.memory.intent = Some(intent);
    }

    /// Advances the clock to where the plan wants to be woken.
    pub fn sleep(&mut self, plan: &Plan) {
        let soon = self.now.checked_add(seconds(1)).unwrap();
        self.now = plan.wake.map_or(soon, |wake| wake.max(soon));
    }

    /// Passes until `stop` says so.
    pub fn until(&mut self, stop: impl Fn(&Plan) -> bool) -> Plan {
        for _ in 0..2_000 {
            let plan = self.pass();
            if stop(&plan) {
                return plan;
            }
            self.sleep(&plan);
        }
        panic!("no end after 2000 passes: {:?}", self.memory);
    }

    /// Passes until nothing moves any more: ready, stalled, released, or blocked for a long time.
    pub fn drive(&mut self) -> Plan {
        self.drive_with(Self::pass)
    }

    /// The same, with passes that somebody watches.
    pub fn drive_with(&mut self, mut pass: impl FnMut(&mut Self) -> Plan) -> Plan {
        let patience = seconds(2 * 3600);
        let mut moved = (self.now, self.progress());
        for _ in 0..5_000 {
            let plan = pass(self);
            let progress = self.progress();
            if progress != moved.1 {
                moved = (self.now, progress);
            }
            let still = self.now.duration_since(moved.0);
            let blocked_long = still > patience;
            let settled = matches!(plan.next, Next::Wait)
                && match plan.standing {
                    Standing::Ready { .. } | Standing::Stalled => true,
                    Standing::Blocked => blocked_long,
                    Standing::Scheduled { .. } | Standing::Running { .. } => false,
                };
            if settled || self.released {
                return plan;
            }
            self.sleep(&plan);
            // What stands still for two minutes needs no look a minute.
            if plan.standing == Standing::Blocked && still > seconds(120) {
                self.now = self.now.checked_add(seconds(1800)).unwrap();
            }
        }
        panic!("no end after 5000 passes: {:?}", self.memory);
    }

    fn progress(&self) -> (usize, Option<String>, bool) {
        (
            self.account.log.len(),
            self.memory.step.clone(),
            self.memory.intent.is_some(),
        )
    }

    /// Where a step of the status stands.
    pub fn step(&self, name: StepName) -> Option<StepState> {
        self.memory
            .steps
            .iter()
            .find(|step| step.name == name)
            .map(|step| step.state)
    }

    /// What becomes of the next writes.
    pub fn fates(&mut self, fates: &[Fate]) {
        self.account.fates.extend(fates);
    }
}

/// Reasons of the blockers.
pub fn reasons(plan: &Plan) -> Vec<&str> {
    plan.status
        .blockers
        .iter()
        .map(|blocker| blocker.reason.as_str())
        .collect()
}

/// Reason of a Ready standing.
pub fn ready(plan: &Plan) -> Option<&'static str> {
    match plan.standing {
        Standing::Ready { reason, .. } => Some(reason.as_str()),
        _ => None,
    }
}
