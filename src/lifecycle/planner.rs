//! From a situation to a plan: the next look or write, and everything the status says.

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::{Blocker, Finished, Outcome, StepName, StepState, StepStatus, UserStatus};

use super::blockers::Obstacle;
use super::draft::Draft;
use super::identity::Identity;
use super::order::order;
use super::plan::{Action, Halt, Next, Plan, Standing};
use super::rules::{self, Facts, Judgement};
use super::steps::{Shown, whole_second};
use super::{
    Goal, Look, Profile, ProfileSight, Situation, blockers, goal, identity, keep, left_behind, protection,
    settle, warnings,
};

/// Decides what to do about a User.
pub fn plan(s: &Situation<'_>) -> Plan {
    let mut draft = Draft::new(s);
    let halt = decide(s, &mut draft).unwrap_or_else(|halt| halt);
    finish(draft, s, halt)
}

/// The whole decision, first to last. `Err` is only an earlier end.
fn decide(s: &Situation<'_>, draft: &mut Draft) -> Result<Halt, Halt> {
    let goal = goal::of(s)?;
    draft.goal = Some(goal);
    if let Some(finished) = &s.memory.finished {
        return tombstone(s, goal, draft, finished);
    }
    if goal == Goal::Release && settle::given_up(s) {
        return Ok(Halt::Release);
    }
    settle::open_intent(s, draft)?;
    if goal == Goal::Release {
        return Ok(Halt::Release);
    }
    draft.begin(goal);
    // A held set costs no call once it was seen who is meant.
    if s.memory.observed.is_some() {
        protection::held_back(s, goal)?;
    }
    let profile = match identity::resolve(s, goal)? {
        Identity::Profile(profile) => profile,
        Identity::Gone(user_id) => return gone(s, goal, draft, user_id),
        Identity::Nobody => return keep::create(s, draft),
    };
    draft.saw(s, goal, profile);
    if goal == Goal::Keep {
        return keep::run(s, draft, profile);
    }
    remove(s, goal, draft, profile)
}

/// A User whose run came to its end: it stays as it is, and holds nothing.
fn tombstone(s: &Situation<'_>, goal: Goal, draft: &mut Draft, finished: &Finished) -> Result<Halt, Halt> {
    if s.deletion.is_some() {
        return Ok(Halt::Release);
    }
    match goal {
        Goal::Delete => {
            // It is looked at again only where it was reported, until there is nothing to report any more.
            if !s.memory.warnings.is_empty() {
                draft.warnings.extend(left_behind::numbers(s)?);
            }
            Ok(Halt::Finished(finished.outcome))
        }
        Goal::Keep | Goal::Deactivate | Goal::Release => Ok(Halt::Stalled(blockers::deleted_for_good())),
    }
}

/// The pinned profile is not there any more.
fn gone(s: &Situation<'_>, goal: Goal, draft: &mut Draft, user_id: String) -> Result<Halt, Halt> {
    let sent = (draft.steps.everything_known().iter())
        .any(|step| step.name == StepName::Delete && step.operation_id.is_some());
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
    if goal != Goal::Delete && s.deletion.is_some() {
        return Ok(Halt::Release);
    }
    if outcome == Outcome::AlreadyGone {
        draft.warnings.extend(left_behind::numbers(s)?);
        // What was seen last is not seen again, and these are looked for until they are free.
        draft.held.get_or_insert_default().phone_numbers = left_behind::known(s);
    }
    if goal != Goal::Delete && outcome == Outcome::AlreadyGone {
        return Err(Halt::Stalled(blockers::profile_gone()));
    }
    if goal == Goal::Delete {
        end_steps(draft, outcome);
    }
    draft.finished = Some(Finished {
        user_id,
        at: whole_second(s.now),
        outcome,
    });
    if goal == Goal::Delete {
        Ok(Halt::Finished(outcome))
    } else {
        // The state was changed after the DELETE was sent, which cannot be taken back.
        Err(Halt::Stalled(blockers::deleted_for_good()))
    }
}

/// The steps of a profile that is gone: what was not done before can neither be done nor verified any more.
fn end_steps(draft: &mut Draft, outcome: Outcome) {
    for &name in order(Goal::Delete) {
        let state = draft.steps.get(name).map(|step| step.state);
        if name == StepName::Delete && outcome == Outcome::Deleted {
            draft.steps.mark(name, StepState::Done);
        } else if !matches!(state, Some(StepState::Done | StepState::Skipped)) {
            let message = "The profile was gone before it was seen to be done.";
            draft
                .steps
                .mark(name, Shown::from(StepState::Skipped).with(message));
        }
    }
}

/// The removal of a profile: whether it may be removed, then the order.
fn remove(s: &Situation<'_>, goal: Goal, draft: &mut Draft, profile: &Profile) -> Result<Halt, Halt> {
    protection::removable(s, profile)?;
    protection::due(s)?;
    let known = draft.steps.everything_known();
    let facts = Facts::new(s, goal, &known, draft.contact_center_user, profile);
    if facts.reopened()
        && let Err(halt) = protection::leave(s)
    {
        return match halt {
            Halt::Look(_) => Err(halt),
            _ => rules::close_again(&facts).map(Halt::Act).ok_or(halt),
        };
    }
    protection::held_back(s, goal)?;
    let halt = match walk(&facts, draft, order(goal)) {
        // A deletion that asks for no more than INACTIVE ends here, and the object with it.
        Walk::Stopped(Halt::Ready { .. }) if s.deletion.is_some() => Halt::Release,
        Walk::Stopped(halt) => halt,
        // Everything before the DELETE is judged once more, from what this pass saw and from nothing else.
        Walk::AtDelete => match walk(&facts.strict(), draft, order(goal)) {
            Walk::Stopped(halt) => halt,
            Walk::AtDelete => Halt::Blocked(vec![blockers::precondition_unmet()]),
        },
    };
    protection::granted(s, halt)
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
        draft.steps.mark(name, judgement.shown());
        let end = match judgement {
            Judgement::Done | Judgement::Asserted | Judgement::Skipped(_) | Judgement::Later => None,
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
        reason: Reason::Deactivated,
        message:
            "The profile is INACTIVE; license, extension and number are kept (rules D6, D10).".to_owned(),
    }))
}

