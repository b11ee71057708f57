//! Taking back what a change of one user did, when it turns out that it cannot be done as a whole.

use super::{Account, CallQueue, Number, Profile, services::Services};
use crate::eightbyeight::wire::{RingGroup, User};

/// All that a change of one user may touch, as it was.
pub(super) struct Undo {
    user_id: String,
    profile: Option<Profile>,
    numbers: Vec<(String, Number)>,
    ring_groups: Vec<(String, RingGroup)>,
    call_queues: Vec<(String, CallQueue)>,
}

impl Account {
    /// Remembers what a change of a user to `wanted` may touch.
    pub(super) fn undo(&self, user_id: &str, wanted: &User) -> Undo {
        let profile = self.users.get(user_id).cloned();
        let users: Vec<&User> = profile
            .iter()
            .map(|profile| &profile.user)
            .chain([wanted])
            .collect();
        let numbers = users.iter().flat_map(|user| Services::of(user).numbers());
        let groups = users
            .iter()
            .flat_map(|user| user.ring_groups())
            .map(|group| &group.id);
        let queues = users
            .iter()
            .flat_map(|user| user.call_queues())
            .map(|queue| &queue.id);
        Undo {
            user_id: user_id.to_owned(),
            numbers: numbers
                .filter_map(|key| self.numbers.get(&key).cloned().map(|it| (key, it)))
                .collect(),
            ring_groups: groups
                .filter_map(|id| Some((id.clone(), self.ring_groups.get(id)?.clone())))
                .collect(),
            call_queues: queues
                .filter_map(|id| Some((id.clone(), self.call_queues.get(id)?.clone())))
                .collect(),
            profile,
        }
    }

    /// Puts everything back.
    pub(super) fn restore(&mut self, undo: Undo) {
        match undo.profile {
            Some(profile) => self.users.insert(undo.user_id, profile),
            None => self.users.remove(&undo.user_id),
        };
        self.numbers.extend(undo.numbers);
        self.ring_groups.extend(undo.ring_groups);
        self.call_queues.extend(undo.call_queues);
    }
}
