//! The reconciler of a User: the only writer to its 8x8 user (invariant 2).

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kube::ResourceExt;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::api::queue_assignment::QueueType;
use crate::api::status::DependantDeletionPolicy;
use crate::api::user::{DeletionPolicy, UserState};
use crate::api::{FINALIZER_OFFBOARD, Reason, Tenant, User};
use crate::eightbyeight::{Turn, WritePermit};
use crate::lifecycle::{Action, Dependant, DependantKind, Goal, Look, Next, Plan, ProfileSight};

use super::assignment::Assignment;
use super::conditions::is_ready;
use super::context::Context;
use super::declared::{self, home_of};
use super::dependants::Dependants;
use super::due::{Basis, Wait, Wake};
use super::interrupts::Sends;
use super::objects::{self, Meta};
use super::observe::{self, Seen};
use super::pass::{Pass, later};
use super::people::{Key, Person};
use super::problem::{PassError, Problem};
use super::{
    claims, connector, hold, leaving, locks, perform, records, removals, rest, tenant, turn, user_status,
};

/// A permit that took longer than this to get is no longer followed by a write from what was read before it.
const FRESH: Duration = Duration::from_secs(5);

/// How long a pass waits for a permit before it makes room and comes back.
const PATIENCE: Duration = Duration::from_mins(3);

/// How long a pass waits for the first look at the account as a whole, whose end wakes it.
const UNREAD: Duration = Duration::from_secs(5);

/// How often the rules may ask for another look in one pass. It ends a pass that would never end otherwise.
const LOOKS: usize = 256;

/// Takes a User one step on. Gives the time after which it is to be looked at again; `None`: once something changes.
pub(super) async fn reconcile(ctx: &Context, key: Arc<Key>) -> Result<Option<Duration>, PassError> {
    let Some((person, user)) = seen(ctx, &key) else {
        return Ok(None);
    };
    if !ctx.works_on(&user) {
        return Ok(None);
    }
    let uid = user.uid().unwrap_or_default();
    let basis = basis(ctx, &user, person.marks);
    ctx.removals.touch(&home_of(&user), &user.spec.tenant_ref.name);
    if !ctx.due.knows(&uid) && rest::goes_on(ctx, &user) {
        ctx.due.set(&uid, basis, Wake::AT_REST);
    }
    match ctx.due.wait(&uid, basis, Timestamp::now()) {
        Wait::No => ctx.due.begin(&uid),
        wait => return Ok(wait.time()),
    }
    // The cache may be behind our own last write, so what is decided on is read.
    let Some(live) = objects::api_of(&ctx.client, &*user)
        .get_opt(&user.name_any())
        .await?
    else {
        ctx.due.remove(&uid);
        ctx.unlock(&user);
        return Ok(None);
    };
    if live.uid().as_deref() != Some(uid.as_str()) {
        return Err(PassError::Changed);
    }
    let interrupt = ctx.interrupts.begin(&key, &live);
    let outcome = tokio::select! {
        biased;
        outcome = pass(ctx, live, interrupt.sends()).instrument(span(&user)) => outcome,
        () = interrupt.cut() => Err(PassError::Changed),
    };
    let wake = match &outcome {
        Ok(wake) => *wake,
        // The status that says so comes back as an event, which is no reason to try at once.
        Err(PassError::Problem(problem)) => later(
            problem
                .retry_after
                .unwrap_or_else(|| ctx.backoff.failed(&uid))
                .max(Duration::from_millis(200)),
        )
        .into(),
        Err(PassError::Changed | PassError::Kube(_)) => {
            ctx.due.wake(&uid);
            return outcome.map(|_| None);
        }
    };
    ctx.due.set(&uid, basis, wake);
    let wait = ctx.due.wait(&uid, basis, Timestamp::now()).time();
    match outcome {
        Err(PassError::Problem(problem)) => Err(Problem {
            retry_after: wait,
            ..problem
        }
        .into()),
        _ => Ok(wait),
    }
}

