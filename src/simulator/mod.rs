//! An 8x8 account in a process, for demo and tests: the vendor's APIs over real HTTP, with their limits,
//! versions and asynchronous operations, and behind them an account that behaves as the support articles say.
//!
//! It knows the wire types and nothing of Onhook. Where the documents leave a behaviour open, [`Settings`]
//! has the choice. Beside the vendor's APIs there is a control port: journal, faults, time scale, settings,
//! and what a person would do by hand in the vendor's consoles.

mod account;
mod clock;
mod config;
mod control;
mod faults;
mod http;
mod ids;
mod journal;
mod keys;
mod limits;
pub(crate) mod openapi;
mod operations;
mod pages;
mod realtime_view;
mod rsql;
mod settings;
mod state_file;
mod world;

use std::{io, net::SocketAddr, path::Path, path::PathBuf};

use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

pub use self::{
    account::{
        Account, Address, Administrators, AgentStatus, Assignment, Belongings, CallQueue, CcAgent,
        ContactCenter, Failure, NewAgent, NewUser, Number, Pool, Profile, Queue, Seed, StatusCode, Tombstone,
        is_contact_center_license, is_did_license,
    },
    config::{Config, Source},
    faults::{Effect, Fault, Length, Match, Outcome, Reset},
    journal::Entry,
    keys::Keys,
    settings::{
        DeleteUnknownUser, FailedOperations, Memberships, Permission, Reaction, Settings, UserNameConflict,
        UserUpdates,
    },
};
use self::{
    state_file::State,
    world::{Shared, World},
};

/// Base path of the Administration API.
pub const ADMIN_PATH: &str = "/admin-provisioning";
/// Base path of the Contact Center real-time reads.
pub const REALTIME_PATH: &str = "/analytics/cc/v5/realtime-metrics";
/// Path of the OAuth token endpoint.
pub const TOKEN_PATH: &str = "/oauth/v2/token";

/// Base path of the Contact Center agent status API.
pub const AGENT_STATUS_PATH: &str = "/api/v1";
/// Base path of the Quality Management API; its second part is a region, of which any does.
pub const QUALITY_PATH: &str = "/qm/us-west/v1";
/// Path of the connector, below which its contract begins.
pub const CONNECTOR_PATH: &str = "/connector";

/// An embedded account that is running. Dropping it ends it.
#[derive(Debug)]
pub struct Simulator {
    handle: Handle,
    account: SocketAddr,
    control: SocketAddr,
    state: Option<PathBuf>,
    tasks: Vec<JoinHandle<()>>,
}

/// Direct access to an embedded account, beside its HTTP ports.
#[derive(Clone, Debug)]
pub struct Handle {
    world: Shared,
}

impl Simulator {
    /// Starts an account: reads the state file or makes what the source says, and listens.
    ///
    /// # Errors
    /// The state file cannot be read or written, or an address cannot be listened on.
    pub async fn start(config: Config) -> io::Result<Self> {
        let kept = config.state.as_deref().map(State::read).transpose()?.flatten();
        let state = kept.unwrap_or_else(|| State::new(config.source.account()));
        if let Some(path) = &config.state {
            state.write(path)?;
        }
        let world = Shared::new(World::new(state, config.time_scale, config.settings));
        let handle = Handle { world: world.clone() };
        let vendor = TcpListener::bind(config.listen).await?;
        let control = TcpListener::bind(config.control).await?;
        let addresses = (vendor.local_addr()?, control.local_addr()?);
        let mut tasks = vec![
            spawn("the account", http::serve(vendor, world.clone())),
            spawn("the control port", control::serve(control, handle.clone())),
        ];
        if let Some(path) = &config.state {
            tasks.push(tokio::spawn(state_file::keep(world, path.clone(), 0)));
        }
        Ok(Self {
            handle,
            account: addresses.0,
            control: addresses.1,
            state: config.state,
            tasks,
        })
    }

    /// Base URL of the Administration API.
    pub fn account_url(&self) -> String {
        format!("http://{}{ADMIN_PATH}", self.account)
    }

    /// Base URL of the Contact Center real-time reads.
    pub fn contact_center_url(&self) -> String {
        format!("http://{}{REALTIME_PATH}", self.account)
    }

    /// URL of the OAuth token endpoint.
    pub fn token_url(&self) -> String {
        format!("http://{}{TOKEN_PATH}", self.account)
    }

    /// Base URL of the Contact Center agent status API.
    pub fn agent_status_url(&self) -> String {
        format!("http://{}{AGENT_STATUS_PATH}", self.account)
    }

    /// Base URL of the Quality Management API.
    pub fn quality_url(&self) -> String {
        format!("http://{}{QUALITY_PATH}", self.account)
    }

