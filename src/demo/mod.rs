//! The demo: an account, a cluster, the operator, and leavers who go, shown as it happens.
//!
//! `onhook-demo` runs it, `onhook-demo --keep` leaves everything running, and `onhook-demo down` ends that.

mod account;
mod checks;
mod stage;
mod story;
mod timeline;

use std::time::Instant;

use clap::{Parser, Subcommand};

use crate::testbed;

/// Watch leavers go: a real API server, an embedded 8x8 account, and the operator.
#[derive(Debug, Parser)]
#[command(name = "onhook-demo", version, about)]
struct Cli {
    /// Leave everything running at the end, and print how to look at it.
    #[arg(long)]
    keep: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// End what `--keep` left running.
    Down,
}

/// What kept the demo from its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The control plane or a process failed.
    #[error("{0}")]
    Testbed(#[from] testbed::Error),
    /// The API server did not do what it was asked.
    #[error("Kubernetes: {0}")]
    Kube(#[from] kube::Error),
    /// The embedded account's control port did not do what it was asked.
    #[error("the control port of the account: {0}")]
    Control(#[from] reqwest::Error),
    /// A file of the demo could not be read or written.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Something is not as it should be.
    #[error("{0}")]
    Wrong(String),
}

/// Runs the demo as the arguments of the process say.
///
/// # Errors
/// Says what is wrong: the demo found the account or the cluster otherwise than it should be, or could not run.
pub async fn main() -> Result<(), DemoError> {
    let cli = Cli::parse();
    if matches!(cli.command, Some(Command::Down)) {
        return stage::down().await;
    }
    let start = Instant::now();
    let interrupted = tokio::signal::ctrl_c();
    tokio::select! {
        outcome = play(cli.keep, start) => outcome,
        _ = interrupted => Err(DemoError::Wrong("interrupted; everything that was started is ended".to_owned())),
    }
}

async fn play(keep: bool, start: Instant) -> Result<(), DemoError> {
    let stage = stage::Stage::set(start).await?;
    let outcome = story::tell(&stage, start).await;
    stage.leave_behind().await?;
    outcome?;
    println!(
        "\nEverything is as it should be, after {:.0} s. See target/demo/.",
        start.elapsed().as_secs_f64()
    );
    if keep { stage.keep().await } else { Ok(()) }
}
