//! How many schedules each property is tried on.
//!
//! `ONHOOK_SCHEDULES` says how many whole runs there are, over all properties together. Where it is unset there are as many
//! as stand here.

use proptest::test_runner::{Config, TestRunner};

/// Random people, faults, and anybody who interferes.
pub const FOREIGN: u32 = 9_000;
/// Faults of the writes, and nothing else.
pub const FAULTS: u32 = 2_000;
/// An agent whose queues nobody clears.
pub const AGENT: u32 = 1_000;
/// What clears the way, in two orders.
pub const ORDER: u32 = 4_000;
/// The process ends at any point.
pub const RESTART: u32 = 4_000;

/// What a rehearsal foretells against what a run does. Beyond the promise: each is a run without faults.
pub const REHEARSALS: u32 = 3_000;

/// All whole runs together.
const RUNS: u32 = FOREIGN + FAULTS + AGENT + ORDER + RESTART;

const _: () = assert!(RUNS >= 20_000, "`make test` promises 20,000 schedules");

/// Tries a property on its share of as many schedules as were asked for.
pub fn runner(usual: u32) -> TestRunner {
    let asked = std::env::var("ONHOOK_SCHEDULES").ok();
    let asked = asked.and_then(|count| count.parse::<u64>().ok());
    let cases = asked.map_or(u64::from(usual), |asked| {
        (asked * u64::from(usual)).div_ceil(u64::from(RUNS))
    });
    TestRunner::new(Config {
        cases: u32::try_from(cases).unwrap_or(u32::MAX),
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..Config::default()
    })
}