/// The span of a pass: a trace of its own, with the calls to 8x8 in it.
fn span(user: &User) -> Span {
    tracing::debug_span!(
        parent: None,
        "pass",
        namespace = user.metadata.namespace,
        name = user.metadata.name,
        uid = user.metadata.uid,
        goal = Empty,
        step = Empty,
    )
}

fn seen(ctx: &Context, key: &Key) -> Option<(Arc<Person>, Arc<User>)> {
    let person = ctx.stores.people.person(key)?;
    let user = person.user()?;
    Some((person, user))
}

/// Everything a pass depends on that can change without the account: another one is a reason to look.
fn basis(ctx: &Context, user: &User, marks: u64) -> Basis {
    let tenant = ctx.stores.tenant_of(user);
    let dependants: Vec<_> = dependants_of(ctx, user)
        .into_iter()
        .filter(|(_, dependant)| matters(user, dependant))
        .map(|(seen, _)| seen)
        .collect();
    let leaves = declared::leaves(user);
    // Who is not due yet is not in the set.
    let due = user.spec.effective_at.is_none_or(|at| at <= Timestamp::now());
    let removals = (tenant.as_ref().filter(|_| leaves && due)).map(|tenant| removals::mark(ctx, tenant));
    let hash = BuildHasherDefault::<DefaultHasher>::default();
    Basis {
        fixed: hash.hash_one((
            user.metadata.generation,
            marks,
            tenant
                .as_ref()
                .map(|tenant| (tenant.uid(), ctx.demands.of(tenant))),
            dependants,
            names_freed(ctx, user),
        )),
        removals: hash.hash_one(removals),
        moving: hash.hash_one(tenant.as_ref().map(|tenant| is_ready(tenant))),
        tenant: tenant.and_then(|tenant| tenant.metadata.generation),
    }
}

/// How many deletions of its userName were verified, for a User that waits for the name.
fn names_freed(ctx: &Context, user: &User) -> usize {
    let status = user.status.as_ref();
    let blocked_by = status.and_then(|status| status.blocked_by.as_deref());
    if !blocked_by.is_some_and(|reasons| reasons.contains(Reason::UserNameHeld.as_str())) {
        return 0;
    }
    let finished = |user: &User| {
        let status = user.status.as_ref();
        status.is_some_and(|status| status.finished.is_some())
    };
    let leavers = ctx.stores.people.busy(|person| person.leaves);
    let freed = leavers
        .iter()
        .filter(|(_, other)| other.spec.user_name == user.spec.user_name && finished(other));
    freed.count()
}

/// Whether a dependant changes what there is to do: one that the account was seen to have already does not.
pub(super) fn matters(user: &User, dependant: &Dependant) -> bool {
    let observed = user.status.as_ref().and_then(|status| status.observed.as_ref());
    let held = match &dependant.kind {
        DependantKind::Queue(QueueType::ContactCenter, _) => return true,
        DependantKind::License(name) => observed.is_some_and(|observed| observed.licenses.contains(name)),
        DependantKind::Queue(kind, name) => observed.is_some_and(|observed| {
            let mut queues = observed.queues.iter();
            queues.any(|queue| queue.kind == *kind && queue.name == *name)
        }),
    };
    dependant.remove || (!held && user.spec.state == UserState::Active)
}

