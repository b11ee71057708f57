//! LicenseAssignments and QueueAssignments: inputs of their User's reconciler, which write nothing to the account
//! (invariant 2). What is upstream they read from the User's status, written once for both kinds.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::{CustomResourceExt, Resource, ResourceExt};

use crate::api::queue_assignment::QueueType;
use crate::api::status::{AssignmentStatus, DependantDeletionPolicy, RELEASED};
use crate::api::user::{DeletionPolicy, UserState};
use crate::api::user_status::UserStatus;
use crate::api::{FINALIZER_RELEASE, LicenseAssignment, QueueAssignment, Reason, User};
use crate::lifecycle::DependantKind;

use super::conditions::{Verdict, condition, conditions};
use super::context::Context;
use super::dependants::Dependants;
use super::objects::{self, Meta, Object};
use super::observe;
use super::people::Key;
use super::problem::PassError;
use super::refused::Ask;

/// How often one looks that waits: whether its name is known to the account changes without an event.
const WAITED: Duration = Duration::from_secs(30);
/// What admission answers that does not want something: a plugin, a webhook or a policy.
const REFUSALS: [u16; 3] = [400, 403, 422];

/// What the two kinds of dependant have in common.
pub(super) trait Assignment: Object + CustomResourceExt {
    /// Name of the User it belongs to.
    fn user(&self) -> &str;
    /// What deleting it means while the user is active.
    fn deletion_policy(&self) -> DependantDeletionPolicy;
    /// What it stands for, as the rules know it.
    fn stands_for(&self) -> DependantKind;
    /// Those that are known, of its kind.
    fn known(ctx: &Context) -> &Dependants<Self>;
    /// Its status.
    fn status(&self) -> Option<&AssignmentStatus>;
    /// Whether the User's status shows that the account still has it.
    fn held(&self, user: &UserStatus) -> bool;
    /// Whether the account is known not to have anything of its name at all, and what to say then.
    fn unknown(&self, ctx: &Context, user: &User) -> Option<Verdict>;

    /// Whether the account is known to have something of its name, so that it may be given to the user.
    fn is_known(&self, ctx: &Context, user: &User) -> bool;
}

impl Assignment for LicenseAssignment {
    fn user(&self) -> &str {
        &self.spec.user_ref.name
    }

    fn deletion_policy(&self) -> DependantDeletionPolicy {
        self.spec.deletion_policy
    }

    fn stands_for(&self) -> DependantKind {
        DependantKind::License(self.spec.license.name.clone())
    }

    fn known(ctx: &Context) -> &Dependants<Self> {
        &ctx.stores.licenses
    }

    fn status(&self) -> Option<&AssignmentStatus> {
        self.status.as_ref()
    }

    fn held(&self, user: &UserStatus) -> bool {
        user.observed
            .as_ref()
            .is_some_and(|observed| observed.licenses.contains(&self.spec.license.name))
    }

    fn unknown(&self, ctx: &Context, user: &User) -> Option<Verdict> {
        let name = &self.spec.license.name;
        let tenant = ctx.stores.tenant_of(user)?;
        let listed = tenant.spec.admin_api.licenses.contains(name);
        let known = listed || ctx.accounts.opened(&tenant)?.knows_license(name)?;
        let message = format!(
            "No user of the account has a license named {name:?}, and the Tenant does not list it. Correct \
             spec.license.name, or add the name to spec.adminApi.licenses of the Tenant."
        );
        (!known).then(|| Verdict::stalled(Reason::LicenseUnknown, message))
    }

    fn is_known(&self, ctx: &Context, user: &User) -> bool {
        let name = &self.spec.license.name;
        ctx.stores.tenant_of(user).is_some_and(|tenant| {
            let account = ctx.accounts.opened(&tenant);
            tenant.spec.admin_api.licenses.contains(name)
                || account.is_some_and(|account| account.knows_license(name) == Some(true))
        })
    }
}

impl Assignment for QueueAssignment {
    fn user(&self) -> &str {
        &self.spec.user_ref.name
    }

    fn deletion_policy(&self) -> DependantDeletionPolicy {
        self.spec.deletion_policy
    }

    fn stands_for(&self) -> DependantKind {
        DependantKind::Queue(self.spec.queue.kind, self.spec.queue.name.clone())
    }

    fn known(ctx: &Context) -> &Dependants<Self> {
        &ctx.stores.queues
    }

    fn status(&self) -> Option<&AssignmentStatus> {
        self.status.as_ref()
    }

    fn held(&self, user: &UserStatus) -> bool {
        let queue = &self.spec.queue;
        let mut queues = user.observed.iter().flat_map(|observed| &observed.queues);
        queues.any(|known| known.kind == queue.kind && known.name == queue.name)
    }

    fn unknown(&self, _: &Context, _: &User) -> Option<Verdict> {
        None
    }

    fn is_known(&self, _: &Context, _: &User) -> bool {
        true
    }
}

