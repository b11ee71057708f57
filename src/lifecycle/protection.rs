//! Whom nothing may be taken from (invariant 4), and when it is not due yet.

use jiff::Timestamp;

use crate::api::Span;
use crate::api::tenant::{Approval, Mode, RemovalLimit};
use crate::api::user::UserState;
use crate::api::user_status::{StepName, StepState, UserStatus};

use super::plan::Halt;
use super::{Goal, Profile, Situation, blockers};

/// That the profile may be taken something from at all: no administrator, not protected, not under legal hold.
pub(super) fn removable(s: &Situation<'_>, profile: &Profile) -> Result<(), Halt> {
    let administrators = &s.tenant.administrators;
    if names(profile, std::iter::once(&administrators.primary)) {
        return Err(Halt::Stalled(blockers::primary_administrator()));
    }
    if names(profile, &administrators.secondary) {
        return Err(Halt::Stalled(blockers::secondary_administrator()));
    }
    if names(profile, &s.tenant.removals.protected_users) {
        return Err(Halt::Stalled(blockers::protected_user()));
    }
    if s.user.offboarding.legal_hold {
        return Err(Halt::Stalled(blockers::legal_hold()));
    }
    Ok(())
}

/// That the removal needs no approval, and that the removals of the Tenant stay within its limit. A set over the limit
/// is held as a whole, those that lost access a short while ago included.
pub(super) fn within_limit(s: &Situation<'_>, goal: Goal) -> Result<(), Halt> {
    let approval = s.tenant.removals.approval;
    if approval == Approval::Always || (approval == Approval::Deletions && goal == Goal::Delete) {
        return Err(Halt::Blocked(vec![blockers::approval_required()]));
    }
    let Some(limit) = &s.tenant.removals.limit else {
        return Ok(());
    };
    if !counts(s.memory, limit.per, s.now) {
        return Ok(());
    }
    match allowed(s, limit) {
        Some(allowed) if s.removals.counted > allowed => Err(Halt::Blocked(vec![blockers::removal_limit(
            s.removals.counted,
            allowed,
            limit.per,
        )])),
        _ => Ok(()),
    }
}

/// How many removals a limit allows; the stricter of its numbers wins.
fn allowed(s: &Situation<'_>, limit: &RemovalLimit) -> Option<usize> {
    let number = |number: i32| usize::try_from(number).unwrap_or_default();
    let share = limit.percent.map(|percent| {
        s.removals
            .account
            .map_or(0, |users| users * number(percent) / 100)
    });
    limit.users.map(number).into_iter().chain(share).min()
}

/// Whether the removals of the Tenant are so few that the first write may be one that cannot be undone: at most half of
/// what its limit allows, or no limit.
pub(super) fn far_from_limit(s: &Situation<'_>) -> bool {
    let limit = s.tenant.removals.limit.as_ref();
    let allowed = limit.and_then(|limit| allowed(s, limit));
    allowed.is_none_or(|allowed| s.removals.counted.saturating_mul(2) <= allowed)
}

/// Whether a User that is to be removed counts against a limit: it still has access, or lost it within the limit's time.
pub fn counts(memory: &UserStatus, per: Span, now: Timestamp) -> bool {
    let deactivated = memory.steps.iter().find(|step| step.name == StepName::Deactivate);
    match deactivated.filter(|step| step.state == StepState::Done) {
        None => memory.finished.is_none(),
        Some(step) => now.duration_since(step.since) < per.as_duration(),
    }
}

/// Whether a list names the profile, by userName or e-mail address. Upper and lower case are the same here: a list that
/// protects must not miss anybody over a capital letter.
fn names<'a>(profile: &Profile, list: impl IntoIterator<Item = &'a String>) -> bool {
    list.into_iter().any(|name| {
        name.eq_ignore_ascii_case(&profile.user_name)
            || profile
                .primary_email
                .as_ref()
                .is_some_and(|email| name.eq_ignore_ascii_case(email))
    })
}

/// Whether the Contact Center administrators name the profile (rule B2).
pub(super) fn contact_center_administrator(s: &Situation<'_>, profile: &Profile) -> bool {
    names(profile, &s.tenant.contact_center.administrators)
}

/// That the removal is due: `effectiveAt` has passed, and so has `deletionDelay` where deleting the object is all that
/// asked for it.
pub(super) fn due(s: &Situation<'_>) -> Result<(), Halt> {
    let delay = s.tenant.removals.deletion_delay.as_duration();
    let deletion = s.deletion.filter(|_| s.user.state != UserState::Deleted);
    let after_deletion = deletion.and_then(|deletion| deletion.at.checked_add(delay).ok());
    let dates: [(Option<Timestamp>, &str); 2] = [
        (after_deletion, "deletionDelay"),
        (s.user.effective_at, "effectiveAt"),
    ];
    match dates
        .into_iter()
        .filter_map(|(at, why)| at.map(|at| (at, why)))
        .max()
    {
        Some((until, why)) if s.now < until => Err(Halt::Scheduled {
            until,
            message: format!("{why}: nothing is written before {until:.0}"),
        }),
        _ => Ok(()),
    }
}

/// That the Tenant lets Onhook write.
pub(super) fn writable(s: &Situation<'_>) -> Result<(), Halt> {
    if s.tenant.mode == Mode::Observe {
        return Err(Halt::Blocked(vec![blockers::tenant_observes()]));
    }
    if s.tenant.suspend {
        return Err(Halt::Blocked(vec![blockers::tenant_suspended()]));
    }
    Ok(())
}
