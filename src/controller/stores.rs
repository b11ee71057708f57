//! The watched objects, as they were last seen.

use std::sync::Arc;
use std::time::Duration;

use kube::ResourceExt;
use kube::runtime::reflector::{self, ObjectRef, Store};

use crate::api::{Approval, LicenseAssignment, QueueAssignment, Tenant, User};

/// Time between two looks at whether a kind was listed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The watched objects, as they were last seen.
pub(super) struct Stores {
    pub tenants: Store<Tenant>,
    pub users: Store<User>,
    pub licenses: Store<LicenseAssignment>,
    pub queues: Store<QueueAssignment>,
    pub approvals: Store<Approval>,
}

impl Stores {
    /// Waits until every kind was listed once: what is not there yet must not be taken for missing.
    pub async fn ready(&self) {
        tokio::join!(
            listed(&self.tenants),
            listed(&self.users),
            listed(&self.licenses),
            listed(&self.queues),
            listed(&self.approvals)
        );
    }

    /// The Tenant that a User refers to.
    pub fn tenant_of(&self, user: &User) -> Option<Arc<Tenant>> {
        self.tenants
            .get(&ObjectRef::new(&user.spec.tenant_ref.name).within(&home_of(user)))
    }

    /// The Users that refer to a Tenant.
    pub fn users_of(&self, tenant: &Tenant) -> Vec<Arc<User>> {
        let own = |user: &Arc<User>| {
            self.tenant_of(user)
                .is_some_and(|known| known.uid() == tenant.uid())
        };
        self.users.state().into_iter().filter(own).collect()
    }
}

/// The namespace of the Tenant that a User refers to.
pub(super) fn home_of(user: &User) -> String {
    let named = user.spec.tenant_ref.namespace.clone();
    named.or_else(|| user.namespace()).unwrap_or_default()
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
