//! Random people: accounts, specs and policies as they come.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::fixtures::{AGENT, JANE, agent, at, bare, license, queue};
use super::surroundings::{Surroundings, surroundings};
use super::world::{WITHIN, World};
use crate::api::QueueType;
use crate::api::removals::RequiredConfirmation;
use crate::api::tenant::ContactCenterMode;
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::lifecycle::limit::Leave;
use crate::lifecycle::{
    Dependant, DependantKind, Device, Extension, Group, GroupMember, HeldNumber, NumberSight, Profile,
    ProfileStatus, References,
};

/// Licenses as accounts have them: calling plans, numbers, Contact Center, and what is added on.
pub const LICENSES: [&str; 6] = [
    "X2-US",
    "X4-Standard-US",
    "DID-US",
    "DID-UK",
    "Cold Storage 1Y",
    "X8-CC",
];

/// Names that people have, and that a comparison may trip over.
const NAMES: [&str; 6] = [
    "jane.doe@acme.com",
    "o_hara-1/x@acme.com",
    "JANE@acme.com",
    "a@b",
    "jane.doe@acme.com.example",
    "0000000000000000000000000000000000000000000000000000000000@acme.com",
];

pub const CONFIRMATIONS: [Confirmation; 9] = [
    Confirmation::ContactCenterAdminRemoved,
    Confirmation::ContactCenterSupervisorRemoved,
    Confirmation::VoicemailExported,
    Confirmation::ExtensionReset,
    Confirmation::IdentityProviderUnassigned,
    Confirmation::EmergencyDevicesRemoved,
    Confirmation::RingGroupMayBeEmpty,
    Confirmation::CallQueueMayBeEmpty,
    Confirmation::ReferencesAccepted,
];

const REQUIRED: [RequiredConfirmation; 3] = [
    RequiredConfirmation::VoicemailExported,
    RequiredConfirmation::ExtensionReset,
    RequiredConfirmation::EmergencyDevicesRemoved,
];

/// An extension with what is on it.
#[derive(Clone, Debug)]
pub struct Line {
    pub numbers: usize,
    /// A device each, active or not.
    pub devices: Vec<bool>,
    pub contact_center: bool,
    pub fax: bool,
    pub porting: bool,
}

/// What a ring group is beside this person.
#[derive(Clone, Copy, Debug)]
pub struct Membership {
    pub alone: bool,
    /// Whether the group knows the person by the extension only.
    pub by_extension: bool,
}

/// A person in the account.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: &'static str,
    pub licenses: Vec<&'static str>,
    pub lines: Vec<Line>,
    pub groups: Vec<Membership>,
    pub call_queues: usize,
    /// Contact Center queues, where the person is an agent.
    pub agent: Option<usize>,
    pub admin: bool,
    pub provider: bool,
    pub inactive: bool,
    pub last_in_call_queue: bool,
    pub referenced: bool,
}

/// What is declared for the person, and how the Tenant is set.
#[derive(Clone, Debug)]
pub struct Declared {
    pub state: UserState,
    pub pinned: bool,
    pub claimed: bool,
    pub confirmations: Vec<Confirmation>,
    pub required: Vec<RequiredConfirmation>,
    pub grace: u16,
    pub retention: u16,
    pub policy: DeletionPolicy,
    pub no_contact_center: bool,
    pub inventory: bool,
    /// Users being removed, of ten that may be.
    pub removals: usize,
    /// Dependants, and whether what they stand for is to go.
    pub dependants: Vec<(usize, bool)>,
    pub around: Surroundings,
}

fn line() -> impl Strategy<Value = Line> {
    let rare = prop::bool::weighted(0.08);
    let devices = prop::collection::vec(any::<bool>(), 0..3);
    (0..3usize, devices, rare, rare, prop::bool::weighted(0.04)).prop_map(
        |(numbers, devices, contact_center, fax, porting)| Line {
            numbers,
            devices,
            contact_center,
            fax,
            porting,
        },
    )
}

