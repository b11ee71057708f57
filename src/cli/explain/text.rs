//! An explanation in words.

use std::fmt::Write as _;

use jiff::Timestamp;
use kube::ResourceExt;

use crate::api::user_status::{Fate, Loss, StepState, StepStatus};
use crate::api::{Span, User};
use crate::cli::output::table;

use super::Explanation;

/// The explanations, one below the other.
pub(super) fn of_all(said: &[Explanation], now: Timestamp) -> String {
    let texts: Vec<_> = said.iter().map(|said| of(said, now)).collect();
    texts.join("\n")
}

/// The names of Users, as kubectl has them.
pub(super) fn names(users: &[User]) -> String {
    let names = users
        .iter()
        .map(|user| format!("user.onhook.dev/{}\n", user.name_any()));
    names.collect()
}

/// One line each.
pub(super) fn lines(said: &[Explanation], now: Timestamp) -> String {
    let rows: Vec<_> = said.iter().map(|said| row(said, now)).collect();
    let heads = [
        "USER",
        "USER NAME",
        "STATE",
        "STANDS",
        "STEP",
        "SINCE",
        "BLOCKED BY",
        "GOES ON",
    ];
    table(heads, &rows)
}

fn row(said: &Explanation, now: Timestamp) -> [String; 8] {
    let or_none = |text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .unwrap_or("<none>".to_owned())
    };
    let reasons: Vec<_> = said
        .blockers
        .iter()
        .map(|blocker| blocker.reason.clone())
        .collect();
    [
        said.user.clone(),
        said.user_name.clone(),
        format!("{:?}", said.state).to_lowercase(),
        said.lane.words().to_owned(),
        or_none(said.step.clone()),
        or_none(said.since.map(|since| ago(since, now))),
        or_none(Some(reasons.join(","))),
        or_none(said.at.map(|at| format!("{at:.0}"))),
    ]
}

fn of(said: &Explanation, now: Timestamp) -> String {
    let mut text = format!("{} ({})\n", said.user, said.user_name);
    let mut line = |what: &str, words: &str| {
        let _ = writeln!(text, "  {what:<12}{words}");
    };
    let asked = (said.requested_by.as_ref()).map_or(String::new(), |who| format!(", asked for by {who}"));
    let state = format!("{:?}", said.state).to_lowercase();
    line("state", &format!("{state}{asked}"));
    let at = (said.step.as_ref()).map_or(String::new(), |step| format!(", at the step {step}"));
    let since = (said.since).map_or(String::new(), |since| {
        format!(", since {since} ({})", ago(since, now))
    });
    line("stands", &format!("{}{at}{since}", said.lane.words()));
    if said.blockers.is_empty()
        && let Some(message) = &said.message
    {
        line("why", message);
    }
    for blocker in &said.blockers {
        line("why", &format!("{} [{}]", blocker.what, blocker.reason));
        line("to do", &blocker.to_do);
    }
    let at = (said.at).map_or(String::new(), |at| format!(", at {at}."));
    line("goes on", &format!("{}{at}", said.goes_on));
    if let Some(command) = &said.command {
        line("to approve", command);
    }
    if let Some(record) = &said.record {
        line("record", &format!("onhook records show {record}"));
    }
    for warning in &said.warnings {
        let to_do = warning.to_do.as_deref().unwrap_or_default();
        line("note", format!("{} {to_do}", warning.what).trim_end());
    }
    steps(&mut text, &said.steps);
    losses(&mut text, &said.losses);
    text
}

fn steps(text: &mut String, steps: &[StepStatus]) {
    let shown = steps.iter().filter(|step| step.state != StepState::Skipped);
    for (n, step) in shown.enumerate() {
        if n == 0 {
            text.push_str("  steps\n");
        }
        let when = match (step.state, step.not_before) {
            (StepState::Pending, _) => String::new(),
            (StepState::Waiting, Some(until)) => format!(" until {until}"),
            _ => format!(" since {}", step.since),
        };
        let state = format!("{:?}", step.state).to_lowercase();
        let _ = writeln!(text, "    {:<26}{state}{when}", step.name.to_string());
    }
}

fn losses(text: &mut String, losses: &[Loss]) {
    for fate in [Fate::Destroyed, Fate::Inactivated, Fate::Freed, Fate::Kept] {
        let mut of_this = losses.iter().filter(|loss| loss.fate == fate).peekable();
        if of_this.peek().is_some() {
            let _ = writeln!(text, "  {}", format!("{fate:?}").to_lowercase());
        }
        for loss in of_this {
            let _ = writeln!(text, "    {} ({})", loss.what, loss.rules.join(", "));
        }
    }
}

/// How long ago a time was, in the two largest units.
fn ago(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    let coarse = match seconds {
        0..=119 => seconds,
        120..=7_199 => seconds / 60 * 60,
        _ => seconds / 3_600 * 3_600,
    };
    format!("for {}", Span::from_seconds(coarse))
}
