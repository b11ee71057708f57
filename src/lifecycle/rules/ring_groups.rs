//! Ring groups are left one after the other, by the extension that the group knows the user by (rules I1, I2).

use crate::api::user_status::StepName;

use super::super::plan::Action;
use super::super::proof::LeaveGroupProof;
use super::super::{Group, Look, Profile, blockers};
use super::{Facts, Judgement};

/// Every ring group is left.
pub(super) fn all(facts: &Facts<'_>) -> Judgement {
    match facts.profile.ring_groups.first() {
        None => Judgement::Done,
        Some(group) => leave(facts, &group.id, &group.name),
    }
}

/// One ring group is left.
pub(in crate::lifecycle) fn leave(facts: &Facts<'_>, id: &str, name: &str) -> Judgement {
    let Some(group) = facts.s.seen.groups.get(id) else {
        return Judgement::Look(Look::RingGroup(id.to_owned()));
    };
    if let Err(judgement) = facts.not_refused(StepName::RingGroups) {
        return judgement;
    }
    let extension_ids = group
        .as_ref()
        .map(|group| members(group, facts.profile))
        .unwrap_or_default();
    if extension_ids.is_empty() {
        return Judgement::Blocked(vec![blockers::group_inconsistent(name)]);
    }
    Judgement::Act(Action::LeaveRingGroup {
        proof: LeaveGroupProof::new(facts.profile, id),
        extension_ids,
    })
}

/// Ids of the extensions by which the group knows the user.
fn members(group: &Group, profile: &Profile) -> Vec<String> {
    let own = |extension: &String| profile.extensions.iter().any(|known| known.id == *extension);
    let members = group.members.iter().filter(|member| match &member.user_id {
        Some(user_id) => *user_id == profile.user_id,
        None => member.extension_id.as_ref().is_some_and(own),
    });
    members.filter_map(|member| member.extension_id.clone()).collect()
}
