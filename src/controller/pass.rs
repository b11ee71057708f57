//! One pass over a User: what it works on, and what it does on the way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use tokio::sync::{OnceCell, OwnedSemaphorePermit};

use crate::api::tenant::Mode;
use crate::api::user_status::Intent;
use crate::api::{ANNOTATION_RETRY, LABEL_WAITING, Tenant, User, UserStatus};
use crate::eightbyeight::Account;
use crate::lifecycle::{
    Dependant, Goal, OperationSight, Plan, Sightings, Situation, plan, waits_for_approval,
};

use super::accounts::OpenAccount;
use super::context::Context;
use super::declared;
use super::interrupts::Sends;
use super::objects::{self, Meta};
use super::problem::PassError;
use super::{records, removals, rest, turn, updates, user_status};

/// How many edits of an object in a row may come between a write to the account and what became of it.
const EDITS: usize = 10;

/// One pass over a User: what it works on.
pub(super) struct Pass<'a> {
    pub ctx: &'a Context,
    pub tenant: &'a Tenant,
    pub user: User,
    pub dependants: Vec<Dependant>,
    /// Where it asks to be taken, and the step that it stands at, as far as that was told.
    pub stand: (Option<Goal>, Option<String>),
    account: OnceCell<Arc<OpenAccount>>,
    sends: Sends,
}

impl<'a> Pass<'a> {
    pub fn new(
        ctx: &'a Context,
        tenant: &'a Tenant,
        user: User,
        dependants: Vec<Dependant>,
        sends: Sends,
    ) -> Self {
        Self {
            ctx,
            tenant,
            user,
            dependants,
            stand: (None, None),
            account: OnceCell::new(),
            sends,
        }
    }

    /// Holds a place among the passes over this Tenant that have its lane: whoever is to lose access does not wait for a place
    /// behind those who stay.
    pub async fn bound(&self) -> Option<OwnedSemaphorePermit> {
        let account = self.ctx.accounts.opened(self.tenant)?;
        let places = account.places(turn::of(&self.user).lane);
        places.acquire_owned().await.ok()
    }

    /// Whether the look at the profile that comes next is most likely followed by a write: the run of a leaver goes on, and
    /// nothing was in its way when it was looked at last.
    pub fn expects_write(&self, seen: &Sightings) -> bool {
        let leaves = declared::leaves(&self.user);
        let at_work = |status: &UserStatus| {
            status.intent.is_some() && !matches!(seen.operation, Some(OperationSight::Completed))
        };
        let status = self.user.status.as_ref();
        let stopped = status.is_some_and(|status| {
            !status.blockers.is_empty() || status.finished.is_some() || at_work(status)
        });
        leaves
            && !stopped
            && self.tenant.spec.mode == Mode::Enforce
            && !self.tenant.spec.suspend
            && !rest::at_rest(&self.user)
    }

    /// What the rules say after what was seen.
    pub fn plan(&self, seen: &Sightings) -> Plan {
        let nothing = UserStatus::default();
        let annotation = |key: &str| self.user.annotations().get(key).map(String::as_str);
        plan(&Situation {
            now: Timestamp::now(),
            pace: &self.ctx.pace,
            tenant: &self.tenant.spec,
            user: &self.user.spec,
            deletion: removals::deletion(&self.user),
            retry_intent: annotation(ANNOTATION_RETRY),
            memory: self.user.status.as_ref().unwrap_or(&nothing),
            dependants: &self.dependants,
            user_updates: updates::available(self.ctx, self.tenant, Timestamp::now()),
            suspended: declared::is_suspended(&self.user),
            protected: removals::protected(self.tenant)(&self.user),
            seen,
        })
    }

    /// Has the ledger say that the removal begins, before a write that takes something away.
    pub async fn reserve(&self, takes: bool) -> Result<(), PassError> {
        if takes {
            removals::reserve(self.ctx, self.tenant, &self.user).await?;
        }
        Ok(())
    }

    /// That a write may be sent now: this replica works on the account, and the Tenant is as it was when the pass began, which
    /// may be minutes ago. Whoever suspends it stops the next call.
    pub fn may_write(&self) -> Result<(), PassError> {
        self.ctx.leases.may_write(self.tenant)?;
        let now = self.ctx.stores.tenant_of(&self.user);
        let same = now.is_some_and(|now| {
            now.metadata.uid == self.tenant.metadata.uid
                && now.metadata.generation == self.tenant.metadata.generation
        });
        if same { Ok(()) } else { Err(PassError::Changed) }
    }

