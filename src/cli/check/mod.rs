//! `onhook check`: whether a cluster is ready for Onhook, or Onhook is ready in it. It changes nothing.

mod definitions;
mod enforced;
mod operator;
mod policies;
mod server;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::api::Span;

use super::CliError;
use super::cluster::{Cluster, ClusterArguments, OperatorArguments};
use super::output::{Form, one_of, say, structured, table};

/// Time between two looks while it is waited.
const AGAIN: Duration = Duration::from_secs(1);

/// Arguments of `onhook check`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXIT_STATUS,
    after_long_help = format!("{EXIT_STATUS}\n\n{EXAMPLES}")
)]
pub(super) struct Arguments {
    /// Only what an installation needs: before one.
    #[arg(long)]
    pre: bool,
    /// Look again for so long, until nothing is wrong.
    #[arg(long, value_name = "TIME", default_value = "0s", hide_default_value = true)]
    wait: Span,
    /// As data instead of a line for each check.
    #[arg(short, long, value_parser = one_of([Form::Json, Form::Yaml]))]
    output: Option<Form>,
    #[command(flatten)]
    operator: OperatorArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

const EXIT_STATUS: &str = "\
Exit status: 0 nothing is wrong, 1 something is. What cannot be told, or is a choice of yours, is a note.";

const EXAMPLES: &str = "\
Examples:
  # Before an installation
  onhook check --pre

  # After one, until everything is in place
  onhook check --wait 60s

  # For a program
  onhook check --output json";

/// What a check found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    check: &'static str,
    outcome: Outcome,
    /// What was found, in words.
    says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    to_do: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    /// It is as it should be.
    Ok,
    /// It cannot be told, or is a choice.
    Note,
    /// It is wrong.
    Problem,
}

impl Finding {
    fn ok(check: &'static str, says: impl Into<String>) -> Self {
        Self::new(check, Outcome::Ok, says, None)
    }

    fn note(check: &'static str, says: impl Into<String>) -> Self {
        Self::new(check, Outcome::Note, says, None)
    }

    fn problem(check: &'static str, says: impl Into<String>, to_do: &str) -> Self {
        Self::new(check, Outcome::Problem, says, Some(to_do))
    }

    fn new(check: &'static str, outcome: Outcome, says: impl Into<String>, to_do: Option<&str>) -> Self {
        Self {
            check,
            outcome,
            says: says.into(),
            to_do: to_do.map(str::to_owned),
        }
    }

    /// A read that failed: who may not look cannot tell.
    fn unread(check: &'static str, cluster: &Cluster, error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.is_forbidden() => {
                Self::note(check, format!("cannot be told: {}", status.message))
            }
            error => {
                let says = cluster.failed(error).to_string();
                Self::problem(check, says, "See that the API server can be asked.")
            }
        }
    }
}

/// All that was found.
#[derive(Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Finding>,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, CliError> {
    let cluster = arguments.cluster.open().await?;
    let wait = Duration::from_secs(arguments.wait.as_seconds().unsigned_abs());
    let end = Instant::now() + wait;
    let report = loop {
        let report = look(&cluster, &arguments).await?;
        if report.ok || Instant::now() >= end {
            break report;
        }
        tokio::time::sleep(AGAIN.min(wait)).await;
    };
    say(&match arguments.output {
        Some(form) => structured(form, &report)?,
        None => text(&report.checks),
    })?;
    Ok(match report.ok {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn look(cluster: &Cluster, arguments: &Arguments) -> Result<Report, CliError> {
    let mut checks = server::look(cluster, arguments.pre).await;
    // A server that does not answer is said once.
    let answers = checks.iter().all(|finding| finding.check != server::ANSWERS);
    if answers && !arguments.pre {
        let defined = definitions::look(cluster).await;
        let known = defined.outcome != Outcome::Problem;
        checks.push(defined);
        let policies = policies::look(cluster).await;
        let stamps = policies
            .iter()
            .any(|finding| finding.check == policies::STAMPS && finding.outcome == Outcome::Ok);
        checks.extend(policies);
        if known {
            checks.extend(enforced::look(cluster, stamps).await);
        }
        checks.extend(operator::look(cluster, &arguments.operator.namespace, known).await?);
    }
    let ok = checks.iter().all(|finding| finding.outcome != Outcome::Problem);
    Ok(Report { ok, checks })
}

fn text(checks: &[Finding]) -> String {
    let row = |finding: &Finding| {
        let outcome = format!("{:?}", finding.outcome).to_lowercase();
        let to_do = (finding.to_do.as_ref()).map_or(String::new(), |to_do| format!(" To do: {to_do}"));
        let says = finding.says.trim_end_matches('.');
        [outcome, finding.check.to_owned(), format!("{says}.{to_do}")]
    };
    let rows: Vec<_> = checks.iter().map(row).collect();
    table(["RESULT", "CHECK", "FOUND"], &rows)
}
