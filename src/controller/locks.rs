//! Locks: one write at a time to a profile, and to a ring group with everybody in it (invariant 2).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::UserStatus;
use crate::api::queue_assignment::QueueType;
use crate::api::user_status::{Intent, StepName};
use crate::lifecycle::{Group, ProfileSight};

use super::observe::Seen;

/// What takes one write at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Locked {
    /// The profile of this id.
    Profile(String),
    /// The profile that is being created under this userName.
    Name(String),
    /// The ring group of this id.
    Group(String),
}

/// What a write is going on for, by what it is, and the uids of the User objects whose write it is.
#[derive(Debug, Default)]
pub(super) struct Locks {
    holders: Mutex<HashMap<Locked, Arc<[String]>>>,
}

impl Locks {
    /// Takes the locks that a write needs, all of them or none, and lets go of those of the write before it. Nobody else
    /// may hold what must be free either.
    pub fn lock(&self, uid: &str, wanted: Vec<Locked>, free: &[Locked]) -> bool {
        self.lock_together(&[uid.to_owned()], wanted, free)
    }

    /// The same for a write of several. It is one write: whoever of them lets go of it has seen that it ended.
    pub fn lock_together(&self, uids: &[String], wanted: Vec<Locked>, free: &[Locked]) -> bool {
        let mut holders = self.holders();
        holders.retain(|_, known| !known.iter().any(|uid| uids.contains(uid)));
        if wanted.iter().chain(free).any(|item| holders.contains_key(item)) {
            return false;
        }
        // Nobody would ever let go of it.
        if uids.is_empty() {
            return true;
        }
        let uids: Arc<[String]> = uids.into();
        holders.extend(wanted.into_iter().map(|item| (item, uids.clone())));
        true
    }

    /// Whether somebody else than these holds one of the items.
    pub fn are_taken(&self, uids: &[String], items: &[Locked]) -> bool {
        let holders = self.holders();
        let of_another = |known: &Arc<[String]>| !known.iter().any(|holder| uids.contains(holder));
        items.iter().any(|item| holders.get(item).is_some_and(of_another))
    }

    /// Takes up the locks of a write that an earlier process began.
    pub fn take_up(&self, uid: &str, locks: Vec<Locked>) {
        let mut holders = self.holders();
        for item in locks {
            holders.entry(item).or_insert_with(|| [uid.to_owned()].into());
        }
    }

    /// Lets go of everything that a User object has locked.
    pub fn unlock(&self, uid: &str) {
        self.holders()
            .retain(|_, known| known.iter().all(|known| known != uid));
    }

