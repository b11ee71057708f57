//! The controllers: what each watches, and the boundary that keeps a failing object to itself.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::{FutureExt, StreamExt, future};
use kube::core::DeserializeGuard;
use kube::runtime::controller::{Action, Error};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::{Controller, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use tokio::sync::mpsc::unbounded_channel;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use crate::api::{Approval, LicenseAssignment, QueueAssignment, Tenant, User};
use crate::telemetry::Health;

use super::assignment::Assignment;
use super::context::Context;
use super::metrics::Metrics;
use super::objects::Object;
use super::problem::PassError;
use super::settings::Settings;
use super::stores::{Stores, home_of};
use super::{approvals as approving, assignment, erasing, tenant, user, watch};

/// Runs the controllers until `shutdown` is cancelled. Passes that run then are finished. `health` says that the operator
/// is ready once every kind was listed.
pub async fn run(
    client: Client,
    settings: Settings,
    metrics: Metrics,
    health: Health,
    shutdown: CancellationToken,
) {
    let tenants: Controller<Tenant> = watch::controller(&client);
    let users: Controller<User> = watch::controller(&client);
    let licenses: Controller<LicenseAssignment> = watch::controller(&client);
    let queues: Controller<QueueAssignment> = watch::controller(&client);
    let approvals: Controller<Approval> = watch::controller(&client);
    let stores = Stores {
        tenants: tenants.store(),
        users: users.store(),
        licenses: licenses.store(),
        queues: queues.store(),
        approvals: approvals.store(),
    };
    let (user_store, waiting_store, license_store, queue_store) = (
        stores.users.clone(),
        stores.users.clone(),
        stores.licenses.clone(),
        stores.queues.clone(),
    );
    let (doubts, doubted) = unbounded_channel();
    let (wakes, woken) = unbounded_channel();
    let ctx = Arc::new(Context::new(
        client.clone(),
        settings,
        stores,
        metrics,
        doubts,
        wakes,
    ));

    let tenants = tenants.reconcile_all_on(UnboundedReceiverStream::new(doubted));

    // Beside its own kind a controller is woken by others; one that cannot be read wakes nobody by what it says.
    let users = users
        .reconcile_on(UnboundedReceiverStream::new(woken))
        .watches(
            Api::<DeserializeGuard<Tenant>>::all(client.clone()),
            watcher::Config::default(),
            move |tenant| of_tenant(&user_store.state(), &tenant),
        )
        .watches(
            Api::<DeserializeGuard<LicenseAssignment>>::all(client.clone()),
            watcher::Config::default(),
            |item| {
                item.0
                    .ok()
                    .and_then(|item| user_named(&item.spec.user_ref.name, &item))
            },
        )
        .watches(
            Api::<DeserializeGuard<QueueAssignment>>::all(client.clone()),
            watcher::Config::default(),
            |item| {
                item.0
                    .ok()
                    .and_then(|item| user_named(&item.spec.user_ref.name, &item))
            },
        )
        // A userName is free once the deletion of whoever had it is verified (rule J3).
        .watches(
            Api::<DeserializeGuard<User>>::all(client.clone()),
            watcher::Config::default().fields("spec.state=deleted"),
            move |user| {
                user.0.map_or_else(
                    |_| Vec::new(),
                    |user| waiting_for_name(&waiting_store.state(), &user),
                )
            },
        );
    let licenses = licenses.watches(
        Api::<DeserializeGuard<User>>::all(client.clone()),
        watcher::Config::default(),
        move |user| {
            user.0
                .map_or_else(|_| Vec::new(), |user| of_user(&license_store.state(), &user))
        },
    );
    let queues = queues.watches(
        Api::<DeserializeGuard<User>>::all(client.clone()),
        watcher::Config::default(),
        move |user| {
            user.0
                .map_or_else(|_| Vec::new(), |user| of_user(&queue_store.state(), &user))
        },
    );
    let (counting, counted_until) = (ctx.clone(), shutdown.clone());
    let counting = tokio::spawn(approving::watch(counting, counted_until));
    let listed = ctx.clone();
    let ready = tokio::spawn(async move {
        listed.stores.ready().await;
        health.set_ready();
    });
    let erasing = tokio::spawn(erasing::watch(ctx.clone(), shutdown.clone()));
    future::join5(
        drive(tenants, &ctx, &shutdown, tenant::reconcile),
        drive(users, &ctx, &shutdown, user::reconcile),
        drive(
            licenses,
            &ctx,
            &shutdown,
            assignment::reconcile::<LicenseAssignment>,
        ),
        drive(queues, &ctx, &shutdown, assignment::reconcile::<QueueAssignment>),
        drive(approvals, &ctx, &shutdown, approving::reconcile),
    )
    .await;
    // What they leave undone, the next process does.
    counting.abort();
    erasing.abort();
    ready.abort();
}

fn of_tenant(users: &[Arc<User>], tenant: &impl ResourceExt) -> Vec<ObjectRef<User>> {
    let (name, namespace) = (tenant.name_any(), tenant.namespace().unwrap_or_default());
    let refers = |user: &&Arc<User>| user.spec.tenant_ref.name == name && home_of(user) == namespace;
    users
        .iter()
        .filter(refers)
        .map(|user| ObjectRef::from_obj(&**user))
        .collect()
}

/// The Users that wait for the userName of one whose deletion was verified.
fn waiting_for_name(users: &[Arc<User>], freed: &User) -> Vec<ObjectRef<User>> {
    if freed
        .status
        .as_ref()
        .is_none_or(|status| status.finished.is_none())
    {
        return Vec::new();
    }
    let waits = |user: &&Arc<User>| user.spec.user_name == freed.spec.user_name && user.uid() != freed.uid();
    let waiting = users.iter().filter(waits);
    waiting.map(|user| ObjectRef::from_obj(&**user)).collect()
}

fn user_named<K: Resource>(name: &str, beside: &K) -> Option<ObjectRef<User>> {
    beside
        .namespace()
        .map(|namespace| ObjectRef::new(name).within(&namespace))
}

fn of_user<K: Assignment>(items: &[Arc<K>], user: &User) -> Vec<ObjectRef<K>> {
    let own = items.iter().filter(|item| item.belongs_to(user));
    own.map(|item| ObjectRef::from_obj(&**item)).collect()
}

/// Runs one controller. How many passes run at once is bounded per Tenant (`OpenAccount::passes`) and not here: a
/// bound over all would let the Users of one slow Tenant keep those of the others out.
async fn drive<K, Fut>(
    controller: Controller<K>,
    ctx: &Arc<Context>,
    shutdown: &CancellationToken,
    reconcile: fn(Arc<Context>, Arc<K>) -> Fut,
) where
    K: Object,
    Fut: Future<Output = Result<Option<Duration>, PassError>> + Send + 'static,
{
    let stop = shutdown.clone();
    controller
        .graceful_shutdown_on(async move { stop.cancelled().await })
        .run(
            move |object, ctx| guarded(object, ctx, reconcile),
            |_, _: &Infallible, _| Action::requeue(Duration::from_secs(1)),
            ctx.clone(),
        )
        .for_each(|outcome| {
            if let Err(error @ (Error::QueueError(_) | Error::RunnerError(_))) = outcome {
                tracing::warn!(kind = %K::kind(&()), %error, "the watch failed and is taken up again");
            }
            future::ready(())
        })
        .await;
}

/// A pass that can neither hang nor panic its way to other objects.
async fn guarded<K, Fut>(
    object: Arc<K>,
    ctx: Arc<Context>,
    reconcile: fn(Arc<Context>, Arc<K>) -> Fut,
) -> Result<Action, Infallible>
where
    K: Object,
    Fut: Future<Output = Result<Option<Duration>, PassError>> + Send + 'static,
{
    let uid = object.uid().unwrap_or_default();
    let (kind, name) = (K::kind(&()), object.name_any());
    let namespace = object.namespace().unwrap_or_default();
    ctx.stores.ready().await;
    let work = AssertUnwindSafe(reconcile(ctx.clone(), object)).catch_unwind();
    let wait = match tokio::time::timeout(ctx.settings.pass_timeout, work).await {
        Ok(Ok(Ok(wait))) => {
            ctx.backoff.succeeded(&uid);
            wait
        }
        Ok(Ok(Err(PassError::Changed))) => Some(Duration::from_millis(200)),
        Ok(Ok(Err(PassError::Problem(problem)))) => {
            Some(problem.retry_after.unwrap_or_else(|| ctx.backoff.failed(&uid)))
        }
        Ok(Ok(Err(error @ PassError::Kube(_)))) => {
            let wait = ctx.backoff.failed(&uid);
            tracing::warn!(%kind, namespace, name, %error, ?wait, "the pass failed");
            Some(wait)
        }
        Ok(Err(_)) => {
            let wait = ctx.backoff.failed(&uid);
            tracing::error!(%kind, namespace, name, ?wait, "the pass panicked");
            Some(wait)
        }
        Err(_) => {
            let wait = ctx.backoff.failed(&uid);
            tracing::error!(%kind, namespace, name, ?wait, "the pass took too long and was ended");
            Some(wait)
        }
    };
    Ok(wait.map_or_else(Action::await_change, Action::requeue))
}
