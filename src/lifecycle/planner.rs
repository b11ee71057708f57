//! From a situation to a plan: the next look or write, and everything the status says.

use jiff::{SignedDuration, Timestamp};

use crate::api::user_status::{
    Blocker, EmergencyCalls, Finished, Held, Intent, Outcome, StepName, StepState, StepStatus, UserStatus,
};

use super::blockers::Obstacle;
use super::identity::Identity;
use super::proof::{ActivateProof, DeactivateProof, DeleteProof, LeaveGroupProof, LicenseProof};
use super::rules::{self, Facts, Judgement};
use super::steps::{Steps, whole_second};
use super::{
    Goal, Look, Profile, Situation, blockers, goal, identity, keep, order::order, protection, settle,
};

/// What to do now, and what to say.
#[derive(Debug)]
pub struct Plan {
    /// What is to become of the profile; `None` while it cannot be told yet.
    pub goal: Option<Goal>,
    /// What to do now.
    pub next: Next,
    /// How the object stands, for its conditions.
    pub standing: Standing,
    /// What the status keeps: steps, blockers, intent and what was held. Its conditions are left empty.
    pub status: UserStatus,
    /// When to look again at the latest, where a time is known.
    pub wake: Option<Timestamp>,
}

/// What to do now.
#[derive(Debug)]
pub enum Next {
    /// Look at this, and plan again within the same pass.
    Look(Look),
    /// Do this.
    Act(Action),
    /// Nothing, until `wake` or until something changes.
    Wait,
    /// Let go of the object: nothing of it is held upstream, or it is to be left there.
    Release,
}

/// Something to be done. A write to the account carries the proof that it may be sent.
#[derive(Debug)]
pub enum Action {
    /// Claim the profile for this User object, in the operator's namespace.
    Claim {
        /// Id of the profile.
        user_id: String,
        /// Whether the claim says who is meant, because the object and the profile were seen active.
        pins: bool,
    },
    /// Set the profile INACTIVE.
    Deactivate(DeactivateProof),
    /// Set the profile ACTIVE.
    Activate(ActivateProof),
    /// Take the user out of a ring group.
    LeaveRingGroup {
        /// That it may.
        proof: LeaveGroupProof,
        /// Ids of the extensions by which the group knows the user.
        extension_ids: Vec<String>,
    },
    /// Take licenses and extensions off.
    RemoveLicenses(LicenseProof),
    /// Delete the profile.
    Delete(DeleteProof),
}

impl Action {
    /// The step that the action carries out, where it writes to the account.
    pub fn step(&self) -> Option<StepName> {
        match self {
            Self::Claim { .. } => None,
            Self::Deactivate(_) => Some(StepName::Deactivate),
            Self::Activate(_) => Some(StepName::Activate),
            Self::LeaveRingGroup { .. } => Some(StepName::RingGroups),
            Self::RemoveLicenses(_) => Some(StepName::Licenses),
            Self::Delete(_) => Some(StepName::Delete),
        }
    }
}

/// How an object stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is where its spec asks for.
    Ready {
        /// Reason of the condition.
        reason: &'static str,
        /// The same in words.
        message: String,
    },
    /// It rightly waits for a set time.
    Scheduled {
        /// What it waits for.
        message: String,
    },
    /// Work goes on.
    Running {
        /// What is being done.
        message: String,
    },
    /// Something stands in the way that may go away without an edit of this object.
    Blocked,
    /// Only an edit of this object lets the work go on.
    Stalled,
}