    fn holders(&self) -> MutexGuard<'_, HashMap<Locked, Arc<[String]>>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a write locks: its profile, or the name of the one that is being created, and for a ring group the group.
pub(super) fn of(intent: &Intent) -> Vec<Locked> {
    let mut locks = vec![match (intent.step, &intent.target) {
        (StepName::Create, Some(user_name)) => Locked::Name(user_name.clone()),
        _ => Locked::Profile(intent.user_id.clone()),
    }];
    locks.extend(group_of(intent).map(Locked::Group));
    locks
}

/// What the next write to a profile will most likely need, as its status tells: the profile, and the ring groups that it was
/// seen in.
pub(super) fn foreseen(user_id: &str, status: &UserStatus) -> Vec<Locked> {
    let queues = status.observed.iter().flat_map(|observed| &observed.queues);
    let groups = queues.filter(|queue| queue.kind == QueueType::RingGroup);
    let groups = groups.map(|queue| Locked::Group(queue.id.clone()));
    groups.chain([Locked::Profile(user_id.to_owned())]).collect()
}

/// The ring group that a write is about.
fn group_of(intent: &Intent) -> Option<String> {
    let of_group = matches!(intent.step, StepName::RingGroups | StepName::JoinRingGroups);
    intent.target.clone().filter(|_| of_group)
}

/// Everybody in the ring group that a write is about, because the others are renumbered (rule I1).
pub(super) fn others_in_group(intent: &Intent, seen: &Seen) -> Vec<Locked> {
    let group = group_of(intent).and_then(|id| seen.sightings.groups.get(&id)?.as_ref());
    group.map(everybody).unwrap_or_default()
}

/// Everybody in a ring group.
pub(super) fn everybody(group: &Group) -> Vec<Locked> {
    let ids = group.members.iter().filter_map(|member| member.user_id.clone());
    ids.map(Locked::Profile).collect()
}

/// The ring groups that a profile is in: a write to one of them is one to the profile. Who is in a group is not known of
/// a write that an earlier process began, so it is asked here as well.
pub(super) fn own_groups(seen: &Seen) -> Vec<Locked> {
    match &seen.sightings.profile {
        ProfileSight::Seen(profile) | ProfileSight::Listed(profile) => {
            let groups = profile.ring_groups.iter();
            groups.map(|group| Locked::Group(group.id.clone())).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str) -> Locked {
        Locked::Group(id.to_owned())
    }

    fn profile(id: &str) -> Locked {
        Locked::Profile(id.to_owned())
    }

    #[test]
    fn a_lock_is_taken_for_others_and_not_for_its_holder() {
        let locks = Locks::default();
        assert!(locks.lock("jane", vec![profile("p1"), group("g")], &[]));
        let [jane, joe] = ["jane", "joe"].map(str::to_owned);
        assert!(locks.are_taken(std::slice::from_ref(&joe), &[profile("p2"), group("g")]));
        assert!(!locks.are_taken(&[jane, joe.clone()], &[profile("p1"), group("g")]));
        assert!(!locks.are_taken(&[joe], &[profile("p2")]));
    }

    #[test]
    fn a_write_to_a_group_keeps_writes_to_its_members_waiting_and_the_other_way_round() {
        let locks = Locks::default();
        assert!(locks.lock("jane", vec![profile("p1"), group("g"), profile("p2")], &[]));
        assert!(!locks.lock("joe", vec![profile("p2")], &[group("g")]));
        locks.unlock("jane");
        assert!(locks.lock("joe", vec![profile("p2")], &[group("g")]));
        assert!(!locks.lock("jane", vec![profile("p1"), group("g"), profile("p2")], &[]));
    }

    #[test]
    fn a_write_that_an_earlier_process_began_keeps_its_locks_though_its_members_are_not_known() {
        let locks = Locks::default();
        locks.take_up("jane", vec![profile("p1"), group("g")]);
        assert!(!locks.lock("joe", vec![profile("p2")], &[group("g")]));
        assert!(locks.lock("joe", vec![profile("p2")], &[group("another")]));
        assert!(
            locks.lock("jane", vec![profile("p1"), group("g")], &[]),
            "her own"
        );
    }

    #[test]
    fn a_write_of_several_ends_for_all_of_them_at_once() {
        let locks = Locks::default();
        let both = ["jane".to_owned(), "joe".to_owned()];
        let wanted = || vec![group("g"), profile("p1"), profile("p2"), profile("p3")];
        assert!(locks.lock_together(&both, wanted(), &[]));
        assert!(!locks.lock("ann", vec![profile("p3")], &[group("g")]));
        locks.unlock("joe");
        assert!(locks.lock("ann", vec![profile("p3")], &[group("g")]));
        assert!(locks.lock("jane", vec![profile("p1")], &[group("g")]));
        assert!(!locks.lock_together(&both, wanted(), &[]), "of ann");
    }

    #[test]
    fn a_write_of_nobody_locks_nothing() {
        let locks = Locks::default();
        assert!(locks.lock_together(&[], vec![group("g"), profile("p1")], &[]));
        assert!(locks.lock("jane", vec![profile("p1"), group("g")], &[]));
    }

    #[test]
    fn all_locks_or_none() {
        let locks = Locks::default();
        assert!(locks.lock("jane", vec![profile("p1")], &[]));
        assert!(!locks.lock("joe", vec![profile("p2"), profile("p1")], &[]));
        assert!(locks.lock("ann", vec![profile("p2")], &[]));
    }
}
