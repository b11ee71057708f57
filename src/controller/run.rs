//! The controllers: what each watches, and the boundary that keeps a failing object to itself.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{FutureExt, Stream, StreamExt, TryStreamExt, future, stream};
use kube::runtime::controller::{Action, Error};
use kube::runtime::{Controller, WatchStreamExt};
use kube::{Client, Resource, ResourceExt};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use crate::api::{Approval, LicenseAssignment, QueueAssignment, Tenant, User};
use crate::telemetry::Health;

use super::assignment;
use super::context::Context;
use super::dependants::Dependants;
use super::metrics::Metrics;
use super::objects::Object;
use super::people::{Key, People};
use super::problem::PassError;
use super::settings::Settings;
use super::stores::Stores;
use super::wake::Bells;
use super::{approvals as approving, erasing, leases, queue, tenant, user, watch};

/// A loop that calls Kubernetes and gives no sign of life for so long is stuck: each call, and each watch, ends within five
/// minutes.
pub(super) const STUCK: Duration = Duration::from_mins(15);

/// Runs the controllers until `shutdown` is cancelled. Passes that send something then are finished. `health` says that the operator
/// is ready once every kind was listed.
pub async fn run(
    client: Client,
    settings: Settings,
    metrics: Metrics,
    health: Health,
    shutdown: CancellationToken,
) {
    let (tenants, tenant_events) = watch::stored::<Tenant>(&client, &health);
    let (licenses, license_events) = watch::stored::<LicenseAssignment>(&client, &health);
    let (queues, queue_events) = watch::stored::<QueueAssignment>(&client, &health);
    let (approvals, approval_events) = watch::stored::<Approval>(&client, &health);
    let stores = Stores {
        tenants: tenants.clone(),
        people: People::default(),
        licenses: Dependants::new(licenses.clone()),
        queues: Dependants::new(queues.clone()),
        approvals: approvals.clone(),
    };
    let (doubts, doubted) = unbounded_channel();
    let (wakes, woken) = unbounded_channel();
    let (license_bell, license_rung) = unbounded_channel();
    let (queue_bell, queue_rung) = unbounded_channel();
    let ctx = Arc::new(Context::new(
        client.clone(),
        settings,
        stores,
        metrics,
        doubts,
        wakes.clone(),
        shutdown.clone(),
    ));
    ctx.metrics.watch(&ctx);
    let bells = Arc::new(Bells::new(ctx.clone(), wakes, license_bell, queue_bell));
    let bell = bells.clone();
    let tenant_events = tenant_events.inspect_ok(move |event| bell.tenant(event));
    let (bell, known) = (bells.clone(), ctx.clone());
    let license_events =
        license_events.inspect_ok(move |event| bell.dependant(event, &known.stores.licenses));
    let (bell, known) = (bells.clone(), ctx.clone());
    let queue_events = queue_events.inspect_ok(move |event| bell.dependant(event, &known.stores.queues));
    let tenants = Controller::for_stream(tenant_events.applied_objects(), tenants)
        .reconcile_all_on(UnboundedReceiverStream::new(doubted));
    let licenses = Controller::for_stream(license_events.applied_objects(), licenses)
        .reconcile_all_on(taken_up(&ctx))
        .reconcile_on(UnboundedReceiverStream::new(license_rung));
    let queues = Controller::for_stream(queue_events.applied_objects(), queues)
        .reconcile_all_on(taken_up(&ctx))
        .reconcile_on(UnboundedReceiverStream::new(queue_rung));
    let approvals = Controller::for_stream(approval_events.applied_objects(), approvals);
    let watching = tokio::spawn(watch_users(client, ctx.clone(), bells, health.clone()));
    let counting = tokio::spawn(approving::watch(ctx.clone(), health.clone(), shutdown.clone()));
    let listed = CancellationToken::new();
    let (known, ready, all) = (ctx.clone(), health.clone(), listed.clone());
    let ready = tokio::spawn(async move {
        known.stores.ready().await;
        tracing::info!("every kind was listed");
        ready.set_ready();
        all.cancel();
    });
    let stop_leases = CancellationToken::new();
    let (holding, until, alive) = (ctx.clone(), stop_leases.clone(), health.clone());
    let holding = tokio::spawn(async move { leases::keep(&holding, &alive, until).await });
    let erasing = tokio::spawn(erasing::watch(ctx.clone(), shutdown.clone()));
    let work = future::join5(
        drive(tenants, &ctx, &shutdown, tenant::reconcile),
        drive_users(woken, &ctx, &health, &shutdown),
        drive(
            licenses,
            &ctx,
            &shutdown,
            assignment::reconcile::<LicenseAssignment>,
        ),
        drive(queues, &ctx, &shutdown, assignment::reconcile::<QueueAssignment>),
        drive(approvals, &ctx, &shutdown, approving::reconcile),
    );
    tokio::select! {
        _ = work => {}
        // Nothing was begun yet, and nothing is waited for.
        () = stopped_before(&listed, &shutdown) => {}
    }
    // Nothing is on its way any more, so that somebody else can go on at once.
    stop_leases.cancel();
    let _ = holding.await;
    // What they leave undone, the next process does.
    counting.abort();
    erasing.abort();
    ready.abort();
    watching.abort();
}

