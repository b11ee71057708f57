//! The figures of `docs/performance.md`: what Onhook costs an account, a cluster and the machine it runs on.
//!
//! `make bench` runs it. `ONLY=planner,leavers` runs some parts, `LEAVERS=60` makes the runs of many leavers smaller,
//! `SCALE=10` sets how many times as fast as the wall clock the account's time runs in them.

mod access;
mod catalogue;
mod failover;
mod faults;
mod idle;
mod leavers;
mod operator;
mod options;
mod people;
mod plain_client;
mod planner;
mod plots;
mod report;
mod stage;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use options::{Options, Part};
use report::Report;

/// What a part of the benchmarks gives, or why it could not.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// Measured figures by their keys.
type Figures = BTreeMap<&'static str, f64>;

fn main() -> Outcome<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another TLS provider is there already")?;
    let options = Options::read()?;
    let mut report = Report::open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut failed = Vec::new();
    for part in &options.parts {
        let begun = Instant::now();
        eprintln!("bench: {}", part.name());
        match runtime.block_on(run(*part, &options)) {
            Ok(figures) => report.take(figures, &options)?,
            Err(error) => {
                eprintln!("bench: {} failed: {error}", part.name());
                report.forget(part.keys())?;
                failed.push(part.name());
            }
        }
        eprintln!(
            "bench: {} took {:.0} s",
            part.name(),
            begun.elapsed().as_secs_f64()
        );
    }
    report.publish()?;
    match failed.is_empty() {
        true => Ok(()),
        false => Err(format!("these parts failed: {}", failed.join(", ")).into()),
    }
}

async fn run(part: Part, options: &Options) -> Outcome<Figures> {
    match part {
        Part::Planner => planner::measure(),
        Part::Leavers => leavers::plain(options).await,
        Part::Groups => leavers::groups(options).await,
        Part::Grace => leavers::grace(options).await,
        Part::AccessIdle => access::idle().await,
        Part::AccessBusy => access::busy(options).await,
        Part::Failover => failover::measure(options).await,
        Part::Faults => faults::measure(options).await,
        Part::Idle => idle::ten_thousand().await,
        Part::IdleLarge => idle::hundred_thousand().await,
    }
}
