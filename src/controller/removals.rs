//! The removals of an account: gathered from what is declared, judged by the rules, reserved before they begin.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::ResourceExt;
use kube::core::{Selector, SelectorExt};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Notify, oneshot};

use crate::api::queue_assignment::QueueType;
use crate::api::removals::RemovalsState;
use crate::api::status::DependantDeletionPolicy;
use crate::api::user::UserState;
use crate::api::{
    ANNOTATION_APPROVED_BY, ANNOTATION_CANCEL, ANNOTATION_REMOVAL_REQUESTED, ANNOTATION_REQUESTED_BY,
    Approval, Tenant, User, UserStatus,
};
use crate::lifecycle::limit::{
    Accepted, Account, Candidate, Growth, Leave, Ledger, Verdict, approved, judge as judged, member,
};
use crate::lifecycle::{Deletion, DependantKind};

use super::assignment::Assignment;
use super::context::Context;
use super::declared::home_of;
use super::dependants::Dependants;
use super::people::{Key, Person};
use super::problem::PassError;
use super::user::usable_tenant;
use super::{ledger, objects};

/// What this process knows of the removals of each account, and whose are to be counted again.
#[derive(Default)]
pub(super) struct Removals {
    accounts: Mutex<HashMap<String, Arc<Counted>>>,
    touched: Mutex<BTreeSet<(String, String)>>,
    woken: Notify,
}

/// The removals of one account.
#[derive(Default)]
struct Counted {
    growth: tokio::sync::Mutex<Growth>,
    begins: Mutex<Vec<Begins>>,
}

/// One whose removal is about to begin, and where it is told whether it may.
struct Begins {
    user: User,
    tell: oneshot::Sender<bool>,
}

impl Counted {
    /// A User waits to begin.
    fn join(&self, user: &User) -> oneshot::Receiver<bool> {
        let (tell, told) = oneshot::channel();
        let user = user.clone();
        self.begins().push(Begins { user, tell });
        told
    }

    /// Those who wait to begin, by now. Whose pass was cut off does not.
    fn take(&self) -> (Vec<User>, Vec<oneshot::Sender<bool>>) {
        let begins = std::mem::take(&mut *self.begins()).into_iter();
        let waits = begins.filter(|begins| !begins.tell.is_closed());
        waits.map(|begins| (begins.user, begins.tell)).unzip()
    }

    fn begins(&self) -> MutexGuard<'_, Vec<Begins>> {
        self.begins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Removals {
    /// Has the removals of a Tenant counted again soon.
    pub fn touch(&self, namespace: &str, tenant: &str) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.insert((namespace.to_owned(), tenant.to_owned()));
        drop(touched);
        self.woken.notify_one();
    }

    /// Waits until a Tenant was touched.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    /// The Tenants, by namespace and name, that were touched since.
    pub fn take_touched(&self) -> BTreeSet<(String, String)> {
        std::mem::take(&mut *self.touched.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn of(&self, tenant: &Tenant) -> Arc<Counted> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts
            .entry(tenant.uid().unwrap_or_default())
            .or_default()
            .clone()
    }
}

/// The status of a User that has none yet.
static NOTHING: LazyLock<UserStatus> = LazyLock::new(UserStatus::default);

/// A User of the account, with what a [`Candidate`] borrows.
pub(super) struct Known {
    user: Arc<User>,
    uid: String,
    object: String,
    gives_up: String,
    protected: bool,
    asks: bool,
}

impl Known {
    /// As the rules see it.
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            uid: &self.uid,
            object: &self.object,
            user: &self.user.spec,
            deletion: deletion(&self.user),
            memory: self.user.status.as_ref().unwrap_or(&NOTHING),
            gives_up: &self.gives_up,
            protected: self.protected,
            requested_by: requester(&self.user),
            asks: self.asks,
        }
    }
}

