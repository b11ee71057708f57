//! Whom nothing may be taken from (invariant 4), and when it is not due yet.

use jiff::Timestamp;

use crate::api::removals::Removal;
use crate::api::tenant::{Mode, TenantSpec};
use crate::api::user::{UserSpec, UserState};
use crate::api::user_status::{StepName, StepState, StepStatus, UserStatus};

use super::limit::{Leave, left_to_do};
use super::plan::{Action, Halt};
use super::steps::after;
use super::{Deletion, Goal, Look, Profile, Situation, blockers};

/// That the profile may be taken something from at all: no administrator, not protected, not under legal hold.
pub(super) fn removable(s: &Situation<'_>, profile: &Profile) -> Result<(), Halt> {
    let administrators = &s.tenant.administrators;
    if names(profile, std::iter::once(&administrators.primary)) {
        return Err(Halt::Stalled(blockers::primary_administrator()));
    }
    if names(profile, &administrators.secondary) {
        return Err(Halt::Stalled(blockers::secondary_administrator()));
    }
    if s.protected || names(profile, &s.tenant.removals.protected_users) {
        return Err(Halt::Stalled(blockers::protected_user()));
    }
    if s.user.offboarding.legal_hold {
        return Err(Halt::Stalled(blockers::legal_hold()));
    }
    Ok(())
}

/// Whether the lists of the Tenant protect somebody, as far as that can be told without looking at the profile.
pub(super) fn protects(tenant: &TenantSpec, user: &UserSpec, memory: &UserStatus) -> bool {
    let administrators = &tenant.administrators;
    let listed = (administrators.secondary.iter())
        .chain([&administrators.primary])
        .chain(&tenant.removals.protected_users)
        .any(|name| name.eq_ignore_ascii_case(&user.user_name));
    // A list may name the e-mail address, which an earlier pass saw.
    let found = memory
        .blockers
        .iter()
        .any(|known| blockers::protects(&known.reason));
    listed || found
}

/// That the removal is within the limit of the Tenant, or approved. A set over the limit is held as a whole, those that
/// lost access a short while ago included.
pub(super) fn leave(s: &Situation<'_>) -> Result<(), Halt> {
    let obstacle = match s.seen.leave {
        None => return Err(Halt::Look(Look::Leave)),
        Some(Leave::Within { .. } | Leave::Approved) => return Ok(()),
        Some(Leave::Held) => blockers::removal_limit(),
        Some(Leave::ApprovalNeeded) => blockers::approval_required(),
        Some(Leave::AccountNotCounted) => blockers::account_not_counted(),
        Some(Leave::Uncounted) => {
            return Err(Halt::Running {
                look_again: after(s.now, s.pace.operation),
                message: "The removals of the account are counted again.".to_owned(),
            });
        }
    };
    Err(Halt::Blocked(vec![obstacle]))
}

/// Stops a removal that is held. What was sent is followed to its end first, and a profile that was reactivated is not
/// left so.
pub(super) fn held_back(s: &Situation<'_>, goal: Goal) -> Result<(), Halt> {
    let removal = match goal {
        Goal::Keep | Goal::Release => return Ok(()),
        Goal::Deactivate => Removal::Deactivate,
        Goal::Delete => Removal::Delete,
    };
    let unsettled = |step: &StepStatus| match step.name {
        StepName::Deactivate => step.operation_id.is_some() && step.state != StepState::Done,
        StepName::Licenses => step.failure.is_some(),
        _ => false,
    };
    if !left_to_do(removal, s.memory) || s.memory.steps.iter().any(unsettled) {
        return Ok(());
    }
    match leave(s) {
        // Why it does not count is found out further on.
        Err(Halt::Running { .. }) => Ok(()),
        told => told,
    }
}

/// A write of a removal, where the limit lets it go: INACTIVE at once, anything else once the set has been quiet.
pub(super) fn granted(s: &Situation<'_>, halt: Halt) -> Result<Halt, Halt> {
    if let Halt::Act(action) = &halt {
        leave(s)?;
        if !matches!(action, Action::Deactivate(_)) {
            quiet(s)?;
        }
    }
    Ok(halt)
}

/// That a write which cannot be undone may be sent now: the set of removals has been quiet, so that all of it was counted.
fn quiet(s: &Situation<'_>) -> Result<(), Halt> {
    match s.seen.leave {
        Some(Leave::Within {
            quiet_from: Some(until),
            ..
        }) if s.now < until => Err(Halt::Running {
            look_again: until,
            message: format!(
                "Nothing that cannot be undone is written before {until:.0}: removals may still be coming in."
            ),
        }),
        _ => Ok(()),
    }
}

/// Whether the first write of a removal may be one that cannot be undone: it is approved, or the removals of the account
/// are few and all of them counted.
pub(super) fn far_from_limit(s: &Situation<'_>) -> bool {
    match s.seen.leave {
        Some(Leave::Approved) => true,
        Some(Leave::Within { few, .. }) => few && quiet(s).is_ok(),
        _ => false,
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

/// That the removal is due.
pub(super) fn due(s: &Situation<'_>) -> Result<(), Halt> {
    match due_at(s.tenant, s.user, s.deletion) {
        Some((until, why)) if s.now < until => Err(Halt::Scheduled {
            until,
            message: format!("{why}: nothing is written before {until:.0}"),
        }),
        _ => Ok(()),
    }
}

/// When a removal is due and by which field: `effectiveAt` has passed, and so has `deletionDelay` where deleting the
/// object is all that asked for it.
pub(super) fn due_at(
    tenant: &TenantSpec,
    user: &UserSpec,
    deletion: Option<Deletion>,
) -> Option<(Timestamp, &'static str)> {
    let delay = tenant.removals.deletion_delay.as_duration();
    let deletion = deletion.filter(|_| user.state != UserState::Deleted);
    let after_deletion = deletion.and_then(|deletion| deletion.at.checked_add(delay).ok());
    let dates = [
        (after_deletion, "deletionDelay"),
        (user.effective_at, "effectiveAt"),
    ];
    (dates.into_iter().filter_map(|(at, why)| at.map(|at| (at, why)))).max()
}

/// That Tenant and User let Onhook write.
pub(super) fn writable(s: &Situation<'_>) -> Result<(), Halt> {
    if s.tenant.mode == Mode::Observe {
        return Err(Halt::Blocked(vec![blockers::tenant_observes()]));
    }
    if s.tenant.suspend {
        return Err(Halt::Blocked(vec![blockers::tenant_suspended()]));
    }
    if s.suspended {
        return Err(Halt::Blocked(vec![blockers::user_suspended()]));
    }
    Ok(())
}