/// Marks everything behind `name` as pending.
fn pending_from(draft: &mut Draft, order: &[StepName], name: StepName, halt: Halt) -> Halt {
    for &later in order.iter().skip_while(|&&step| step != name).skip(1) {
        draft.steps.mark(later, StepState::Pending);
    }
    halt
}

/// Puts the plan together.
fn finish(draft: Draft, s: &Situation<'_>, halt: Halt) -> Plan {
    let halt = writable(s, read_first(s, halt));
    let wake = wake(s, !draft.warnings.is_empty(), &halt);
    let rests = matches!(halt, Halt::Ready { .. } | Halt::Scheduled { .. });
    let step = current_step(&draft, &halt);
    let (next, standing, obstacles) = outcome(halt);
    let obstacles: Vec<_> = draft.obstacles.into_iter().chain(obstacles).collect();
    let blockers = stamped(s, obstacles);
    let blocked_by = (!blockers.is_empty()).then(|| {
        blockers
            .iter()
            .map(|blocker| blocker.reason.as_str())
            .collect::<Vec<_>>()
            .join(",")
    });
    Plan {
        goal: draft.goal,
        next,
        standing,
        wake,
        rests,
        status: UserStatus {
            user_id: draft.user_id,
            user_name: draft.user_name,
            step,
            blocked_by,
            steps: draft.steps.into_vec(),
            blockers,
            warnings: warnings::stamped(s, draft.warnings),
            losses: draft.losses,
            intent: draft.intent,
            observed: rules::observed(s),
            contact_center_user: draft.contact_center_user,
            agent_id: draft.agent_id,
            listed_agent_id: draft.listed_agent_id,
            held: draft.held,
            emergency_calls: draft.emergency_calls,
            finished: draft.finished,
            record: s.memory.record.clone(),
            unrecorded: s.memory.unrecorded.clone(),
            ..UserStatus::default()
        },
    }
}

/// What a row of a list shows of a profile is enough to wait, and to leave a ring group, which is read before that by
/// itself. Anything else begins with a GET of the profile (invariants 1, 3).
fn read_first(s: &Situation<'_>, halt: Halt) -> Halt {
    let ProfileSight::Listed(profile) = &s.seen.profile else {
        return halt;
    };
    let enough = match &halt {
        // What depends on a user is read of the whole profile.
        Halt::Look(look) => *look != Look::References,
        Halt::Act(action) => matches!(action, Action::LeaveRingGroup { .. }),
        halt => matches!(halt, Halt::Scheduled { .. } | Halt::Running { .. }),
    };
    match enough {
        true => halt,
        false => Halt::Look(Look::ProfileById(profile.user_id.clone())),
    }
}

/// A write is held back where the Tenant does not let Onhook write.
fn writable(s: &Situation<'_>, halt: Halt) -> Halt {
    match &halt {
        Halt::Act(action) if action.step().is_some() => protection::writable(s).err().unwrap_or(halt),
        _ => halt,
    }
}

fn wake(s: &Situation<'_>, warned: bool, halt: &Halt) -> Option<Timestamp> {
    let manual = s.now.checked_add(s.pace.manual).ok();
    let interval = s.now.checked_add(s.tenant.inventory.interval.as_duration()).ok();
    match halt {
        Halt::Look(_) | Halt::Act(_) | Halt::Release | Halt::Ready { .. } => None,
        Halt::Blocked(_) => manual,
        Halt::Stalled(_) => interval,
        Halt::Scheduled { until, .. } => Some(*until),
        Halt::Running { look_again, .. } => Some(*look_again),
        // What was left behind is looked at again.
        Halt::Finished(_) if warned => interval,
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
                Outcome::Deleted => (
                    Reason::Deleted,
                    "The profile is deleted, and was verified to be gone.",
                ),
                Outcome::AlreadyGone => (
                    Reason::AlreadyGone,
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

/// Blockers of one reason are one that says all of it, and keep the time since when they stand there.
fn stamped(s: &Situation<'_>, obstacles: Vec<Obstacle>) -> Vec<Blocker> {
    let mut merged: Vec<Obstacle> = Vec::new();
    for obstacle in obstacles {
        match merged.iter_mut().find(|known| known.reason == obstacle.reason) {
            Some(known) => known.merge(&obstacle),
            None => merged.push(obstacle),
        }
    }
    let since = |reason: Reason| {
        let known = s.memory.blockers.iter().find(|blocker| blocker.reason == reason);
        known.map_or(whole_second(s.now), |blocker| blocker.since)
    };
    let stamp = |obstacle: Obstacle| {
        let since = since(obstacle.reason);
        obstacle.since(since)
    };
    merged.into_iter().map(stamp).collect()
}
