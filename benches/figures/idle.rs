//! An account in which nothing changes: calls, writes, memory, CPU, and a restart.

use std::time::{Duration, Instant};

use onhook::simulator::Entry;

use crate::leavers::count;
use crate::operator::Operator;
use crate::people::{self, Crowd};
use crate::stage::Stage;
use crate::{Figures, Outcome};

/// How many intervals are counted.
const INTERVALS: u32 = 3;

/// 10,000 Users.
///
/// # Errors
/// The operator does not come to rest.
pub async fn ten_thousand() -> Outcome<Figures> {
    let interval = Duration::from_secs(60);
    let (stage, operator) = at_rest(10_000, interval).await?;
    let quiet = quiet(&stage, &operator, interval).await?;
    operator.stop().await?;
    let (before, place) = (stage.last_call(), stage.audit_end()?);
    let mut operator = Operator::spawn(&stage.cluster, "bench", 1).await?;
    let ready = operator.ready().await?;
    inventories(&stage, before, INTERVALS, interval).await?;
    let upstream = stage
        .calls_since(before)
        .iter()
        .filter(|call| call.method != "GET")
        .count();
    let writes = upstream + stage.kube_writes_since(place)?.values().sum::<usize>();
    operator.stop().await?;
    Ok(Figures::from([
        ("idle_calls_10k", quiet.user_lists),
        ("idle_other_calls_10k", quiet.others),
        ("idle_calls_10k_every_object", 10_000.0),
        ("rss_mib_10k", quiet.rss),
        ("idle_cpu_10k", quiet.cpu),
        ("restart_10k_writes", count(writes) + quiet.kube_writes),
        ("restart_10k_ready_s", ready.as_secs_f64()),
    ]))
}

/// 100,000 Users.
///
/// # Errors
/// The operator does not come to rest.
pub async fn hundred_thousand() -> Outcome<Figures> {
    let interval = Duration::from_secs(180);
    let (stage, operator) = at_rest(100_000, interval).await?;
    let quiet = quiet(&stage, &operator, interval).await?;
    operator.stop().await?;
    Ok(Figures::from([
        ("idle_calls_100k", quiet.user_lists),
        ("idle_other_calls_100k", quiet.others),
        ("rss_mib_100k", quiet.rss),
    ]))
}

async fn at_rest(many: usize, interval: Duration) -> Outcome<(Stage, Operator)> {
    let Crowd { account, people } = people::crowd(many, 0, 0);
    let stage = Stage::start(account, 1, interval).await?;
    stage
        .handle()
        .with_settings(|settings| settings.journal_bodies = false);
    // Declared before the operator runs: both would share the processor.
    stage.declare(&people, "active").await?;
    let operator = stage.operator("bench").await?;
    stage.adopted(many).await?;
    stage.begin().await?;
    // What wakes up once because the Tenant was changed has come to rest.
    let begun = stage.last_call();
    inventories(&stage, begun, 2, interval).await?;
    Ok((stage, operator))
}

struct Quiet {
    user_lists: f64,
    others: f64,
    kube_writes: f64,
    rss: f64,
    cpu: f64,
}

async fn quiet(stage: &Stage, operator: &Operator, interval: Duration) -> Outcome<Quiet> {
    let (before, place) = (stage.last_call(), stage.audit_end()?);
    let (begun, cpu) = (Instant::now(), operator.cpu()?);
    inventories(stage, before, INTERVALS, interval).await?;
    let cpu = operator.cpu()?.saturating_sub(cpu).as_secs_f64() / begun.elapsed().as_secs_f64();
    let calls = stage.calls_since(before);
    // The window may hold one begun inventory more than it has intervals: counted from one start to the last.
    let starts: Vec<usize> = (0..calls.len()).filter(|&at| begins(&calls[at])).collect();
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else {
        return Err("no inventory was read".into());
    };
    let whole = count(starts.len() - 1).max(1.0);
    let inside = &calls[first..last];
    let users = inside.iter().filter(|call| is_user_list(call)).count();
    Ok(Quiet {
        user_lists: count(users) / whole,
        others: count(inside.len() - users) / whole,
        kube_writes: count(stage.kube_writes_since(place)?.values().sum()),
        rss: operator.rss_mib()?,
        cpu,
    })
}

/// Waits until so many inventories began since a call, and one more.
async fn inventories(stage: &Stage, seq: u64, many: u32, interval: Duration) -> Outcome<()> {
    let end = Instant::now() + (interval + Duration::from_secs(120)) * (many + 2);
    loop {
        let begun = stage.calls_since(seq).iter().filter(|call| begins(call)).count();
        if begun > many as usize {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("only {begun} inventories began").into());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn is_user_list(entry: &Entry) -> bool {
    entry.path.contains("/users?") || entry.path.ends_with("/users")
}

/// The first page of all users.
fn begins(entry: &Entry) -> bool {
    is_user_list(entry) && !entry.path.contains("scrollId") && !entry.path.contains("filter")
}
