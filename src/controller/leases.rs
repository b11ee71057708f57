//! The Leases of the accounts, in the operator's namespace: which replica works on which ([`super::tenure`] says when it
//! may write).
//!
//! A write to a Lease fails on a newer version, so there is one holder. All replicas watch all objects; only the holder
//! acts on those of its Tenant. Replicas tell each other that they run by an annotation each on one more Lease.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api::{FIELD_MANAGER, Tenant};
use crate::lifecycle::short_digest;
use crate::telemetry::Health;

use super::claims;
use super::context::Context;
use super::problem::PassError;
use super::run::STUCK;
use super::tenure::{Sight, Step, Tenure, Terms, share};

/// The Lease on which the replicas tell that they run.
const REPLICAS: &str = "onhook-replicas";

/// What begins the annotation of a replica.
const REPLICA: &str = "replica.onhook.dev/";

/// After so many Leases without a word a replica is taken off the list.
const FORGOTTEN: u32 = 20;

/// This replica's part in each account.
pub(super) struct Leases {
    me: String,
    terms: Terms,
    tenures: Mutex<HashMap<String, Tenure>>,
    others: Mutex<HashMap<String, (String, Instant)>>,
    /// Rung where a Tenant came that nothing is known of.
    new: Notify,
}

impl Leases {
    pub fn new(me: String, call: std::time::Duration) -> Self {
        Self {
            me,
            terms: Terms::new(call),
            tenures: Mutex::default(),
            others: Mutex::default(),
            new: Notify::new(),
        }
    }

    /// Whether this replica works on the account of a Tenant.
    pub fn works(&self, tenant: &Tenant) -> bool {
        let now = Instant::now();
        let tenures = self.tenures();
        match tenures.get(&name(tenant)) {
            Some(tenure) => tenure.works(now),
            None => {
                self.new.notify_one();
                false
            }
        }
    }

    /// Whether this replica holds the Lease of a Tenant's account.
    pub fn holds(&self, tenant: &Tenant) -> bool {
        let now = Instant::now();
        let tenures = self.tenures();
        tenures.get(&name(tenant)).is_some_and(|tenure| tenure.holds(now))
    }

    /// That a request to the account may be sent now: it ends before the Lease does. Asked right before each write.
    pub fn may_write(&self, tenant: &Tenant) -> Result<(), PassError> {
        let now = Instant::now();
        let may = self
            .tenures()
            .get(&name(tenant))
            .is_some_and(|tenure| tenure.may_write(now));
        if may { Ok(()) } else { Err(PassError::Changed) }
    }

    fn tenures(&self) -> MutexGuard<'_, HashMap<String, Tenure>> {
        self.tenures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Name of the Lease of a Tenant's account: it is known by its address, before anything of it was read.
pub(crate) fn name(tenant: &Tenant) -> String {
    format!("account-{}", short_digest(&claims::address(tenant)))
}

/// Holds the Leases that are this replica's share, until `shutdown` is cancelled, and gives them back then.
pub(super) async fn keep(ctx: &Context, health: &Health, shutdown: CancellationToken) {
    // A server that does not answer keeps nobody from ending.
    tokio::select! {
        () = shutdown.cancelled() => return,
        () = ctx.stores.ready() => {}
    }
    let pulse = health.pulse("leases", STUCK);
    loop {
        pulse.beat();
        let looked = tokio::select! {
            () = shutdown.cancelled() => break,
            looked = round(ctx) => looked,
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "the Leases were not looked at");
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(ctx.leases.terms.renew) => {}
            () = ctx.leases.new.notified() => {}
        }
    }
    if tokio::time::timeout(ctx.leases.terms.renew, give_back(ctx))
        .await
        .is_err()
    {
        tracing::warn!("the Leases were not given back in time: they end by themselves");
    }
}