async fn pass(ctx: &Context, user: User, sends: Sends) -> Result<Wake, PassError> {
    if user.metadata.deletion_timestamp.is_some() && !objects::has_finalizer(&user, FINALIZER_OFFBOARD) {
        return Ok(Wake::NEVER);
    }
    let tenant = match usable_tenant(ctx, &user) {
        Ok(tenant) => tenant,
        Err(problem) => return without_tenant(ctx, &user, problem).await,
    };
    if !objects::has_finalizer(&user, FINALIZER_OFFBOARD) {
        match hold::tenant(ctx, &tenant).await {
            Err(PassError::Problem(problem)) => return without_tenant(ctx, &user, problem).await,
            held => held?,
        }
    }
    let user =
        if user.metadata.deletion_timestamp.is_none() && !objects::has_finalizer(&user, FINALIZER_OFFBOARD) {
            objects::add_finalizer(&ctx.client, &user, FINALIZER_OFFBOARD, Meta::default()).await?
        } else {
            user
        };
    let dependants = dependants_of(ctx, &user)
        .into_iter()
        .map(|(_, dependant)| dependant)
        .collect();
    let mut pass = Pass::new(ctx, &tenant, user, dependants, sends);
    let outcome = run(&mut pass).await;
    let (goal, step) = &pass.stand;
    Span::current()
        .record("goal", goal.map(Goal::as_str))
        .record("step", step);
    if let Err(PassError::Problem(problem)) = &outcome {
        if problem.of_tenant && is_ready(&tenant) {
            ctx.doubt(&tenant);
        }
        pass.write(user_status::with_problem(&pass.user, problem, Timestamp::now()))
            .await?;
    }
    outcome
}

/// The Tenant of a User, if it is there and lets the User's namespace refer to it.
pub(super) fn usable_tenant(ctx: &Context, user: &User) -> Result<Arc<Tenant>, Problem> {
    let reference = &user.spec.tenant_ref;
    let own = user.namespace().unwrap_or_default();
    let namespace = home_of(user);
    let name = format!("{namespace}/{}", reference.name);
    if own == ctx.settings.namespace {
        let what = format!("Users in {own}, the operator's own namespace, are not worked on.");
        return Err(Problem::new(
            Reason::NamespaceReserved,
            what,
            "Create the User in another namespace.",
        ));
    }
    let Some(tenant) = ctx.stores.tenant_of(user) else {
        let what = format!("The Tenant {name} that spec.tenantRef names is not there.");
        let to_do = format!("Create the Tenant {name}, or make a new User that refers to an existing one.");
        return Err(Problem::new(Reason::TenantNotFound, what, to_do));
    };
    if !lets_in(&tenant, &own) {
        let what = format!("The Tenant {name} does not allow Users in the namespace {own}.");
        let to_do = format!("Add {own} to spec.allowedNamespaces.matchNames of the Tenant.");
        return Err(Problem::new(Reason::NamespaceNotAllowed, what, to_do));
    }
    Ok(tenant)
}

/// Whether a Tenant lets Users in a namespace refer to it.
pub(super) fn lets_in(tenant: &Tenant, namespace: &str) -> bool {
    let mut allowed = tenant.spec.allowed_namespaces.match_names.iter();
    tenant.metadata.namespace.as_deref() == Some(namespace) || allowed.any(|allowed| allowed == namespace)
}

/// Says what is wrong with the Tenant. An object that is being deleted and only wants to be let go of needs none.
async fn without_tenant(ctx: &Context, user: &User, problem: Problem) -> Result<Wake, PassError> {
    if user.metadata.deletion_timestamp.is_some() && lets_go_without_tenant(ctx, user).await? {
        if let Some(status) = &user.status {
            records::released(ctx, None, user, status).await?;
        }
        objects::remove_finalizer(&ctx.client, user, FINALIZER_OFFBOARD).await?;
        return Ok(Wake::NEVER);
    }
    let way_out = match user.metadata.deletion_timestamp {
        Some(_) => {
            " To let go of this object without touching the account, set spec.deletionPolicy to Orphan."
        }
        None => "",
    };
    let problem = Problem {
        to_do: format!("{}{way_out}", problem.to_do),
        ..problem
    };
    let mut status = user_status::with_problem(user, &problem, Timestamp::now());
    records::note(ctx, None, user, &mut status).await?;
    user_status::write(ctx, user, status).await?;
    Err(problem.into())
}

