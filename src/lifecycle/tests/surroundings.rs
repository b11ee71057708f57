//! What surrounds a random person: an account without updates, a connector of any kind, and what is declared of the profile.

use proptest::prelude::*;
use proptest::sample::select;

use super::account::Account;
use super::events::Event;
use super::fixtures::{AGENT, JANE};
use super::world::World;
use crate::api::tenant::Connector;
use crate::api::user::ProfileSpec;
use crate::lifecycle::proof::ConnectorRemoval;
use crate::lifecycle::{ConnectorSight, ConnectorTrouble, ProfileStatus};

/// What a connector is like, where the Tenant names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bridge {
    /// The Tenant names none.
    None,
    /// It shows and does what it should.
    Works,
    /// It cannot be used.
    Fails,
    /// It knows no such agent.
    KnowsNobody,
    /// It knows the agent as somebody else.
    KnowsAnother,
    /// It does not show the queues.
    Blind,
    /// It shows a queue that the real-time API does not.
    ShowsMore,
}

const BRIDGES: [Bridge; 6] = [
    Bridge::Works,
    Bridge::Fails,
    Bridge::KnowsNobody,
    Bridge::KnowsAnother,
    Bridge::Blind,
    Bridge::ShowsMore,
];

/// What surrounds a person.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Whether the account offers no update of users.
    pub no_updates: bool,
    pub bridge: Bridge,
    /// Whether names, address and extension are declared, and otherwise than they are.
    pub declares: Option<bool>,
    /// Whether nobody has the userName yet.
    pub nobody: bool,
}

pub fn surroundings() -> impl Strategy<Value = Surroundings> {
    let bridge = prop_oneof![3 => Just(Bridge::None), 1 => select(BRIDGES.to_vec())];
    let rare = || prop::bool::weighted(0.08);
    let declares = prop::option::weighted(0.3, any::<bool>());
    (rare(), bridge, declares, rare()).prop_map(|(no_updates, bridge, declares, nobody)| Surroundings {
        no_updates,
        bridge,
        declares,
        nobody,
    })
}

impl Surroundings {
    pub fn apply(&self, world: &mut World) {
        world.user_updates = !self.no_updates;
        build(world, self.bridge);
        if let Some(other) = self.declares {
            declare(world, other);
        }
        if self.nobody {
            world.account.profiles.remove(JANE);
        }
    }
}

/// Names a connector in the Tenant, or takes it away.
pub fn build(world: &mut World, bridge: Bridge) {
    world.tenant.contact_center.connector = (bridge != Bridge::None).then(|| Connector {
        url: "http://bridge.test".to_owned(),
        token_secret_ref: None,
    });
    let another = (bridge == Bridge::KnowsAnother).then(|| "joe@acme.com".to_owned());
    let more = (bridge == Bridge::ShowsMore).then(|| "q-more".to_owned());
    world.account.connector_blind = bridge == Bridge::Blind;
    world.account.connector = match bridge {
        Bridge::Fails => Err(ConnectorTrouble::Failing("it answered 503".to_owned())),
        Bridge::KnowsNobody => Err(ConnectorTrouble::AgentUnknown),
        _ => Ok(ConnectorSight {
            email: another,
            queues: more.into_iter().collect(),
            supervisor: true,
            administrator: true,
            license: true,
        }),
    };
}

fn declare(world: &mut World, other: bool) {
    let text = |one: &str, another: &str| Some(if other { another } else { one }.to_owned());
    world.user.profile = Some(ProfileSpec {
        first_name: text("Jane", "Joan"),
        last_name: text("Doe", "Roe"),
        primary_email: Some(world.user.user_name.clone()),
        site: Some("Headquarters".to_owned()),
        extension: text("1000", "1999"),
        ..ProfileSpec::default()
    });
}

/// What changes around a person.
pub fn changes() -> Vec<Event> {
    vec![
        Event("updates are not offered", |world| world.user_updates = false),
        Event("updates are offered", |world| world.user_updates = true),
        Event("a connector is named", |world| build(world, Bridge::Works)),
        Event("the connector fails", |world| build(world, Bridge::Fails)),
        Event("the connector is of somebody else", |world| {
            build(world, Bridge::KnowsAnother)
        }),
        Event("the connector shows more", |world| {
            build(world, Bridge::ShowsMore)
        }),
        Event("the connector is blind", |world| build(world, Bridge::Blind)),
        Event("no connector is named", |world| build(world, Bridge::None)),
        Event("declares a profile", |world| declare(world, false)),
        Event("declares another profile", |world| declare(world, true)),
        Event("declares no profile", |world| world.user.profile = None),
        Event("declares another userName", |world| {
            world.user.user_name = "jane.new@acme.com".to_owned()
        }),
        Event("declares the userName that is there", |world| {
            if let Some(jane) = world.account.profiles.get(JANE) {
                world.user.user_name.clone_from(&jane.user_name);
            }
        }),
        Event("somebody else gets the declared userName", |world| {
            let name = world.user.user_name.clone();
            let taken = world
                .account
                .profiles
                .values()
                .any(|profile| profile.user_name == name);
            if !taken {
                let new = super::fixtures::bare("u-taker", &name, ProfileStatus::Active);
                world.account.profiles.insert("u-taker".to_owned(), new);
            }
        }),
    ]
}

impl Account {
    /// What the connector answers about an agent.
    pub fn connector_shows(&self, agent: &str) -> Result<ConnectorSight, ConnectorTrouble> {
        let real = self.agents.get(agent).into_iter().flatten();
        let real = real
            .filter(|_| !self.connector_blind)
            .map(|queue| queue.id.clone());
        let mut shown = self.connector.clone()?;
        shown.queues.extend(real);
        Ok(shown)
    }

    /// What the connector takes away.
    pub fn connector_removes(&mut self, removal: &ConnectorRemoval) {
        match (removal, &mut self.connector) {
            (ConnectorRemoval::Queue(id), connector) => {
                if let Ok(sight) = connector {
                    sight.queues.retain(|queue| queue != id);
                }
                self.agents
                    .entry(AGENT.to_owned())
                    .or_default()
                    .retain(|queue| queue.id != *id);
            }
            (ConnectorRemoval::Supervisor, Ok(sight)) => sight.supervisor = false,
            (ConnectorRemoval::Administrator, Ok(sight)) => sight.administrator = false,
            (ConnectorRemoval::License, _) => {
                if let Some(jane) = self.profiles.get_mut(JANE) {
                    jane.licenses.retain(|license| !license.contact_center);
                }
                // The agent goes with it.
                self.connector = Err(ConnectorTrouble::AgentUnknown);
            }
            _ => {}
        }
    }
}
