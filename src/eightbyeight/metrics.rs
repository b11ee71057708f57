//! Counts of calls.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

/// Counts and times of all calls to 8x8. The labels are names of calls and outcomes, never ids.
#[derive(Clone, Debug)]
pub struct CallMetrics {
    calls: Family<CallLabels, Counter>,
    seconds: Family<OperationLabel, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

impl Default for CallMetrics {
    fn default() -> Self {
        Self {
            calls: Family::default(),
            seconds: Family::new_with_constructor(histogram),
        }
    }
}

impl CallMetrics {
    /// Puts `onhook_account_calls_total{operation,outcome}` and `onhook_account_call_seconds{operation}` into a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("onhook_account_calls", "Calls to 8x8", self.calls.clone());
        registry.register(
            "onhook_account_call_seconds",
            "Seconds that a call to 8x8 took",
            self.seconds.clone(),
        );
    }

    /// Calls of this name that ended so, since the process began.
    pub fn count(&self, operation: &'static str, outcome: &'static str) -> u64 {
        self.calls.get_or_create(&CallLabels { operation, outcome }).get()
    }

    pub(crate) fn observe(&self, operation: &'static str, outcome: &'static str, took: Duration) {
        self.calls.get_or_create(&CallLabels { operation, outcome }).inc();
        self.seconds
            .get_or_create(&OperationLabel { operation })
            .observe(took.as_secs_f64());
    }
}

fn histogram() -> Histogram {
    Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0])
}
