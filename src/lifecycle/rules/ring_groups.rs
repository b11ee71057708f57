//! Ring groups are left one after the other, by the extension that the group knows the user by (rules I1, I2, I4).

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::StepName;

use super::super::plan::Action;
use super::super::proof::LeaveGroupProof;
use super::super::{Group, GroupMember, Look, Profile, blockers, holdings};
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
        proof: LeaveGroupProof::new(facts.s, facts.profile, id),
        extension_ids,
    })
}

/// Somebody who is to leave a ring group, and the extensions that it knows them by.
pub type Leaver<'a> = (&'a LeaveGroupProof, &'a [String]);

/// Which of those who are to leave a ring group by one change may, as the group was read last: those who are in it. Where
/// nobody would be left in it, and one of them may not leave it empty, the last such one stays (rule I4).
pub fn leave_together(group: &Group, leavers: &[Leaver<'_>]) -> Vec<bool> {
    let in_group = |id: &String| {
        group
            .members
            .iter()
            .any(|member| member.extension_id.as_ref() == Some(id))
    };
    let mut may: Vec<_> = leavers.iter().map(|(_, ids)| ids.iter().all(in_group)).collect();
    let going = |member: &GroupMember| {
        let going = leavers.iter().zip(&may).filter(|(_, may)| **may);
        let mut ids = going.flat_map(|((_, ids), _)| ids.iter());
        ids.any(|id| member.extension_id.as_ref() == Some(id))
    };
    if group.members.iter().all(going) {
        let last = leavers
            .iter()
            .zip(&may)
            .rposition(|((proof, _), may)| *may && !proof.may_empty());
        if let Some(may) = last.and_then(|last| may.get_mut(last)) {
            *may = false;
        }
    }
    may
}

/// Whether the group means the user by this member.
fn is(member: &GroupMember, profile: &Profile) -> bool {
    let own = |id: &String| profile.extensions.iter().any(|known| known.id == *id);
    match &member.user_id {
        Some(user_id) => *user_id == profile.user_id,
        None => member.extension_id.as_ref().is_some_and(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(extensions: &[&str]) -> Group {
        let member = |id: &&str| GroupMember {
            user_id: None,
            extension_id: Some((*id).to_owned()),
        };
        Group {
            members: extensions.iter().map(member).collect(),
        }
    }

    /// Which of the owners of these extensions may leave a group.
    fn may(group: &Group, extensions: &[&str], may_empty: bool) -> Vec<bool> {
        let leaver = |id: &&str| {
            let proof = LeaveGroupProof::for_test(id, "g");
            (
                if may_empty { proof.emptying() } else { proof },
                vec![(*id).to_owned()],
            )
        };
        let leavers: Vec<_> = extensions.iter().map(leaver).collect();
        let leavers: Vec<_> = leavers
            .iter()
            .map(|(proof, ids)| (proof, ids.as_slice()))
            .collect();
        leave_together(group, &leavers)
    }

    #[test]
    fn all_may_leave_a_group_in_which_somebody_stays() {
        assert_eq!(may(&group(&["a", "b", "c"]), &["a", "b"], false), [true, true]);
    }

    #[test]
    fn the_last_of_those_who_would_empty_a_group_stays() {
        let all = group(&["a", "b", "c"]);
        assert_eq!(may(&all, &["a", "b", "c"], false), [true, true, false]);
        assert_eq!(may(&all, &["a", "b", "c"], true), [true, true, true]);
        assert_eq!(may(&group(&["a"]), &["a"], false), [false]);
    }

    #[test]
    fn who_is_not_in_the_group_any_more_does_not_leave_it() {
        assert_eq!(may(&group(&["a", "c"]), &["b", "a"], false), [false, true]);
        assert_eq!(may(&group(&["a"]), &["b", "a"], false), [false, false]);
        assert_eq!(may(&group(&[]), &["a"], true), [false]);
    }
}
