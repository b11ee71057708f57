//! From what was read of an account to the people who are written.

use std::collections::{BTreeSet, HashMap};

use crate::api::QueueType;
use crate::cli::snapshot::Snapshot;
use crate::eightbyeight::wire::RingGroup;
use crate::lifecycle::Profile;

use super::documents::{Person, can_be_declared, note_alike};

/// Everybody of the account of whom a User can be made, in the order of the profiles.
pub(super) fn people(
    profiles: &[Profile],
    names: &HashMap<String, String>,
    snapshot: &Snapshot,
) -> Vec<Person> {
    let groups = Groups::of(snapshot.ring_groups().unwrap_or_default());
    let declared = profiles.iter().filter(|profile| can_be_declared(profile));
    let mut people: Vec<_> = declared
        .filter_map(|profile| {
            let name = names.get(&profile.user_id)?.clone();
            let agent = agent(profile, snapshot);
            let mut queues = groups.queues(profile);
            if let Some((center, agent)) = snapshot.contact_center().zip(agent.as_deref()) {
                let its = center.queues_of(agent);
                queues.extend(its.map(|queue| (QueueType::ContactCenter, queue.to_owned())));
            }
            Some(Person {
                name,
                profile: profile.clone(),
                licenses: licenses(profile),
                queues,
                agent,
                alike: Vec::new(),
            })
        })
        .collect();
    note_alike(&mut people);
    people
}

/// Without those that come with a number (rule F7): no LicenseAssignment gives or takes one.
fn licenses(profile: &Profile) -> BTreeSet<String> {
    let own = profile.licenses.iter().filter(|license| !license.did);
    let names = own.map(|license| license.name.clone());
    names.filter(|name| !name.is_empty()).collect()
}

fn agent(profile: &Profile, snapshot: &Snapshot) -> Option<String> {
    let email = profile.primary_email.as_deref()?;
    snapshot.contact_center()?.agent_of(email).map(str::to_owned)
}

/// Ring groups by what leads to them. A row of the list of users may say less than the groups do, and the other way
/// round.
struct Groups<'a> {
    names: HashMap<&'a str, &'a str>,
    of_user: HashMap<&'a str, Vec<&'a str>>,
    of_extension: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Groups<'a> {
    fn of(groups: &'a [RingGroup]) -> Self {
        let mut found = Self {
            names: HashMap::new(),
            of_user: HashMap::new(),
            of_extension: HashMap::new(),
        };
        for group in groups.iter().filter(|group| !group.name.is_empty()) {
            found.names.insert(&group.id, &group.name);
            for member in &group.members {
                if let Some(id) = &member.user_id {
                    found.of_user.entry(id).or_default().push(&group.name);
                }
                if let Some(id) = &member.extension_id {
                    found.of_extension.entry(id).or_default().push(&group.name);
                }
            }
        }
        found
    }

    /// Ring groups and call queues of a user.
    fn queues(&self, profile: &Profile) -> BTreeSet<(QueueType, String)> {
        let by_id = self.of_user.get(profile.user_id.as_str());
        let by_extension =
            (profile.extensions.iter()).filter_map(|extension| self.of_extension.get(extension.id.as_str()));
        let named = by_id.into_iter().chain(by_extension).flatten();
        let own = profile.ring_groups.iter().map(|group| {
            let name = self.names.get(group.id.as_str()).copied();
            name.unwrap_or(&group.name)
        });
        let groups = named
            .copied()
            .chain(own)
            .map(|name| (QueueType::RingGroup, name.to_owned()));
        let queues = profile
            .call_queues
            .iter()
            .map(|queue| (QueueType::CallQueue, queue.name.clone()));
        groups.chain(queues).collect()
    }
}
