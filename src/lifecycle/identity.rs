//! Who is meant (invariant 5): exactly one profile, or nothing is done.

use crate::api::user::UserState;

use super::plan::{Action, Halt};
use super::steps::after;
use super::{Claim, Goal, Look, Profile, ProfileSight, Situation, blockers};

/// What identity says about the profile.
pub(super) enum Identity<'a> {
    /// This one, and no other.
    Profile(&'a Profile),
    /// The pinned profile is gone.
    Gone(String),
    /// Nobody has the userName, this object never stood for a profile, and it declares one.
    Nobody,
}

/// The one profile of this User, pinned as far as the goal needs it, and claimed by no other User.
pub(super) fn resolve<'a>(s: &Situation<'a>, goal: Goal) -> Result<Identity<'a>, Halt> {
    let profile = match (&s.seen.profile, known_id(s)) {
        (ProfileSight::NotLooked, Some(user_id)) => {
            return Err(Halt::Look(Look::ProfileById(user_id.to_owned())));
        }
        (ProfileSight::NotLooked, None) => {
            return Err(Halt::Look(Look::ProfilesByName(s.user.user_name.clone())));
        }
        (ProfileSight::Gone(user_id), _) if another_is_pinned(s, user_id) => return Err(look_next(s)),
        (ProfileSight::Gone(user_id), _) => return gone(s, user_id),
        (ProfileSight::Seen(profile) | ProfileSight::Listed(profile), _)
            if another_is_pinned(s, &profile.user_id) =>
        {
            return Err(look_next(s));
        }
        // Nothing was ever claimed by this object, so nothing is left to hold it for.
        (ProfileSight::NoneByName { .. }, _) if s.deletion.is_some() => return Err(Halt::Release),
        (ProfileSight::NoneByName { similar: false }, None)
            if goal == Goal::Keep && s.user.profile.is_some() =>
        {
            return Ok(Identity::Nobody);
        }
        (ProfileSight::NoneByName { similar }, _) => {
            return Err(Halt::Stalled(blockers::profile_not_found(*similar)));
        }
        (ProfileSight::SeveralByName(count), _) => {
            return Err(Halt::Stalled(blockers::user_name_ambiguous(*count)));
        }
        (ProfileSight::Seen(profile) | ProfileSight::Listed(profile), _) => profile,
    };
    if profile.user_name != s.user.user_name && !(goal == Goal::Keep && renamed_here(s, profile)) {
        return Err(Halt::Stalled(blockers::user_name_differs(&profile.user_id)));
    }
    owned(s, goal, profile)?;
    Ok(Identity::Profile(profile))
}

/// The id that the profile is known by: the spec's, or the one that this User was seen with before.
fn known_id<'a>(s: &Situation<'a>) -> Option<&'a str> {
    s.user.user_id.as_deref().or(s.memory.user_id.as_deref())
}

/// Whether the spec pins another profile than the one that was read: an open intent is settled by its own profile, also
/// after `spec.userId` was set.
fn another_is_pinned(s: &Situation<'_>, user_id: &str) -> bool {
    s.user.user_id.as_deref().is_some_and(|pinned| pinned != user_id)
}

/// Whether it is the spec that has another userName now: the profile still has the one that was declared before. Any
/// other difference is somebody else's doing, and is only said.
fn renamed_here(s: &Situation<'_>, profile: &Profile) -> bool {
    s.memory.user_name.as_ref() == Some(&profile.user_name)
}

fn look_next(s: &Situation<'_>) -> Halt {
    Halt::Running {
        look_again: after(s.now, s.pace.operation),
        message: "The profile that spec.userId names is looked at next.".to_owned(),
    }
}

fn gone<'a>(s: &Situation<'a>, user_id: &str) -> Result<Identity<'a>, Halt> {
    if s.user.user_id.is_some() {
        return Ok(Identity::Gone(user_id.to_owned()));
    }
    match claim(s, user_id)? {
        Claim::Mine { .. } => Ok(Identity::Gone(user_id.to_owned())),
        Claim::Nobody | Claim::Other(_) | Claim::Leaving(_) if s.deletion.is_some() => Err(Halt::Release),
        Claim::Nobody | Claim::Other(_) | Claim::Leaving(_) => {
            Err(Halt::Stalled(blockers::profile_not_found(false)))
        }
    }
}

fn claim<'a>(s: &Situation<'a>, user_id: &str) -> Result<&'a Claim, Halt> {
    s.seen
        .claim
        .as_ref()
        .ok_or_else(|| Halt::Look(Look::Claim(user_id.to_owned())))
}

/// That no other User object works on the profile (invariant 2), and that the profile is pinned where it must be.
fn owned(s: &Situation<'_>, goal: Goal, profile: &Profile) -> Result<(), Halt> {
    let pinned_by_spec = s.user.user_id.is_some();
    let seen_active = s.user.state == UserState::Active && s.deletion.is_none();
    match claim(s, &profile.user_id)? {
        // The other object minds the profile; this one never did.
        Claim::Other(_) | Claim::Leaving(_) if s.deletion.is_some() => Err(Halt::Release),
        Claim::Leaving(object) if seen_active => Err(Halt::Blocked(vec![blockers::user_name_held(object)])),
        Claim::Other(object) | Claim::Leaving(object) => {
            Err(Halt::Stalled(blockers::profile_claimed(object)))
        }
        Claim::Mine { pins: true } => Ok(()),
        Claim::Mine { pins: false } if pinned_by_spec => Ok(()),
        claim @ (Claim::Mine { pins: false } | Claim::Nobody) => {
            let pins = seen_active && profile.status == super::ProfileStatus::Active;
            if goal == Goal::Delete && !pinned_by_spec {
                return Err(Halt::Stalled(blockers::identity_not_pinned(profile)));
            }
            if pins || *claim == Claim::Nobody {
                return Err(Halt::Act(Action::Claim {
                    user_id: profile.user_id.clone(),
                    pins,
                }));
            }
            Ok(())
        }
    }
}

/// Whether a removal that cannot be undone may be sent for the profile: it is pinned outside the status.
pub(super) fn pinned(s: &Situation<'_>, profile: &Profile) -> bool {
    match &s.user.user_id {
        Some(pinned) => *pinned == profile.user_id,
        None => matches!(s.seen.claim, Some(Claim::Mine { pins: true })),
    }
}
