//! Which figures there are, and what each is to reach.

/// What a figure is to be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// Nothing: it is reported only.
    None,
}

/// A figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Key in `figures.json`.
    pub key: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// What it is to be.
    pub goal: Goal,
}

impl Goal {
    /// Whether a value reaches it.
    pub fn reached(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
            Self::None => true,
        }
    }

    /// The goal in words.
    pub fn text(self) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}", number(most)),
            Self::AtLeast(least) => format!("≥ {}", number(least)),
            Self::None => String::new(),
        }
    }
}

/// A value as people write it: whole where it is large.
pub fn number(value: f64) -> String {
    match value {
        value if value.fract() == 0.0 || value.abs() >= 1000.0 => format!("{value:.0}"),
        value if value.abs() >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}

const fn figure(key: &'static str, what: &'static str, goal: Goal) -> Figure {
    Figure { key, what, goal }
}

use Goal::{AtLeast, AtMost};

/// The figures of `figures.json`, in the order of the table.
pub const FIGURES: &[Figure] = &[
    figure(
        "calls_per_leaver",
        "API calls per leaver: one license, one extension, one number",
        AtMost(4.4),
    ),
    figure(
        "calls_per_leaver_groups",
        "the same, each leaver in one of 20 ring groups",
        AtMost(6.6),
    ),
    figure(
        "calls_per_leaver_grace",
        "the same without a group, with a license grace",
        AtMost(6.6),
    ),
    figure(
        "budget_used",
        "share of the limit a minute used until the last leaver is gone",
        AtLeast(0.9),
    ),
    figure("earned_429", "429s earned by the operator", AtMost(0.0)),
    figure(
        "time_vs_plain_client",
        "time of the leavers, as a share of a plain client's",
        AtMost(0.3),
    ),
    figure(
        "idle_calls_10k",
        "user-list calls an interval, 10,000 quiet users",
        AtMost(10.0),
    ),
    figure(
        "idle_calls_100k",
        "user-list calls an interval, 100,000 quiet users",
        AtMost(100.0),
    ),
    figure(
        "rss_mib_10k",
        "resident memory with 10,000 Users, MiB",
        AtMost(64.0),
    ),
    figure(
        "rss_mib_100k",
        "resident memory with 100,000 Users, MiB",
        AtMost(256.0),
    ),
    figure(
        "cut_access_p99_ms_idle",
        "`state: deactivated` applied until the PUT arrives, idle, p99, ms",
        AtMost(250.0),
    ),
    figure(
        "cut_access_p99_ms_busy",
        "the same behind running off-boardings, p99, ms",
        AtMost(2000.0),
    ),
    figure(
        "kube_writes_per_leaver",
        "Kubernetes writes per leaver with a license and a queue declared",
        AtMost(18.0),
    ),
    figure(
        "restart_10k_writes",
        "writes of a restart with 10,000 Users",
        AtMost(0.0),
    ),
    figure(
        "restart_10k_ready_s",
        "restart with 10,000 Users until ready, s",
        AtMost(5.0),
    ),
    figure(
        "idle_cpu_10k",
        "CPU of a quiet operator with 10,000 Users, share of a core",
        AtMost(0.01),
    ),
    figure(
        "failover_double_writes",
        "writes sent twice or beside another when the holder is cut off",
        AtMost(0.0),
    ),
    figure(
        "plans_per_second",
        "plans a second on one core, 1,000 different users",
        AtLeast(200_000.0),
    ),
];

/// What is reported beside them.
pub const BESIDE: &[Figure] = &[
    figure(
        "faults_calls_ratio",
        "calls per leaver with faults, as a share of those without",
        AtMost(1.6),
    ),
    figure(
        "faults_unexplained",
        "leavers with faults that neither end nor name OutcomeUnknown",
        AtMost(0.0),
    ),
    figure(
        "calls_per_leaver_plain",
        "API calls per leaver of the plain client",
        Goal::None,
    ),
    figure(
        "leavers_plain",
        "leavers that the plain client was measured with",
        Goal::None,
    ),
    figure(
        "idle_calls_10k_every_object",
        "calls an interval of an operator that reads every object, 10,000 users",
        Goal::None,
    ),
    figure(
        "idle_other_calls_10k",
        "other list calls an interval, 10,000 users",
        Goal::None,
    ),
    figure(
        "idle_other_calls_100k",
        "other list calls an interval, 100,000 users",
        Goal::None,
    ),
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Figure> {
    FIGURES.iter().chain(BESIDE)
}
