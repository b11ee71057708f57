//! The accounts that Tenants stand for: one client, and with it one budget, per Tenant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client, ResourceExt};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::api::tenant::{ContactCenterMode, SecretKeyRef, UserUpdatesStatus};
use crate::api::{Reason, Tenant};
use crate::connector::Connector;
use crate::eightbyeight::{
    Account, AccountConfig, AccountKeys, CallError, CallMetrics, Lane, LimitsConfig, wire,
};
use crate::lifecycle::References;

use super::conditions::is_ready;
use super::ended::Ended;
use super::leaving::Leaving;
use super::locks::{Locked, Locks};
use super::problem::{PassError, Problem, account_problem, concerns_all, config_problem};
use super::references::Web;
use super::settings::Settings;

/// The accounts in use.
pub(super) struct Accounts {
    settings: Settings,
    metrics: Arc<CallMetrics>,
    open: Mutex<HashMap<String, Arc<OpenAccount>>>,
}

/// Whether an account was opened just now of which nothing is known.
pub(super) struct Unread(pub bool);

/// An account in use, and what is known of it within this process.
pub(super) struct OpenAccount {
    /// The client.
    pub client: Account,
    /// The Tenant's connector, where it names one, or what keeps it from being used.
    pub connector: Option<Result<Connector, String>>,
    /// What keeps the Agent Status API that the Tenant names from being used.
    pub agent_status_trouble: Option<String>,
    /// Bounds the passes over Users of the Tenant, by lane, so that one slow account costs the others nothing.
    places: [Arc<Semaphore>; Lane::ALL.len()],
    fingerprints: Fingerprints,
    trouble: Mutex<Option<Trouble>>,
    updates: Mutex<Option<UserUpdatesStatus>>,
    inventory: Mutex<Option<Arc<Inventory>>>,
    /// What a write is going on for. It outlives a change of the key.
    pub locks: Arc<Locks>,
    /// Who waits to leave which ring group.
    pub leaving: Leaving,
    /// What was seen to have ended.
    pub ended: Ended,
}

/// What the account held when all its users were read last.
pub(super) struct Inventory {
    /// Names of the licenses in use.
    pub licenses: BTreeSet<String>,
    /// How many users there are.
    pub users: usize,
    /// Who depends on whom; `None` where that could not be read.
    pub web: Option<Web>,
}

/// A write that is going on, as the status of its User tells.
pub(super) struct Writing {
    /// Uid of the User.
    pub uid: String,
    /// What it locks.
    pub locks: Vec<Locked>,
    /// Its operation, where the account named one.
    pub operation_id: Option<String>,
    /// Whether a write without an operation may be at work all the same.
    pub may_be_on_its_way: bool,
}

/// A failure that every call on the account would meet, and until when it is not tried again.
struct Trouble {
    problem: Problem,
    until: Instant,
    times: u32,
}

impl Accounts {
    pub fn new(settings: Settings, metrics: Arc<CallMetrics>) -> Self {
        Self {
            settings,
            metrics,
            open: Mutex::default(),
        }
    }

