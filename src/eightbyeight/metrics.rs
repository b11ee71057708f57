//! Calls on accounts, counted by what they were for and how they ended.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Counts and times of calls. The labels are names of operations and outcomes: there are a few dozen of them, and none
/// says whom a call was about (invariant 8).
#[derive(Clone, Debug)]
pub struct CallMetrics {
    calls: Family<CallLabels, Counter>,
    seconds: Family<OperationLabel, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    outcome: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

impl Default for CallMetrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new([0.05, 0.2, 1.0, 5.0, 20.0]);
        Self { calls: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

impl CallMetrics {
    /// Makes the metrics part of a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("onhook_account_calls", "Calls on 8x8 accounts", self.calls.clone());
        registry.register("onhook_account_call_seconds", "Time that calls on 8x8 accounts took", self.seconds.clone());
    }

    /// Counts a call: the outcome is an HTTP status, or why there was none.
    pub(super) fn count(&self, operation: &'static str, outcome: String, seconds: f64) {
        self.calls.get_or_create(&CallLabels { operation, outcome }).inc();
        self.seconds.get_or_create(&OperationLabel { operation }).observe(seconds);
    }
}
