//! The profile itself: INACTIVE, what it showed, and what it held.

use crate::api::queue_assignment::QueueType;
use crate::api::user::UserState;
use crate::api::user_status::{EmergencyCalls, Held, HeldExtension, ObservedQueue, ObservedUser, StepName};

use super::super::plan::Action;
use super::super::proof::DeactivateProof;
use super::super::{Extension, Profile, ProfileSight, ProfileStatus, Situation};
use super::{Facts, Judgement, confirmations, remove_access};

/// As many devices as the CRD lets a status list.
const MOST_DEVICES: usize = 64;

/// The profile is INACTIVE, which ends the person's sessions (rules D1, D2).
pub(super) fn deactivate(facts: &Facts<'_>) -> Judgement {
    if deactivated(facts.s, facts.profile) {
        return Judgement::Done;
    }
    // What was opened for its licenses is closed whatever is asserted by now.
    if let Some(obstacle) = confirmations::before_deactivate(facts)
        && !facts.reopened()
    {
        return Judgement::Blocked(vec![obstacle]);
    }
    if let Some(judgement) = remove_access::in_one_write(facts) {
        return judgement;
    }
    match facts.not_refused(StepName::Deactivate) {
        Ok(()) => Judgement::Act(Action::Deactivate(DeactivateProof::new(facts))),
        Err(judgement) => judgement,
    }
}

/// Whether the profile is INACTIVE, and out of the company directory where a deactivation asks for that (rule D9). On the
/// way to a deletion nothing waits for the directory: the profile goes with its entry.
pub(in crate::lifecycle) fn deactivated(s: &Situation<'_>, profile: &Profile) -> bool {
    let hide = s.user.offboarding.hide_from_directory && s.user.state == UserState::Deactivated;
    let shown = profile.display_in_directory == Some(true);
    profile.status == ProfileStatus::Inactive && !(hide && shown)
}

/// Whether emergency calls can be made, for a profile that is INACTIVE (rules D5, P4).
pub(in crate::lifecycle) fn emergency_calls(profile: &Profile) -> Option<EmergencyCalls> {
    if profile.status != ProfileStatus::Inactive {
        return None;
    }
    let devices: Vec<_> = profile
        .devices()
        .filter(|device| device.active)
        .map(|device| device.model.clone())
        .collect();
    let possible = !devices.is_empty();
    let message = if possible {
        "Emergency numbers can still be dialled from the active device(s); every other call is off (rule D5)."
    } else {
        "No emergency call can be made: the user has no active device (rule D5)."
    };
    Some(EmergencyCalls {
        possible,
        devices,
        message: message.to_owned(),
    })
}

/// What the status shows of the account: what this pass saw, or what an earlier one did.
pub(in crate::lifecycle) fn observed(s: &Situation<'_>) -> Option<ObservedUser> {
    let profile = match &s.seen.profile {
        ProfileSight::Seen(profile) | ProfileSight::Listed(profile) => profile,
        ProfileSight::Gone(_) | ProfileSight::NoneByName { .. } | ProfileSight::SeveralByName(_) => {
            return None;
        }
        ProfileSight::NotLooked => return s.memory.observed.clone(),
    };
    let contact_center = s
        .seen
        .queues
        .clone()
        .unwrap_or_else(|| remembered_contact_center(s));
    Some(ObservedUser {
        queues: queues(profile, &contact_center),
        ..shown(profile)
    })
}

/// What a profile shows by itself: its queues of Contact Center are not among it.
pub(in crate::lifecycle) fn shown(profile: &Profile) -> ObservedUser {
    ObservedUser {
        status: profile.status.as_str().to_owned(),
        created: profile.created,
        site: profile.site.clone(),
        licenses: profile
            .licenses
            .iter()
            .map(|license| license.name.clone())
            .collect(),
        extensions: profile
            .extensions
            .iter()
            .filter_map(|extension| extension.number.clone())
            .collect(),
        numbers: profile
            .numbers()
            .map(|number| number.number.clone())
            .take(256)
            .collect(),
        queues: queues(profile, &[]),
    }
}

fn remembered_contact_center(s: &Situation<'_>) -> Vec<ObservedQueue> {
    let known = s.memory.observed.iter().flat_map(|observed| &observed.queues);
    known
        .filter(|queue| queue.kind == QueueType::ContactCenter)
        .cloned()
        .collect()
}

fn queues(profile: &Profile, contact_center: &[ObservedQueue]) -> Vec<ObservedQueue> {
    profile
        .ring_groups
        .iter()
        .chain(&profile.call_queues)
        .chain(contact_center)
        .cloned()
        .collect()
}

/// Adds what the profile holds now to what it held when the run began: the numbers are verified by it later.
pub(in crate::lifecycle) fn remember(held: &mut Held, profile: &Profile, contact_center: &[ObservedQueue]) {
    add(
        &mut held.phone_numbers,
        profile.numbers().map(|number| number.number.clone()),
    );
    add(
        &mut held.licenses,
        profile.licenses.iter().map(|license| license.name.clone()),
    );
    add(
        &mut held.extensions,
        profile
            .extensions
            .iter()
            .filter_map(|extension| extension.number.clone()),
    );
    add(&mut held.queues, queues(profile, contact_center));
    add(
        &mut held.work_extensions,
        profile.work_extensions().filter_map(|extension| {
            Some(HeldExtension {
                number: extension.number.clone()?,
                phone_numbers: extension
                    .numbers
                    .iter()
                    .map(|number| number.number.clone())
                    .collect(),
            })
        }),
    );
    add(
        &mut held.fax_lines,
        extensions(profile, |extension| extension.fax),
    );
    add(
        &mut held.contact_center_extensions,
        extensions(profile, |extension| extension.contact_center),
    );
    let devices: Vec<_> = profile.devices().map(|device| device.model.clone()).collect();
    // Two devices of one model are two: what is missing of each is added.
    for model in &devices {
        let count = |list: &[String]| list.iter().filter(|known| *known == model).count();
        if count(&held.devices) < count(&devices) && held.devices.len() < MOST_DEVICES {
            held.devices.push(model.clone());
        }
    }
}

/// Numbers of the extensions that are of a kind.
fn extensions(profile: &Profile, of_kind: fn(&Extension) -> bool) -> Vec<String> {
    let found = profile.extensions.iter().filter(|extension| of_kind(extension));
    found.filter_map(|extension| extension.number.clone()).collect()
}

fn add<T: PartialEq>(list: &mut Vec<T>, items: impl IntoIterator<Item = T>) {
    for item in items {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}