/// Whether a deleted User needs nothing from its account: it is to be left there, was never found there, or goes only
/// because its Namespace or its CRD goes (invariant 6).
async fn lets_go_without_tenant(ctx: &Context, user: &User) -> Result<bool, PassError> {
    let orphan = user.spec.deletion_policy == Some(DeletionPolicy::Orphan);
    let never_found = user.status.as_ref().is_none_or(|status| status.user_id.is_none());
    let finished = user
        .status
        .as_ref()
        .is_some_and(|status| status.finished.is_some());
    if orphan || never_found || finished {
        return Ok(true);
    }
    Ok(user.spec.state != UserState::Deleted && observe::carrier_going(ctx, user).await?)
}

/// A dependant by its uid, its generation, whether it is being deleted, and whether the account knows its name.
pub(super) type SeenDependant = (Option<String>, Option<i64>, bool, bool);

/// The LicenseAssignments and QueueAssignments of a User, as the rules know them, in a fixed order.
pub(super) fn dependants_of(ctx: &Context, user: &User) -> Vec<(SeenDependant, Dependant)> {
    let mut all = assigned_to(ctx, user, &ctx.stores.licenses);
    all.extend(assigned_to(ctx, user, &ctx.stores.queues));
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}

fn assigned_to<K: Assignment>(
    ctx: &Context,
    user: &User,
    dependants: &Dependants<K>,
) -> Vec<(SeenDependant, Dependant)> {
    let own = dependants.of_user(&Key::of(user)).into_iter();
    own.filter_map(|item| {
        let meta = item.meta();
        let deleted = meta.deletion_timestamp.is_some();
        let remove = deleted && item.deletion_policy() == DependantDeletionPolicy::Delete;
        let known = item.is_known(ctx, user);
        let kind = item.stands_for();
        // What is only let go of asks for nothing.
        (remove || !deleted).then_some((
            (meta.uid.clone(), meta.generation, deleted, known),
            Dependant { kind, remove, known },
        ))
    })
    .collect()
}

/// The pass: observe and plan until there is something to do or nothing to look at, do it, write the status.
async fn run(pass: &mut Pass<'_>) -> Result<Wake, PassError> {
    let mut seen = Seen::default();
    let mut permit = None;
    let mut allowed = false;
    let mut bound = pass.bound().await;
    for _ in 0..LOOKS {
        let plan = pass.plan(&seen.sightings);
        pass.stand = (plan.goal, plan.status.step.clone());
        match plan.next {
            Next::Look(look) => {
                match &look {
                    // One read answers all who wait for it: none of them is to keep others out meanwhile.
                    Look::Operation(_) => drop(bound.take()),
                    // What is read for a write must be fresh when the write is sent (invariants 1 and 3), so its turn is
                    // waited for before.
                    Look::ProfileById(user_id) if permit.is_none() && pass.expects_write(&seen.sightings) => {
                        drop(bound.take());
                        if !observe::numbers_first(pass, &mut seen).await? {
                            return Ok(later(pass.ctx.settings.look_interval() * 2).into());
                        }
                        match reserve(pass, turn::of(&pass.user)).await? {
                            Some(reserved) => permit = Some(reserved),
                            None => return Ok(later(Duration::from_secs(1)).into()),
                        }
                        // The profile is not worth its GET while somebody else's write would keep its own out.
                        if is_locked(pass, user_id).await? {
                            return Ok(later(pass.ctx.settings.look_interval()).into());
                        }
                    }
                    _ => {}
                }
                observe::look(pass, look, &mut seen).await?;
            }
            Next::Act(Action::Claim { .. }) if !tenant::claimable(pass.tenant)? => {
                return Ok(later(UNREAD).into());
            }
            Next::Act(Action::Claim { ref user_id, pins }) => {
                seen.sightings.claim =
                    Some(claims::make(pass.ctx, pass.tenant, &pass.user, user_id, pins).await?);
            }
            Next::Act(_) if !allowed => {
                tenant::writable(pass.tenant)?;
                allowed = true;
            }
            // It waits for its turn together with others.
            Next::Act(Action::LeaveRingGroup { .. }) => {
                drop((bound.take(), permit.take()));
                return leaving::perform(pass, plan, &seen).await.map(Wake::from);
            }
            // It goes to another API, with a budget of its own.
            Next::Act(Action::LogOutAgent(_)) => {
                return perform::perform(pass, plan, seen, None).await.map(Wake::from);
            }
            // It is another server: its writes take nothing of what 8x8 allows.
            Next::Act(Action::Connector(_)) => {
                return connector::perform(pass, plan).await.map(Wake::from);
            }
            Next::Act(ref action) if permit.is_none() => {
                // The passes that free a slot for a write must not wait behind those that wait for one.
                bound.take();
                let asked = Instant::now();
                match reserve(pass, turn::of_write(&pass.user, action)).await? {
                    Some(reserved) => permit = Some(reserved),
                    None => return Ok(later(Duration::from_secs(1)).into()),
                }
                // The same.
                if asked.elapsed() > FRESH {
                    seen = Seen::default();
                }
            }
            Next::Act(_) => {
                return perform::perform(pass, plan, seen, permit).await.map(Wake::from);
            }
            Next::Wait => return wait(pass, plan, &seen).await,
            Next::Release => return release(pass, plan).await,
        }
    }
    let what = format!("The rules asked for more than {LOOKS} looks in one pass.");
    Err(Problem::new(
        Reason::TooManyLooks,
        what,
        "Report this with the status of the object.",
    )
    .into())
}