    /// The account of a Tenant. Its Secrets are read each time, so that a rotated key is used at once; the client is kept
    /// as long as they and the Tenant's addresses and limits stay. `writing` gives the writes that are going on, which a
    /// new client must know of before anybody uses it. Gives also whether the account is yet to be read as a whole.
    pub async fn of(
        &self,
        client: &Client,
        tenant: &Tenant,
        writing: impl FnOnce() -> Vec<Writing>,
    ) -> Result<(Arc<OpenAccount>, Unread), PassError> {
        let Recipe {
            mut config,
            extras,
            fingerprints,
        } = self.recipe(client, tenant).await?;
        let uid = tenant.uid().unwrap_or_default();
        let Ok(mut open) = self.open.lock() else {
            return Err(internal().into());
        };
        if let Some(account) = open
            .get(&uid)
            .filter(|account| account.fingerprints == fingerprints)
        {
            return Ok((account.clone(), Unread(false)));
        }
        // The client before it may have used the budget a moment ago, too.
        config.started_warm |= open.contains_key(&uid);
        let client = Account::new(config).map_err(|error| config_problem(&error))?;
        let before = open.get(&uid);
        let same = before.filter(|before| before.fingerprints.opens == fingerprints.opens);
        if let Some(before) = same {
            client.set_known_user(before.client.known_user());
        }
        let account = Arc::new(OpenAccount {
            client,
            connector: self.connector(tenant, extras.connector_token),
            agent_status_trouble: extras.agent_status_trouble,
            places: Lane::ALL.map(|_| Arc::new(Semaphore::new(self.settings.passes_per_tenant))),
            fingerprints,
            trouble: Mutex::default(),
            updates: Mutex::new(same.and_then(|before| before.updates())),
            inventory: Mutex::new(same.and_then(|before| before.inventory.lock().ok()?.clone())),
            locks: before.map(|before| before.locks.clone()).unwrap_or_default(),
            leaving: Leaving::default(),
            ended: Ended::default(),
        });
        for writing in writing() {
            account.take_up(writing);
        }
        let unread = Unread(account.users().is_none());
        open.insert(uid, account.clone());
        Ok((account, unread))
    }

    /// The account of a Tenant as it was opened last, without reading a Secret.
    pub fn opened(&self, tenant: &Tenant) -> Option<Arc<OpenAccount>> {
        self.open.lock().ok()?.get(&tenant.uid()?).cloned()
    }

    /// Forgets the account of a Tenant that is gone.
    pub fn close(&self, uid: &str) {
        if let Ok(mut open) = self.open.lock() {
            open.remove(uid);
        }
    }

    /// The client of the Tenant's connector.
    fn connector(&self, tenant: &Tenant, token: Extra) -> Option<Result<Connector, String>> {
        let connector = tenant.spec.contact_center.connector.as_ref()?;
        Some(token.and_then(|token| {
            let token = token.as_ref().map(ExposeSecret::expose_secret);
            Connector::new(&connector.url, token, self.settings.call_timeout)
                .map_err(|error| error.to_string())
        }))
    }

    /// What the account's client is made of, what else the Tenant's Secrets open, and what changes with them.
    async fn recipe(&self, client: &Client, tenant: &Tenant) -> Result<Recipe, PassError> {
        let namespace = tenant.namespace().unwrap_or_default();
        let secrets = Secrets {
            api: Api::namespaced(client.clone(), &namespace),
            namespace,
        };
        let spec = &tenant.spec;
        let key_ref = &spec.admin_api.api_key_secret_ref;
        let [api_key] = secrets.read(&key_ref.name, [key_ref.key.as_str()]).await?;
        let mut digest = Sha256::new();
        digest.update(serde_json::to_vec(&(&spec.admin_api, &spec.contact_center)).unwrap_or_default());
        digest.update(&api_key);
        let opens = Sha256::new()
            .chain_update(&spec.admin_api.url)
            .chain_update([0])
            .chain_update(&api_key);
        let contact_center = match (
            &spec.contact_center.mode,
            &spec.contact_center.credentials_secret_ref,
        ) {
            (ContactCenterMode::Managed, Some(credentials)) => {
                let [key, secret] = secrets.read(&credentials.name, ["key", "secret"]).await?;
                digest.update(&key);
                digest.update(&secret);
                Some((SecretString::from(key), SecretString::from(secret)))
            }
            (ContactCenterMode::Managed | ContactCenterMode::None, _) => None,
        };
        let managed = spec.contact_center.mode == ContactCenterMode::Managed;
        let agent_status = spec.contact_center.agent_status.as_ref().filter(|_| managed);
        let reference = agent_status.map(|api| &api.token_secret_ref);
        let (status_token, agent_status_trouble) = match secrets.read_extra(reference, &mut digest).await? {
            Ok(token) => (token, None),
            Err(trouble) => (None, Some(trouble)),
        };
        let connector = spec.contact_center.connector.as_ref();
        let reference = connector.and_then(|connector| connector.token_secret_ref.as_ref());
        let extras = Extras {
            connector_token: secrets.read_extra(reference, &mut digest).await?,
            agent_status_trouble,
        };
        let keys = AccountKeys {
            api_key: SecretString::from(api_key),
            contact_center,
            agent_status: status_token,
        };
        Ok(Recipe {
            config: self.config(tenant, keys),
            extras,
            fingerprints: Fingerprints {
                opens: opens.finalize().into(),
                all: digest.finalize().into(),
            },
        })
    }
    /// What a Tenant and its Secrets say, and how the operator runs.
    fn config(&self, tenant: &Tenant, keys: AccountKeys) -> AccountConfig {
        let config = AccountConfig::of_tenant(&tenant.spec, keys);
        let scale = self.settings.time_scale;
        AccountConfig {
            limits: LimitsConfig {
                minute: config.limits.minute / scale,
                burst_per: config.limits.burst_per / scale,
                ..config.limits
            },
            timeout: self.settings.call_timeout,
            // An earlier process may have used the budget a moment ago.
            started_warm: is_ready(tenant),
            look_interval: self.settings.look_interval(),
            metrics: Some(self.metrics.clone()),
            ..config
        }
    }
}

