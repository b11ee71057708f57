//! The leavers again, on an account that fails in every way it can.

use onhook::api::User;
use onhook::simulator::{Effect, Fault, Outcome as Ending, Reset};

use crate::leavers::{INTERVAL, count};
use crate::options::Options;
use crate::people::{self, Crowd};
use crate::stage::{Stage, has_ended};
use crate::{Figures, Outcome};

/// Calls that fail, and their share.
fn faults() -> Vec<Fault> {
    let of = |method: &str, share: f64, effect: Effect| Fault {
        times: u64::MAX,
        share,
        ..Fault::new(method, "*", effect)
    };
    let mut faults = vec![
        of("GET", 0.002, Effect::Status(429)),
        of("GET", 0.05, Effect::Status(500)),
        of("GET", 0.05, Effect::Status(503)),
        of("GET", 0.05, Effect::Reset(Reset::Before)),
    ];
    for method in ["PUT", "DELETE"] {
        faults.extend([
            of(method, 0.002, Effect::Status(429)),
            of(method, 0.05, Effect::Status(500)),
            of(method, 0.05, Effect::Status(503)),
            of(method, 0.05, Effect::AppliedThen408(true)),
            of(method, 0.05, Effect::Reset(Reset::After)),
            of(method, 0.05, Effect::Operation(Ending::Failed)),
            of(method, 0.05, Effect::Operation(Ending::Unknown)),
        ]);
    }
    faults
}

/// Leavers without faults, then the same with.
///
/// # Errors
/// They neither end nor say why.
pub async fn measure(options: &Options) -> Outcome<Figures> {
    let without = run(options, Vec::new()).await?;
    let with = run(options, faults()).await?;
    Ok(Figures::from([
        ("faults_calls_ratio", with.calls / without.calls),
        ("faults_unexplained", with.unexplained),
    ]))
}

struct Ended {
    /// For each leaver.
    calls: f64,
    unexplained: f64,
}

async fn run(options: &Options, faults: Vec<Fault>) -> Outcome<Ended> {
    let Crowd { account, people } = people::crowd(options.leavers, 0, 100);
    let stage = Stage::start(account, options.scale, INTERVAL).await?;
    let operator = stage.operator("bench").await?;
    stage.declare(&people, "active").await?;
    stage.adopted(people.len()).await?;
    stage.begin().await?;
    for fault in faults {
        stage.handle().inject(fault);
    }
    let before = stage.last_call();
    stage.set_state(&people, "deleted").await?;
    let explained = |user: &User| has_ended(user) || is_unknown(user);
    stage.until("gone or unknown", people.len(), explained).await?;
    let calls = stage.calls_since(before).len();
    let users = stage.api::<User>().list(&Default::default()).await?.items;
    let unexplained = users.iter().filter(|user| !explained(user)).count();
    operator.stop().await?;
    Ok(Ended {
        calls: count(calls) / count(people.len()),
        unexplained: count(unexplained),
    })
}

/// Whether it names that nobody knows what became of a write.
fn is_unknown(user: &User) -> bool {
    let blockers = user.status.iter().flat_map(|status| &status.blockers);
    blockers
        .into_iter()
        .any(|blocker| blocker.reason == "OutcomeUnknown")
}
