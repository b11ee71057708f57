//! The gauges, read when somebody asks for them: what is gone is not shown any more.

use std::fmt;

use kube::ResourceExt;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use crate::api::Tenant;
use crate::api::removals::RemovalsState;
use crate::controller::context::Context;
use crate::controller::tally::Tally;
use crate::controller::user::lets_in;
use crate::eightbyeight::Load;

use super::Watched;

/// Reads the gauges.
#[derive(Debug)]
pub(super) struct Scrape(pub Watched);

/// How a Tenant stands, as this replica knows it.
struct Sight {
    namespace: String,
    tenant: String,
    counted: i64,
    allowed: Option<i32>,
    waiting: i64,
    held: bool,
    lease: bool,
    /// Of the account that this replica works on.
    load: Option<Load>,
    users: Tally,
}

impl Sight {
    fn of(ctx: &Context, tenant: &Tenant) -> Self {
        let status = tenant.status.as_ref();
        let removals = status.and_then(|status| status.removals.as_ref());
        let waiting = removals.and_then(|removals| removals.waiting.as_ref());
        let account = ctx.accounts.opened(tenant);
        // Whoever may not refer to the Tenant is none of its.
        let own = |namespace: &str| namespace != ctx.settings.namespace && lets_in(tenant, namespace);
        Self {
            namespace: tenant.namespace().unwrap_or_default(),
            tenant: tenant.name_any(),
            counted: removals.map_or(0, |removals| removals.counted.into()),
            allowed: removals.and_then(|removals| removals.allowed),
            waiting: waiting.map_or(0, |waiting| waiting.count.into()),
            held: removals.is_some_and(|removals| removals.state == RemovalsState::Held),
            lease: ctx.leases.holds(tenant),
            load: account.map(|account| account.client.load()),
            users: ctx.stores.people.tally_of(tenant, own),
        }
    }
}

/// A gauge that a Tenant has one of: its name, its help, and how it is read. `None`: the Tenant has none now.
type OfTenant = (&'static str, &'static str, fn(&Sight) -> Option<i64>);

const OF_TENANT: [OfTenant; 8] = [
    (
        "onhook_removals_counted",
        "Removals that count against the limit of a Tenant",
        |sight| Some(sight.counted),
    ),
    (
        "onhook_removals_allowed",
        "Removals that the limit of a Tenant allows",
        |sight| Some(sight.allowed?.into()),
    ),
    (
        "onhook_removals_waiting",
        "Removals that wait for an approval",
        |sight| Some(sight.waiting),
    ),
    (
        "onhook_removals_held",
        "Whether the removals of a Tenant are over its limit and held",
        |sight| Some(sight.held.into()),
    ),
    (
        "onhook_lease_held",
        "Whether this replica holds the Lease of the account",
        |sight| Some(sight.lease.into()),
    ),
    (
        "onhook_account_budget_used",
        "Requests of the last minute that count against the limit of the key",
        |sight| number(sight.load?.used),
    ),
    (
        "onhook_account_budget_limit",
        "Requests that the key has a minute",
        |sight| Some(sight.load?.limit.into()),
    ),
    (
        "onhook_oldest_blocked_timestamp_seconds",
        "Since when the leaver is blocked that is so for longest, in Unix time",
        |sight| Some(sight.users.oldest()?.as_second()),
    ),
];

/// A gauge that a Tenant has several of: its name, its help, the label that tells them apart, and how they are read.
type ByLabel = (
    &'static str,
    &'static str,
    &'static str,
    fn(&Sight) -> Vec<(&str, usize)>,
);

const BY_LABEL: [ByLabel; 3] = [
    (
        "onhook_account_queue",
        "Calls that wait for the budget of the key",
        "lane",
        |sight| {
            let waiting = sight.load.iter().flat_map(|load| load.waiting);
            waiting.map(|(lane, count)| (lane.label(), count)).collect()
        },
    ),
    (
        "onhook_leavers",
        "Users that leave, by the step they stand at",
        "step",
        |sight| counts(&sight.users.steps),
    ),
    (
        "onhook_blocked",
        "Users that are blocked, by each reason",
        "reason",
        |sight| counts(&sight.users.blocked),
    ),
];

fn counts(counts: &std::collections::BTreeMap<Box<str>, usize>) -> Vec<(&str, usize)> {
    counts.iter().map(|(of, count)| (&**of, *count)).collect()
}

fn number(count: usize) -> Option<i64> {
    i64::try_from(count).ok()
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        gauge(
            &mut encoder,
            "onhook_build_info",
            "The version that runs",
            [(version, 1)],
        )?;
        let sights = self.sights();
        for (name, help, read) in OF_TENANT {
            let read = sights.iter().filter_map(|sight| Some((of(sight), read(sight)?)));
            gauge(&mut encoder, name, help, read)?;
        }
        for (name, help, label, read) in BY_LABEL {
            let read = sights.iter().flat_map(|sight| {
                let found = read(sight).into_iter();
                let [namespace, tenant] = of(sight);
                found.filter_map(move |(value, count)| {
                    Some(([namespace, tenant, (label, value)], number(count)?))
                })
            });
            gauge(&mut encoder, name, help, read)?;
        }
        Ok(())
    }
}

impl Scrape {
    fn sights(&self) -> Vec<Sight> {
        let Some(ctx) = self.0.context() else {
            return Vec::new();
        };
        let tenants = ctx.stores.tenants.state();
        tenants.iter().map(|tenant| Sight::of(&ctx, tenant)).collect()
    }
}

fn of(sight: &Sight) -> [(&'static str, &str); 2] {
    [("namespace", &sight.namespace), ("tenant", &sight.tenant)]
}

fn gauge<'a, const LABELS: usize>(
    encoder: &mut DescriptorEncoder,
    name: &'static str,
    help: &'static str,
    read: impl IntoIterator<Item = ([(&'static str, &'a str); LABELS], i64)>,
) -> fmt::Result {
    let mut gauge = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in read {
        gauge.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}