fn internal() -> Problem {
    Problem::new(
        Reason::InternalError,
        "A part of the operator failed earlier.",
        "Restart the operator, and report its log.",
    )
}

/// What an account in use is made of.
struct Recipe {
    config: AccountConfig,
    extras: Extras,
    fingerprints: Fingerprints,
}

/// By which a change is noticed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Fingerprints {
    /// Of the address and the key, which say whose account it is. What was read stays true as long as they do.
    opens: [u8; 32],
    /// Of everything that the client is made of.
    all: [u8; 32],
}

/// A token, where one is named, or what keeps it from being read.
type Extra = Result<Option<SecretString>, String>;

/// What the Tenant's Secrets open beside the account: a step or two need it, and everything else goes on without.
struct Extras {
    connector_token: Extra,
    agent_status_trouble: Option<String>,
}

struct Secrets {
    api: Api<Secret>,
    namespace: String,
}

impl Secrets {
    /// A token that only some steps need. That it is missing must not stop the others.
    async fn read_extra(
        &self,
        reference: Option<&SecretKeyRef>,
        digest: &mut Sha256,
    ) -> Result<Extra, PassError> {
        let Some(reference) = reference else {
            return Ok(Ok(None));
        };
        match self.read(&reference.name, [reference.key.as_str()]).await {
            Ok([token]) => {
                digest.update(&token);
                Ok(Ok(Some(SecretString::from(token))))
            }
            Err(PassError::Problem(problem)) => Ok(Err(problem.what.trim_end_matches('.').to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The texts under the keys of a Secret.
    async fn read<const N: usize>(&self, name: &str, keys: [&str; N]) -> Result<[String; N], PassError> {
        let namespace = &self.namespace;
        let Some(secret) = self.api.get_opt(name).await? else {
            let what = format!("The Secret {namespace}/{name} that the Tenant refers to is not there.");
            return Err(Problem::new(
                Reason::SecretNotFound,
                what,
                format!("Create the Secret {namespace}/{name}."),
            )
            .of_tenant()
            .into());
        };
        let mut data = secret.data.unwrap_or_default();
        let mut texts = [const { String::new() }; N];
        for (text, key) in texts.iter_mut().zip(keys) {
            *text = secret_text(&mut data, key).ok_or_else(|| {
                let what = format!("The Secret {namespace}/{name} has no text under the key {key:?}.");
                Problem::new(
                    Reason::SecretKeyMissing,
                    what,
                    format!("Put it under {key:?} of the Secret {namespace}/{name}."),
                )
                .of_tenant()
            })?;
        }
        Ok(texts)
    }
}

/// The text under a key of a Secret, where there is one.
pub(crate) fn secret_text(data: &mut BTreeMap<String, k8s_openapi::ByteString>, key: &str) -> Option<String> {
    let text = String::from_utf8(data.remove(key)?.0).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl OpenAccount {
    /// The places of the passes that have a lane.
    pub fn places(&self, lane: Lane) -> Arc<Semaphore> {
        let [access, leavers, upkeep] = &self.places;
        let places = match lane {
            Lane::Access => access,
            Lane::Leavers => leavers,
            Lane::Upkeep => upkeep,
        };
        places.clone()
    }

    /// That the account is worth a call: it did not refuse the key, or fail to answer, a moment ago.
    pub fn usable(&self) -> Result<(), Problem> {
        let Ok(trouble) = self.trouble.lock() else {
            return Err(internal());
        };
        match trouble.as_ref() {
            Some(trouble) if Instant::now() < trouble.until => {
                let rest = trouble.until.saturating_duration_since(Instant::now());
                Err(Problem {
                    retry_after: Some(rest),
                    ..trouble.problem.clone()
                })
            }
            _ => Ok(()),
        }
    }

    /// Notes a failure that every call on the account would meet. It is tried again ever more slowly.
    pub fn failed(&self, error: &CallError) {
        if !concerns_all(error) {
            return;
        }
        if let Ok(mut trouble) = self.trouble.lock() {
            let times = trouble.as_ref().map_or(0, |known| known.times).saturating_add(1);
            let wait = Duration::from_secs(2)
                .saturating_mul(1 << times.min(6))
                .min(Duration::from_mins(2));
            *trouble = Some(Trouble {
                problem: account_problem(error),
                until: Instant::now() + wait,
                times,
            });
        }
    }

    /// Notes that the account answered.
    pub fn answered(&self) {
        if let Ok(mut trouble) = self.trouble.lock() {
            *trouble = None;
        }
    }

    /// What a write of this process showed of whether users can be updated.
    pub fn updates(&self) -> Option<UserUpdatesStatus> {
        self.updates.lock().map_or(None, |updates| *updates)
    }

    /// Keeps what a write showed of whether users can be updated.
    pub fn set_updates(&self, found: UserUpdatesStatus) {
        if let Ok(mut updates) = self.updates.lock() {
            *updates = Some(found);
        }
    }

    /// Keeps what the account held when all its users were read.
    pub fn set_inventory(&self, read: Inventory) {
        if let Ok(mut inventory) = self.inventory.lock() {
            *inventory = Some(Arc::new(read));
        }
    }

    /// Whether any user of the account held a license of this name when all were read last; `None` before that.
    pub fn knows_license(&self, name: &str) -> Option<bool> {
        self.inventory
            .lock()
            .ok()?
            .as_ref()
            .map(|inventory| inventory.licenses.contains(name))
    }

    /// How many users the account had when all were read last.
    pub fn users(&self) -> Option<usize> {
        self.inventory
            .lock()
            .ok()?
            .as_ref()
            .map(|inventory| inventory.users)
    }

    /// What depended on a user when all were read last; `None` before that.
    pub fn references(&self, user: &wire::User) -> Option<References> {
        let inventory = self.inventory.lock().ok()?;
        let web = inventory.as_ref()?.web.as_ref()?;
        Some(web.references(user))
    }

    /// Takes up a write that an earlier process, or an earlier client, began.
    fn take_up(&self, writing: Writing) {
        match (&writing.operation_id, writing.may_be_on_its_way) {
            (Some(operation), _) => self.client.hold_operation(operation),
            (None, true) => self.client.hold_unknown(),
            (None, false) => {}
        }
        self.locks.take_up(&writing.uid, writing.locks);
    }
}
