//! The watched objects, as they were last seen.

use std::sync::Arc;

use kube::ResourceExt;
use kube::runtime::reflector::{ObjectRef, Store};

use crate::api::{LicenseAssignment, QueueAssignment, Tenant, User};

/// The watched objects, as they were last seen.
pub(super) struct Stores {
    pub tenants: Store<Tenant>,
    pub users: Store<User>,
    pub licenses: Store<LicenseAssignment>,
    pub queues: Store<QueueAssignment>,
}

impl Stores {
    /// Waits until every kind was listed once: what is not there yet must not be taken for missing.
    pub async fn ready(&self) {
        let outcome = tokio::try_join!(
            self.tenants.wait_until_ready(),
            self.users.wait_until_ready(),
            self.licenses.wait_until_ready(),
            self.queues.wait_until_ready(),
        );
        if let Err(error) = outcome {
            tracing::warn!(%error, "a watch ended before it had listed its objects");
        }
    }

    /// The Tenant that a User refers to.
    pub fn tenant_of(&self, user: &User) -> Option<Arc<Tenant>> {
        let reference = &user.spec.tenant_ref;
        let namespace = reference
            .namespace
            .clone()
            .or_else(|| user.namespace())
            .unwrap_or_default();
        self.tenants
            .get(&ObjectRef::new(&reference.name).within(&namespace))
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
