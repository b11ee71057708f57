//! What the controllers count.

use std::sync::Arc;

use kube::ResourceExt;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::api::Tenant;
use crate::api::removals::{RemovalsState, RemovalsStatus};
use crate::eightbyeight::CallMetrics;

/// What the controllers count. The labels are names of Kubernetes objects, never people.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Calls to 8x8.
    pub calls: Arc<CallMetrics>,
    counted: Family<OfTenant, Gauge>,
    waiting: Family<OfTenant, Gauge>,
    held: Family<OfTenant, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTenant {
    namespace: String,
    tenant: String,
}

impl Metrics {
    /// Puts the counts of calls, and `onhook_removals_counted`, `onhook_removals_waiting` and `onhook_removals_held`, each
    /// by Tenant, into a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.calls.register(registry);
        registry.register(
            "onhook_removals_counted",
            "Removals that count against the limit of a Tenant",
            self.counted.clone(),
        );
        registry.register(
            "onhook_removals_waiting",
            "Removals that wait for an approval",
            self.waiting.clone(),
        );
        registry.register(
            "onhook_removals_held",
            "Whether the removals of a Tenant are over its limit and held",
            self.held.clone(),
        );
    }

    pub(super) fn waiting(&self, tenant: &Tenant, status: &RemovalsStatus) {
        let of = OfTenant {
            namespace: tenant.namespace().unwrap_or_default(),
            tenant: tenant.name_any(),
        };
        let waiting = status.waiting.as_ref().map_or(0, |waiting| waiting.count);
        self.counted.get_or_create(&of).set(i64::from(status.counted));
        self.waiting.get_or_create(&of).set(i64::from(waiting));
        let held = status.state == RemovalsState::Held;
        self.held.get_or_create(&of).set(i64::from(held));
    }
}