fn membership() -> impl Strategy<Value = Membership> {
    (prop::bool::weighted(0.2), prop::bool::weighted(0.3))
        .prop_map(|(alone, by_extension)| Membership { alone, by_extension })
}

pub fn person() -> impl Strategy<Value = Person> {
    let held = (
        select(NAMES.to_vec()),
        subsequence(LICENSES.to_vec(), 0..=LICENSES.len()),
        prop::collection::vec(line(), 0..4),
        prop::collection::vec(membership(), 0..4),
        0..3usize,
    );
    let rare = || prop::bool::weighted(0.12);
    let signs = (
        prop::option::weighted(0.25, 0..3usize),
        rare(),
        rare(),
        rare(),
        rare(),
        rare(),
    );
    (held, signs).prop_map(|(held, signs)| {
        let (name, licenses, lines, groups, call_queues) = held;
        let (agent, admin, provider, inactive, last, referenced) = signs;
        Person {
            name,
            licenses,
            lines,
            groups,
            call_queues,
            agent,
            admin,
            provider,
            inactive,
            last_in_call_queue: last && call_queues > 0,
            referenced,
        }
    })
}

pub fn declared() -> impl Strategy<Value = Declared> {
    let states = prop_oneof![1 => Just(UserState::Active), 1 => Just(UserState::Deactivated), 4 => Just(UserState::Deleted)];
    let policies = prop_oneof![4 => Just(DeletionPolicy::Delete), 1 => Just(DeletionPolicy::Deactivate), 1 => Just(DeletionPolicy::Orphan)];
    let asked = (
        states,
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.8),
        subsequence(CONFIRMATIONS.to_vec(), 0..=CONFIRMATIONS.len()),
        prop_oneof![2 => Just(Vec::new()), 1 => subsequence(REQUIRED.to_vec(), 0..=REQUIRED.len())],
        prop_oneof![2 => Just(0u16), 1 => 0..300u16],
        prop_oneof![2 => Just(0u16), 1 => 0..300u16],
        policies,
    );
    let around = (
        prop::bool::weighted(0.1),
        any::<bool>(),
        0..12usize,
        prop::collection::vec((0..8usize, any::<bool>()), 0..3),
        surroundings(),
    );
    (asked, around).prop_map(|(asked, around)| {
        let (state, pinned, claimed, confirmations, required, grace, retention, policy) = asked;
        let (no_contact_center, inventory, removals, dependants, around) = around;
        Declared {
            state,
            pinned,
            claimed,
            confirmations,
            required,
            grace,
            retention,
            policy,
            no_contact_center,
            inventory,
            removals,
            dependants,
            around,
        }
    })
}

impl Person {
    fn extension(&self, index: usize, line: &Line) -> Extension {
        let number = |n: usize| HeldNumber {
            number: format!("+1408555{:02}{:02}", index, n),
            porting: line.porting,
        };
        let device = |active: &bool| Device {
            model: "Poly Edge E350".to_owned(),
            active: *active,
        };
        Extension {
            id: format!("x-{index}"),
            number: Some(format!("10{index:02}")),
            contact_center: line.contact_center,
            fax: line.fax,
            numbers: (0..line.numbers).map(number).collect(),
            devices: line.devices.iter().map(device).collect(),
        }
    }

    fn profile(&self) -> Profile {
        let status = match self.inactive {
            true => ProfileStatus::Inactive,
            false => ProfileStatus::Active,
        };
        let named = |kind, prefix: &str, count: usize| -> Vec<_> {
            (0..count)
                .map(|n| queue(kind, &format!("{prefix}-{n}")))
                .collect()
        };
        let lines = self.lines.iter().enumerate();
        Profile {
            scim_provider: self.provider.then(|| "Entra".to_owned()),
            licenses: self.licenses.iter().map(|name| license(name)).collect(),
            extensions: lines.map(|(index, line)| self.extension(index, line)).collect(),
            ring_groups: named(QueueType::RingGroup, "rg", self.groups.len()),
            call_queues: named(QueueType::CallQueue, "cq", self.call_queues),
            ..bare(JANE, self.name, status)
        }
    }