/// What is to become of a dependant.
enum Course {
    /// It stays, with its finalizer.
    Keep(Verdict),
    /// It stays, and holds nothing: the finalizer goes.
    Released(Verdict),
    /// It is being deleted, and holds nothing or is let go of: the finalizer goes.
    LetGo,
}

/// Takes a dependant one step on. Gives the time after which it is to be looked at again, where it waits.
pub(super) async fn reconcile<K: Assignment>(
    ctx: Arc<Context>,
    object: Arc<K>,
) -> Result<Option<Duration>, PassError> {
    let ctx = &*ctx;
    let namespace = object.namespace().unwrap_or_default();
    let user = ctx.stores.people.get(&namespace, object.user());
    if user.as_deref().is_some_and(|user| !ctx.works_on(user)) {
        return Ok(None);
    }
    let course = match course(ctx, &*object, user.as_deref()) {
        Course::Keep(_) if goes_with_its_carrier(ctx, &*object, user.as_deref()).await? => Course::LetGo,
        course => course,
    };
    if !matches!(course, Course::Keep(_)) {
        ctx.refused_owners.forget(&object.uid().unwrap_or_default());
    }
    match course {
        Course::LetGo => {
            if objects::has_finalizer(&*object, FINALIZER_RELEASE) {
                objects::remove_finalizer(&ctx.client, &*object, FINALIZER_RELEASE).await?;
            }
        }
        Course::Released(verdict) => {
            let object = write(ctx, &*object, user.as_deref(), verdict, true).await?;
            if objects::has_finalizer(&object, FINALIZER_RELEASE) {
                objects::remove_finalizer(&ctx.client, &object, FINALIZER_RELEASE).await?;
            }
        }
        Course::Keep(verdict) => {
            let waits = !verdict.ready;
            let object = own(ctx, &*object, user.as_deref()).await?;
            write(ctx, &object, user.as_deref(), verdict, false).await?;
            return Ok(waits.then_some(WAITED));
        }
    }
    Ok(None)
}

/// Whether an assignment of a User who stays is being deleted because its Namespace or its CRD is: nothing is taken for it
/// (invariant 6), so nothing keeps it.
async fn goes_with_its_carrier<K: Assignment>(
    ctx: &Context,
    object: &K,
    user: Option<&User>,
) -> Result<bool, PassError> {
    let deleted = object.meta().deletion_timestamp.is_some();
    if !deleted || user.is_some_and(|user| leaving(ctx, user)) {
        return Ok(false);
    }
    let namespace = object.namespace().unwrap_or_default();
    Ok(observe::crd_going(ctx, K::crd_name()).await? || observe::namespace_going(ctx, &namespace).await?)
}

/// Decides by what is upstream only, never by whether another object exists, so that every kind of cascade ends.
fn course<K: Assignment>(ctx: &Context, object: &K, user: Option<&User>) -> Course {
    let deleted = object.meta().deletion_timestamp.is_some();
    let Some(user) = user else {
        let message = format!(
            "The User {} that spec.userRef names is not in this namespace. Create it, or delete this object.",
            object.user()
        );
        return if deleted {
            Course::LetGo
        } else {
            Course::Keep(Verdict::reconciling(Reason::UserNotFound, message))
        };
    };
    let nothing = UserStatus::default();
    let status = user.status.as_ref().unwrap_or(&nothing);
    let held = status.finished.is_none() && object.held(status);
    if deleted {
        let kept =
            object.deletion_policy() == DependantDeletionPolicy::Orphan || is_declared(ctx, object, user);
        return if !held || (kept && !leaving(ctx, user)) {
            Course::LetGo
        } else {
            Course::Keep(releasing(object))
        };
    }
    if leaving(ctx, user) {
        return match (held, resolved(status)) {
            // The run takes it by itself, or waits for its time: nobody has to wait for that, nor to do anything.
            (true, _) if status.blockers.is_empty() => Course::Keep(standing(ctx, object, user, held)),
            (true, _) => Course::Keep(releasing(object)),
            (false, true) => Course::Released(Verdict::ready(
                Reason::Released,
                "The account does not have it any more.",
            )),
            (false, false) => Course::Keep(Verdict::reconciling(
                Reason::Pending,
                "The profile has not been looked at yet.",
            )),
        };
    }
    Course::Keep(standing(ctx, object, user, held))
}

/// Whether another object that stays declares the same, so that this one takes nothing along.
fn is_declared<K: Assignment>(ctx: &Context, object: &K, user: &User) -> bool {
    let others = K::known(ctx).of_user(&Key::of(user)).into_iter();
    let mut standing = others.filter(|other| other.meta().deletion_timestamp.is_none());
    standing.any(|other| other.stands_for() == object.stands_for())
}

