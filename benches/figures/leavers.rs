//! Many leave at once: what each of them costs, and how well the budget is used.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future;
use jiff::Timestamp;
use onhook::api::{LicenseAssignment, QueueAssignment};
use onhook::simulator::Entry;
use onhook::testbed::project_folder;
use serde_json::{Value, json};

use crate::options::Options;
use crate::people::{self, Crowd};
use crate::stage::{Person, Stage, has_ended, object};
use crate::{Figures, Outcome, plain_client};

/// How many ring groups the leavers of a run with groups are in.
const GROUPS: usize = 20;
/// The plain client takes one leaver after the other, and each as long: few tell enough.
const PLAIN_LEAVERS: usize = 20;
/// The account names a reset in whole seconds, rounded up; where time runs fast, the plain client would wait too long.
const PLAIN_SCALE: u32 = 2;
/// How often the account is listed, in its own time.
pub const INTERVAL: Duration = Duration::from_secs(600);

/// What a run of leavers came to.
pub struct Run {
    /// Calls from the change of state to the end.
    pub calls: Vec<Entry>,
    /// Time of the account from the change of state to the end of the last.
    pub took: Duration,
    /// Kubernetes writes in that time.
    pub kube_writes: usize,
    /// How many left.
    pub leavers: usize,
}

/// What is different in a run.
#[derive(Clone, Copy, Default)]
pub struct Kind {
    groups: usize,
    grace: bool,
    declared: bool,
}

/// Leavers without membership and grace, then the plain client on a fresh copy of their account.
///
/// # Errors
/// One of them does not end.
pub async fn plain(options: &Options) -> Outcome<Figures> {
    let run = leave(options, Kind::default()).await?;
    let mut figures = Figures::from([
        ("calls_per_leaver", run.calls_per_leaver()),
        ("budget_used", run.budget_used()),
        ("earned_429", count(run.earned_429())),
    ]);
    let account = crowd(options, Kind::default());
    let few = options.leavers.min(PLAIN_LEAVERS);
    let plain = plain_client::run(account, few, options.scale.min(PLAIN_SCALE)).await?;
    // It takes one after the other, so that all take as many times as long as the few.
    let all = plain.took.as_secs_f64() * count(options.leavers) / count(few);
    figures.insert("time_vs_plain_client", run.took.as_secs_f64() / all);
    figures.insert("calls_per_leaver_plain", count(plain.calls) / count(few));
    figures.insert("leavers_plain", count(few));
    Ok(figures)
}

/// Leavers who are in ring groups, with a license and the group declared.
///
/// # Errors
/// One of them does not end.
pub async fn groups(options: &Options) -> Outcome<Figures> {
    let kind = Kind {
        groups: GROUPS,
        declared: true,
        ..Kind::default()
    };
    let run = leave(options, kind).await?;
    Ok(Figures::from([
        ("calls_per_leaver_groups", run.calls_per_leaver()),
        (
            "kube_writes_per_leaver",
            count(run.kube_writes) / count(run.leavers),
        ),
    ]))
}

/// Leavers who keep their license for a while.
///
/// # Errors
/// One of them does not end.
pub async fn grace(options: &Options) -> Outcome<Figures> {
    let kind = Kind {
        grace: true,
        ..Kind::default()
    };
    let run = leave(options, kind).await?;
    Ok(Figures::from([(
        "calls_per_leaver_grace",
        run.calls_per_leaver(),
    )]))
}

/// A number as a figure; none here is so large that it would be rounded.
pub fn count(many: usize) -> f64 {
    many as f64
}

fn crowd(options: &Options, kind: Kind) -> Crowd {
    people::crowd(options.leavers, kind.groups, 100)
}

async fn leave(options: &Options, kind: Kind) -> Outcome<Run> {
    let Crowd { account, people } = crowd(options, kind);
    let stage = Stage::start(account, options.scale, INTERVAL).await?;
    let operator = stage.operator("bench").await?;
    let offboarding = match kind.grace {
        true => json!({"licenseGracePeriod": "2s"}),
        false => json!({}),
    };
    stage.declare_with(&people, "active", &offboarding).await?;
    if kind.declared {
        declare_dependants(&stage, &people, kind.groups).await?;
    }
    stage.adopted(people.len()).await?;
    stage.begin().await?;
    let run = leave_on(&stage, &people).await?;
    operator.stop().await?;
    Ok(run)
}

