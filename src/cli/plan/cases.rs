//! What changes: each User whose declaration is another one than before, with what it is given to know.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kube::ResourceExt;
use serde::Serialize;

use crate::api::status::DependantDeletionPolicy;
use crate::api::user::UserState;
use crate::api::{LicenseAssignment, QueueAssignment, Tenant, User, UserStatus};
use crate::lifecycle::{Claim, Deletion, Dependant, DependantKind};

use super::before::{Against, tenant_of};
use super::manifests::{Key, Manifests};
use super::observe::Seen;

/// How the declaration of a User changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Changed {
    /// There was none.
    New,
    /// It was another one.
    Edited,
    /// It is the same. What it asks for may still be under way.
    Same,
    /// The object would be deleted.
    Pruned,
}

/// One User of the plan.
#[derive(Debug)]
pub(super) struct Case {
    pub key: Key,
    pub user: User,
    pub before: Option<User>,
    pub changed: Changed,
    pub tenant: Key,
}

/// The Users whose declaration changes; all of them with `all`, those that are gone with `prune`.
pub(super) fn cases(before: &Manifests, now: &Manifests, all: bool, prune: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (key, user) in &now.users {
        let known = before.users.get(key);
        let changed = match known {
            None => Changed::New,
            Some(known) if differs(known, user) || held(before, key) != held(now, key) => Changed::Edited,
            Some(_) => Changed::Same,
        };
        if changed != Changed::Same || all {
            cases.push(case(key, user, known, changed));
        }
    }
    if prune {
        let gone = before
            .users
            .iter()
            .filter(|(key, _)| !now.users.contains_key(*key));
        cases.extend(gone.map(|(key, user)| case(key, user, Some(user), Changed::Pruned)));
    }
    cases
}

/// How many Users were declared before and are not any more.
pub(super) fn gone(before: &Manifests, now: &Manifests) -> usize {
    let gone = |key: &&Key| !now.users.contains_key(*key);
    before.users.keys().filter(gone).count()
}

fn case(key: &Key, user: &User, before: Option<&User>, changed: Changed) -> Case {
    let mut user = user.clone();
    // What is declared is the spec; what is known is the status of the cluster.
    user.status = before.and_then(|before| before.status.clone());
    user.metadata.uid = before.and_then(ResourceExt::uid);
    Case {
        key: key.clone(),
        tenant: tenant_of(&user),
        user,
        before: before.cloned(),
        changed,
    }
}

/// Whether a User asks for something else: its spec, or an annotation or label of ours.
fn differs(before: &User, now: &User) -> bool {
    fn ours<'a>(
        all: &'a std::collections::BTreeMap<String, String>,
        of: &'a std::collections::BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'a String, Option<&'a String>)> {
        let ours = of.keys().filter(|key| key.starts_with("onhook.dev/"));
        ours.map(|key| (key, all.get(key)))
    }
    let annotations = ours(before.annotations(), now.annotations());
    let labels = ours(before.labels(), now.labels());
    let mut spec = now.spec.clone();
    if tenant_of(before) == tenant_of(now) {
        // Its own namespace may be written out or not.
        spec.tenant_ref.clone_from(&before.spec.tenant_ref);
    }
    before.spec != spec
        || annotations.chain(labels).any(|(key, was)| {
            let is = now.annotations().get(key).or_else(|| now.labels().get(key));
            was != is
        })
}

/// What the assignments of a User declare, in order.
fn held(manifests: &Manifests, user: &Key) -> BTreeSet<String> {
    let licenses = licenses_of(manifests, user).map(|item| format!("license {}", item.spec.license.name));
    let queues = queues_of(manifests, user);
    let queues = queues.map(|item| format!("{:?} {}", item.spec.queue.kind, item.spec.queue.name));
    licenses.chain(queues).collect()
}

fn licenses_of<'a>(
    manifests: &'a Manifests,
    user: &'a Key,
) -> impl Iterator<Item = &'a LicenseAssignment> + 'a {
    let all = manifests.licenses.iter();
    let own = all.filter(|(key, item)| key.0 == user.0 && item.spec.user_ref.name == user.1);
    own.map(|(_, item)| item)
}