/// Ends if `shutdown` comes before `listed`, and never otherwise.
async fn stopped_before(listed: &CancellationToken, shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    if listed.is_cancelled() {
        future::pending().await
    }
}

/// Each time that an account was taken up, of which nothing was looked at before.
fn taken_up(ctx: &Arc<Context>) -> impl Stream<Item = ()> + Send + use<> {
    stream::unfold(ctx.clone(), |ctx| async move {
        ctx.taken_up().await;
        Some(((), ctx))
    })
}

/// The watch over Users, whose events ring.
async fn watch_users(client: Client, ctx: Arc<Context>, bells: Arc<Bells>, health: Health) {
    let known = move |namespace: &str, name: &str| {
        let user = ctx.stores.people.get(namespace, name)?;
        Some((*user).clone())
    };
    let events = watch::events::<User, _>(client, &health, known).default_backoff();
    events
        .for_each(|event| {
            match event {
                Ok(event) => bells.user(event),
                Err(error) => {
                    tracing::warn!(kind = "User", %error, "the watch failed and is taken up again");
                }
            }
            future::ready(())
        })
        .await;
}

/// Takes Users on as they are woken. Those that stay wait for each other where there are many of one Tenant; one that
/// leaves waits for nobody.
async fn drive_users(
    woken: UnboundedReceiver<Arc<Key>>,
    ctx: &Arc<Context>,
    health: &Health,
    shutdown: &CancellationToken,
) {
    let people = ctx.clone();
    let class = move |key: &Arc<Key>| {
        let person = people.stores.people.person(key)?;
        if person.leaves {
            return None;
        }
        people.stores.people.tenant_of(key)
    };
    let ctx = ctx.clone();
    let pass = move |key: Arc<Key>| {
        let ctx = ctx.clone();
        async move {
            let person = ctx.stores.people.person(&key)?;
            let of = Of {
                kind: User::kind(&()),
                namespace: key.namespace.to_string(),
                name: key.name.to_string(),
                uid: person.uid.to_string(),
            };
            guarded(&ctx, of, user::reconcile(&ctx, key)).await
        }
    };
    let pulse = health.pulse("users", queue::STUCK);
    queue::work(woken, shutdown.clone(), pulse, class, pass).await;
}

/// Runs one controller. How many passes run at once is bounded per Tenant (`OpenAccount::places`) and not here: a
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
    let pass = move |object: Arc<K>, ctx: Arc<Context>| async move {
        let of = Of {
            kind: K::kind(&()),
            namespace: object.namespace().unwrap_or_default(),
            name: object.name_any(),
            uid: object.uid().unwrap_or_default(),
        };
        let wait = guarded(&ctx, of, reconcile(ctx.clone(), object)).await;
        Ok::<_, Infallible>(wait.map_or_else(Action::await_change, Action::requeue))
    };
    controller
        .graceful_shutdown_on(async move { stop.cancelled().await })
        .run(
            pass,
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

/// Which object a pass is over.
struct Of {
    kind: Cow<'static, str>,
    namespace: String,
    name: String,
    uid: String,
}

/// A pass that can neither hang nor panic its way to other objects. Gives the time after which the next one is due.
async fn guarded(
    ctx: &Context,
    of: Of,
    pass: impl Future<Output = Result<Option<Duration>, PassError>> + Send,
) -> Option<Duration> {
    let Of {
        kind,
        namespace,
        name,
        uid,
    } = of;
    ctx.stores.ready().await;
    let began = Instant::now();
    let work = AssertUnwindSafe(pass).catch_unwind();
    let outcome = tokio::time::timeout(ctx.settings.pass_timeout, work).await;
    // What keeps a User from going on is said in its status, and is no error of a pass.
    let failed = !matches!(
        &outcome,
        Ok(Ok(Ok(_) | Err(PassError::Changed | PassError::Problem(_))))
    );
    ctx.metrics.passed(kind.clone(), failed, began.elapsed());
    match outcome {
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
    }
}
