//! What a profile that stays should have: what is declared, and what a run that was taken back had removed.

use crate::api::queue_assignment::QueueType;
use crate::api::user::UserSpec;
use crate::api::user_status::{Held, ObservedQueue};

use super::change::{NewExtension, ProfileChange, ServiceChange};
use super::warnings::{self, Caution};
use super::{DependantKind, Extension, NumberSight, Profile, Situation, pattern};

/// What a run that was taken back had removed and is still to come back.
fn to_restore<'a>(s: &Situation<'a>) -> Option<&'a Held> {
    s.memory.held.as_ref().filter(|held| !held.restored)
}

/// Whether a license can be given through the API at all: one of a number comes with the number (rule F7), and one of
/// Contact Center takes the Admin Console (8x8-api.md §1).
fn assignable(s: &Situation<'_>, name: &str) -> bool {
    !pattern::matches_any(&s.tenant.admin_api.did_licenses, name)
        && !pattern::matches_any(&s.tenant.contact_center.licenses, name)
}

/// Names of the licenses that the profile should have and has not.
pub(super) fn missing_licenses(s: &Situation<'_>, profile: &Profile) -> Vec<String> {
    let declared = s
        .dependants
        .iter()
        .filter(|dependant| !dependant.remove && dependant.known);
    let declared = declared.filter_map(|dependant| match &dependant.kind {
        DependantKind::License(name) => Some(name),
        DependantKind::Queue(..) => None,
    });
    let taken = to_restore(s)
        .filter(|held| held.licenses_removed)
        .into_iter()
        .flat_map(|held| &held.licenses);
    let mut missing: Vec<String> = Vec::new();
    for name in declared.chain(taken).filter(|name| assignable(s, name)) {
        let there = profile.licenses.iter().any(|license| license.name == *name);
        if !there && !missing.contains(name) && !removed(s, &DependantKind::License(name.clone())) {
            missing.push(name.clone());
        }
    }
    missing
}

/// Whether what this stands for is to be taken away: an object that goes asks for it, and no other one declares it. What
/// would be given back must not be taken first, because its voicemail does not come back with it (rule F1). Until it is
/// gone, a run that was taken back does not bring it either.
pub(super) fn removed(s: &Situation<'_>, kind: &DependantKind) -> bool {
    let asks = |remove: bool| {
        let mut same = s.dependants.iter().filter(|dependant| dependant.kind == *kind);
        same.any(|dependant| dependant.remove == remove)
    };
    asks(true) && !asks(false)
}

/// The extension of 8x8 Work, where there is exactly one.
pub(super) fn work_extension(profile: &Profile) -> Option<&Extension> {
    let mut extensions = profile.work_extensions();
    extensions.next().filter(|_| extensions.next().is_none())
}

fn has_work_extension(profile: &Profile) -> bool {
    profile.work_extensions().next().is_some()
}

/// Numbers that extensions to be restored had, and that must be known to be free before they are given again.
pub(super) fn numbers_to_restore(s: &Situation<'_>, profile: &Profile) -> Vec<String> {
    if has_work_extension(profile) {
        return Vec::new();
    }
    let held = to_restore(s).filter(|held| held.licenses_removed);
    let extensions = held.into_iter().flat_map(|held| &held.work_extensions);
    extensions
        .flat_map(|extension| extension.phone_numbers.clone())
        .collect()
}

/// The extensions that the profile should have and has not: those of the run that was taken back, with the numbers that
/// are still free, or the declared one.
fn missing_extensions(s: &Situation<'_>, profile: &Profile) -> Vec<NewExtension> {
    if has_work_extension(profile) {
        return Vec::new();
    }
    let free = |number: &&String| {
        let known = s.seen.numbers.as_ref().and_then(|numbers| numbers.get(*number));
        known == Some(&NumberSight::Available)
    };
    let held = to_restore(s).filter(|held| held.licenses_removed);
    let restored: Vec<_> = held
        .into_iter()
        .flat_map(|held| &held.work_extensions)
        .map(|extension| NewExtension {
            number: extension.number.clone(),
            phone_numbers: extension.phone_numbers.iter().filter(free).cloned().collect(),
        })
        .collect();
    if !restored.is_empty() {
        return restored;
    }
    let declared = s
        .user
        .profile
        .as_ref()
        .and_then(|profile| profile.extension.clone());
    let declared = declared.map(|number| NewExtension {
        number,
        phone_numbers: Vec::new(),
    });
    declared.into_iter().collect()
}

/// The services that the profile should have and has not. An extension takes a license (rule G2): without one, neither
/// is asked for.
pub(super) fn missing_services(s: &Situation<'_>, profile: &Profile) -> Option<ServiceChange> {
    let licenses = missing_licenses(s, profile);
    // One that is about to go carries no extension any more.
    let goes = |name: &str| removed(s, &DependantKind::License(name.to_owned()));
    let licensed = profile
        .licenses
        .iter()
        .any(|license| !license.did && !license.contact_center && !goes(&license.name));
    let extensions = if licensed || !licenses.is_empty() {
        missing_extensions(s, profile)
    } else {
        Vec::new()
    };
    let nothing = licenses.is_empty() && extensions.is_empty();
    (!nothing).then_some(ServiceChange { licenses, extensions })
}