fn standing<K: Assignment>(ctx: &Context, object: &K, user: &User, held: bool) -> Verdict {
    if held {
        return Verdict::ready(Reason::Assigned, "The account has it on this user.");
    }
    if let Some(verdict) = object.unknown(ctx, user) {
        return verdict;
    }
    if user
        .status
        .as_ref()
        .is_none_or(|status| status.observed.is_none())
    {
        let message = format!(
            "The User {} has not been found in the account yet.",
            object.user()
        );
        return Verdict::reconciling(Reason::UserNotReady, message);
    }
    let message = match object.stands_for() {
        DependantKind::License(_) | DependantKind::Queue(QueueType::RingGroup, _) => {
            "The account does not have it on this user yet. The User gives it while its state is active; where it cannot, \
             the User says why."
        }
        DependantKind::Queue(QueueType::CallQueue | QueueType::ContactCenter, _) => {
            "The account does not have it on this user, and no API gives it. Assign it in the Admin Console or the \
             Configuration Manager; Onhook sees when it is done."
        }
    };
    Verdict::reconciling(Reason::NotAssigned, message)
}

fn releasing<K: Assignment>(object: &K) -> Verdict {
    let message = format!(
        "The account still has it on the User {}; it is released in the order of the run.",
        object.user()
    );
    Verdict::reconciling(Reason::Releasing, message)
}

/// Whether the profile was found, or is known to be gone, so that what is missing in the status is missing upstream.
fn resolved(status: &UserStatus) -> bool {
    status.observed.is_some() || status.finished.is_some()
}

/// Whether the User is on its way out, so that everything it holds is released.
fn leaving(ctx: &Context, user: &User) -> bool {
    if user.spec.state == UserState::Deleted {
        return true;
    }
    let tenant = ctx
        .stores
        .tenant_of(user)
        .map(|tenant| tenant.spec.defaults.deletion_policy);
    let policy = user.spec.deletion_policy.or(tenant);
    user.metadata.deletion_timestamp.is_some() && policy == Some(DeletionPolicy::Delete)
}

/// Puts the finalizer on a dependant and makes its User own it.
async fn own<K: Assignment>(ctx: &Context, object: &K, user: Option<&User>) -> Result<K, PassError> {
    let meta = object.meta();
    if meta.deletion_timestamp.is_some() {
        return Ok(object.clone());
    }
    let Some(owner) = missing_owner(object, user) else {
        return hold(ctx, object).await;
    };
    let uid = object.uid().unwrap_or_default();
    let ask = Ask {
        owner: owner.uid.clone(),
        generation: meta.generation,
    };
    if ctx.refused_owners.has(&uid, &ask) {
        return hold(ctx, object).await;
    }
    let mut references = meta.owner_references.clone().unwrap_or_default();
    references.retain(|known| known.kind != User::kind(&()));
    references.push(owner);
    let also = Meta {
        owner_references: Some(references),
        ..Meta::default()
    };
    match objects::add_finalizer(&ctx.client, object, FINALIZER_RELEASE, also).await {
        // With the admission plugin OwnerReferencesPermissionEnforcement, who may not delete an object may not say who
        // owns it. Without an owner it is held all the same, and only does not go along with its User.
        Err(PassError::Kube(kube::Error::Api(status))) if REFUSALS.contains(&status.code) => {
            let held = hold(ctx, object).await?;
            ctx.refused_owners.note(uid, ask);
            Ok(held)
        }
        done => done,
    }
}

/// The owner that a dependant is to have and does not.
fn missing_owner<K: Assignment>(object: &K, user: Option<&User>) -> Option<OwnerReference> {
    let user = user.filter(|user| user.metadata.deletion_timestamp.is_none())?;
    let owner = user.controller_owner_ref(&())?;
    let mut known = object.meta().owner_references.iter().flatten();
    let missing = known.all(|known| known.uid != owner.uid);
    // Not a controller: the User does not manage the object, it only takes it along.
    missing.then_some(OwnerReference {
        controller: None,
        ..owner
    })
}

/// Puts the finalizer on a dependant, and nothing else.
async fn hold<K: Assignment>(ctx: &Context, object: &K) -> Result<K, PassError> {
    if objects::has_finalizer(object, FINALIZER_RELEASE) {
        return Ok(object.clone());
    }
    objects::add_finalizer(&ctx.client, object, FINALIZER_RELEASE, Meta::default()).await
}

async fn write<K: Assignment>(
    ctx: &Context,
    object: &K,
    user: Option<&User>,
    verdict: Verdict,
    released: bool,
) -> Result<K, PassError> {
    let now = Timestamp::now();
    let before = object.status().cloned().unwrap_or_default();
    let generation = object.meta().generation;
    let mut conditions = conditions(&verdict, generation, &before.conditions, now);
    conditions.push(condition(
        RELEASED,
        released,
        &verdict,
        generation,
        &before.conditions,
        now,
    ));
    let user_id = user
        .and_then(|user| user.status.as_ref())
        .and_then(|status| status.user_id.clone());
    let status = AssignmentStatus {
        observed_generation: generation,
        conditions,
        user_id: user_id.or_else(|| before.user_id.clone()),
    };
    if object.status() == Some(&status) {
        return Ok(object.clone());
    }
    objects::apply_status(&ctx.client, object, &status).await
}