    /// That the write whose intent was just persisted may be sent now. The intent of one that is not sent is taken back.
    async fn still_may_write(&mut self) -> Result<(), PassError> {
        let may = self.may_write();
        if may.is_err() {
            self.unsent().await?;
        }
        may
    }

    /// Persists the intent of the write that a plan asks for, right before it is sent (invariant 7).
    pub async fn intend(&mut self, plan: Plan, intent: &Intent) -> Result<(), PassError> {
        self.sends.begin();
        let status = user_status::of_plan(&self.user, plan, intent.at);
        self.write(UserStatus {
            intent: Some(intent.clone()),
            ..status
        })
        .await?;
        self.still_may_write().await
    }

    /// Notes that the write whose intent is persisted was not sent, and changed nothing.
    pub async fn unsent(&mut self) -> Result<(), PassError> {
        let status = self.user.status.clone().unwrap_or_default();
        self.write_outcome(UserStatus {
            intent: None,
            ..status
        })
        .await
    }

    /// The account of the Tenant. Its Secrets are read once a pass.
    pub async fn account(&self) -> Result<Arc<OpenAccount>, PassError> {
        let open = || async {
            let (account, unread) = self.ctx.account(self.tenant).await?;
            // With a new key it may be another one, and nobody is taken for gone before that is known.
            if unread.0 {
                self.ctx.doubt(self.tenant);
            }
            Ok(account)
        };
        self.account.get_or_try_init(open).await.cloned()
    }

    /// The client of an account, whose calls have the turn of this User.
    pub fn client(&self, account: &OpenAccount) -> Account {
        account.client.with_turn(turn::of(&self.user))
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
    pub async fn write(&mut self, mut status: UserStatus) -> Result<(), PassError> {
        records::note(self.ctx, Some(self.tenant), &self.user, &mut status).await?;
        self.put(status).await?;
        self.label().await
    }

    /// The same for what became of a write to the account. It is not lost over somebody who edits the object meanwhile.
    pub async fn write_outcome(&mut self, mut status: UserStatus) -> Result<(), PassError> {
        records::note(self.ctx, Some(self.tenant), &self.user, &mut status).await?;
        for _ in 0..EDITS {
            match self.put(status.clone()).await {
                Err(PassError::Changed) => self.reread().await?,
                written => {
                    written?;
                    return self.label().await;
                }
            }
        }
        Err(PassError::Changed)
    }

    async fn put(&mut self, status: UserStatus) -> Result<(), PassError> {
        if let Some(written) = user_status::write(self.ctx, &self.user, status).await? {
            self.user = written;
        }
        Ok(())
    }

    /// Goes on with the object as it is now, as long as its write to the account is still the one of this pass.
    async fn reread(&mut self) -> Result<(), PassError> {
        let api = objects::api_of(&self.ctx.client, &self.user);
        let live = api.get_opt(&self.user.name_any()).await?;
        let intent = |user: &User| Some(user.status.as_ref()?.intent.as_ref()?.id.clone());
        match live.filter(|live| live.uid() == self.user.uid() && intent(live) == intent(&self.user)) {
            Some(live) => {
                self.user = live;
                Ok(())
            }
            None => Err(PassError::Changed),
        }
    }

    /// Labels the User while its removal waits for an approval, so that all of a held set can be listed.
    async fn label(&mut self) -> Result<(), PassError> {
        let status = self.user.status.as_ref();
        let waits = status.is_some_and(|status| {
            status
                .blockers
                .iter()
                .any(|known| waits_for_approval(&known.reason))
        });
        let labelled = self.user.labels().contains_key(LABEL_WAITING);
        if waits == labelled {
            return Ok(());
        }
        let tenant = self.tenant.name_any();
        let value = if tenant.len() > 63 {
            self.tenant.uid().unwrap_or_default()
        } else {
            tenant
        };
        let meta = Meta {
            labels: BTreeMap::from([(LABEL_WAITING.to_owned(), waits.then_some(value))]),
            ..Meta::default()
        };
        let status = self.user.status.take();
        self.user = objects::patch_meta(&self.ctx.client, &self.user, meta).await?;
        self.user.status = status;
        Ok(())
    }
}

/// The time so long from now.
pub(super) fn later(wait: Duration) -> Timestamp {
    Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX)
}
