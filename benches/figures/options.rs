//! What `make bench` is asked for, from environment variables.

use std::str::FromStr;

use crate::Outcome;

/// A part of the benchmarks that can be run by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The planner alone.
    Planner,
    /// Many leavers, and the plain client.
    Leavers,
    /// Many leavers in ring groups, with dependants.
    Groups,
    /// Many leavers with a license grace.
    Grace,
    /// Cuts of access while nothing else happens.
    AccessIdle,
    /// Cuts of access behind many leavers.
    AccessBusy,
    /// Two replicas.
    Failover,
    /// Many leavers on an account that fails.
    Faults,
    /// 10,000 quiet users.
    Idle,
    /// 100,000 quiet users.
    IdleLarge,
}

impl Part {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 10] = [
        Self::Planner,
        Self::Leavers,
        Self::Groups,
        Self::Grace,
        Self::AccessIdle,
        Self::AccessBusy,
        Self::Failover,
        Self::Faults,
        Self::Idle,
        Self::IdleLarge,
    ];

    /// The name that `ONLY` takes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Leavers => "leavers",
            Self::Groups => "groups",
            Self::Grace => "grace",
            Self::AccessIdle => "access-idle",
            Self::AccessBusy => "access-busy",
            Self::Failover => "failover",
            Self::Faults => "faults",
            Self::Idle => "idle",
            Self::IdleLarge => "idle-large",
        }
    }

    /// The figures that it gives.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Planner => &["plans_per_second"],
            Self::Leavers => &[
                "calls_per_leaver",
                "budget_used",
                "earned_429",
                "time_vs_plain_client",
                "calls_per_leaver_plain",
                "leavers_plain",
            ],
            Self::Groups => &["calls_per_leaver_groups", "kube_writes_per_leaver"],
            Self::Grace => &["calls_per_leaver_grace"],
            Self::AccessIdle => &["cut_access_p99_ms_idle"],
            Self::AccessBusy => &["cut_access_p99_ms_busy"],
            Self::Failover => &["failover_double_writes"],
            Self::Faults => &["faults_calls_ratio", "faults_unexplained"],
            Self::Idle => &[
                "idle_calls_10k",
                "idle_other_calls_10k",
                "idle_calls_10k_every_object",
                "rss_mib_10k",
                "idle_cpu_10k",
                "restart_10k_writes",
                "restart_10k_ready_s",
            ],
            Self::IdleLarge => &["idle_calls_100k", "idle_other_calls_100k", "rss_mib_100k"],
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The parts to run (`ONLY`, all without it).
    pub parts: Vec<Part>,
    /// How many leave in the runs of many leavers (`LEAVERS`).
    pub leavers: usize,
    /// How many times as fast as the wall clock the account's time runs in them (`SCALE`): 1 to 20.
    pub scale: u32,
}

impl Options {
    /// Reads them from the environment.
    ///
    /// # Errors
    /// A value is none that can be used; says which and what can.
    pub fn read() -> Outcome<Self> {
        let scale = number("SCALE", 10)?;
        if !(1..=20).contains(&scale) {
            return Err(format!("SCALE is {scale}; it can be 1 to 20").into());
        }
        let leavers = number("LEAVERS", 1000)?;
        if !(20..=5000).contains(&leavers) {
            return Err(format!("LEAVERS is {leavers}; it can be 20 to 5000").into());
        }
        Ok(Self {
            parts: parts(&variable("ONLY"))?,
            leavers,
            scale,
        })
    }
}

fn parts(only: &str) -> Outcome<Vec<Part>> {
    let names = only.split([',', ' ']).filter(|name| !name.is_empty());
    let part = |name: &str| {
        let found = Part::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| {
            let all = Part::ALL.map(Part::name).join(", ");
            format!("ONLY names {name}, which is no part; there are {all}").into()
        })
    };
    let wanted: Vec<Part> = names.map(part).collect::<Outcome<_>>()?;
    match wanted.is_empty() {
        true => Ok(Part::ALL.to_vec()),
        false => Ok(wanted),
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default().trim().to_owned()
}

fn number<T: FromStr>(name: &str, default: T) -> Outcome<T> {
    let text = variable(name);
    match text.as_str() {
        "" => Ok(default),
        text => text
            .parse()
            .map_err(|_| format!("{name} is {text:?}, which is no number that can be used").into()),
    }
}
