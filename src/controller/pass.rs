//! One pass over a User: what it works on, and what it does on the way.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use tokio::sync::{OnceCell, OwnedSemaphorePermit};

use crate::api::user::UserState;
use crate::api::{ANNOTATION_CANCEL, ANNOTATION_RETRY, Tenant, User, UserStatus};
use crate::lifecycle::{Deletion, Dependant, Plan, Removals, Sightings, Situation, counts, plan};

use super::accounts::OpenAccount;
use super::context::Context;
use super::problem::PassError;
use super::{updates, user_status};

/// One pass over a User: what it works on.
pub(super) struct Pass<'a> {
    pub ctx: &'a Context,
    pub tenant: &'a Tenant,
    pub user: User,
    pub dependants: Vec<Dependant>,
    account: OnceCell<Arc<OpenAccount>>,
}

impl<'a> Pass<'a> {
    pub fn new(ctx: &'a Context, tenant: &'a Tenant, user: User, dependants: Vec<Dependant>) -> Self {
        Self {
            ctx,
            tenant,
            user,
            dependants,
            account: OnceCell::new(),
        }
    }

    /// Holds a place among the passes over this Tenant.
    pub async fn bound(&self) -> Option<OwnedSemaphorePermit> {
        let account = self.ctx.accounts.opened(self.tenant)?;
        account.passes.clone().acquire_owned().await.ok()
    }

    /// What the rules say after what was seen.
    pub fn plan(&self, seen: &Sightings) -> Plan {
        let nothing = UserStatus::default();
        let annotation = |key: &str| self.user.annotations().get(key).map(String::as_str);
        let deletion = self.user.metadata.deletion_timestamp.as_ref();
        plan(&Situation {
            now: Timestamp::now(),
            pace: &self.ctx.pace,
            tenant: &self.tenant.spec,
            user: &self.user.spec,
            deletion: deletion.map(|at| Deletion {
                at: at.0,
                cancelled: annotation(ANNOTATION_CANCEL) == Some("true"),
            }),
            retry_intent: annotation(ANNOTATION_RETRY),
            memory: self.user.status.as_ref().unwrap_or(&nothing),
            dependants: &self.dependants,
            user_updates: updates::available(self.ctx, self.tenant, Timestamp::now()),
            removals: self.removals(),
            seen,
        })
    }

    /// The removals of this Tenant that its limit counts.
    fn removals(&self) -> Removals {
        let Some(limit) = &self.tenant.spec.removals.limit else {
            return Removals::default();
        };
        let now = Timestamp::now();
        let users = self.ctx.stores.users_of(self.tenant);
        let counted = users.iter().filter(|user| {
            let removal = user.spec.state != UserState::Active || user.metadata.deletion_timestamp.is_some();
            removal
                && user
                    .status
                    .as_ref()
                    .is_none_or(|status| counts(status, limit.per, now))
        });
        let account = self.ctx.accounts.opened(self.tenant);
        Removals {
            counted: counted.count(),
            account: account.and_then(|account| account.users()),
        }
    }

    /// The account of the Tenant. Its Secrets are read once a pass.
    pub async fn account(&self) -> Result<Arc<OpenAccount>, PassError> {
        self.account
            .get_or_try_init(|| self.ctx.account(self.tenant))
            .await
            .cloned()
    }

    /// Id of the profile that this User was seen with.
    pub fn known_user_id(&self) -> Option<&str> {
        let known = self
            .user
            .status
            .as_ref()
            .and_then(|status| status.user_id.as_deref());
        self.user.spec.user_id.as_deref().or(known)
    }

    /// Writes a status, if it says something new, and tells what changed. The pass goes on with the object it gave.
    pub async fn write(&mut self, status: UserStatus) -> Result<(), PassError> {
        if let Some(written) = user_status::write(self.ctx, &self.user, status).await? {
            self.user = written;
        }
        Ok(())
    }
}

/// The time so long from now.
pub(super) fn later(wait: Duration) -> Timestamp {
    Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX)
}
