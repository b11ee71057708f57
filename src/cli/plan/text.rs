//! A plan in words: for a terminal, and as Markdown for a comment on a pull request.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::api::Span;
use crate::api::user_status::{Blocker, Fate};

use super::report::{AccountReport, Approval, Ending, Report, Severity, UserReport};

/// More of a wait than this is told between two steps.
const A_WAIT: SignedDuration = SignedDuration::from_mins(10);

const FATES: [(Fate, &str); 4] = [
    (Fate::Destroyed, "lost for good"),
    (Fate::Inactivated, "inactive"),
    (Fate::Freed, "free for others"),
    (Fate::Kept, "kept"),
];

/// Words of a terminal, in color or not.
#[derive(Clone, Copy)]
pub(super) struct Paint(pub bool);

impl Paint {
    fn paint(self, color: &str, text: &str) -> String {
        match self.0 {
            true => format!("\x1b[{color}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }

    fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }
}

/// The plan for a terminal.
pub(super) fn terminal(report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    for user in &report.users {
        let _ = writeln!(text, "{}  {}", paint.bold(&user.user), user.user_name);
        let _ = writeln!(text, "  {}", user.change());
        for (n, line) in steps(user).into_iter().enumerate() {
            let line = if line.is_final {
                paint.red(&line.words)
            } else {
                line.words
            };
            let _ = writeln!(text, "  {:>2}. {line}", n + 1);
        }
        if let Some(approval) = user.approval {
            let line = format!("{:<16}{}", "needs approval", needs(approval));
            let _ = writeln!(text, "  {}", paint.yellow(&line));
        }
        if !user.says.is_empty() {
            let _ = writeln!(text, "  {:<16}{}", "ends", user.says);
        }
        for blocker in &user.blockers {
            let (what, to_do) = (&blocker.what, &blocker.to_do);
            let word = standing(user.ending);
            let _ = writeln!(
                text,
                "  {}",
                paint.yellow(&format!("{word:<16}{what} [{}]", blocker.reason))
            );
            let _ = writeln!(text, "  {:<16}{to_do}", "to do");
        }
        for (fate, words) in FATES {
            for loss in user.losses_of(fate) {
                let line = format!("{words:<16}{} ({})", loss.what, loss.rules.join(", "));
                let line = if fate == Fate::Destroyed {
                    paint.red(&line)
                } else {
                    line
                };
                let _ = writeln!(text, "  {line}");
            }
        }
        for warning in &user.warnings {
            let _ = writeln!(text, "  {:<16}{}", "note", warning.what);
        }
        if user.calls > 0 {
            let _ = writeln!(text, "  {:<16}{}", "costs", cost(user));
        }
        text.push('\n');
    }
    for account in &report.accounts {
        for line in about(account) {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = writeln!(text, "{}", paint.bold(&summary(report)));
    text
}

/// The plan for a comment on a pull request.
pub(super) fn markdown(report: &Report) -> String {
    let mut text = format!("### Onhook: {}\n\n", summary(report));
    for user in &report.users {
        let mark = match user.severity() {
            Severity::Nothing => "⚪",
            Severity::Changes => "🟢",
            Severity::Destructive => "🔴",
            Severity::Refused => "⛔",
        };
        let _ = writeln!(
            text,
            "<details><summary>{mark} <b>{}</b> ({}): {}</summary>\n",
            escaped(&user.user),
            escaped(&user.user_name),
            escaped(&user.change())
        );
        for (n, line) in steps(user).into_iter().enumerate() {
            let words = escaped(&line.words);
            let words = if line.is_final {
                format!("**{words}**")
            } else {
                words
            };
            let _ = writeln!(text, "{}. {words}", n + 1);
        }
        text.push('\n');
        if let Some(approval) = user.approval {
            let _ = writeln!(text, "> **needs approval**: {}\n", needs(approval));
        }
        if !user.says.is_empty() {
            let _ = writeln!(text, "Ends: {}\n", escaped(&user.says));
        }
        for Blocker {
            reason, what, to_do, ..
        } in &user.blockers
        {
            let word = standing(user.ending);
            let _ = writeln!(
                text,
                "> **{word}** `{reason}`: {}\n> *{}*\n",
                escaped(what),
                escaped(to_do)
            );
        }
        for (fate, words) in FATES {
            for loss in user.losses_of(fate) {
                let _ = writeln!(
                    text,
                    "- {words}: {} ({})",
                    escaped(&loss.what),
                    loss.rules.join(", ")
                );
            }
        }
        for warning in &user.warnings {
            let _ = writeln!(text, "- note: {}", escaped(&warning.what));
        }
        if user.calls > 0 {
            let _ = writeln!(text, "\nCosts {}.", cost(user));
        }
        text.push_str("\n</details>\n\n");
    }
    for account in &report.accounts {
        for line in about(account) {
            let _ = writeln!(text, "- {}", escaped(&line));
        }
    }
    text
}

/// Text of people inside Markdown: what could be taken for markup is not.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '*' | '_' | '`' | '|' | '[' | ']' | '\\' | '#' | '@' => {
                safe.push('\\');
                safe.push(c);
            }
            '\n' | '\r' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

struct Line {
    words: String,
    is_final: bool,
}

/// The steps, with the waits between them.
fn steps(user: &UserReport) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut last: Option<Timestamp> = None;
    for deed in &user.deeds {
        let waited = last.map(|last| deed.at.duration_since(last));
        let words = match waited.filter(|waited| *waited >= A_WAIT) {
            Some(waited) => format!(
                "{} after {}, at {:.0}: {}",
                deed.step,
                span(waited),
                deed.at,
                deed.what
            ),
            None => format!("{}: {}", deed.step, deed.what),
        };
        lines.push(Line {
            words,
            is_final: deed.is_final,
        });
        last = Some(deed.at);
    }
    lines
}

fn span(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    let coarse = if seconds >= 7_200 {
        seconds / 3_600 * 3_600
    } else {
        seconds / 60 * 60
    };
    Span::from_seconds(coarse).to_string()
}

fn needs(approval: Approval) -> &'static str {
    match approval {
        Approval::Policy => "the Tenant wants one for this removal. What stands here follows it.",
        Approval::Limit => "the removals are over the Tenant's limit, and held. What stands here follows it.",
    }
}

fn standing(ending: Ending) -> &'static str {
    match ending {
        Ending::Refused => "refused",
        Ending::Blocked | Ending::Ready | Ending::Unclear => "blocked",
    }
}

