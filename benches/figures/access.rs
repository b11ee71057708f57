//! How long it takes from a change of state until the write that ends access is on the wire.

use std::time::Duration;

use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use onhook::api::User;
use onhook::testbed::wait_for;
use serde_json::json;

use crate::leavers::{INTERVAL, count};
use crate::options::Options;
use crate::people::{self, Crowd};
use crate::stage::{Person, Stage};
use crate::{Figures, Outcome};

/// Samples of an idle Tenant: the p99 of so few is the slowest.
const IDLE_CUTS: usize = 50;
const BUSY_CUTS: usize = 20;
/// So far apart that a cut does not meet the calls of the one before.
const IDLE_PAUSE: Duration = Duration::from_secs(4);
const BUSY_PAUSE: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_secs(120);

/// Nobody else leaves.
///
/// # Errors
/// A cut does not arrive.
pub async fn idle() -> Outcome<Figures> {
    let Crowd { account, people } = people::crowd(IDLE_CUTS, 0, 100);
    let stage = adopted(account, &people).await?;
    let samples = cut_all(&stage.0, &people, IDLE_PAUSE).await?;
    stage.1.stop().await?;
    Ok(Figures::from([("cut_access_p99_ms_idle", p99(samples))]))
}

/// Many others leave. Unscaled as well: what is measured is work of the operator as much as waiting.
///
/// # Errors
/// A cut does not arrive.
pub async fn busy(options: &Options) -> Outcome<Figures> {
    let Crowd { account, people } = people::crowd(options.leavers + BUSY_CUTS, 0, 100);
    let (stage, operator) = adopted(account, &people).await?;
    let (cut, leavers) = people.split_at(BUSY_CUTS);
    stage.set_state(leavers, "deleted").await?;
    let samples = cut_all(&stage, cut, BUSY_PAUSE).await?;
    operator.stop().await?;
    Ok(Figures::from([("cut_access_p99_ms_busy", p99(samples))]))
}

async fn adopted(
    account: onhook::simulator::Account,
    people: &[Person],
) -> Outcome<(Stage, crate::operator::Operator)> {
    let stage = Stage::start(account, 1, INTERVAL).await?;
    let operator = stage.operator("bench").await?;
    stage.declare(people, "active").await?;
    stage.adopted(people.len()).await?;
    stage.begin().await?;
    Ok((stage, operator))
}

async fn cut_all(stage: &Stage, people: &[Person], pause: Duration) -> Outcome<Vec<f64>> {
    let mut samples = Vec::with_capacity(people.len());
    for person in people {
        tokio::time::sleep(pause).await;
        let sample = cut(stage, person).await?;
        eprintln!("bench: access was cut within {sample:.0} ms");
        samples.push(sample);
    }
    Ok(samples)
}

/// Milliseconds from before the change is sent to the API server until the PUT arrives at the account.
async fn cut(stage: &Stage, person: &Person) -> Outcome<f64> {
    let users = stage.api::<User>();
    let before = stage.last_call();
    let asked = Timestamp::now();
    let patch = Patch::Merge(json!({"spec": {"state": "deactivated"}}));
    users.patch(&person.name, &PatchParams::default(), &patch).await?;
    let arrived = wait_for("the PUT that ends access", PATIENCE, async || {
        let calls = stage.calls_since(before);
        let put = calls
            .iter()
            .find(|call| call.method == "PUT" && call.path.ends_with(&person.id))?;
        put.time.parse::<Timestamp>().ok()
    })
    .await?;
    Ok(count(
        usize::try_from(arrived.as_millisecond() - asked.as_millisecond()).unwrap_or(0),
    ))
}

/// The value that 99 % of the samples do not exceed.
fn p99(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let place = (samples.len() * 99).div_ceil(100).saturating_sub(1);
    samples.get(place).copied().unwrap_or(f64::NAN)
}