/// Whether deleting the object is all that asks for the removal: its state had not said `deleted`.
pub(super) fn asked_by_deletion(user: &User) -> bool {
    user.metadata.deletion_timestamp.is_some() && user.spec.state != UserState::Deleted
}

/// Who asked for the removal of a User, where the server stamped it.
pub(super) fn requester(user: &User) -> Option<&str> {
    let stamp = if asked_by_deletion(user) {
        ANNOTATION_REMOVAL_REQUESTED
    } else {
        ANNOTATION_REQUESTED_BY
    };
    user.annotations().get(stamp).map(String::as_str)
}

/// The deletion of a User object, where it is being deleted.
pub(super) fn deletion(user: &User) -> Option<Deletion> {
    let at = user.metadata.deletion_timestamp.as_ref()?;
    Some(Deletion {
        at: at.0,
        cancelled: user.annotations().get(ANNOTATION_CANCEL).map(String::as_str) == Some("true"),
    })
}

/// Whether a label of a User protects it, for all Users of a Tenant. A selector that cannot be read protects everybody.
pub(super) fn protected(tenant: &Tenant) -> impl Fn(&User) -> bool {
    let selector = tenant.spec.removals.protected_selector.as_ref();
    let selector = selector.map(|selector| {
        let selector: LabelSelector = serde_json::from_value(serde_json::to_value(selector).ok()?).ok()?;
        Selector::try_from(selector).ok()
    });
    move |user| match &selector {
        None => false,
        Some(None) => true,
        Some(Some(selector)) => selector.matches(user.labels()),
    }
}

/// Whether a label protects a User, by the selector of its Tenant.
pub(crate) fn is_protected(tenant: &Tenant, user: &User) -> bool {
    protected(tenant)(user)
}

/// The Users of a Tenant of which something is to be taken, as they are known, the one that asks as it was read. One at
/// rest has given what was asked for.
fn asking(ctx: &Context, tenant: &Tenant, asking: Option<&User>) -> Vec<Known> {
    let uid = asking.and_then(|user| user.uid());
    let is_other = |person: &Person| Some(&*person.uid) != uid.as_deref();
    let people = &ctx.stores.people;
    let mut users = people.busy_of(tenant, |person| {
        person.leaves && !person.at_rest && is_other(person)
    });
    let gives_up = given_up(ctx);
    for key in gives_up.keys() {
        let person = people.person(key).filter(|person| is_other(person));
        let person = person.filter(|person| !person.leaves || person.at_rest);
        let user = person.and_then(|person| person.user());
        let own = |user: &Arc<User>| Key::of(tenant) == home_key(user);
        users.extend(user.filter(own));
    }
    let asking = asking.map(|user| Arc::new(user.clone()));
    // Whoever may not refer to the Tenant asks it for nothing.
    let others = users.into_iter().filter(|user| usable_tenant(ctx, user).is_ok());
    let others = others.map(|user| (user, false));
    let all = others.chain(asking.map(|user| (user, true)));
    all_known(tenant, &gives_up, all)
}

/// These Users of a Tenant, by their uids, as they are known.
pub(super) fn known(ctx: &Context, tenant: &Tenant, uids: &BTreeSet<&str>) -> Vec<Known> {
    let found = ctx.stores.people.of(tenant, |person| uids.contains(&*person.uid));
    let users = found.into_iter().filter_map(|(_, person)| person.user());
    all_known(tenant, &given_up(ctx), users.map(|user| (user, false)))
}

fn all_known(
    tenant: &Tenant,
    gives_up: &BTreeMap<Key, BTreeSet<String>>,
    users: impl Iterator<Item = (Arc<User>, bool)>,
) -> Vec<Known> {
    let protected = protected(tenant);
    let known = |(user, asks): (Arc<User>, bool)| Known {
        uid: user.uid().unwrap_or_default(),
        object: objects::full_name(&*user),
        gives_up: names_of(gives_up, &user),
        protected: protected(&user),
        asks,
        user,
    };
    users.map(known).collect()
}

