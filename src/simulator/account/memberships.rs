//! Ring groups and call queues, and their members. A membership stands at the group and at the user; both are
//! kept the same here.

use super::{Account, Failure, Profile};
use crate::eightbyeight::wire::{
    AssignmentInfo, CallQueueRef, Extension, ExtensionType, GroupRef, Member, MemberRef, RingGroup,
    UpdateMembers, User,
};

impl Account {
    /// Puts a user at the end of a ring group, by an extension. Already there is fine.
    ///
    /// # Errors
    /// There is no such group or extension.
    pub fn join_ring_group(&mut self, group_id: &str, user_id: &str) -> Result<(), Failure> {
        let profile = self
            .users
            .get(user_id)
            .ok_or_else(|| Failure::not_found("there is no such user"))?;
        let Some(extension) = super::services::Services::of(&profile.user)
            .extensions
            .into_iter()
            .next()
        else {
            return Err(Failure::not_found("a member of a ring group needs an extension"));
        };
        let member = member_of(&profile.user, &extension);
        let group = self.ring_group_mut(group_id)?;
        if !group
            .members
            .iter()
            .any(|there| there.user_id.as_deref() == Some(user_id))
        {
            group.members.push(member);
            renumber(group);
        }
        let link = GroupRef {
            id: group.id.clone(),
            name: Some(group.name.clone()),
            ..GroupRef::default()
        };
        self.link_ring_group(user_id, link);
        Ok(())
    }

    /// Takes a user out of a ring group, with all extensions.
    pub(super) fn leave_ring_group(&mut self, group_id: &str, user_id: &str) {
        if let Some(group) = self.ring_groups.get_mut(group_id) {
            group
                .members
                .retain(|member| member.user_id.as_deref() != Some(user_id));
            renumber(group);
        }
        if let Some(assignments) = self.assignments_mut(user_id) {
            assignments.ring_groups.retain(|group| group.id != group_id);
        }
    }

    /// Puts a user into a call queue.
    ///
    /// # Errors
    /// There is no such call queue.
    pub(super) fn join_call_queue(
        &mut self,
        queue_id: &str,
        user_id: &str,
        kind: &str,
    ) -> Result<(), Failure> {
        let Some(queue) = self.call_queues.get_mut(queue_id) else {
            return Err(Failure::not_found(format!("there is no call queue {queue_id}")));
        };
        queue.members.insert(user_id.to_owned(), kind.to_owned());
        let name = Some(queue.name.clone());
        let Some(profile) = self.users.get_mut(user_id) else {
            return Ok(());
        };
        let assignments = profile.user.assignment_info.get_or_insert_default();
        assignments.uc_call_queues.retain(|there| there.id != queue_id);
        let member_type = Some(kind.to_owned());
        assignments.uc_call_queues.push(CallQueueRef {
            id: queue_id.to_owned(),
            name,
            member_type,
            ..CallQueueRef::default()
        });
        Ok(())
    }

    /// Takes a user out of a call queue.
    pub(super) fn leave_call_queue(&mut self, queue_id: &str, user_id: &str) {
        if let Some(queue) = self.call_queues.get_mut(queue_id) {
            queue.members.remove(user_id);
        }
        if let Some(assignments) = self.assignments_mut(user_id) {
            assignments.uc_call_queues.retain(|queue| queue.id != queue_id);
        }
    }

    /// Takes a user out of all ring groups and call queues, as the removal of the license does (rule F5).
    pub(super) fn leave_everything(&mut self, user_id: &str) {
        let (groups, queues) = self.memberships(user_id);
        groups
            .iter()
            .for_each(|group| self.leave_ring_group(group, user_id));
        queues
            .iter()
            .for_each(|queue| self.leave_call_queue(queue, user_id));
    }

    /// Ids of the ring groups and the call queues of a user.
    pub(super) fn memberships(&self, user_id: &str) -> (Vec<String>, Vec<String>) {
        let Some(profile) = self.users.get(user_id) else {
            return Default::default();
        };
        let groups = profile
            .user
            .ring_groups()
            .iter()
            .map(|group| group.id.clone())
            .collect();
        let queues = profile
            .user
            .call_queues()
            .iter()
            .map(|queue| queue.id.clone())
            .collect();
        (groups, queues)
    }

    /// Changes the members of a ring group, all of the change or nothing of it (rule I1).
    ///
    /// # Errors
    /// The group is gone, or a member or extension is not there.
    pub(crate) fn update_members(&mut self, group_id: &str, change: &UpdateMembers) -> Result<(), Failure> {
        let mut group = self.ring_group_mut(group_id)?.clone();
        let before: Vec<_> = users_of(&group);
        for member in &change.remove {
            let index = position(&group, &member.extension_id, &member.extension_number)?;
            group.members.remove(index);
        }
        for member in &change.update {
            let index = position(&group, &member.extension_id, &member.extension_number)?;
            let mut there = group.members.remove(index);
            there.extra.extend(member.extra.clone());
            insert_at(
                &mut group,
                there,
                member.sequence_number.or(i64::try_from(index + 1).ok()),
            );
        }
        for member in &change.add {
            let mut added = self.resolve(&group, member)?;
            added.extra.extend(member.extra.clone());
            insert_at(&mut group, added, member.sequence_number);
        }
        self.put_members(group, &before);
        Ok(())
    }

    /// Adds a ring group under `id`.
    ///
    /// # Errors
    /// Its extension number is taken (rule G6), or a member is not there.
    pub(crate) fn create_ring_group(&mut self, id: &str, mut group: RingGroup) -> Result<(), Failure> {
        group.id = id.to_owned();
        self.store_ring_group(group, &[])
    }