/// Where the rules came to an end.
#[derive(Debug)]
pub(super) enum Halt {
    Look(Look),
    Act(Action),
    Blocked(Vec<Obstacle>),
    Stalled(Obstacle),
    Scheduled { until: Timestamp, message: String },
    Running { look_again: Timestamp, message: String },
    Finished(Outcome),
    Ready { reason: &'static str, message: String },
    Release,
}

/// Decides what to do about a User.
pub fn plan(s: &Situation<'_>) -> Plan {
    let mut draft = Draft::new(s);
    let halt = decide(s, &mut draft).unwrap_or_else(|halt| halt);
    draft.finish(s, halt)
}

/// What a plan is put together in.
pub(super) struct Draft {
    pub goal: Option<Goal>,
    pub steps: Steps,
    pub intent: Option<Intent>,
    pub user_id: Option<String>,
    pub finished: Option<Finished>,
    pub held: Option<Held>,
    pub contact_center_user: bool,
    pub emergency_calls: Option<EmergencyCalls>,
    pub obstacles: Vec<Obstacle>,
}

impl Draft {
    fn new(s: &Situation<'_>) -> Self {
        Self {
            goal: None,
            steps: Steps::new(s.now, &s.memory.steps),
            intent: s.memory.intent.clone(),
            user_id: s.memory.user_id.clone(),
            finished: s.memory.finished.clone(),
            held: s.memory.held.clone(),
            contact_center_user: s.memory.contact_center_user,
            emergency_calls: s.memory.emergency_calls.clone(),
            obstacles: Vec::new(),
        }
    }
}

/// The whole decision, first to last. `Err` is only an earlier end.
fn decide(s: &Situation<'_>, draft: &mut Draft) -> Result<Halt, Halt> {
    let goal = goal::of(s)?;
    draft.goal = Some(goal);
    if let Some(finished) = &s.memory.finished {
        return Ok(tombstone(s, goal, finished));
    }
    settle::open_intent(s, draft)?;
    if goal == Goal::Release {
        return Ok(Halt::Release);
    }
    draft.begin(goal);
    let profile = match identity::resolve(s, goal)? {
        Identity::Profile(profile) => profile,
        Identity::Gone(user_id) => return gone(s, goal, draft, user_id),
    };
    draft.saw(s, goal, profile);
    if goal == Goal::Keep {
        return keep::run(s, draft, profile);
    }
    remove(s, goal, draft, profile)
}

/// A User whose run came to its end: it stays as it is, and holds nothing.
fn tombstone(s: &Situation<'_>, goal: Goal, finished: &Finished) -> Halt {
    if s.deletion.is_some() {
        return Halt::Release;
    }
    match goal {
        Goal::Delete => Halt::Finished(finished.outcome),
        Goal::Keep | Goal::Deactivate | Goal::Release => Halt::Stalled(blockers::deleted_for_good()),
    }
}

/// The pinned profile is not there any more.
fn gone(s: &Situation<'_>, goal: Goal, draft: &mut Draft, user_id: String) -> Result<Halt, Halt> {
    if goal != Goal::Delete {
        return if s.deletion.is_some() {
            Ok(Halt::Release)
        } else {
            Err(Halt::Stalled(blockers::profile_gone()))
        };
    }
    let sent = draft
        .steps
        .get(StepName::Delete)
        .is_some_and(|step| step.operation_id.is_some());
    let settled = draft.intent.is_none()
        && s.memory
            .intent
            .as_ref()
            .is_some_and(|i| i.step == StepName::Delete);
    let outcome = if sent || settled {
        Outcome::Deleted
    } else {
        Outcome::AlreadyGone
    };
    for &name in order(goal) {
        let open = draft
            .steps
            .get(name)
            .is_none_or(|step| step.state != StepState::Skipped);
        if open {
            draft.steps.mark(name, StepState::Done, None, None);
        }
    }
    draft.finished = Some(Finished {
        user_id,
        at: whole_second(s.now),
        outcome,
    });
    Ok(Halt::Finished(outcome))
}

/// The removal of a profile: whether it may be removed, then the order.
fn remove(s: &Situation<'_>, goal: Goal, draft: &mut Draft, profile: &Profile) -> Result<Halt, Halt> {
    protection::removable(s, profile)?;
    protection::due(s)?;
    protection::within_limit(s, goal)?;
    let known = draft.steps.everything_known();
    let facts = Facts::new(s, &known, draft.contact_center_user, profile);
    match walk(&facts, draft, order(goal)) {
        Walk::Stopped(Halt::Ready { .. }) if s.deletion.is_some() => Ok(Halt::Release),
        Walk::Stopped(halt) => Ok(halt),
        // Everything before the DELETE is judged once more, from what this pass saw and from nothing else.
        Walk::AtDelete => match walk(&facts.strict(), draft, order(goal)) {
            Walk::Stopped(halt) => Ok(halt),
            Walk::AtDelete => Ok(Halt::Blocked(vec![blockers::precondition_unmet()])),
        },
    }
}

/// Where a walk through the steps ended.
enum Walk {
    /// At a step that decides what happens now.
    Stopped(Halt),
    /// At the DELETE, with every step before it done as far as earlier passes know.
    AtDelete,
}

/// Goes through the steps up to the first one that is not done. Behind a blocked one it goes on only to tell what else
/// will stand in the way, so that a person can do everything in one go.
fn walk(facts: &Facts<'_>, draft: &mut Draft, order: &[StepName]) -> Walk {
    let mut halt = None;
    draft.obstacles.clear();
    for &name in order {
        let judgement = if halt.is_none() {
            rules::judge(name, facts)
        } else {
            rules::judge(name, facts).foresight()
        };
        let (state, message, not_before) = judgement.shown();
        draft.steps.mark(name, state, message, not_before);
        let end = match judgement {
            Judgement::Done | Judgement::Skipped(_) | Judgement::Later => None,
            Judgement::Blocked(obstacles) => {
                draft.obstacles.extend(obstacles);
                Some(Halt::Blocked(Vec::new()))
            }
            Judgement::Look(look) => Some(Halt::Look(look)),
            Judgement::Act(action) => Some(Halt::Act(action)),
            Judgement::Until { until, message } => Some(Halt::Scheduled { until, message }),
            Judgement::Again { at, message } => Some(Halt::Running {
                look_again: at,
                message,
            }),
            Judgement::Confirm => return Walk::AtDelete,
        };
        match (&halt, end) {
            (None, end @ Some(Halt::Blocked(_))) => halt = end,
            (None, Some(end)) => return Walk::Stopped(pending_from(draft, order, name, end)),
            _ => {}
        }
    }
    // Only a deactivation ends with its last step done: behind a DELETE the profile is not seen any more.
    Walk::Stopped(halt.unwrap_or(Halt::Ready {
        reason: "Deactivated",
        message:
            "The profile is INACTIVE; license, extension and number are kept (rules D6, D10).".to_owned(),
    }))
}

/// Marks everything behind `name` as pending.
fn pending_from(draft: &mut Draft, order: &[StepName], name: StepName, halt: Halt) -> Halt {
    for &later in order.iter().skip_while(|&&step| step != name).skip(1) {
        draft.steps.mark(later, StepState::Pending, None, None);
    }
    halt
}

impl Draft {
    /// Shows the steps of the goal, all of them, from the first pass on. A User that stays keeps those of its last run
    /// until the profile is back (`keep`).
    fn begin(&mut self, goal: Goal) {
        if goal != Goal::Keep {
            self.steps.follow(order(goal));
        }
    }

