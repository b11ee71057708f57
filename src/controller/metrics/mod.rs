//! What the controllers count. docs/telemetry.md has all of it.

mod scrape;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::eightbyeight::CallMetrics;

use super::context::Context;

/// What the controllers count. The labels are names of Kubernetes objects, never people, and there is a bounded number of
/// each.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// Calls to 8x8.
    pub calls: Arc<CallMetrics>,
    passes: Passes,
    watched: Watched,
}

/// What the gauges are read from when somebody asks for them. It does not keep what it reads alive.
#[derive(Clone, Debug, Default)]
struct Watched(Arc<Mutex<Weak<Context>>>);

impl Watched {
    fn context(&self) -> Option<Arc<Context>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).upgrade()
    }
}

#[derive(Clone, Debug)]
struct Passes(Family<OfPass, Histogram, fn() -> Histogram>);

impl Default for Passes {
    fn default() -> Self {
        Self(Family::new_with_constructor(|| {
            Histogram::new([
                0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0, 300.0,
            ])
        }))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPass {
    kind: Cow<'static, str>,
    outcome: &'static str,
}

impl Metrics {
    /// Puts everything that the operator counts into a registry.
    pub fn register(&self, registry: &mut Registry) {
        self.calls.register(registry);
        registry.register(
            "onhook_reconcile_seconds",
            "Seconds that a pass over an object took",
            self.passes.0.clone(),
        );
        registry.register_collector(Box::new(scrape::Scrape(self.watched.clone())));
    }

    /// From now on the gauges tell of what these controllers know.
    pub(super) fn watch(&self, ctx: &Arc<Context>) {
        *self.watched.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(ctx);
    }

    /// Notes how long a pass over an object took, and whether it failed.
    pub(super) fn passed(&self, kind: Cow<'static, str>, failed: bool, took: Duration) {
        let outcome = if failed { "error" } else { "ok" };
        let of = OfPass { kind, outcome };
        self.passes.0.get_or_create(&of).observe(took.as_secs_f64());
    }
}
