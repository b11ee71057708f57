//! A User that says `active`: nothing is taken from it but what a dependant asks for, and access is given back only
//! after an explicit change of state (invariant 9).

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::{StepName, StepState, StepStatus};

use super::draft::Draft;
use super::plan::{Action, Halt};
use super::proof::ActivateProof;
use super::rules::{self, Facts, Judgement};
use super::settle;
use super::{DependantKind, Profile, ProfileStatus, Situation, blockers, protection};

/// What there is to do for a profile that stays.
pub(super) fn run(s: &Situation<'_>, draft: &mut Draft, profile: &Profile) -> Result<Halt, Halt> {
    if profile.status != ProfileStatus::Active {
        return inactive(s, draft, profile);
    }
    draft.steps.follow(&[]);
    for dependant in s.dependants.iter().filter(|dependant| dependant.remove) {
        remove(s, draft, profile, &dependant.kind)?;
    }
    if draft.obstacles.is_empty() {
        Ok(Halt::Ready {
            reason: "Active",
            message: "The profile is ACTIVE.".to_owned(),
        })
    } else {
        Ok(Halt::Blocked(Vec::new()))
    }
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
    draft
        .steps
        .mark(StepName::Activate, StepState::Running, None, None);
    Ok(Halt::Act(Action::Activate(ActivateProof::new(profile))))
}

/// What a deleted dependant with `deletionPolicy: Delete` stands for is removed in the account.
fn remove(s: &Situation<'_>, draft: &mut Draft, profile: &Profile, kind: &DependantKind) -> Result<(), Halt> {
    let known = draft.steps.everything_known();
    let facts = Facts::new(s, &known, draft.contact_center_user, profile);
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
            draft.steps.mark(step, StepState::Blocked, None, None);
            draft.obstacles.extend(obstacles);
        }
        Judgement::Look(look) => return Err(Halt::Look(look)),
        Judgement::Act(action) => {
            protection::removable(s, profile)?;
            draft.steps.mark(step, StepState::Running, None, None);
            return Err(Halt::Act(action));
        }
        Judgement::Done
        | Judgement::Skipped(_)
        | Judgement::Until { .. }
        | Judgement::Again { .. }
        | Judgement::Confirm
        | Judgement::Later => {}
    }
    Ok(())
}