/// Whether a write of another User is going on that the next one to this profile would have to wait for.
async fn is_locked(pass: &Pass<'_>, user_id: &str) -> Result<bool, PassError> {
    let Some(status) = &pass.user.status else {
        return Ok(false);
    };
    let uid = pass.user.uid().unwrap_or_default();
    let account = pass.account().await?;
    Ok(account.locks.are_taken(&[uid], &locks::foreseen(user_id, status)))
}

/// The right to send a write; `None` where that takes too long, and the pass is to make room.
async fn reserve(pass: &Pass<'_>, turn: Turn) -> Result<Option<WritePermit>, PassError> {
    let account = pass.account().await?;
    account.usable()?;
    let client = account.client.with_turn(turn);
    let reserved = tokio::time::timeout(PATIENCE, client.reserve_write()).await;
    Ok(reserved.ok())
}

/// Nothing to do now: the status says why, and until when.
async fn wait(pass: &mut Pass<'_>, plan: Plan, seen: &Seen) -> Result<Wake, PassError> {
    let wake = Wake {
        at: plan.wake,
        rests: plan.rests,
    };
    if let (true, ProfileSight::Seen(profile)) = (plan.rests, &seen.sightings.profile) {
        let tenant = pass.tenant.uid().unwrap_or_default();
        pass.ctx.faces.read(&tenant, profile);
    }
    // A run that just ended lets go of a deleted object in the next pass, which is due at once.
    let ended = plan.status.finished.is_some() && pass.user.metadata.deletion_timestamp.is_some();
    pass.write(user_status::of_plan(&pass.user, plan, Timestamp::now()))
        .await?;
    if pass
        .user
        .status
        .as_ref()
        .is_none_or(|status| status.intent.is_none())
    {
        pass.ctx.unlock(&pass.user);
    }
    Ok(if ended { later(Duration::ZERO).into() } else { wake })
}

/// Lets go of the object: its claim, its finalizer and its locks.
async fn release(pass: &mut Pass<'_>, plan: Plan) -> Result<Wake, PassError> {
    if let Some(user_id) = pass.known_user_id().map(str::to_owned) {
        claims::release(pass.ctx, pass.tenant, &pass.user, &user_id).await?;
    }
    let released = user_status::released(&pass.user, &plan);
    let status = user_status::of_plan(&pass.user, plan, Timestamp::now());
    records::released(pass.ctx, Some(pass.tenant), &pass.user, &status).await?;
    objects::remove_finalizer(&pass.ctx.client, &pass.user, FINALIZER_OFFBOARD).await?;
    pass.ctx.events.publish(&pass.user, vec![released]);
    pass.ctx.unlock(&pass.user);
    Ok(Wake::NEVER)
}