/// A ring group that the user should be in.
pub(super) enum WantedGroup<'a> {
    /// A declared one, by its name.
    Named(&'a str),
    /// One that a run that was taken back had left.
    Left(&'a ObservedQueue),
}

/// The ring groups that the user should be in and is not.
pub(super) fn missing_groups<'a>(s: &Situation<'a>, profile: &Profile) -> Vec<WantedGroup<'a>> {
    let removed_group = |name: &str| removed(s, &DependantKind::Queue(QueueType::RingGroup, name.to_owned()));
    let declared = s.dependants.iter().filter(|dependant| !dependant.remove);
    let declared = declared.filter_map(|dependant| match &dependant.kind {
        DependantKind::Queue(QueueType::RingGroup, name) => Some(name.as_str()),
        DependantKind::Queue(..) | DependantKind::License(_) => None,
    });
    let named = declared
        .filter(|name| !profile.ring_groups.iter().any(|group| group.name == *name))
        .map(WantedGroup::Named);
    let left = groups_left(s)
        .filter(|group| !profile.ring_groups.iter().any(|known| known.id == group.id))
        .filter(|group| !removed_group(&group.name));
    named.chain(left.map(WantedGroup::Left)).collect()
}

/// The ring groups that a run that was taken back had left, by itself or with the license (rule F5).
fn groups_left<'a>(s: &Situation<'a>) -> impl Iterator<Item = &'a ObservedQueue> + use<'a> {
    to_restore(s).into_iter().flat_map(|held| {
        held.queues.iter().filter(|queue| {
            queue.kind == QueueType::RingGroup
                && (held.licenses_removed || held.ring_groups_left.contains(&queue.id))
        })
    })
}

/// Values that the identity provider owns (rule L6), apart from the others.
#[derive(Default)]
pub(super) struct Differences {
    /// Fields that only the identity provider may change.
    pub of_provider: Vec<&'static str>,
    /// What can be changed.
    pub change: ProfileChange,
}

/// Where the profile differs from what is declared.
pub(super) fn differences(user: &UserSpec, profile: &Profile) -> Differences {
    let mut found = Differences::default();
    let Some(declared) = &user.profile else {
        return found;
    };
    let owned = profile.scim_provider.is_some();
    let mut text = |name, wanted: &Option<String>, there: &Option<String>| match wanted {
        Some(wanted) if there.as_ref() != Some(wanted) && owned => {
            found.of_provider.push(name);
            None
        }
        Some(wanted) if there.as_ref() != Some(wanted) => Some(wanted.clone()),
        _ => None,
    };
    found.change.first_name = text("firstName", &declared.first_name, &profile.first_name);
    found.change.last_name = text("lastName", &declared.last_name, &profile.last_name);
    found.change.primary_email = text("primaryEmail", &declared.primary_email, &profile.primary_email);
    let shown = declared.display_in_directory;
    found.change.display_in_directory = shown.filter(|_| shown != profile.display_in_directory);
    let policy = declared.policy_profile.clone();
    found.change.policy_profile = policy.filter(|name| profile.policy_profile.as_ref() != Some(name));
    found.change.extension = other_extension_number(declared.extension.as_ref(), profile);
    found
}

fn other_extension_number(declared: Option<&String>, profile: &Profile) -> Option<(String, String)> {
    let (number, extension) = (declared?, work_extension(profile)?);
    (extension.number.as_ref() != Some(number)).then(|| (extension.id.clone(), number.clone()))
}

/// What the account has on the user and nothing declares, and what a run that was taken back destroyed for good.
pub(super) fn cautions(s: &Situation<'_>, profile: &Profile) -> Vec<Caution> {
    undeclared(s, profile)
        .into_iter()
        .chain(not_restored(s, profile))
        .collect()
}

/// Said only where somebody declares what this user has: most objects only mind the state.
fn undeclared(s: &Situation<'_>, profile: &Profile) -> Option<Caution> {
    if s.user.profile.is_none() && s.dependants.is_empty() {
        return None;
    }
    let declared = |kind: DependantKind| s.dependants.iter().any(|dependant| dependant.kind == kind);
    let licenses = profile.licenses.iter().filter(|license| !license.did);
    let licenses: Vec<_> = licenses
        .filter(|license| !declared(DependantKind::License(license.name.clone())))
        .map(|license| license.name.as_str())
        .collect();
    let queues = profile.ring_groups.iter().chain(&profile.call_queues);
    let queues: Vec<_> = queues
        .filter(|queue| !declared(DependantKind::Queue(queue.kind, queue.name.clone())))
        .map(|queue| queue.name.as_str())
        .collect();
    let nothing = licenses.is_empty() && queues.is_empty();
    (!nothing).then(|| warnings::undeclared(&licenses, &queues))
}

fn not_restored(s: &Situation<'_>, profile: &Profile) -> Option<Caution> {
    let held = s.memory.held.as_ref().filter(|held| held.licenses_removed)?;
    let queues = held
        .queues
        .iter()
        .filter(|queue| queue.kind != QueueType::RingGroup);
    let queues: Vec<_> = queues.map(|queue| queue.name.as_str()).collect();
    let numbers = held
        .work_extensions
        .iter()
        .flat_map(|extension| &extension.phone_numbers);
    let gone = |number: &&String| !profile.numbers().any(|there| there.number == **number);
    let gone = numbers.filter(gone).count();
    Some(warnings::not_restored(
        &queues,
        if held.restored { gone } else { 0 },
    ))
}
