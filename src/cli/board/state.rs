//! What is known of the cluster: a card for each leaver, the Tenants, and what could not be read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kube::core::DeserializeGuard;
use kube::runtime::watcher::Event;

use crate::api::{Tenant, User};
use crate::controller::leaves;

use super::card::{Card, Key, key_of};

/// Where Users are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Namespace(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all namespaces"),
            Self::Namespace(name) => write!(f, "the namespace {name}"),
        }
    }
}

/// All namespaces, among those whose Tenants are watched.
pub(super) const EVERYWHERE: &str = "*";

/// Everything that the page is made of.
#[derive(Debug)]
pub(super) struct Known {
    pub scope: Scope,
    /// Who leaves. Those who stay are not kept.
    pub cards: BTreeMap<Key, Card>,
    pub tenants: BTreeMap<Key, Tenant>,
    /// Whether all Users were read once.
    pub listed: bool,
    /// Why Users cannot be read at the moment.
    pub users_problem: Option<String>,
    /// Why Tenants cannot be read at the moment, by namespace; `*` is all of them.
    pub tenants_problems: BTreeMap<String, String>,
    /// Users that this version cannot read.
    unreadable: BTreeSet<Key>,
    /// What a list that is under way has brought so far.
    arriving: (BTreeMap<Key, Card>, BTreeSet<Key>),
    /// The same for Tenants, by what is watched.
    arriving_tenants: BTreeMap<String, BTreeSet<Key>>,
}

impl Known {
    /// Nothing yet.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            cards: BTreeMap::new(),
            tenants: BTreeMap::new(),
            listed: false,
            users_problem: None,
            tenants_problems: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            arriving: Default::default(),
            arriving_tenants: BTreeMap::new(),
        }
    }

    /// Takes in what happened to a User, and says whether the page is another one by it.
    pub fn take_user(&mut self, event: Event<DeserializeGuard<User>>) -> bool {
        let recovered = !matches!(event, Event::Init) && self.users_problem.take().is_some();
        let changed = match event {
            Event::Init => {
                self.arriving = Default::default();
                false
            }
            Event::InitApply(DeserializeGuard(object)) => {
                let (cards, unreadable) = &mut self.arriving;
                put(cards, unreadable, object);
                false
            }
            Event::InitDone => {
                (self.cards, self.unreadable) = std::mem::take(&mut self.arriving);
                self.listed = true;
                true
            }
            Event::Apply(DeserializeGuard(object)) => put(&mut self.cards, &mut self.unreadable, object),
            Event::Delete(object) => {
                let key = key_of(&object);
                self.unreadable.remove(&key) | self.cards.remove(&key).is_some()
            }
        };
        changed || recovered
    }

    /// Takes in what happened to a Tenant of `namespace`, where `*` is all of them.
    pub fn take_tenant(&mut self, namespace: &str, event: Event<DeserializeGuard<Tenant>>) -> bool {
        let recovered = !matches!(event, Event::Init) && self.tenants_problems.remove(namespace).is_some();
        let changed = match event {
            Event::Init => {
                self.arriving_tenants.remove(namespace);
                false
            }
            Event::InitApply(object) => {
                let arriving = self.arriving_tenants.entry(namespace.to_owned()).or_default();
                arriving.insert(key_of(&object));
                self.put_tenant(object)
            }
            Event::InitDone => self.forget_tenants(namespace),
            Event::Apply(object) => self.put_tenant(object),
            Event::Delete(object) => self.tenants.remove(&key_of(&object)).is_some(),
        };
        changed || recovered
    }

    /// Lets go of what a watch of Tenants that ends has brought.
    pub fn forget(&mut self, namespace: &str) {
        self.tenants_problems.remove(namespace);
        self.arriving_tenants.remove(namespace);
        self.forget_tenants(namespace);
    }

    /// Lets go of those that a list, now at its end, did not bring.
    fn forget_tenants(&mut self, namespace: &str) -> bool {
        let arrived = self.arriving_tenants.remove(namespace).unwrap_or_default();
        let before = self.tenants.len();
        let elsewhere = |key: &Key| namespace != EVERYWHERE && key.namespace != namespace;
        self.tenants
            .retain(|key, _| elsewhere(key) || arrived.contains(key));
        self.tenants.len() != before
    }

    fn put_tenant(&mut self, object: DeserializeGuard<Tenant>) -> bool {
        let key = key_of(&object);
        let DeserializeGuard(Ok(mut tenant)) = object else {
            return self.tenants.remove(&key).is_some();
        };
        tenant.metadata = Default::default();
        let before = self.tenants.insert(key.clone(), tenant);
        before.as_ref() != self.tenants.get(&key)
    }

    /// What the page does not show, and why, in sentences.
    pub fn notices(&self) -> Vec<String> {
        let mut said: Vec<_> = self.users_problem.iter().cloned().collect();
        if !self.listed && said.is_empty() {
            said.push("The cluster is being read.".to_owned());
        }
        let mut by_problem: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (namespace, problem) in &self.tenants_problems {
            by_problem.entry(problem).or_default().push(namespace);
        }
        for (problem, namespaces) in by_problem {
            let of = match namespaces[..] {
                [EVERYWHERE] => "all namespaces".to_owned(),
                _ => namespaces.join(", "),
            };
            said.push(format!(
                "{problem} So digest and number of held removals are missing or out of date where the Tenant is in: {of}."
            ));
        }
        if !self.unreadable.is_empty() {
            let names: Vec<_> = self.unreadable.iter().take(20).map(Key::to_string).collect();
            said.push(format!(
                "{} User(s) cannot be read by this version and are left out: {}. Compare them with the schema of their CRD.",
                self.unreadable.len(),
                names.join(", ")
            ));
        }
        said
    }
}

/// Keeps the object where it is one of somebody who leaves, and says whether anything is another by it.
fn put(
    cards: &mut BTreeMap<Key, Card>,
    unreadable: &mut BTreeSet<Key>,
    object: Result<User, kube::core::error_boundary::InvalidObject>,
) -> bool {
    match object {
        Ok(user) => {
            let key = key_of(&user);
            let now_read = unreadable.remove(&key);
            if !leaves(&user) {
                return cards.remove(&key).is_some() || now_read;
            }
            let card = Card::of(&user);
            let before = cards.insert(key.clone(), card);
            before.as_ref() != cards.get(&key) || now_read
        }
        Err(object) => {
            let key = Key {
                namespace: object.metadata.namespace.unwrap_or_default(),
                name: object.metadata.name.unwrap_or_default(),
            };
            cards.remove(&key);
            unreadable.insert(key)
        }
    }
}
