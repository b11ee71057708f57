//! What happens between two passes: another administrator at the account, and edits of the objects.

use super::fixtures::{GROUP, JANE, LICENSE, NUMBER, agent, confirm, full, license, queue, seconds};
use super::people::CONFIRMATIONS;
use super::world::{WITHIN, World};
use crate::api::QueueType;
use crate::api::removals::RequiredConfirmation;
use crate::api::tenant::ContactCenterMode;
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{GroupMember, NumberSight, ProfileStatus, References};

/// Something that happens between two passes, by a name that a failing walk shows.
#[derive(Clone)]
pub struct Event(pub &'static str, pub fn(&mut World));

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What another administrator does at the account.
pub fn foreign() -> Vec<Event> {
    vec![
        Event("adds a license", |world| {
            jane(world, |jane| jane.licenses.push(license(LICENSE)))
        }),
        Event("adds a Contact Center license", |world| {
            jane(world, |jane| jane.licenses.push(license("X8-CC")))
        }),
        Event("drops the Contact Center license", |world| {
            jane(world, |jane| {
                jane.licenses.retain(|license| !license.contact_center)
            });
        }),
        Event("adds a ring group", join),
        Event("adds a call queue", |world| {
            jane(world, |jane| {
                jane.call_queues.push(queue(QueueType::CallQueue, "cq-new"))
            });
        }),
        Event("adds a Contact Center queue", |world| {
            world
                .account
                .queues()
                .push(queue(QueueType::ContactCenter, "q-sales"));
        }),
        Event("clears the Contact Center queues", |world| {
            world.account.agents.clear()
        }),
        Event("activates", |world| {
            jane(world, |jane| jane.status = ProfileStatus::Active)
        }),
        Event("deactivates", |world| {
            jane(world, |jane| jane.status = ProfileStatus::Inactive)
        }),
        Event("deletes the profile", |world| {
            world.account.profiles.remove(JANE);
        }),
        Event("ports the number", |world| {
            number(world, NumberSight::Porting);
        }),
        Event("frees the number", |world| {
            number(world, NumberSight::Available);
        }),
        Event("makes somebody of the same name", |world| {
            let new = crate::lifecycle::Profile {
                user_id: "u-new".to_owned(),
                user_name: world.user.user_name.clone(),
                ..full()
            };
            world.account.profiles.insert("u-new".to_owned(), new);
        }),
        Event("renames", |world| {
            jane(world, |jane| jane.user_name = "jane.roe@acme.com".to_owned())
        }),
        Event("names her again", |world| {
            let name = world.user.user_name.clone();
            jane(world, |jane| jane.user_name = name);
        }),
        Event("hands the profile to a provider", |world| {
            jane(world, |jane| jane.scim_provider = Some("Okta".to_owned()))
        }),
        Event("takes the profile from the provider", |world| {
            jane(world, |jane| jane.scim_provider = None)
        }),
        Event("points at the extension", |world| {
            world.account.references.users += 1;
        }),
        Event("points elsewhere", |world| {
            world.account.references = References::default()
        }),
        Event("takes everybody else out of the groups", |world| {
            for group in world.account.groups.values_mut() {
                group
                    .members
                    .retain(|member| member.user_id.as_deref() != Some("u-joe"));
            }
        }),
        Event("deletes the groups", |world| world.account.groups.clear()),
    ]
}

/// What happens to the objects.
pub fn edits() -> Vec<Event> {
    vec![
        Event("state active", |world| world.user.state = UserState::Active),
        Event("state deactivated", |world| {
            world.user.state = UserState::Deactivated
        }),
        Event("state deleted", |world| world.user.state = UserState::Deleted),
        Event("kubectl delete", World::delete_object),
        Event("cancel", |world| {
            if let Some(deletion) = &mut world.deletion {
                deletion.cancelled = true;
            }
        }),
        Event("policy Deactivate", |world| {
            world.user.deletion_policy = Some(DeletionPolicy::Deactivate)
        }),
        Event("policy Delete", |world| {
            world.user.deletion_policy = Some(DeletionPolicy::Delete)
        }),
        Event("the carrier goes", |world| world.account.carrier_going = true),
        Event("legal hold", |world| world.user.offboarding.legal_hold = true),
        Event("no legal hold", |world| world.user.offboarding.legal_hold = false),
        Event("suspend", |world| world.tenant.suspend = true),
        Event("resume", |world| world.tenant.suspend = false),
        Event("grace", |world| {
            world.user.offboarding.license_grace_period = "1h".parse().ok()
        }),
        Event("retention", |world| {
            world.user.offboarding.retention_period = "1h".parse().ok()
        }),
        Event("agent", |world| agent(&mut world.user)),
        Event("supervisor confirmed", |world| {
            confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
        }),
        Event("all confirmations", |world| {
            world.user.offboarding.confirmations = CONFIRMATIONS.to_vec()
        }),
        Event("no confirmations", |world| {
            world.user.offboarding.confirmations.clear()
        }),
        Event("voicemail is required", |world| {
            world.tenant.removals.required_confirmations = vec![RequiredConfirmation::VoicemailExported];
        }),
        Event("policy Orphan", |world| {
            world.user.deletion_policy = Some(DeletionPolicy::Orphan)
        }),
        Event("effectiveAt", |world| {
            world.user.effective_at = world.now.checked_add(seconds(7_200)).ok()
        }),
        Event("the limit is reached", |world| world.leave = Leave::Held),
        Event("the limit is far", |world| world.leave = WITHIN),
        Event("a day goes by", |world| {
            world.now = world.now.checked_add(seconds(86_400)).unwrap()
        }),
        Event("pin", |world| world.user.user_id = Some(JANE.to_owned())),
        Event("retry", |world| {
            world.retry_intent = world.memory.intent.as_ref().map(|i| i.id.clone())
        }),
        Event("crash before the operation is noted", |world| {
            if let Some(intent) = &mut world.memory.intent {
                intent.operation_id = None;
            }
        }),
    ]
}

pub fn jane(world: &mut World, change: impl FnOnce(&mut crate::lifecycle::Profile)) {
    if let Some(jane) = world.account.profiles.get_mut(JANE) {
        change(jane);
    }
}

fn join(world: &mut World) {
    jane(world, |jane| {
        jane.ring_groups.push(queue(QueueType::RingGroup, GROUP))
    });
    let member = GroupMember {
        user_id: Some(JANE.to_owned()),
        extension_id: Some("x-0".to_owned()),
    };
    world
        .account
        .groups
        .entry(GROUP.to_owned())
        .or_default()
        .members
        .push(member);
}

fn number(world: &mut World, sight: NumberSight) {
    let first = world.account.numbers.keys().next();
    let number = first.map_or_else(|| NUMBER.to_owned(), Clone::clone);
    world.account.numbers.insert(number, sight);
}

/// What takes something out of the way and puts nothing in it, each a fact of its own: in whatever order they come, they
/// say the same.
pub fn enabling() -> Vec<Event> {
    vec![
        Event("no legal hold", |world| world.user.offboarding.legal_hold = false),
        Event("resume", |world| world.tenant.suspend = false),
        Event("the limit is far", |world| world.leave = WITHIN),
        Event("no protection", |world| {
            world.tenant.removals.protected_users.clear()
        }),
        Event("the agent's id, of an agent", |world| {
            if world.memory.contact_center_user {
                agent(&mut world.user);
            }
        }),
        Event("clears the Contact Center queues", |world| {
            world.account.agents.clear()
        }),
        Event("takes Contact Center off", contact_center_off),
        Event("Contact Center is managed", |world| {
            world.tenant.contact_center.mode = ContactCenterMode::Managed
        }),
        Event("ends the ports", end_ports),
        Event("Joe joins every group", |world| {
            for group in world.account.groups.values_mut() {
                let known = |member: &GroupMember| member.user_id.as_deref() == Some("u-joe");
                if !group.members.iter().any(known) {
                    group.members.push(GroupMember {
                        user_id: Some("u-joe".to_owned()),
                        extension_id: Some("x-joe".to_owned()),
                    });
                }
            }
        }),
        Event("points elsewhere", |world| {
            world.account.references = References::default()
        }),
        Event("confirms Contact Center", |world| {
            confirm(&mut world.user, Confirmation::ContactCenterSupervisorRemoved);
            confirm(&mut world.user, Confirmation::ContactCenterAdminRemoved);
        }),
        Event("confirms voicemail", |world| {
            confirm(&mut world.user, Confirmation::VoicemailExported)
        }),
        Event("confirms the reset", |world| {
            confirm(&mut world.user, Confirmation::ExtensionReset)
        }),
        Event("confirms the provider", |world| {
            confirm(&mut world.user, Confirmation::IdentityProviderUnassigned)
        }),
        Event("confirms the phones", |world| {
            confirm(&mut world.user, Confirmation::EmergencyDevicesRemoved)
        }),
        Event("pin", |world| world.user.user_id = Some(JANE.to_owned())),
    ]
}

/// The license and the extension of Contact Center go, and with them their numbers.
fn contact_center_off(world: &mut World) {
    let mut freed = Vec::new();
    jane(world, |jane| {
        jane.licenses.retain(|license| !license.contact_center);
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut jane.extensions)
            .into_iter()
            .partition(|extension| extension.contact_center);
        jane.extensions = kept;
        freed.extend(gone.into_iter().flat_map(|extension| extension.numbers));
    });
    for number in freed.iter().filter(|number| !number.porting) {
        let number = number.number.clone();
        world.account.numbers.insert(number, NumberSight::Available);
    }
}

/// The ports end: a number that nobody holds is free by then.
fn end_ports(world: &mut World) {
    let mut held = Vec::new();
    jane(world, |jane| {
        for number in jane
            .extensions
            .iter_mut()
            .flat_map(|extension| &mut extension.numbers)
        {
            number.porting = false;
            held.push(number.number.clone());
        }
    });
    let numbers = world.account.numbers.iter_mut();
    for (number, sight) in numbers.filter(|(_, sight)| **sight == NumberSight::Porting) {
        *sight = match held.contains(number) {
            true => NumberSight::Assigned,
            false => NumberSight::Available,
        };
    }
}