fn queues_of<'a>(manifests: &'a Manifests, user: &'a Key) -> impl Iterator<Item = &'a QueueAssignment> + 'a {
    let all = manifests.queues.iter();
    let own = all.filter(|(key, item)| key.0 == user.0 && item.spec.user_ref.name == user.1);
    own.map(|(_, item)| item)
}

impl Case {
    /// The status that earlier passes left.
    pub fn memory(&self) -> UserStatus {
        self.user.status.clone().unwrap_or_default()
    }

    /// A name for it among the removals of the account.
    pub fn uid(&self) -> String {
        let own = || format!("{}/{}", self.key.0, self.key.1);
        self.user.uid().unwrap_or_else(own)
    }

    /// The deletion of the object, where it would be pruned.
    pub fn deletion(&self, now: Timestamp) -> Option<Deletion> {
        let going = self.user.metadata.deletion_timestamp.as_ref().map(|time| time.0);
        let at = going.or((self.changed == Changed::Pruned).then_some(now))?;
        Some(Deletion { at, cancelled: false })
    }

    /// Who claims the profile (invariant 5). A claim is made when a User is seen active: in the cluster its status tells; a
    /// revision of Git is taken for what the operator has seen.
    pub fn claim(&self, against: &Against) -> Claim {
        let Some(before) = &self.before else {
            return Claim::Nobody;
        };
        let same = before.spec.user_name == self.user.spec.user_name;
        match against {
            Against::Account => Claim::Nobody,
            Against::Revision(_) if same && before.spec.state == UserState::Active => {
                Claim::Mine { pins: true }
            }
            Against::Revision(_) => Claim::Nobody,
            Against::Cluster => {
                let known = before
                    .status
                    .as_ref()
                    .is_some_and(|status| status.user_id.is_some());
                let claimed = known && before.metadata.deletion_timestamp.is_none();
                match claimed {
                    true => Claim::Mine { pins: true },
                    false => Claim::Nobody,
                }
            }
        }
    }

    /// Its assignments, those included that are gone and are to be removed in the account with their object.
    pub fn dependants(
        &self,
        before: &Manifests,
        now: &Manifests,
        prune: bool,
        seen: &Seen<'_>,
    ) -> Vec<Dependant> {
        let license = |item: &LicenseAssignment, remove| {
            let name = item.spec.license.name.clone();
            Dependant {
                known: seen.knows_license(&name),
                kind: DependantKind::License(name),
                remove,
            }
        };
        let queue = |item: &QueueAssignment, remove| Dependant {
            kind: DependantKind::Queue(item.spec.queue.kind, item.spec.queue.name.clone()),
            known: true,
            remove,
        };
        let declared = match self.changed {
            Changed::Pruned => before,
            _ => now,
        };
        let mut all: Vec<_> = licenses_of(declared, &self.key)
            .map(|item| license(item, false))
            .collect();
        all.extend(queues_of(declared, &self.key).map(|item| queue(item, false)));
        if prune && self.changed != Changed::Pruned {
            let goes = |policy| policy == DependantDeletionPolicy::Delete;
            let gone = licenses_of(before, &self.key).filter(|item| {
                goes(item.spec.deletion_policy)
                    && !licenses_of(now, &self.key).any(|kept| kept.spec.license == item.spec.license)
            });
            all.extend(gone.map(|item| license(item, true)));
            let gone = queues_of(before, &self.key).filter(|item| {
                goes(item.spec.deletion_policy)
                    && !queues_of(now, &self.key).any(|kept| kept.spec.queue == item.spec.queue)
            });
            all.extend(gone.map(|item| queue(item, true)));
        }
        all
    }
}

/// A Tenant as it is when it acts: a plan tells what would be done, also where the Tenant only observes.
pub(super) fn acting(tenant: &Tenant) -> Tenant {
    let mut acting = tenant.clone();
    acting.spec.mode = crate::api::tenant::Mode::Enforce;
    acting.spec.suspend = false;
    acting
}
