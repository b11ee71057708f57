//! INACTIVE and without licenses in one write: one call fewer, and no edit of an inactive user, which 8x8's documents
//! disagree about (design, "The order"; rules D4, D7).

use crate::api::user_status::StepName;

use super::super::order::order;
use super::super::plan::Action;
use super::super::proof::{DeactivateProof, ReactivateProof};
use super::super::{Goal, ProfileStatus, blockers, protection};
use super::{Facts, Judgement, judge, licenses};

/// So often a leaver's licenses may have failed, one time after the other, before nobody is reactivated for them any
/// more.
const TRIES: i32 = 5;

/// The one write, where nothing stands between the deactivation and the removal of the licenses, and nothing has to be
/// looked at first: a person dismissed on the spot loses access in it. Also for a profile that was reactivated because 8x8
/// had refused to edit it.
pub(super) fn in_one_write(facts: &Facts<'_>) -> Option<Judgement> {
    let first = !facts.contact_center_user
        && facts.failure(StepName::Licenses).is_none()
        && facts.failure(StepName::Deactivate).is_none()
        && protection::far_from_limit(facts.s);
    let fits = facts.goal == Goal::Delete && (first || facts.reopened());
    if !fits || !nothing_between(facts) {
        return None;
    }
    match licenses::all(facts) {
        Judgement::Act(Action::RemoveLicenses(licenses)) => Some(Judgement::Act(Action::RemoveAccess {
            deactivate: DeactivateProof::new(facts),
            licenses,
        })),
        // The end of access waits for no look. What was reopened is: it was INACTIVE, and is to be so only once more.
        look @ Judgement::Look(_) if facts.reopened() => Some(look),
        _ => None,
    }
}

/// Whether every step between the two is done or does not apply.
fn nothing_between(facts: &Facts<'_>) -> bool {
    let between = (order(Goal::Delete).iter())
        .skip_while(|&&step| step != StepName::Deactivate)
        .skip(1)
        .take_while(|&&step| step != StepName::Licenses);
    between
        .filter(|&&step| !(step == StepName::LicenseGracePeriod && facts.reopened()))
        .all(|&step| match judge(step, facts) {
            Judgement::Skipped(_) => true,
            // A grace that is over counted from an earlier deactivation: with this one it begins again.
            Judgement::Done => step != StepName::LicenseGracePeriod,
            _ => false,
        })
}

/// What there is to do about licenses that 8x8 does not take off an INACTIVE profile; `None` where it did not refuse.
pub(super) fn locked(facts: &Facts<'_>) -> Option<Judgement> {
    let failure = facts
        .locked()
        .filter(|_| facts.profile.status == ProfileStatus::Inactive && facts.s.user_updates)?;
    if failure.times <= TRIES
        && let Some(proof) = ReactivateProof::new(facts)
    {
        return Some(Judgement::Act(Action::Reactivate(proof)));
    }
    (facts.s.now < failure.retry_at)
        .then(|| Judgement::Blocked(vec![blockers::inactive_user_locked(failure)]))
}

/// The deactivation of a profile that Onhook reactivated: access that was opened for a moment is closed also where a
/// limit holds everything else.
pub(in crate::lifecycle) fn close_again(facts: &Facts<'_>) -> Option<Action> {
    (facts.reopened() && facts.s.user_updates).then(|| Action::Deactivate(DeactivateProof::new(facts)))
}
