//! A run played in memory: what the rules would do, first to last, if the account did what is asked of it.
//!
//! It is the planner of the operator that decides every step, from the same looks. Only the account is a [`Model`]: what was
//! read of it, and what each write makes of that. Nothing is sent.

mod deed;
mod model;

use jiff::{SignedDuration, Timestamp};

use crate::api::Reason;
use crate::api::tenant::TenantSpec;
use crate::api::user::UserSpec;
use crate::api::user_status::{Blocker, UserStatus};

use super::{Deletion, Dependant, Look, Next, Pace, Plan, Sightings, Situation, Standing, plan};
pub use deed::Deed;
use model::Model;

/// How long an operation of 8x8 typically takes (8x8-api.md §6).
const OPERATION: SignedDuration = SignedDuration::from_secs(4);

/// More passes than any run takes.
const MOST_PASSES: usize = 1_000;

/// What a rehearsal is about: everything of a [`Situation`] that is not seen in the account.
#[derive(Clone, Debug)]
pub struct Cast<'a> {
    /// When it begins.
    pub now: Timestamp,
    /// How often to look.
    pub pace: &'a Pace,
    /// The policy.
    pub tenant: &'a TenantSpec,
    /// What is declared.
    pub user: &'a UserSpec,
    /// The deletion of the User object, where that is what is rehearsed.
    pub deletion: Option<Deletion>,
    /// The status of the User, where it has one.
    pub memory: UserStatus,
    /// Its LicenseAssignments and QueueAssignments.
    pub dependants: &'a [Dependant],
    /// Whether users of the account can be updated by PUT.
    pub user_updates: bool,
    /// Whether the User is suspended.
    pub suspended: bool,
    /// Whether a label of the User protects it.
    pub protected: bool,
}

/// A run that is played.
#[derive(Debug)]
pub struct Rehearsal<'a> {
    cast: Cast<'a>,
    now: Timestamp,
    memory: UserStatus,
    model: Model,
    seen: Sightings,
    deeds: Vec<Deed>,
    reads: u32,
    passes: usize,
}

/// What a rehearsal needs now.
#[derive(Debug)]
pub enum Turn {
    /// That this is read, and told by [`Rehearsal::learn`].
    Look(Look),
    /// Nothing any more.
    Ended(Box<Outlook>),
}

/// How a run would go.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// What would be done, first to last.
    pub deeds: Vec<Deed>,
    /// How it would end.
    pub end: End,
    /// What would stand in the way at the end.
    pub blockers: Vec<Blocker>,
    /// The status at the end: steps, losses, warnings.
    pub status: UserStatus,
    /// Calls to the account, reads and writes, for this User alone. Reads that many share are counted once for each.
    pub calls: u32,
    /// The time from now to the end.
    pub takes: SignedDuration,
}

/// How a run would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Where the spec asks for; the reason of the condition, and the same in words.
    Ready(Reason, String),
    /// Something stands in the way that may go away without an edit of this object.
    Blocked,
    /// Only an edit of this object lets it go on.
    Stalled,
    /// The object is let go of.
    Released,
    /// It does not come to an end.
    Endless,
}

impl<'a> Rehearsal<'a> {
    /// A run that has not begun.
    pub fn new(cast: Cast<'a>) -> Self {
        Self {
            now: cast.now,
            memory: cast.memory.clone(),
            model: Model::default(),
            seen: Sightings::default(),
            deeds: Vec::new(),
            reads: 0,
            passes: 0,
            cast,
        }
    }

    /// Tells what was read. `seen` has the answer to the look and nothing else.
    pub fn learn(&mut self, look: &Look, seen: Sightings) {
        self.model.learn(look, seen);
    }

    /// Plays on, until something has to be read or nothing more happens.
    pub fn go_on(&mut self) -> Turn {
        loop {
            let mut plan = self.plan();
            match std::mem::replace(&mut plan.next, Next::Wait) {
                Next::Look(look) if self.model.answer(&look, &mut self.seen) => self.reads += cost(&look),
                Next::Look(look) => return Turn::Look(look),
                Next::Release => return self.ended(plan, End::Released),
                Next::Act(action) => {
                    let intent = action.intent(format!("rehearsed-{}", self.deeds.len()), self.now);
                    if let Some(deed) = Deed::of(&action, self.now, self.model.profile()) {
                        self.deeds.push(deed);
                    }
                    self.model.apply(&action, self.cast.tenant);
                    self.memory = plan.status;
                    if let Some(mut intent) = intent {
                        intent.operation_id = Some(intent.id.clone());
                        self.memory.intent = Some(intent);
                        self.pass_at(later(self.now, OPERATION));
                    } else {
                        self.pass_at(self.now);
                    }
                }
                Next::Wait => {
                    if let Some(end) = end(&plan) {
                        return self.ended(plan, end);
                    }
                    let soon = later(self.now, SignedDuration::from_secs(1));
                    let at = plan.wake.map_or(soon, |wake| wake.max(soon));
                    self.memory = plan.status;
                    self.pass_at(at);
                }
            }
            if self.passes > MOST_PASSES {
                let plan = self.plan();
                return self.ended(plan, End::Endless);
            }
        }
    }

    fn plan(&self) -> Plan {
        let cast = &self.cast;
        plan(&Situation {
            now: self.now,
            pace: cast.pace,
            tenant: cast.tenant,
            user: cast.user,
            deletion: cast.deletion,
            retry_intent: None,
            memory: &self.memory,
            dependants: cast.dependants,
            user_updates: cast.user_updates,
            suspended: cast.suspended,
            protected: cast.protected,
            seen: &self.seen,
        })
    }

    /// Begins the next pass at this time, in which nothing was seen yet.
    fn pass_at(&mut self, now: Timestamp) {
        self.now = now;
        self.seen = Sightings::default();
        self.passes += 1;
    }

    fn ended(&mut self, plan: Plan, end: End) -> Turn {
        let writes = u32::try_from(self.deeds.len()).unwrap_or(u32::MAX);
        Turn::Ended(Box::new(Outlook {
            deeds: std::mem::take(&mut self.deeds),
            end,
            blockers: plan.status.blockers.clone(),
            status: plan.status,
            calls: self.reads.saturating_add(writes),
            takes: self.now.duration_since(self.cast.now),
        }))
    }
}

/// The end that a plan without anything to do now is, if it is one.
fn end(plan: &Plan) -> Option<End> {
    match &plan.standing {
        Standing::Ready { reason, message } => Some(End::Ready(*reason, message.clone())),
        Standing::Blocked => Some(End::Blocked),
        Standing::Stalled => Some(End::Stalled),
        Standing::Scheduled { .. } | Standing::Running { .. } => None,
    }
}

/// Calls to the account that a look takes.
fn cost(look: &Look) -> u32 {
    match look {
        Look::Carriers | Look::AssignmentCarriers | Look::Claim(_) | Look::Leave | Look::Connector(_) => 0,
        Look::ProfilesByName(_) => 2,
        _ => 1,
    }
}

fn later(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_add(time).unwrap_or(Timestamp::MAX)
}
