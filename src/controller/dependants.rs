//! The LicenseAssignments, or the QueueAssignments, found by the User that they belong to.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher::Event;

use super::assignment::Assignment;
use super::people::Key;

/// All dependants of a kind.
pub(super) struct Dependants<K: Assignment> {
    pub store: Store<K>,
    index: RwLock<Index>,
}

#[derive(Default)]
struct Index {
    /// Names by the User they belong to.
    of_user: HashMap<Key, BTreeSet<Box<str>>>,
    /// The User, by name.
    user_of: HashMap<Key, Key>,
    /// Those that are being deleted.
    leaving: BTreeSet<Key>,
    /// Those that a list has named so far.
    listed: BTreeSet<Key>,
}

impl Index {
    /// Gives the Users that it belonged to and belongs to.
    fn put<K: Assignment>(&mut self, item: &K) -> Vec<Key> {
        let key = Key::of(item);
        let user = Key {
            namespace: key.namespace.clone(),
            name: item.user().into(),
        };
        let mut users = self.remove(&key);
        let names = self.of_user.entry(user.clone()).or_default();
        names.insert(key.name.clone());
        if item.meta().deletion_timestamp.is_some() {
            self.leaving.insert(key.clone());
        }
        self.user_of.insert(key, user.clone());
        users.push(user);
        users.dedup();
        users
    }

    fn remove(&mut self, key: &Key) -> Vec<Key> {
        self.leaving.remove(key);
        let Some(user) = self.user_of.remove(key) else {
            return Vec::new();
        };
        if let Some(names) = self.of_user.get_mut(&user) {
            names.remove(&key.name);
            if names.is_empty() {
                self.of_user.remove(&user);
            }
        }
        vec![user]
    }
}

impl<K: Assignment> Dependants<K> {
    pub fn new(store: Store<K>) -> Self {
        Self {
            store,
            index: RwLock::default(),
        }
    }

    /// Takes in what the watch says, which the store knows already. Gives the Users that are to be looked at.
    pub fn take(&self, event: &Event<K>) -> Vec<Key> {
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Init => {
                index.listed = BTreeSet::new();
                Vec::new()
            }
            Event::InitApply(item) => {
                index.listed.insert(Key::of(item));
                index.put(item);
                Vec::new()
            }
            Event::Apply(item) => index.put(item),
            Event::Delete(item) => index.remove(&Key::of(item)),
            Event::InitDone => {
                let listed = std::mem::take(&mut index.listed);
                let keys: Vec<_> = index.user_of.keys().cloned().collect();
                let mut users: Vec<_> = index.of_user.keys().cloned().collect();
                for key in keys.iter().filter(|key| !listed.contains(*key)) {
                    users.extend(index.remove(key));
                }
                users
            }
        }
    }

    /// Those of a User.
    pub fn of_user(&self, user: &Key) -> Vec<Arc<K>> {
        let refs = self.refs_of(user);
        refs.iter().filter_map(|item| self.store.get(item)).collect()
    }

    /// Names of those of a User.
    pub fn refs_of(&self, user: &Key) -> Vec<ObjectRef<K>> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let names = index.of_user.get(user).into_iter().flatten();
        names
            .map(|name| ObjectRef::new(name).within(&user.namespace))
            .collect()
    }

    /// Those that are being deleted, with their Users.
    pub fn leaving(&self) -> Vec<(Key, Arc<K>)> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let items = index.leaving.iter().filter_map(|key| {
            let item = self
                .store
                .get(&ObjectRef::new(&key.name).within(&key.namespace))?;
            Some((index.user_of.get(key)?.clone(), item))
        });
        items.collect()
    }
}

#[cfg(test)]
mod tests {
    use kube::runtime::reflector::store;
    use serde_json::json;

    use super::*;
    use crate::api::LicenseAssignment;

    fn license(name: &str, user: &str) -> LicenseAssignment {
        serde_json::from_value(json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "LicenseAssignment",
            "metadata": {"name": name, "namespace": "people"},
            "spec": {"userRef": {"name": user}, "license": {"name": "X4"}},
        }))
        .unwrap()
    }

    fn key(name: &str) -> Key {
        Key::new("people", name)
    }

    #[test]
    fn a_user_is_told_of_what_comes_what_goes_and_what_a_list_is_without() {
        let (reader, mut writer) = store::<LicenseAssignment>();
        let dependants = Dependants::new(reader);
        let mut take = |event: Event<LicenseAssignment>| {
            writer.apply_watcher_event(&event);
            dependants.take(&event)
        };
        assert_eq!(take(Event::Apply(license("a", "jane"))), [key("jane")]);
        assert_eq!(take(Event::Apply(license("a", "joe"))), [key("jane"), key("joe")]);
        assert_eq!(dependants.of_user(&key("joe")).len(), 1);
        assert!(dependants.of_user(&key("jane")).is_empty());
        take(Event::Init);
        take(Event::InitApply(license("b", "ann")));
        let mut told = take(Event::InitDone);
        told.sort();
        assert_eq!(told, [key("ann"), key("joe"), key("joe")]);
        assert!(dependants.of_user(&key("joe")).is_empty());
        assert_eq!(take(Event::Delete(license("b", "ann"))), [key("ann")]);
    }
}