fn cost(user: &UserReport) -> String {
    let calls = format!("about {} calls", user.calls);
    match user.ends_at {
        Some(at) => format!("{calls}, done about {at:.0} at the earliest"),
        None => calls,
    }
}

fn about(account: &AccountReport) -> Vec<String> {
    let AccountReport { tenant, users, .. } = account;
    let mut lines = vec![format!(
        "{tenant}: read at {:.0}, {users} users.",
        account.read_at
    )];
    if account.unreadable > 0 {
        lines.push(format!(
            "{tenant}: {} users could not be read. Whoever is not found may be one of them.",
            account.unreadable
        ));
    }
    if account.observes {
        lines.push(format!(
            "{tenant}: its mode is Observe, so that nothing of this is written."
        ));
    }
    if account.suspended {
        lines.push(format!(
            "{tenant}: it is suspended, so that nothing of this is written yet."
        ));
    }
    match account.allowed {
        Some(allowed) if account.held => lines.push(format!(
            "{tenant}: {} removals count, and the limit allows {allowed}: all are held until an Approval names the list.",
            account.removals
        )),
        Some(allowed) => lines.push(format!(
            "{tenant}: {} removals count, of {allowed} that the limit allows.",
            account.removals
        )),
        None => {}
    }
    if account.calls > 0 {
        lines.push(format!(
            "{tenant}: about {} calls at most, which is {} of the account's budget.",
            account.calls,
            minutes(account.budget_minutes)
        ));
    }
    lines
}

fn minutes(count: u64) -> String {
    format!("{count} minute{}", if count == 1 { "" } else { "s" })
}

/// The plan in one line.
fn summary(report: &Report) -> String {
    let count = |severity| {
        report
            .users
            .iter()
            .filter(|user| user.severity() == severity)
            .count()
    };
    let (refused, taken) = (count(Severity::Refused), count(Severity::Destructive));
    let (changed, quiet) = (count(Severity::Changes), count(Severity::Nothing));
    let mut parts = Vec::new();
    for (number, words) in [
        (refused, "refused or held"),
        (taken, "losing something"),
        (changed, "changed"),
        (quiet, "without anything to do"),
        (report.unchanged, "declared as before"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {words}"));
        }
    }
    if parts.is_empty() {
        parts.push("nobody".to_owned());
    }
    let mut text = format!("Against {}: {}.", report.against, parts.join(", "));
    if report.gone > 0 {
        let _ = write!(
            text,
            " {} no longer declared: nothing happens to them unless their objects are deleted (--prune shows that).",
            report.gone
        );
    }
    text
}
