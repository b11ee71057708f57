//! Two replicas, of which the one that works is cut off in the middle, and comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use nix::sys::signal::Signal;
use onhook::testbed::judge::Journal;
use onhook::testbed::wait_until;

use crate::leavers::{INTERVAL, count};
use crate::options::Options;
use crate::people::{self, Crowd};
use crate::stage::{Stage, has_ended};
use crate::{Figures, Outcome};

const LEAVERS: usize = 200;
/// A Lease, the longest call and what there is between them.
const TAKEN_OVER: Duration = Duration::from_secs(180);

/// Counts the writes that the judge of the journal finds wrong: sent twice, or beside another.
///
/// # Errors
/// The leavers do not end.
pub async fn measure(options: &Options) -> Outcome<Figures> {
    let Crowd { account, people } = people::crowd(LEAVERS.min(options.leavers), 0, 100);
    let stage = Stage::start(account, options.scale, INTERVAL).await?;
    let mut first = stage.operator("first").await?;
    stage.declare(&people, "active").await?;
    stage.adopted(people.len()).await?;
    let second = stage.operator("second").await?;
    stage.begin().await?;
    let before = stage.last_call();
    stage.set_state(&people, "deleted").await?;
    stage.until("gone", people.len() / 4, has_ended).await?;
    first.signal(Signal::SIGSTOP)?;
    let stopped = writes(&stage, before);
    eprintln!("bench: the holder was cut off after {stopped} writes");
    wait_until("the other one to go on", TAKEN_OVER, async || {
        match writes(&stage, before) {
            now if now > stopped + 12 => Ok(()),
            now => Err(format!("{} writes since", now - stopped)),
        }
    })
    .await?;
    first.signal(Signal::SIGCONT)?;
    eprintln!("bench: the first one is back");
    stage.until("gone", people.len(), has_ended).await?;
    // A 429 is a fault of its own, which other figures count.
    let mut wrong = wrong(&stage)?;
    wrong.retain(|fault| !fault.ends_with("earned a 429"));
    for fault in &wrong {
        eprintln!("bench: {fault}");
    }
    second.stop().await?;
    first.stop().await?;
    Ok(Figures::from([("failover_double_writes", count(wrong.len()))]))
}

fn writes(stage: &Stage, seq: u64) -> usize {
    let calls = stage.calls_since(seq);
    calls.iter().filter(|call| call.method != "GET").count()
}

fn wrong(stage: &Stage) -> Outcome<Vec<String>> {
    let entries = stage.handle().journal();
    let lines: Vec<String> = entries
        .iter()
        .map(serde_json::to_string)
        .collect::<Result<_, _>>()?;
    Ok(Journal::read(&lines.join("\n"))?.faults(&BTreeMap::new()))
}