/// One look at all Leases.
async fn round(ctx: &Context) -> Result<(), PassError> {
    let leases = &ctx.leases;
    let alive = alive(ctx).await?;
    let tenants: BTreeMap<_, _> = (ctx.stores.tenants.state().into_iter())
        .map(|tenant| (name(&tenant), tenant))
        .collect();
    let now = Instant::now();
    let due = |name: &&String| {
        let tenures = leases.tenures();
        !tenures.get(*name).is_some_and(|tenure| tenure.is_fresh(now))
    };
    let due: Vec<_> = tenants.keys().filter(due).cloned().collect();
    let read = future::try_join_all(due.iter().map(|name| read(ctx, name))).await?;
    let seen: BTreeMap<_, _> = due.iter().map(String::as_str).zip(read).collect();
    let me = Some(leases.me.clone());
    let holders = (tenants.keys())
        .map(|name| match seen.get(name.as_str()) {
            Some(lease) => (name.as_str(), lease.as_ref().and_then(holder)),
            None => (name.as_str(), me.clone()),
        })
        .collect();
    let share = share(&leases.me, &alive, &holders);
    let looks = seen.iter().filter_map(|(name, lease)| {
        let tenant = tenants.get(*name)?;
        Some(one(ctx, name, tenant, lease.as_ref(), share.contains(name)))
    });
    future::join_all(looks).await;
    leases.tenures().retain(|known, _| tenants.contains_key(known));
    Ok(())
}

async fn read(ctx: &Context, name: &str) -> Result<Option<Lease>, PassError> {
    Ok(api(ctx).get_opt(name).await?)
}

/// Does what is to be done about one Lease.
async fn one(ctx: &Context, name: &str, tenant: &Tenant, lease: Option<&Lease>, wanted: bool) {
    let leases = &ctx.leases;
    let status = tenant.status.as_ref();
    let known = status.is_some_and(|status| status.customer_id.is_some());
    let sight = lease.map(|lease| sight(lease, leases.terms));
    let (step, worked) = {
        let now = Instant::now();
        let mut tenures = leases.tenures();
        let tenure = tenures
            .entry(name.to_owned())
            .or_insert_with(|| Tenure::new(leases.terms, known, now));
        let worked = std::mem::take(&mut tenure.told);
        (tenure.see(&leases.me, sight.as_ref(), wanted, now), worked)
    };
    match step {
        Step::Leave => {}
        Step::Hold => hold(ctx, name, lease, Some(&leases.me)).await,
        Step::Release => hold(ctx, name, lease, None).await,
    }
    let works = leases.works(tenant);
    if let Some(tenure) = leases.tenures().get_mut(name) {
        tenure.told = works;
    }
    if works && !worked {
        tracing::info!(lease = name, "this replica works on the account");
        ctx.take_up(tenant);
    } else if worked && !works {
        tracing::info!(lease = name, "this replica does not work on the account any more");
        ctx.accounts.close(&tenant.uid().unwrap_or_default());
    }
}

/// Writes a Lease, if it is still as it was read.
async fn hold(ctx: &Context, name: &str, before: Option<&Lease>, holder: Option<&str>) {
    let leases = &ctx.leases;
    let sent = Instant::now();
    let written = tokio::time::timeout(leases.terms.renew, write(ctx, name, before, holder)).await;
    let mut tenures = leases.tenures();
    let Some(tenure) = tenures.get_mut(name) else {
        return;
    };
    match (written, holder) {
        (Ok(Ok(())), Some(_)) => tenure.renewed(sent),
        (Ok(Ok(())), None) => tenure.lost(),
        // Somebody else was first, which the next look shows, or nobody knows: what is held ends by itself.
        (Ok(Err(error)), _) => tracing::debug!(%error, name, "a Lease was not written"),
        (Err(_), _) => tracing::warn!(name, "a Lease was not written in time"),
    }
}

