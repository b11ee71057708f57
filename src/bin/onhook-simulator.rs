//! An embedded 8x8 account as a process of its own: `serve` runs it, `seed` makes one to start from.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use onhook::simulator::{Config, Seed, Settings, Simulator, Source, state_text, write_state};
use tokio::signal::unix::{SignalKind, signal};

/// An 8x8 account for demo and tests.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs an account until it is told to end, and prints its addresses and keys as one line of JSON
    Serve(Serve),
    /// Makes an account and writes it in the form of a state file
    Seed(MakeSeed),
}

#[derive(Args)]
struct Serve {
    /// Where the vendor's APIs listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the control port listens
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// How many users a new account has
    #[arg(long, default_value_t = 200)]
    users: usize,
    /// What a new account is made from: the same number makes the same account
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// File that keeps the account over a restart
    #[arg(long)]
    state: Option<PathBuf>,
    /// How many times as fast as the wall clock the account's time runs
    #[arg(long, default_value_t = 1.0)]
    time_scale: f64,
    #[command(flatten)]
    limits: Limits,
    /// File that gets the line that is printed, once the account is ready
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

#[derive(Args)]
struct Limits {
    /// Requests that one key has in a minute
    #[arg(long, default_value_t = Settings::default().requests_per_minute)]
    limit_per_minute: usize,
    /// Requests that one key has in ten seconds
    #[arg(long, default_value_t = Settings::default().requests_per_ten_seconds)]
    limit_per_ten_seconds: usize,
    /// Operations in flight that the organisation has
    #[arg(long, default_value_t = Settings::default().operations_in_flight)]
    limit_operations: usize,
}

#[derive(Args)]
struct MakeSeed {
    /// How many users
    #[arg(long)]
    users: usize,
    /// What the account is made from
    #[arg(long)]
    seed: u64,
    /// File to write; standard output without it
    #[arg(long)]
    output: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let done = match Arguments::parse().command {
        Command::Serve(arguments) => serve(arguments).await,
        Command::Seed(arguments) => seed(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the account cannot go on");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Serve) -> io::Result<()> {
    // Before anything is told to be ready, so that a signal right after it ends all in order.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let limits = arguments.limits;
    let simulator = Simulator::start(Config {
        source: Source::Seed(Seed::new(arguments.users, arguments.seed)),
        state: arguments.state,
        time_scale: arguments.time_scale,
        settings: Settings {
            requests_per_minute: limits.limit_per_minute,
            requests_per_ten_seconds: limits.limit_per_ten_seconds,
            operations_in_flight: limits.limit_operations,
            ..Settings::default()
        },
        listen: arguments.listen,
        control: arguments.control,
    })
    .await?;
    let line = format!("{}\n", simulator.summary());
    io::stdout().write_all(line.as_bytes())?;
    io::stdout().flush()?;
    if let Some(path) = arguments.ready_file {
        std::fs::write(path, line)?;
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    simulator.shutdown().await
}

fn seed(arguments: &MakeSeed) -> io::Result<()> {
    let account = Seed::new(arguments.users, arguments.seed).account();
    match &arguments.output {
        Some(path) => write_state(account, path),
        None => writeln!(io::stdout(), "{}", state_text(account)?),
    }
}