async fn declare_dependants(stage: &Stage, people: &[Person], groups: usize) -> Outcome<()> {
    let license = |person: &Person| {
        let spec = json!({"userRef": {"name": person.name}, "license": {"name": "X4-Standard-US"}});
        object("LicenseAssignment", &person.name, &spec)
    };
    let queue = |(index, person): (usize, &Person)| {
        let queue = json!({"type": "RingGroup", "name": people::group(index, groups)});
        object(
            "QueueAssignment",
            &person.name,
            &json!({"userRef": {"name": person.name}, "queue": queue}),
        )
    };
    let licenses: Vec<Value> = people.iter().map(license).collect();
    let queues: Vec<Value> = people.iter().enumerate().map(queue).collect();
    stage.create::<LicenseAssignment>(licenses).await?;
    stage.create::<QueueAssignment>(queues).await
}

/// Lets people leave who are adopted, and waits for the last.
///
/// # Errors
/// One of them does not end.
pub async fn leave_on(stage: &Stage, people: &[Person]) -> Outcome<Run> {
    let (before, place) = (stage.last_call(), stage.audit_end()?);
    let begun = Instant::now();
    let (changed, ended) = future::join(
        stage.set_state(people, "deleted"),
        stage.until("gone", people.len(), has_ended),
    )
    .await;
    changed?;
    ended?;
    let elapsed = begun.elapsed();
    let calls = stage.calls_since(before);
    write_down(&calls)?;
    let took = last_time(&calls, elapsed);
    let writes = stage.kube_writes_since(place)?;
    for (kind, many) in kinds(&calls).iter().chain(&writes) {
        eprintln!("bench: {:.3} {kind} a leaver", count(*many) / count(people.len()));
    }
    Ok(Run {
        calls,
        took: stage.account_time(took),
        kube_writes: writes.values().sum(),
        leavers: people.len(),
    })
}

/// Writes the calls down, one a line, so that it can be seen what a figure is made of.
fn write_down(calls: &[Entry]) -> Outcome<()> {
    let line = |call: &Entry| format!("{} {} {} {}\n", call.time, call.method, call.path, call.status);
    let file = project_folder().join("target/bench/calls.txt");
    std::fs::write(&file, calls.iter().map(line).collect::<String>())?;
    eprintln!("bench: the calls are in {}", file.display());
    Ok(())
}

/// How many calls of each kind there are.
fn kinds(calls: &[Entry]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for call in calls {
        let path = call.path.split('?').next().unwrap_or_default();
        let mut parts = path.split('/').filter(|part| !part.is_empty()).skip(1);
        let what = parts.next().unwrap_or_default();
        let one = if parts.next().is_some() { "/…" } else { "" };
        *kinds.entry(format!("{} {what}{one}", call.method)).or_default() += 1;
    }
    kinds
}

/// From the first call to the last one about a user; the lists of an inventory may come later.
fn last_time(calls: &[Entry], otherwise: Duration) -> Duration {
    let time = |entry: &Entry| entry.time.parse::<Timestamp>().ok();
    let first = calls.first().and_then(time);
    let last = calls
        .iter()
        .rev()
        .find(|entry| is_of_one_user(entry))
        .and_then(time);
    match (first, last) {
        (Some(first), Some(last)) => Duration::try_from(last.duration_since(first)).unwrap_or(otherwise),
        _ => otherwise,
    }
}

fn is_of_one_user(entry: &Entry) -> bool {
    entry.path.contains("/users/")
}

impl Run {
    /// Calls for each who left, lists included.
    pub fn calls_per_leaver(&self) -> f64 {
        count(self.calls.len()) / count(self.leavers)
    }

    /// Share of the limit a minute.
    fn budget_used(&self) -> f64 {
        let minutes = self.took.as_secs_f64() / 60.0;
        count(self.calls.len()) / (100.0 * minutes)
    }

    /// 429s that no fault made.
    pub fn earned_429(&self) -> usize {
        let earned = |entry: &&Entry| entry.status == 429 && entry.fault.is_none();
        self.calls.iter().filter(earned).count()
    }
}