async fn write(
    ctx: &Context,
    name: &str,
    before: Option<&Lease>,
    holder: Option<&str>,
) -> Result<(), PassError> {
    let now = Some(MicroTime(Timestamp::now()));
    let spec = before.and_then(|lease| lease.spec.clone()).unwrap_or_default();
    let same = spec.holder_identity.as_deref() == holder;
    let lease = Lease {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            resource_version: before.and_then(|lease| lease.metadata.resource_version.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            holder_identity: Some(holder.unwrap_or_default().to_owned()),
            lease_duration_seconds: i32::try_from(ctx.leases.terms.lease.as_secs()).ok(),
            acquire_time: if same { spec.acquire_time } else { now.clone() },
            renew_time: now,
            lease_transitions: Some(spec.lease_transitions.unwrap_or_default() + i32::from(!same)),
            ..LeaseSpec::default()
        }),
    };
    let params = PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    };
    match before {
        Some(_) => api(ctx).replace(name, &params, &lease).await?,
        None => api(ctx).create(&params, &lease).await?,
    };
    Ok(())
}

/// Gives everything back, so that nobody has to wait. Nothing of this replica is on its way any more.
async fn give_back(ctx: &Context) {
    let names: Vec<_> = ctx.leases.tenures().keys().cloned().collect();
    for name in names {
        let lease = api(ctx).get_opt(&name).await.ok().flatten();
        let mine = lease.as_ref().and_then(holder);
        if mine.as_deref() == Some(&ctx.leases.me) {
            hold(ctx, &name, lease.as_ref(), None).await;
        }
    }
    let gone = json!({ "metadata": { "annotations": { annotation(&ctx.leases.me): null } } });
    // Its silence says the same, later.
    let _ = api(ctx)
        .patch(REPLICAS, &PatchParams::default(), &Patch::Merge(gone))
        .await;
}

/// Tells the others that this replica runs, and hears who else does.
async fn alive(ctx: &Context) -> Result<BTreeSet<String>, PassError> {
    let leases = &ctx.leases;
    let own = annotation(&leases.me);
    let now = Instant::now();
    let word = format!("{} {}", leases.me, Timestamp::now().as_millisecond());
    let mut marks = BTreeMap::from([(own, Some(word))]);
    {
        let others = leases.others.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |since: Instant| now > since + leases.terms.lease * FORGOTTEN;
        let silent = others.iter().filter(|(_, (_, since))| silent(*since));
        marks.extend(silent.map(|(key, _)| (key.clone(), None)));
    }
    let patch = json!({ "metadata": { "annotations": marks } });
    let patch = Patch::Merge(patch);
    let lease = match api(ctx).patch(REPLICAS, &PatchParams::default(), &patch).await {
        Err(kube::Error::Api(status)) if status.code == 404 => {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(REPLICAS.to_owned()),
                    ..ObjectMeta::default()
                },
                spec: None,
            };
            // Another replica may have made it meanwhile.
            let _ = api(ctx).create(&PostParams::default(), &lease).await;
            api(ctx).patch(REPLICAS, &PatchParams::default(), &patch).await?
        }
        patched => patched?,
    };
    let mut others = leases.others.lock().unwrap_or_else(PoisonError::into_inner);
    let marks = lease.annotations();
    others.retain(|key, _| marks.contains_key(key));
    for (key, word) in marks.iter().filter(|(key, _)| key.starts_with(REPLICA)) {
        match others.get(key) {
            Some((known, _)) if known == word => {}
            _ => {
                others.insert(key.clone(), (word.clone(), now));
            }
        }
    }
    let alive = others
        .values()
        .filter(|(_, since)| now < *since + leases.terms.lease);
    let names = alive.filter_map(|(word, _)| Some(word.split_once(' ')?.0.to_owned()));
    Ok(names.chain([leases.me.clone()]).collect())
}

fn annotation(replica: &str) -> String {
    format!("{REPLICA}{}", short_digest(replica))
}

fn holder(lease: &Lease) -> Option<String> {
    let holder = lease.spec.as_ref()?.holder_identity.clone()?;
    (!holder.is_empty()).then_some(holder)
}

fn sight(lease: &Lease, terms: Terms) -> Sight {
    let seconds = lease.spec.as_ref().and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    Sight {
        version: lease.resource_version().unwrap_or_default(),
        holder: holder(lease),
        lease: seconds.map_or(terms.lease, std::time::Duration::from_secs),
    }
}

fn api(ctx: &Context) -> Api<Lease> {
    Api::namespaced(ctx.client.clone(), &ctx.settings.namespace)
}
