//! What a profile that stays is given: licenses with extension and numbers, and places in ring groups (rules F9, G2).

use crate::api::user_status::{ObservedQueue, StepName};

use super::super::change::{Change, ChangeProof, JoinGroupProof};
use super::super::declared::{self, WantedGroup};
use super::super::plan::Action;
use super::super::{Group, Look, blockers};
use super::{Facts, Judgement};

/// Every license that is declared, or comes back, is on the profile, and with it extension and numbers.
pub(super) fn licenses(facts: &Facts<'_>) -> Judgement {
    let (s, profile) = (facts.s, facts.profile);
    let numbers = declared::numbers_to_restore(s, profile);
    if !numbers.is_empty() && s.seen.numbers.is_none() {
        return Judgement::Look(Look::PhoneNumbers(numbers));
    }
    let Some(services) = declared::missing_services(s, profile) else {
        return Judgement::Done;
    };
    match facts.not_refused(StepName::AssignLicenses) {
        Ok(()) => Judgement::Act(Action::Change(ChangeProof::new(
            profile,
            Change::Services(services),
        ))),
        Err(judgement) => judgement,
    }
}

/// The user is in every ring group that is declared, or comes back.
pub(super) fn ring_groups(facts: &Facts<'_>) -> Judgement {
    let missing = declared::missing_groups(facts.s, facts.profile).into_iter();
    Judgement::of_all(missing.map(|wanted| match wanted {
        WantedGroup::Named(name) => named(facts, name),
        WantedGroup::Left(group) => left(facts, group),
    }))
}

fn named(facts: &Facts<'_>, name: &str) -> Judgement {
    match facts.s.seen.named_groups.get(name).map(Vec::as_slice) {
        None => Judgement::Look(Look::RingGroupsNamed(name.to_owned())),
        Some([id]) => match facts.s.seen.groups.get(id) {
            None => Judgement::Look(Look::RingGroup(id.clone())),
            Some(None) => Judgement::Blocked(vec![blockers::ring_group_unknown(name, 0)]),
            Some(Some(group)) => join(facts, id, name, group),
        },
        Some(ids) => Judgement::Blocked(vec![blockers::ring_group_unknown(name, ids.len())]),
    }
}

/// A group that is gone since cannot be joined again.
fn left(facts: &Facts<'_>, group: &ObservedQueue) -> Judgement {
    match facts.s.seen.groups.get(&group.id) {
        None => Judgement::Look(Look::RingGroup(group.id.clone())),
        Some(None) => Judgement::Done,
        Some(Some(there)) => join(facts, &group.id, &group.name, there),
    }
}

fn join(facts: &Facts<'_>, id: &str, name: &str, group: &Group) -> Judgement {
    let profile = facts.profile;
    if group.lists(&profile.user_id) {
        return Judgement::Done;
    }
    let Some(extension) = profile.work_extensions().next() else {
        return Judgement::Blocked(vec![blockers::extension_missing(name)]);
    };
    match facts.not_refused(StepName::JoinRingGroups) {
        Ok(()) => Judgement::Act(Action::JoinRingGroup(JoinGroupProof::new(
            profile,
            id,
            &extension.id,
        ))),
        Err(judgement) => judgement,
    }
}