    fn group(&self, membership: Membership) -> Group {
        let lasting = self.lines.first().is_some_and(|line| !line.contact_center);
        let by_extension = membership.by_extension && lasting;
        let own = GroupMember {
            user_id: (!by_extension).then(|| JANE.to_owned()),
            extension_id: Some("x-0".to_owned()),
        };
        let joe = GroupMember {
            user_id: Some("u-joe".to_owned()),
            extension_id: Some("x-joe".to_owned()),
        };
        let others = (!membership.alone).then_some(joe);
        Group {
            members: [own].into_iter().chain(others).collect(),
        }
    }

    fn references(&self) -> References {
        let some = |yes: bool, name: &str| yes.then(|| name.to_owned()).into_iter().collect();
        References {
            only_member_of: some(self.last_in_call_queue, "cq-0 name"),
            sites: some(self.referenced, "Headquarters"),
            ..References::default()
        }
    }

    /// The person as a User with what is declared.
    pub fn world(&self, declared: &Declared) -> World {
        let profile = self.profile();
        let mut world = World::strange(declared.state, profile.clone());
        if declared.claimed {
            world.claim();
        }
        for number in profile.numbers().filter(|number| number.porting) {
            let number = number.number.clone();
            world.account.numbers.insert(number, NumberSight::Porting);
        }
        let groups = self.groups.iter().enumerate();
        world.account.groups = groups
            .map(|(n, membership)| (format!("rg-{n}"), self.group(*membership)))
            .collect();
        world.account.references = self.references();
        world.account.inventory = declared.inventory.then(|| self.references());
        if let Some(queues) = self.agent {
            agent(&mut world.user);
            let queues = (0..queues).map(|n| queue(QueueType::ContactCenter, &format!("q-{n}")));
            world.account.agents.insert(AGENT.to_owned(), queues.collect());
        }
        if self.admin {
            let admins = &mut world.tenant.contact_center.administrators;
            admins.push(self.name.to_uppercase());
        }
        declared.apply(self, &mut world);
        world
    }
}

impl Declared {
    fn apply(&self, person: &Person, world: &mut World) {
        let minutes = |minutes: u16| format!("{minutes}m").parse().ok();
        world.user.user_name = person.name.to_owned();
        world.user.user_id = self.pinned.then(|| JANE.to_owned());
        world.user.deletion_policy = Some(self.policy);
        let offboarding = &mut world.user.offboarding;
        offboarding.confirmations.clone_from(&self.confirmations);
        offboarding.license_grace_period = minutes(self.grace);
        offboarding.retention_period = minutes(self.retention);
        let removals = &mut world.tenant.removals;
        removals.required_confirmations.clone_from(&self.required);
        world.leave = match self.removals {
            0..=5 => WITHIN,
            6..=10 => Leave::Within {
                quiet_from: Some(at(i64::from(self.grace))),
                few: false,
            },
            _ => Leave::Held,
        };
        if self.no_contact_center {
            world.tenant.contact_center.mode = ContactCenterMode::None;
        }
        let kinds = |n: usize| match LICENSES.get(n) {
            Some(name) => DependantKind::License((*name).to_owned()),
            None if n == LICENSES.len() => DependantKind::Queue(QueueType::RingGroup, "rg-0 name".to_owned()),
            None => DependantKind::Queue(QueueType::CallQueue, "cq-0 name".to_owned()),
        };
        let dependants = self.dependants.iter();
        world.dependants = dependants
            .map(|(n, remove)| Dependant {
                kind: kinds(*n),
                remove: *remove,
                known: true,
            })
            .collect();
        self.around.apply(world);
        world.now = at(0);
    }
}
