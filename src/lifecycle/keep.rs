//! A User that says `active`: nothing is taken from it but what a dependant asks for, and access is given back only
//! after an explicit change of state (invariant 9).

use crate::api::Reason;
use crate::api::queue_assignment::QueueType;
use crate::api::user_status::{StepName, StepState, StepStatus};

use super::draft::Draft;
use super::plan::{Action, Halt};
use super::proof::ActivateProof;
use super::rules::{self, Facts, Judgement};
use super::settle;
use super::{
    DependantKind, Goal, Look, Profile, ProfileStatus, Situation, blockers, declared, order::order,
    protection,
};

/// What there is to do for a profile that stays.
pub(super) fn run(s: &Situation<'_>, draft: &mut Draft, profile: &Profile) -> Result<Halt, Halt> {
    if profile.status != ProfileStatus::Active {
        return inactive(s, draft, profile);
    }
    draft.steps.follow(&[]);
    let mut forbidden = None;
    let removals = s.dependants.iter().filter(|dependant| dependant.remove);
    for dependant in removals.filter(|dependant| declared::removed(s, &dependant.kind)) {
        match remove(s, draft, profile, &dependant.kind) {
            // Whom nothing may be taken from can still be given what is declared.
            Err(halt @ Halt::Stalled(_)) => forbidden = forbidden.or(Some(halt)),
            ended => ended?,
        }
    }
    bring(s, draft, profile)?;
    if let Some(halt) = forbidden {
        return Err(halt);
    }
    if draft.obstacles.is_empty() {
        Ok(Halt::Ready {
            reason: Reason::Active,
            message: "The profile is ACTIVE.".to_owned(),
        })
    } else {
        Ok(Halt::Blocked(Vec::new()))
    }
}

/// Where nobody has the userName, a profile is created.
pub(super) fn create(s: &Situation<'_>, draft: &mut Draft) -> Result<Halt, Halt> {
    draft.steps.follow(&[]);
    match show(draft, StepName::Create, rules::create(s))? {
        Some(Judgement::Act(action)) => Ok(Halt::Act(action)),
        _ => Ok(Halt::Blocked(Vec::new())),
    }
}

/// Brings the profile to what is declared, a step at a time. One that is blocked does not keep the others from being
/// done: nothing here takes anything away.
fn bring(s: &Situation<'_>, draft: &mut Draft, profile: &Profile) -> Result<(), Halt> {
    let known = draft.steps.everything_known();
    let facts = Facts::new(s, Goal::Keep, &known, draft.contact_center_user, profile);
    draft.warnings.extend(rules::cautions(&facts));
    draft.warnings.extend(declared::cautions(s, profile));
    for &name in order(Goal::Keep) {
        if let Some(Judgement::Act(action)) = show(draft, name, rules::judge(name, &facts))? {
            return Err(Halt::Act(action));
        }
    }
    if draft.obstacles.is_empty()
        && let Some(held) = &mut draft.held
    {
        held.restored = true;
    }
    Ok(())
}

/// Shows a step of a profile that stays: only one that there is something to say of.
fn show(draft: &mut Draft, name: StepName, judgement: Judgement) -> Result<Option<Judgement>, Halt> {
    let shown = judgement.shown();
    match judgement {
        Judgement::Look(look) => return Err(Halt::Look(look)),
        Judgement::Blocked(obstacles) => draft.obstacles.extend(obstacles),
        Judgement::Done if !draft.steps.was_sent(name) => return Ok(None),
        Judgement::Skipped(_) if !draft.steps.was_sent(name) => return Ok(None),
        Judgement::Skipped(_) => {
            draft.steps.mark(name, StepState::Done);
            return Ok(None);
        }
        judgement => {
            draft.steps.mark(name, shown);
            return Ok(Some(judgement));
        }
    }
    draft.steps.mark(name, shown);
    Ok(None)
}

/// A profile comes back when the state had asked for it to be INACTIVE before. Any other is only reported.
fn inactive(s: &Situation<'_>, draft: &mut Draft, profile: &Profile) -> Result<Halt, Halt> {
    // A deactivation that was sent counts also where the state changed before it was seen to be done.
    let was_deactivated = |step: &StepStatus| {
        step.name == StepName::Deactivate && (step.state == StepState::Done || step.operation_id.is_some())
    };
    let known = draft.steps.everything_known();
    if !known.iter().any(was_deactivated) {
        return Err(Halt::Stalled(blockers::profile_inactive()));
    }
    if let Some(obstacle) = settle::in_the_way(s, &known, StepName::Activate, profile) {
        return Ok(Halt::Blocked(vec![obstacle]));
    }
    draft.steps.mark(StepName::Activate, StepState::Running);
    Ok(Halt::Act(Action::Activate(ActivateProof::new(s, profile))))
}

/// What a deleted dependant with `deletionPolicy: Delete` stands for is removed in the account.
fn remove(s: &Situation<'_>, draft: &mut Draft, profile: &Profile, kind: &DependantKind) -> Result<(), Halt> {
    let known = draft.steps.everything_known();
    let facts = Facts::new(s, Goal::Keep, &known, draft.contact_center_user, profile);
    let (step, judgement) = match kind {
        DependantKind::License(name) => (StepName::Licenses, rules::named_license(&facts, name)),
        DependantKind::Queue(QueueType::RingGroup, name) => {
            match profile.ring_groups.iter().find(|group| group.name == *name) {
                Some(group) => (
                    StepName::RingGroups,
                    rules::leave_ring_group(&facts, &group.id, &group.name),
                ),
                None => return Ok(()),
            }
        }
        DependantKind::Queue(QueueType::CallQueue, name) => {
            if profile.call_queues.iter().any(|queue| queue.name == *name) {
                draft.obstacles.push(blockers::queue_not_removable(name));
            }
            return Ok(());
        }
        DependantKind::Queue(QueueType::ContactCenter, _) => return Ok(()),
    };
    match judgement {
        Judgement::Blocked(obstacles) => {
            draft.steps.mark(step, StepState::Blocked);
            draft.obstacles.extend(obstacles);
        }
        Judgement::Look(look) => return Err(Halt::Look(look)),
        Judgement::Act(action) => {
            protection::removable(s, profile)?;
            match s.seen.assignments_going {
                None => return Err(Halt::Look(Look::AssignmentCarriers)),
                // It goes because what carries it goes: nobody asked for it to be taken (invariant 6).
                Some(true) => return Ok(()),
                Some(false) => {}
            }
            draft.steps.mark(step, StepState::Running);
            match protection::granted(s, Halt::Act(action)) {
                // What is declared is given also while the limit holds what is to be taken.
                Err(Halt::Blocked(obstacles)) => {
                    draft.steps.mark(step, StepState::Blocked);
                    draft.obstacles.extend(obstacles);
                }
                Ok(halt) | Err(halt) => return Err(halt),
            }
        }
        Judgement::Done
        | Judgement::Asserted
        | Judgement::Skipped(_)
        | Judgement::Until { .. }
        | Judgement::Again { .. }
        | Judgement::Confirm
        | Judgement::Later => {}
    }
    Ok(())
}