    /// Keeps what the profile shows and later passes need.
    fn saw(&mut self, s: &Situation<'_>, goal: Goal, profile: &Profile) {
        self.user_id = Some(profile.user_id.clone());
        self.contact_center_user |= rules::contact_center_sign(s, profile);
        self.emergency_calls = rules::emergency_calls(profile);
        if goal == Goal::Keep {
            self.held = None;
        } else {
            let held = self.held.get_or_insert_with(Held::default);
            rules::remember(held, profile, s.seen.queues.as_deref().unwrap_or_default());
        }
    }

    fn finish(self, s: &Situation<'_>, halt: Halt) -> Plan {
        let halt = writable(s, halt);
        let wake = wake(s, &halt);
        let step = current_step(&self, &halt);
        let (next, standing, obstacles) = outcome(halt);
        let obstacles: Vec<_> = self.obstacles.into_iter().chain(obstacles).collect();
        let blockers = stamped(s, obstacles);
        let blocked_by = (!blockers.is_empty()).then(|| {
            blockers
                .iter()
                .map(|blocker| blocker.reason.as_str())
                .collect::<Vec<_>>()
                .join(",")
        });
        Plan {
            goal: self.goal,
            next,
            standing,
            wake,
            status: UserStatus {
                user_id: self.user_id,
                step,
                blocked_by,
                steps: self.steps.into_vec(),
                blockers,
                intent: self.intent,
                observed: rules::observed(s),
                contact_center_user: self.contact_center_user,
                held: self.held,
                emergency_calls: self.emergency_calls,
                finished: self.finished,
                ..UserStatus::default()
            },
        }
    }
}

/// A write is held back where the Tenant does not let Onhook write.
fn writable(s: &Situation<'_>, halt: Halt) -> Halt {
    match &halt {
        Halt::Act(action) if action.step().is_some() => protection::writable(s).err().unwrap_or(halt),
        _ => halt,
    }
}

fn wake(s: &Situation<'_>, halt: &Halt) -> Option<Timestamp> {
    let manual = s.now.checked_add(s.pace.manual).ok();
    let interval = s.now.checked_add(s.tenant.inventory.interval.as_duration()).ok();
    match halt {
        Halt::Look(_) | Halt::Act(_) | Halt::Release => None,
        Halt::Blocked(_) => manual,
        Halt::Stalled(_) | Halt::Ready { .. } => interval,
        Halt::Scheduled { until, .. } => interval.map(|interval| interval.min(*until)),
        Halt::Running { look_again, .. } => Some(*look_again),
        Halt::Finished(_) => None,
    }
}

fn current_step(draft: &Draft, halt: &Halt) -> Option<String> {
    if matches!(halt, Halt::Finished(_) | Halt::Ready { .. }) {
        return Some("Done".to_owned());
    }
    let open = |step: &&StepStatus| !matches!(step.state, StepState::Done | StepState::Skipped);
    draft
        .steps
        .as_slice()
        .iter()
        .find(open)
        .map(|step| step.name.to_string())
}

fn outcome(halt: Halt) -> (Next, Standing, Vec<Obstacle>) {
    let running = |message: &str| Standing::Running {
        message: message.to_owned(),
    };
    match halt {
        Halt::Look(look) => (
            Next::Look(look),
            running("The account is being looked at."),
            vec![],
        ),
        Halt::Act(action) => {
            let message = action
                .step()
                .map_or("The profile is being claimed.".to_owned(), |s| {
                    format!("{s} is being sent.")
                });
            (Next::Act(action), Standing::Running { message }, vec![])
        }
        Halt::Blocked(obstacles) => (Next::Wait, Standing::Blocked, obstacles),
        Halt::Stalled(obstacle) => (Next::Wait, Standing::Stalled, vec![obstacle]),
        Halt::Scheduled { message, .. } => (Next::Wait, Standing::Scheduled { message }, vec![]),
        Halt::Running { message, .. } => (Next::Wait, Standing::Running { message }, vec![]),
        Halt::Finished(outcome) => {
            let (reason, message) = match outcome {
                Outcome::Deleted => ("Deleted", "The profile is deleted, and was verified to be gone."),
                Outcome::AlreadyGone => (
                    "AlreadyGone",
                    "The profile was gone already; Onhook did not delete it.",
                ),
            };
            (
                Next::Wait,
                Standing::Ready {
                    reason,
                    message: message.to_owned(),
                },
                vec![],
            )
        }
        Halt::Ready { reason, message } => (Next::Wait, Standing::Ready { reason, message }, vec![]),
        Halt::Release => (Next::Release, running("The object is being let go of."), vec![]),
    }
}

/// Blockers of one reason are one, and keep the time since when they stand there.
fn stamped(s: &Situation<'_>, obstacles: Vec<Obstacle>) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = Vec::new();
    for obstacle in obstacles {
        if blockers.iter().any(|blocker| blocker.reason == obstacle.reason) {
            continue;
        }
        let known = s
            .memory
            .blockers
            .iter()
            .find(|blocker| blocker.reason == obstacle.reason);
        blockers.push(obstacle.since(known.map_or(whole_second(s.now), |blocker| blocker.since)));
    }
    blockers
}

/// `now` and so long after it.
pub(super) fn after(now: Timestamp, time: SignedDuration) -> Timestamp {
    now.checked_add(time).unwrap_or(Timestamp::MAX)
}