    /// Base URL of the connector.
    pub fn connector_url(&self) -> String {
        format!("http://{}{CONNECTOR_PATH}", self.account)
    }

    /// URL of the control port.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// Where people see the account: the start page, for a browser.
    pub fn pages_url(&self) -> String {
        format!("{}/", self.control_url())
    }

    /// Direct access.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// The keys.
    pub fn keys(&self) -> Keys {
        self.handle.keys()
    }

    /// All that a caller needs to know: URLs and keys.
    pub fn summary(&self) -> Value {
        let keys = self.keys();
        json!({
            "accountUrl": self.account_url(), "contactCenterUrl": self.contact_center_url(),
            "tokenUrl": self.token_url(), "controlUrl": self.control_url(),
            "pagesUrl": self.pages_url(), "keys": keys.api,
            "agentStatusUrl": self.agent_status_url(), "qualityUrl": self.quality_url(),
            "connectorUrl": self.connector_url(), "connectorToken": keys.connector_token,
            "contactCenter": {
                "key": keys.contact_center_key, "secret": keys.contact_center_secret,
                "tenant": keys.contact_center_tenant, "actionToken": keys.action_token, "pbx": keys.pbx,
            },
        })
    }

    /// Ends it, and writes the state file.
    ///
    /// # Errors
    /// The state file cannot be written.
    pub async fn shutdown(mut self) -> io::Result<()> {
        for task in self.tasks.drain(..) {
            task.abort();
            // An aborted task ends with an error that says so.
            let _ = task.await;
        }
        let Some(path) = self.state.take() else {
            return Ok(());
        };
        let state = self.handle.world.now().state();
        state.write(&path)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Handle {
    /// Every call on the vendor's APIs that has been answered, in the order of arrival.
    pub fn journal(&self) -> Vec<Entry> {
        self.journal_after(0)
    }

    /// Those of them that arrived after the call of this number.
    pub fn journal_after(&self, seq: u64) -> Vec<Entry> {
        self.world.now().journal.after(seq)
    }

    /// Plays a fault on the calls that it matches.
    pub fn inject(&self, fault: Fault) {
        self.world.now().faults.add(fault);
    }

    /// The faults that are still to be played.
    pub fn faults(&self) -> Vec<Fault> {
        self.world.now().faults.list().to_vec()
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.world.now().faults.clear();
    }

    /// Reads or changes the account directly. Everything that is due has happened before; what is changed is
    /// seen by the next call, in the real-time reads too.
    pub fn with_account<R>(&self, act: impl FnOnce(&mut Account) -> R) -> R {
        self.world.now().realtime.forget();
        self.by_hand(act)
    }

    /// Reads the account, with everything that is due done.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&Account) -> R) -> R {
        read(&self.world.now().account)
    }

    /// The same as a person does it in the vendor's consoles: the real-time reads show it only when they are
    /// refreshed.
    pub(crate) fn by_hand<R>(&self, act: impl FnOnce(&mut Account) -> R) -> R {
        let mut world = self.world.now();
        let result = act(&mut world.account);
        world.changed();
        result
    }

    /// How many times as fast as the wall clock the account's time runs.
    pub fn time_scale(&self) -> f64 {
        self.world.now().clock.scale()
    }

    /// Changes how fast the account's time runs from now on.
    pub fn set_time_scale(&self, scale: f64) {
        self.world.now().clock.set_scale(scale);
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.world.now().settings.clone()
    }

    /// Changes settings.
    pub fn with_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.world.now().settings);
    }

    /// The keys.
    pub fn keys(&self) -> Keys {
        self.world.now().keys.clone()
    }

    /// The whole account, with operations and what no API of 8x8 shows.
    pub fn state(&self) -> Value {
        let world = self.world.now();
        let mut state = world.account.state();
        state["operations"] = Value::Array(world.operations.list());
        state
    }

    /// How many operations are in flight.
    pub fn operations_in_flight(&self) -> usize {
        self.world.now().operations.in_flight()
    }
}

impl Source {
    fn account(self) -> Account {
        match self {
            Self::Seed(seed) => seed.account(),
            Self::Account(account) => *account,
        }
    }
}

/// Writes a state file with an account in it, from which an account can be started.
///
/// # Errors
/// It cannot be written.
pub fn write_state(account: Account, path: &Path) -> io::Result<()> {
    State::new(account).write(path)
}

/// The text of a state file with an account in it.
///
/// # Errors
/// The account cannot be written as JSON.
pub fn state_text(account: Account) -> io::Result<String> {
    Ok(serde_json::to_string(&State::new(account))?)
}

fn spawn(
    what: &'static str,
    server: impl Future<Output = io::Result<()>> + Send + 'static,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "{what} has ended");
        }
    })
}
