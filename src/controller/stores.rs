//! The watched objects, as they were last seen.

use std::sync::Arc;
use std::time::Duration;

use kube::runtime::reflector::{self, ObjectRef, Store};

use crate::api::{Approval, LicenseAssignment, QueueAssignment, Tenant, User};

use super::declared::home_of;
use super::dependants::Dependants;
use super::people::People;

/// Time between two looks at whether a kind was listed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The watched objects, as they were last seen.
pub(super) struct Stores {
    pub tenants: Store<Tenant>,
    pub people: People,
    pub licenses: Dependants<LicenseAssignment>,
    pub queues: Dependants<QueueAssignment>,
    pub approvals: Store<Approval>,
}

impl Stores {
    /// Waits until every kind was listed once: what is not there yet must not be taken for missing.
    pub async fn ready(&self) {
        tokio::join!(
            listed(&self.tenants),
            self.people.ready(),
            listed(&self.licenses.store),
            listed(&self.queues.store),
            listed(&self.approvals)
        );
    }

    /// The Tenant that a User refers to.
    pub fn tenant_of(&self, user: &User) -> Option<Arc<Tenant>> {
        self.tenants
            .get(&ObjectRef::new(&user.spec.tenant_ref.name).within(&home_of(user)))
    }
}

/// Waits until a kind was listed once. A store wakes only the last of those who wait for it, so each of them has to look
/// again by itself.
async fn listed<K>(store: &Store<K>)
where
    K: reflector::Lookup<DynamicType = ()> + Clone + 'static,
{
    while tokio::time::timeout(LOOK_AGAIN, store.wait_until_ready())
        .await
        .is_err()
    {}
}
