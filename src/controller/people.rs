//! The Users, as they were last seen: small where nothing is to be taken, and found without looking through all of them.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, PoisonError, RwLock};

use kube::ResourceExt;
use kube::runtime::watcher::Event;
use tokio::sync::watch;

use crate::api::{FINALIZER_OFFBOARD, Tenant, User};

use super::declared::{self, home_of};
use super::tally::{Mark, Tally};
use super::{objects, rest};

/// Namespace and name of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub namespace: Arc<str>,
    pub name: Box<str>,
}

impl Key {
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The key of an object.
    pub fn of<K: kube::Resource>(object: &K) -> Self {
        Self::new(&object.namespace().unwrap_or_default(), &object.name_any())
    }
}

/// A User as it was last seen.
pub(super) struct Person {
    pub uid: Box<str>,
    /// Id of its profile, as its status says.
    pub user_id: Option<Box<str>>,
    /// Digest of its annotations.
    pub marks: u64,
    /// Whether it carries the operator's finalizer.
    pub held: bool,
    /// Whether nothing is to be done for it.
    pub at_rest: bool,
    /// Whether its state, or its deletion, asks for something to be taken.
    pub leaves: bool,
    mark: Option<Box<Mark>>,
    form: Form,
}

/// Those that leave are asked for by every pass over one of them, and the others a few times a day.
enum Form {
    Whole(Arc<User>),
    Packed(Box<[u8]>),
}

impl Person {
    fn new(user: User) -> Self {
        let at_rest = rest::at_rest(&user);
        let leaves = declared::leaves(&user);
        Self {
            uid: user.uid().unwrap_or_default().into(),
            user_id: (user.status.as_ref())
                .and_then(|status| status.user_id.as_deref())
                .map(Box::from),
            marks: BuildHasherDefault::<DefaultHasher>::default().hash_one(user.annotations()),
            held: objects::has_finalizer(&user, FINALIZER_OFFBOARD),
            at_rest,
            leaves,
            mark: Mark::of(&user, leaves, at_rest),
            form: match serde_json::to_vec(&user) {
                Ok(packed) if at_rest || !leaves => Form::Packed(packed.into()),
                _ => Form::Whole(Arc::new(user)),
            },
        }
    }

    /// The object, without what no reconciler asks for. `None` is not met: what was packed is read back.
    pub fn user(&self) -> Option<Arc<User>> {
        match &self.form {
            Form::Whole(user) => Some(user.clone()),
            Form::Packed(packed) => serde_json::from_slice(packed).ok().map(Arc::new),
        }
    }
}

/// The Users of one Tenant.
#[derive(Default)]
struct Team {
    all: HashSet<Arc<Key>>,
    /// Those that are not at rest, or ask for something to be taken.
    busy: HashSet<Arc<Key>>,
    /// How they stand, by the namespace that they are in.
    tallies: BTreeMap<Arc<str>, Tally>,
}

impl Team {
    fn put(&mut self, key: &Arc<Key>, person: &Person) {
        self.all.insert(key.clone());
        if !person.at_rest || person.leaves {
            self.busy.insert(key.clone());
        }
        if let Some(mark) = &person.mark {
            self.tallies.entry(key.namespace.clone()).or_default().count(mark);
        }
    }

    fn remove(&mut self, key: &Key, person: &Person) {
        self.all.remove(key);
        self.busy.remove(key);
        if let (Some(mark), Some(tally)) = (&person.mark, self.tallies.get_mut(&key.namespace)) {
            tally.forget(mark);
            if *tally == Tally::default() {
                self.tallies.remove(&key.namespace);
            }
        }
    }
}

#[derive(Default)]
struct Book {
    people: HashMap<Arc<Key>, (Arc<Key>, Arc<Person>)>,
    /// By the key of the Tenant.
    teams: HashMap<Arc<Key>, Team>,
    /// Those that a list has named so far.
    listed: HashSet<Arc<Key>>,
}

impl Book {
    fn put(&mut self, user: User) -> Arc<Key> {
        let own = Key::of(&user);
        let tenant = Key::new(&home_of(&user), &user.spec.tenant_ref.name);
        let key = match self.people.get_key_value(&own) {
            Some((known, _)) => known.clone(),
            None => Arc::new(Key {
                namespace: self.namespace(&tenant, own.namespace),
                name: own.name,
            }),
        };
        self.remove(&key);
        let tenant = match self.teams.get_key_value(&tenant) {
            Some((known, _)) => known.clone(),
            None => Arc::new(tenant),
        };
        let person = Person::new(user);
        self.teams.entry(tenant.clone()).or_default().put(&key, &person);
        self.people.insert(key.clone(), (tenant, Arc::new(person)));
        key
    }

    /// The same text as another User of the Tenant has.
    fn namespace(&self, tenant: &Key, own: Arc<str>) -> Arc<str> {
        let other = self.teams.get(tenant).and_then(|team| team.all.iter().next());
        match other {
            Some(other) if other.namespace == own => other.namespace.clone(),
            _ => own,
        }
    }

    fn remove(&mut self, key: &Key) -> Option<Arc<Person>> {
        let (tenant, person) = self.people.remove(key)?;
        if let Some(team) = self.teams.get_mut(&tenant) {
            team.remove(key, &person);
            if team.all.is_empty() {
                self.teams.remove(&tenant);
            }
        }
        Some(person)
    }
}

/// What an event about Users came to.
#[derive(Default)]
pub(super) struct Change {
    /// Who is to be looked at.
    pub seen: Vec<Arc<Key>>,
    /// Who is gone, with its uid.
    pub gone: Vec<(Arc<Key>, Box<str>)>,
}