fn home_key(user: &User) -> Key {
    Key::new(&home_of(user), &user.spec.tenant_ref.name)
}

fn names_of(gives_up: &BTreeMap<Key, BTreeSet<String>>, user: &User) -> String {
    if gives_up.is_empty() {
        return String::new();
    }
    let names = gives_up.get(&Key::of(user)).into_iter().flatten();
    names.map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The Users something of which is to be removed because its object was deleted so, with the names of it.
fn given_up(ctx: &Context) -> BTreeMap<Key, BTreeSet<String>> {
    let mut users = BTreeMap::new();
    given_up_of(&ctx.stores.licenses, &mut users);
    given_up_of(&ctx.stores.queues, &mut users);
    users
}

fn given_up_of<K: Assignment>(dependants: &Dependants<K>, users: &mut BTreeMap<Key, BTreeSet<String>>) {
    let leaving = dependants.leaving().into_iter();
    let removed = leaving.filter(|(_, item)| item.deletion_policy() == DependantDeletionPolicy::Delete);
    for (user, item) in removed {
        if let DependantKind::License(name) | DependantKind::Queue(QueueType::RingGroup, name) =
            item.stands_for()
        {
            users.entry(user).or_default().insert(name);
        }
    }
}

/// The Approvals for a Tenant.
pub(super) fn approvals_of(ctx: &Context, tenant: &Tenant) -> Vec<Arc<Approval>> {
    let own = |approval: &Arc<Approval>| {
        approval.namespace() == tenant.namespace() && approval.spec.tenant_ref.name == tenant.name_any()
    };
    ctx.stores.approvals.state().into_iter().filter(own).collect()
}

/// Who made an Approval, as the server stamped it.
pub(super) fn approver(approval: &Approval) -> Option<&str> {
    approval
        .annotations()
        .get(ANNOTATION_APPROVED_BY)
        .map(String::as_str)
}

/// Who approved the removal of a User, where somebody did.
pub(super) fn approvers_of(ctx: &Context, tenant: &Tenant, user: &User) -> Vec<String> {
    let uid = user.uid().unwrap_or_default();
    let names = |approval: Arc<Approval>| {
        let status = approval.status.as_ref()?;
        let of_it = status.users.iter().any(|item| item.uid == uid);
        of_it.then(|| approver(&approval).unwrap_or("unknown (not stamped)").to_owned())
    };
    approvals_of(ctx, tenant).into_iter().filter_map(names).collect()
}

/// Judges all removals of the account of a Tenant, and keeps what the ledger must say from now on.
pub(super) async fn judge(
    ctx: &Context,
    tenant: &Tenant,
    asking: Option<&User>,
) -> Result<Verdict, PassError> {
    let counted = ctx.removals.of(tenant);
    let mut growth = counted.growth.lock().await;
    let kept = read(ctx, tenant).await?;
    let verdict = verdict(ctx, tenant, asking, kept.as_ref(), &mut growth);
    if let Some(kept) = kept.filter(|kept| kept.ledger != verdict.ledger) {
        ledger::write(ctx, tenant, &kept, &verdict.ledger).await?;
    }
    Ok(verdict)
}

/// Notes that the removal of a User begins, before anything is written for it; whoever else is about to begin is noted by the
/// same write. It fails with [`PassError::Changed`] if the removal may not go on any more.
pub(super) async fn reserve(ctx: &Context, tenant: &Tenant, user: &User) -> Result<(), PassError> {
    let counted = ctx.removals.of(tenant);
    let mut told = counted.join(user);
    let mut growth = counted.growth.lock().await;
    // Whoever held it before noted this one too; where that came to nothing, the pass begins anew.
    match told.try_recv() {
        Ok(true) => return Ok(()),
        Ok(false) | Err(TryRecvError::Closed) => return Err(PassError::Changed),
        Err(TryRecvError::Empty) => {}
    }
    let (users, tell) = counted.take();
    let may = begin(ctx, tenant, &mut growth, &users).await?;
    for (tell, may) in tell.into_iter().zip(may) {
        // A pass that was cut off meanwhile counts as if it had begun.
        let _ = tell.send(may);
    }
    match told.try_recv() {
        Ok(true) => Ok(()),
        _ => Err(PassError::Changed),
    }
}

/// Notes in the ledger, by one write, that the removals of these Users begin. Says of each whether it may.
async fn begin(
    ctx: &Context,
    tenant: &Tenant,
    growth: &mut Growth,
    users: &[User],
) -> Result<Vec<bool>, PassError> {
    let Some(kept) = read(ctx, tenant).await? else {
        return Ok(vec![true; users.len()]);
    };
    let mut now = kept.clone();
    let mut may = Vec::new();
    for user in users {
        let uid = user.uid().unwrap_or_default();
        let verdict = verdict(ctx, tenant, Some(user), Some(&now), growth);
        let leave = verdict.leave(&uid);
        may.push(matches!(leave, Leave::Approved | Leave::Within { .. }));
        if matches!(leave, Leave::Within { .. }) {
            now.ledger = verdict.ledger;
            if !now.ledger.begun.contains_key(&uid) {
                now.ledger.begin(&uid, kept.later(), users_of(ctx, tenant));
            }
        }
    }
    if now.ledger != kept.ledger {
        ledger::write(ctx, tenant, &kept, &now.ledger).await?;
    }
    Ok(may)
}

/// The ledger, where the Tenant has a limit that needs one.
async fn read(ctx: &Context, tenant: &Tenant) -> Result<Option<ledger::Kept>, PassError> {
    match &tenant.spec.removals.limit {
        Some(_) => ledger::read(ctx, tenant).await.map(Some),
        None => Ok(None),
    }
}

fn verdict(
    ctx: &Context,
    tenant: &Tenant,
    asking: Option<&User>,
    kept: Option<&ledger::Kept>,
    growth: &mut Growth,
) -> Verdict {
    let now = Timestamp::now();
    let known = self::asking(ctx, tenant, asking);
    let members: Vec<_> = known
        .iter()
        .filter_map(|known| member(&tenant.spec, &known.candidate(), now))
        .collect();
    let approvals = approvals_of(ctx, tenant);
    let accepted: Vec<_> = (approvals.iter())
        .filter_map(|approval| {
            let status = approval.status.as_ref()?;
            status.accepted_at?;
            Some(Accepted {
                approver: approver(approval),
                users: &status.users,
            })
        })
        .collect();
    judged(&Account {
        tenant: &tenant.spec,
        approved: &approved(&accepted, &tenant.spec.removals, &members),
        ledger: kept.map_or(&Ledger::default(), |kept| &kept.ledger),
        users: users_of(ctx, tenant),
        grown: growth.of(&members, now),
        now: kept.map_or(now, ledger::Kept::earlier),
        members: &members,
    })
}

/// How many users the account has. A list without anybody is none: there is at least an administrator.
fn users_of(ctx: &Context, tenant: &Tenant) -> Option<usize> {
    let users = ctx.accounts.opened(tenant).and_then(|account| account.users());
    users.filter(|users| *users > 0)
}

/// What of the removals of an account is a reason to look at a User that is being removed.
pub(super) fn mark(ctx: &Context, tenant: &Tenant) -> (Option<RemovalsState>, Vec<(String, usize)>) {
    let state = (tenant.status.as_ref())
        .and_then(|status| status.removals.as_ref())
        .map(|removals| removals.state);
    let accepted = approvals_of(ctx, tenant).into_iter().filter_map(|approval| {
        let status = approval.status.as_ref()?;
        status.accepted_at?;
        Some((approval.uid().unwrap_or_default(), status.users.len()))
    });
    let mut accepted: Vec<_> = accepted.collect();
    accepted.sort();
    (state, accepted)
}
