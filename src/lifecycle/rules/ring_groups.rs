//! Ring groups are left one after the other, by the extension that the group knows the user by (rules I1, I2, I4).

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::StepName;

use super::super::plan::Action;
use super::super::proof::LeaveGroupProof;
use super::super::{GroupMember, Look, Profile, blockers, holdings};
use super::{Facts, Judgement};

/// Every ring group is left. One that cannot be left does not keep the user in the others.
pub(super) fn all(facts: &Facts<'_>) -> Judgement {
    let groups = facts.profile.ring_groups.iter();
    Judgement::of_all(groups.map(|group| leave(facts, &group.id, &group.name)))
}

/// One ring group is left, unless that leaves it without a member: its calls would ring nowhere (rule I4, case 19).
pub(in crate::lifecycle) fn leave(facts: &Facts<'_>, id: &str, name: &str) -> Judgement {
    if let Err(judgement) = facts.not_refused(StepName::RingGroups) {
        return judgement;
    }
    let Some(group) = facts.s.seen.groups.get(id) else {
        return Judgement::Look(Look::RingGroup(id.to_owned()));
    };
    let members = group.as_ref().map_or(&[][..], |group| &group.members);
    let (own, others): (Vec<_>, Vec<_>) = members.iter().partition(|member| is(member, facts.profile));
    let extension_ids: Vec<_> = own
        .iter()
        .filter_map(|member| member.extension_id.clone())
        .collect();
    if extension_ids.is_empty() {
        return Judgement::Blocked(vec![blockers::group_inconsistent(name)]);
    }
    if others.is_empty() && !holdings::may_be_empty(facts.s, QueueType::RingGroup) {
        return Judgement::Blocked(vec![blockers::last_ring_group_member(name)]);
    }
    Judgement::Act(Action::LeaveRingGroup {
        proof: LeaveGroupProof::new(facts.profile, id),
        extension_ids,
    })
}

/// Whether the group means the user by this member.
fn is(member: &GroupMember, profile: &Profile) -> bool {
    let own = |id: &String| profile.extensions.iter().any(|known| known.id == *id);
    match &member.user_id {
        Some(user_id) => *user_id == profile.user_id,
        None => member.extension_id.as_ref().is_some_and(own),
    }
}