/// All Users.
pub(super) struct People {
    book: RwLock<Book>,
    ready: watch::Sender<bool>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            book: RwLock::default(),
            ready: watch::Sender::new(false),
        }
    }
}

impl People {
    /// Takes in what the watch says. Until the first list is complete nobody is told of.
    pub fn take(&self, event: Event<User>) -> Change {
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        let mut change = Change::default();
        match event {
            Event::Init => book.listed = HashSet::new(),
            Event::Apply(user) => change.seen.push(book.put(user)),
            Event::InitApply(user) => {
                let key = book.put(user);
                book.listed.insert(key);
            }
            Event::Delete(user) => {
                let key = Arc::new(Key::of(&user));
                if let Some(person) = book.remove(&key) {
                    change.gone.push((key, person.uid.clone()));
                }
            }
            Event::InitDone => {
                let listed = std::mem::take(&mut book.listed);
                let lost: Vec<_> = (book.people.keys())
                    .filter(|key| !listed.contains(*key))
                    .cloned()
                    .collect();
                for key in lost {
                    if let Some(person) = book.remove(&key) {
                        change.gone.push((key, person.uid.clone()));
                    }
                }
                change.seen = listed.into_iter().collect();
                self.ready.send_replace(true);
            }
        }
        change
    }

    /// Waits until all were listed once.
    pub async fn ready(&self) {
        // The sender lives as long as `self`.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// One of them.
    pub fn person(&self, key: &Key) -> Option<Arc<Person>> {
        self.read(|book| book.people.get(key).map(|(_, person)| person.clone()))
    }

    /// One of them, as the object that it is.
    pub fn get(&self, namespace: &str, name: &str) -> Option<Arc<User>> {
        self.person(&Key::new(namespace, name))?.user()
    }

    /// The key of the Tenant of one of them.
    pub fn tenant_of(&self, key: &Key) -> Option<Arc<Key>> {
        self.read(|book| book.people.get(key).map(|(tenant, _)| tenant.clone()))
    }

    /// Keys of all of them.
    pub fn keys(&self) -> Vec<Arc<Key>> {
        self.read(|book| book.people.keys().cloned().collect())
    }

    /// Keys of those of a Tenant.
    pub fn keys_of(&self, tenant: &Key) -> Vec<Arc<Key>> {
        let keys = |team: &Team| team.all.iter().cloned().collect();
        self.read(|book| book.teams.get(tenant).map(keys).unwrap_or_default())
    }

    /// Keys of those of a Tenant that are not at rest, or ask for something to be taken.
    pub fn busy_keys_of(&self, tenant: &Key) -> Vec<Arc<Key>> {
        let keys = |team: &Team| team.busy.iter().cloned().collect();
        self.read(|book| book.teams.get(tenant).map(keys).unwrap_or_default())
    }

    /// How many a Tenant has.
    pub fn count_of(&self, tenant: &Tenant) -> usize {
        let key = Key::of(tenant);
        self.read(|book| book.teams.get(&key).map_or(0, |team| team.all.len()))
    }

    /// How those of a Tenant stand that are in one of these namespaces.
    pub fn tally_of(&self, tenant: &Tenant, in_one: impl Fn(&str) -> bool) -> Tally {
        let key = Key::of(tenant);
        self.read(|book| {
            let tallies = book.teams.get(&key).into_iter().flat_map(|team| &team.tallies);
            let counted = tallies.filter(|(namespace, _)| in_one(namespace));
            counted.fold(Tally::default(), |mut sum, (_, tally)| {
                sum.add(tally);
                sum
            })
        })
    }

    /// Those of a Tenant that are as asked.
    pub fn of(&self, tenant: &Tenant, mut is: impl FnMut(&Person) -> bool) -> Vec<(Arc<Key>, Arc<Person>)> {
        let key = Key::of(tenant);
        self.read(|book| {
            let team = book.teams.get(&key);
            let keys = team.into_iter().flat_map(|team| &team.all);
            let found = keys.filter_map(|key| Some((key.clone(), book.people.get(key)?.1.clone())));
            found.filter(|(_, person)| is(person)).collect()
        })
    }

    /// The same, among those that are not at rest or ask for something to be taken.
    pub fn busy_of(&self, tenant: &Tenant, mut is: impl FnMut(&Person) -> bool) -> Vec<Arc<User>> {
        let key = Key::of(tenant);
        let found: Vec<_> = self.read(|book| {
            let team = book.teams.get(&key);
            let keys = team.into_iter().flat_map(|team| &team.busy);
            let found = keys.filter_map(|key| Some(book.people.get(key)?.1.clone()));
            found.filter(|person| is(person)).collect()
        });
        found.iter().filter_map(|person| person.user()).collect()
    }

    /// Whom any Tenant has that is not at rest, or asks for something to be taken, and is as asked.
    pub fn busy(&self, mut is: impl FnMut(&Person) -> bool) -> Vec<(Arc<Key>, Arc<User>)> {
        let found: Vec<_> = self.read(|book| {
            let keys = book.teams.values().flat_map(|team| &team.busy);
            let found = keys.filter_map(|key| Some((key.clone(), book.people.get(key)?.1.clone())));
            found.filter(|(_, person)| is(person)).collect()
        });
        let users = found.into_iter();
        users
            .filter_map(|(key, person)| Some((key, person.user()?)))
            .collect()
    }

    fn read<T>(&self, what: impl FnOnce(&Book) -> T) -> T {
        what(&self.book.read().unwrap_or_else(PoisonError::into_inner))
    }
}
