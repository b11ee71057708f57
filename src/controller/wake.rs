//! Who is looked at because of what the watches say: each kind is watched once, and wakes those of other kinds that depend
//! on it.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, PoisonError};

use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use kube::runtime::watcher::Event;
use tokio::sync::mpsc::UnboundedSender;

use crate::api::{LicenseAssignment, QueueAssignment, Reason, Tenant, User};

use super::assignment::Assignment;
use super::conditions::is_ready;
use super::context::{Context, Woken};
use super::demands::Demands;
use super::dependants::Dependants;
use super::people::Key;

/// Where those are sent that are to be looked at.
pub(super) struct Bells {
    ctx: Arc<Context>,
    users: Woken,
    licenses: UnboundedSender<ObjectRef<LicenseAssignment>>,
    queues: UnboundedSender<ObjectRef<QueueAssignment>>,
    tenants: Mutex<HashMap<Key, Shown>>,
}

/// What of a Tenant is a reason to look at its Users.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shown {
    /// To all of them.
    all: u64,
    /// To those that are not at rest.
    busy: u64,
    generation: Option<i64>,
}

impl Shown {
    fn of(tenant: &Tenant, demands: &Demands) -> Self {
        let hash = BuildHasherDefault::<DefaultHasher>::default();
        let removals = tenant.status.as_ref().map(|status| &status.removals);
        let removals = serde_json::to_string(&removals).unwrap_or_default();
        Self {
            all: hash.hash_one((tenant.uid(), demands.of(tenant))),
            busy: hash.hash_one((is_ready(tenant), removals)),
            generation: tenant.metadata.generation,
        }
    }
}

impl Bells {
    pub fn new(
        ctx: Arc<Context>,
        users: Woken,
        licenses: UnboundedSender<ObjectRef<LicenseAssignment>>,
        queues: UnboundedSender<ObjectRef<QueueAssignment>>,
    ) -> Self {
        Self {
            ctx,
            users,
            licenses,
            queues,
            tenants: Mutex::default(),
        }
    }

    /// A User wakes itself, what belongs to it, and once it has ended those that wait for its userName (rule J3).
    pub fn user(&self, event: Event<User>) {
        let people = &self.ctx.stores.people;
        if let Event::Apply(user) = &event {
            self.waiting_for_name(user);
        }
        let change = people.take(event);
        for (key, uid) in &change.gone {
            self.ctx.due.remove(uid);
            self.ctx.backoff.succeeded(uid);
            self.dependants_of(key);
        }
        for key in change.seen {
            let user = || people.person(&key)?.user();
            self.ctx.interrupts.seen(&key, user);
            self.dependants_of(&key);
            self.ring(key);
        }
    }

    /// A dependant wakes its User.
    pub fn dependant<K: Assignment>(&self, event: &Event<K>, dependants: &Dependants<K>) {
        for user in dependants.take(event) {
            self.ring(Arc::new(user));
        }
    }

    /// A Tenant wakes its Users: all of them where it was changed, and those that wait for something where it stands
    /// otherwise than before.
    pub fn tenant(&self, event: &Event<Tenant>) {
        let people = &self.ctx.stores.people;
        let keys = match event {
            Event::Init => return,
            Event::InitDone => people.keys(),
            Event::Delete(tenant) => {
                self.tenants().remove(&Key::of(tenant));
                self.ctx.demands.forget(tenant);
                people.keys_of(&Key::of(tenant))
            }
            Event::Apply(tenant) | Event::InitApply(tenant) => {
                let (key, shown) = (Key::of(tenant), Shown::of(tenant, &self.ctx.demands));
                match self.tenants().insert(key.clone(), shown) {
                    Some(before) if before == shown => return,
                    Some(before) if before.all == shown.all => {
                        self.carry(tenant, before.generation, shown.generation);
                        people.busy_keys_of(&key)
                    }
                    _ => people.keys_of(&key),
                }
            }
        };
        keys.into_iter().for_each(|key| self.ring(key));
    }

    /// Those that were looked at under a generation of a Tenant need no other look under one that asks for the same.
    fn carry(&self, tenant: &Tenant, from: Option<i64>, to: Option<i64>) {
        if from != to {
            for (_, person) in self.ctx.stores.people.of(tenant, |_| true) {
                self.ctx.due.carry(&person.uid, from, to);
            }
        }
    }

    fn tenants(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Shown>> {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dependants_of(&self, user: &Key) {
        // Nobody listens any more only while the operator stops.
        for item in self.ctx.stores.licenses.refs_of(user) {
            let _ = self.licenses.send(item);
        }
        for item in self.ctx.stores.queues.refs_of(user) {
            let _ = self.queues.send(item);
        }
    }

    fn waiting_for_name(&self, freed: &User) {
        let ended = freed
            .status
            .as_ref()
            .is_some_and(|status| status.finished.is_some());
        if !ended {
            return;
        }
        let waits = |user: &User| {
            let status = user.status.as_ref();
            let blocked_by = status.and_then(|status| status.blocked_by.as_deref());
            user.spec.user_name == freed.spec.user_name
                && blocked_by.is_some_and(|reasons| reasons.contains(Reason::UserNameHeld.as_str()))
        };
        let busy = self.ctx.stores.people.busy(|person| !person.at_rest);
        for (key, _) in busy.into_iter().filter(|(_, user)| waits(user)) {
            self.ring(key);
        }
    }

    fn ring(&self, user: Arc<Key>) {
        let _ = self.users.send(user);
    }
}
