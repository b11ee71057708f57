//! What every reconciler works with.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kube::{Client, ResourceExt};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::api::{Tenant, User};
use crate::lifecycle::Pace;

use super::accounts::{Accounts, OpenAccount, Unread, Writing};
use super::backoff::Backoff;
use super::demands::Demands;
use super::due::Due;
use super::events::Events;
use super::faces::Faces;
use super::interrupts::Interrupts;
use super::leases::Leases;
use super::locks;
use super::metrics::Metrics;
use super::people::Key;
use super::problem::PassError;
use super::refused::RefusedOwners;
use super::removals::Removals;
use super::settings::Settings;
use super::stores::Stores;

/// Where Users that are to be looked at are sent.
pub(super) type Woken = UnboundedSender<Arc<Key>>;

/// How long a write whose operation nobody knows is taken to be at work: 8x8 calls more than 60 s suspicious.
const WORKS_FOR: SignedDuration = SignedDuration::from_secs(60);

/// What every reconciler works with.
pub(super) struct Context {
    pub client: Client,
    pub settings: Settings,
    pub pace: Pace,
    pub stores: Stores,
    pub accounts: Accounts,
    pub events: Events,
    pub backoff: Backoff,
    pub demands: Demands,
    pub due: Due,
    pub faces: Faces,
    pub interrupts: Interrupts,
    pub leases: Leases,
    pub refused_owners: RefusedOwners,
    pub removals: Removals,
    pub metrics: Metrics,
    doubts: UnboundedSender<()>,
    woken: Woken,
    taken_up: Notify,
}

impl Context {
    pub fn new(
        client: Client,
        settings: Settings,
        stores: Stores,
        metrics: Metrics,
        doubts: UnboundedSender<()>,
        woken: Woken,
        stop: CancellationToken,
    ) -> Self {
        let pace = Pace {
            operation: SignedDuration::try_from(settings.look_interval())
                .unwrap_or(SignedDuration::from_secs(2)),
            manual: SignedDuration::try_from(settings.manual_interval)
                .unwrap_or(SignedDuration::from_secs(60)),
            // Twice: the clock of an earlier process may have been another machine's.
            call: SignedDuration::try_from(settings.call_timeout * 2)
                .unwrap_or(SignedDuration::from_secs(40)),
        };
        Self {
            accounts: Accounts::new(settings.clone(), metrics.calls.clone()),
            events: Events::new(client.clone()),
            backoff: Backoff::default(),
            demands: Demands::default(),
            due: Due::default(),
            faces: Faces::default(),
            interrupts: Interrupts::new(stop),
            leases: Leases::new(settings.identity.clone(), settings.call_timeout),
            refused_owners: RefusedOwners::default(),
            removals: Removals::default(),
            metrics,
            doubts,
            woken,
            taken_up: Notify::new(),
            client,
            settings,
            pace,
            stores,
        }
    }

    /// Lets go of everything that a User has locked for a write.
    pub fn unlock(&self, user: &User) {
        let tenant = self.stores.tenant_of(user);
        if let Some(account) = tenant.and_then(|tenant| self.accounts.opened(&tenant)) {
            account.locks.unlock(&user.uid().unwrap_or_default());
        }
    }

    /// Has a Tenant looked at again at once: one of its Users met a problem that is the Tenant's. Those that are not due
    /// are passed over.
    pub fn doubt(&self, tenant: &Tenant) {
        self.due.wake(&tenant.uid().unwrap_or_default());
        // Nobody listens any more only while the operator stops.
        let _ = self.doubts.send(());
    }

    /// Has everything of a Tenant looked at whose account this replica works on from now on: what is under way goes on.
    pub fn take_up(&self, tenant: &Tenant) {
        let key = Key::of(tenant);
        for user in self.stores.people.busy_of(tenant, |person| !person.at_rest) {
            self.due.wake(&user.uid().unwrap_or_default());
        }
        for user in self.stores.people.keys_of(&key) {
            let _ = self.woken.send(user);
        }
        self.doubt(tenant);
        self.taken_up.notify_waiters();
    }

    /// Waits until an account was taken up.
    pub async fn taken_up(&self) {
        self.taken_up.notified().await;
    }

    /// Whether this replica works on what a User refers to. One without a Tenant is told so by all of them.
    pub fn works_on(&self, user: &User) -> bool {
        let tenant = self.stores.tenant_of(user);
        tenant.is_none_or(|tenant| self.leases.works(&tenant))
    }

    /// Has a User looked at that rests on what the account showed of it.
    pub fn wake(&self, key: &Arc<Key>, uid: &str) {
        self.due.wake(uid);
        // The same.
        let _ = self.woken.send(key.clone());
    }

    /// The account of a Tenant, and whether it is yet to be read as a whole. Writes that an earlier process began count against its limit, and lock what they write to.
    pub async fn account(&self, tenant: &Tenant) -> Result<(Arc<OpenAccount>, Unread), PassError> {
        let writing = || {
            let users = self.stores.people.busy_of(tenant, |person| !person.at_rest);
            let writing = users.iter().filter_map(|user| self.writing(user));
            writing.collect()
        };
        self.accounts.of(&self.client, tenant, writing).await
    }

    /// The write of a User that is going on.
    fn writing(&self, user: &User) -> Option<Writing> {
        let intent = user.status.as_ref()?.intent.as_ref()?;
        Some(Writing {
            uid: user.uid()?,
            locks: locks::of(intent),
            operation_id: intent.operation_id.clone(),
            may_be_on_its_way: Timestamp::now().duration_since(intent.at) < WORKS_FOR,
        })
    }
}