    /// Replaces a ring group; omitted members are removed (rule I2).
    ///
    /// # Errors
    /// The group is gone, its extension number is taken, or a member is not there.
    pub(crate) fn replace_ring_group(&mut self, id: &str, mut group: RingGroup) -> Result<(), Failure> {
        let old = self.ring_group_mut(id)?.clone();
        group.id = id.to_owned();
        if let Some(site) = old.extra.get("site") {
            group.extra.insert("site".to_owned(), site.clone());
        }
        self.store_ring_group(group, &users_of(&old))
    }

    /// Removes a ring group; its members leave it. One that is gone already is fine.
    pub(crate) fn delete_ring_group(&mut self, id: &str) {
        let Some(group) = self.ring_groups.remove(id) else {
            return;
        };
        users_of(&group)
            .iter()
            .for_each(|user| self.leave_ring_group(id, user));
    }

    fn store_ring_group(&mut self, mut group: RingGroup, before: &[String]) -> Result<(), Failure> {
        let taken =
            |there: &&RingGroup| there.id != group.id && there.extension_number == group.extension_number;
        if group.extension_number.is_some() && self.ring_groups.values().any(|there| taken(&there)) {
            return Err(Failure::conflict("the extension number is taken"));
        }
        let wanted = std::mem::take(&mut group.members);
        for member in &wanted {
            let mut added = self.resolve(&group, member)?;
            added.extra.extend(member.extra.clone());
            group.members.push(added);
        }
        self.put_members(group, before);
        Ok(())
    }

    /// Stores a group and tells its members, old and new.
    fn put_members(&mut self, mut group: RingGroup, before: &[String]) {
        renumber(&mut group);
        let after = users_of(&group);
        let link = GroupRef {
            id: group.id.clone(),
            name: Some(group.name.clone()),
            ..GroupRef::default()
        };
        let id = group.id.clone();
        self.ring_groups.insert(id.clone(), group);
        for gone in before.iter().filter(|user| !after.contains(user)) {
            self.leave_ring_group(&id, gone);
        }
        after
            .iter()
            .for_each(|user| self.link_ring_group(user, link.clone()));
    }

    /// A member that was named by its extension, with all that the group shows of it.
    fn resolve(&self, group: &RingGroup, wanted: &Member) -> Result<Member, Failure> {
        let reference = MemberRef {
            extension_id: wanted.extension_id.clone(),
            extension_number: wanted.extension_number.clone(),
        };
        // A new group may also name its members by user, as 8x8's guide does.
        let user = wanted
            .user_id
            .as_deref()
            .filter(|_| reference.extension_id.is_none() && reference.extension_number.is_none());
        let same = |extension: &&Extension| match &reference.extension_id {
            Some(id) => extension.id.as_ref() == Some(id),
            None if user.is_some() => extension.extension_type != Some(ExtensionType::Cc),
            None => extension.extension_number == reference.extension_number,
        };
        let users = self.users.values();
        let of_user = |profile: &&Profile| user.is_none_or(|user| profile.user.user_id() == user);
        let all = users.filter(of_user).flat_map(|profile| {
            profile
                .user
                .extensions()
                .iter()
                .filter(same)
                .map(|extension| member_of(&profile.user, extension))
        });
        let member = all
            .into_iter()
            .next()
            .ok_or_else(|| Failure::not_found("there is no such extension"))?;
        let twice = group
            .members
            .iter()
            .any(|there| there.extension_id == member.extension_id);
        if twice {
            Err(Failure::conflict("the extension is a member already"))
        } else {
            Ok(member)
        }
    }

    fn link_ring_group(&mut self, user_id: &str, link: GroupRef) {
        let Some(profile) = self.users.get_mut(user_id) else {
            return;
        };
        let groups = &mut profile.user.assignment_info.get_or_insert_default().ring_groups;
        if !groups.iter().any(|there| there.id == link.id) {
            groups.push(link);
        }
    }

    fn ring_group_mut(&mut self, id: &str) -> Result<&mut RingGroup, Failure> {
        self.ring_groups
            .get_mut(id)
            .ok_or_else(|| Failure::not_found("there is no such ring group"))
    }

    fn assignments_mut(&mut self, user_id: &str) -> Option<&mut AssignmentInfo> {
        self.users.get_mut(user_id)?.user.assignment_info.as_mut()
    }
}

fn member_of(user: &User, extension: &Extension) -> Member {
    let shown = serde_json::json!({
        "firstName": user.basic_info.first_name, "lastName": user.basic_info.last_name, "loggedIn": true,
        "voicemailAccessEnabled": false,
    });
    Member {
        user_id: user.basic_info.user_id.clone(),
        extension_id: extension.id.clone(),
        extension_number: extension.extension_number.clone(),
        sequence_number: None,
        extra: shown.as_object().cloned().unwrap_or_default(),
    }
}

fn users_of(group: &RingGroup) -> Vec<String> {
    group
        .members
        .iter()
        .filter_map(|member| member.user_id.clone())
        .collect()
}

fn position(group: &RingGroup, id: &Option<String>, number: &Option<String>) -> Result<usize, Failure> {
    let same = |member: &Member| match id {
        Some(_) => member.extension_id == *id,
        None => member.extension_number == *number,
    };
    group
        .members
        .iter()
        .position(same)
        .ok_or_else(|| Failure::not_found("the extension is not a member"))
}

/// At a place in the order, from 1; at the end without one.
fn insert_at(group: &mut RingGroup, member: Member, place: Option<i64>) {
    let index = place
        .and_then(|place| usize::try_from(place - 1).ok())
        .unwrap_or(usize::MAX);
    group.members.insert(index.min(group.members.len()), member);
}

/// The order has no gaps (rule I1).
fn renumber(group: &mut RingGroup) {
    for (number, member) in (1_i64..).zip(&mut group.members) {
        member.sequence_number = Some(number);
    }
}
