//! The commands of the `onhook` binary.

mod account;
mod approval;
mod board;
mod check;
mod cluster;
mod completions;
mod crds;
mod deployment;
mod docs;
mod explain;
mod files;
mod given;
mod heads;
mod import;
mod lane;
mod output;
mod plan;
mod progress;
mod records;
mod run;
mod snapshot;
#[cfg(test)]
mod tests;
mod version;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Group and version of our kinds.
const GROUP_VERSION: &str = "onhook.dev/v1alpha1";

/// Off-boards people from an 8x8 account, in the right order, from Kubernetes resources.
#[derive(Debug, Parser)]
#[command(
    name = "onhook",
    version,
    about,
    after_long_help = "\
Examples:
  # Is the cluster ready, and is everything in place
  onhook check

  # What would a change of manifests do to whom
  onhook plan --filename people

  # Where does a leaver stand, and what is to do
  onhook explain user/jane-doe --namespace people"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the operator.
    Run(run::Arguments),
    /// Say where a leaver stands, why, what a person must do, and when it goes on.
    Explain(explain::Arguments),
    /// Write the people of an account as YAML for Git, or list them. It never changes the account.
    Import(import::Arguments),
    /// Say what a change of manifests would do to whom, before it is applied. It never changes an account or a cluster.
    Plan(plan::Arguments),
    /// Show all who leave on a web page of this machine, live and read-only.
    Board(board::Arguments),
    /// Read and check the records of removals.
    Records(records::Arguments),
    /// Print the Approval of exactly the removals that wait now, for `kubectl create -f -`. It changes nothing itself.
    Approval(approval::Arguments),
    /// Say whether the cluster is ready for Onhook, and whether Onhook is ready in it, each with what to do.
    Check(check::Arguments),
    /// Say which version this is, and which one runs in the cluster.
    Version(version::Arguments),
    /// Write the custom resource definitions, or check that they are in step with this binary.
    Crds(crds::Arguments),
    /// Write the reference pages of the documentation, or check that they are in step with this binary.
    #[command(hide = true)]
    Docs(docs::Arguments),
    /// Print what a shell needs to complete the commands.
    #[command(visible_alias = "completion")]
    Completions(completions::Arguments),
}

/// What went wrong, in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Generated files are not in step with their source.
    #[error("{0}")]
    OutOfStep(String),
    /// The Kubernetes API server cannot be used.
    #[error("{0}")]
    Kubernetes(String),
    /// Records are not there, cannot be read, or do not hold.
    #[error("{0}")]
    Records(String),
    /// Something the operator needs at its start is not to be had.
    #[error("{0}")]
    Start(String),
    /// The arguments do not go together.
    #[error("{0}")]
    Usage(String),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// The account of 8x8 cannot be read.
    #[error("{0}")]
    Account(String),
    /// The result cannot be written in the form that was asked for.
    #[error("the result cannot be written: {0}")]
    Output(String),
}

impl CliError {
    fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::File {
            path: path.display().to_string(),
            source,
        }
    }
}

/// Runs the command that the arguments of the process name. Called as `kubectl-onhook`, which is how kubectl calls a plugin,
/// it speaks of itself as `kubectl onhook`. Called as `kubectl_complete-onhook`, which is how kubectl asks what the words of a
/// plugin may become, it says that instead.
///
/// # Errors
/// Says what went wrong; the process should print it and end with status 1.
pub async fn main() -> Result<ExitCode, CliError> {
    if called_as("kubectl_complete-onhook") {
        completions::for_kubectl(std::env::args_os().skip(1).collect())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = Cli::command();
    if called_as("kubectl-onhook") {
        command = as_plugin(command);
    }
    let matches = match command.try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return Ok(unparsed(&error)),
    };
    let cli = Cli::from_arg_matches(&matches).map_err(|error| CliError::Usage(error.to_string()))?;
    match cli.command {
        Command::Run(arguments) => run::run(arguments).await?,
        Command::Explain(arguments) => explain::run(arguments).await?,
        Command::Import(arguments) => import::run(arguments).await?,
        Command::Plan(arguments) => return plan::run(arguments).await,
        Command::Board(arguments) => board::run(arguments).await?,
        Command::Records(arguments) => records::run(arguments).await?,
        Command::Approval(arguments) => approval::run(arguments).await?,
        Command::Check(arguments) => return check::run(arguments).await,
        Command::Version(arguments) => version::run(arguments).await?,
        Command::Crds(arguments) => crds::run(&arguments)?,
        Command::Docs(arguments) => docs::run(&arguments)?,
        Command::Completions(arguments) => completions::run(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The commands, as clap knows them.
pub fn command() -> clap::Command {
    Cli::command()
}

/// What a person asked for by --help and --version, or what is wrong with the arguments. That is status 1, as any error is: 2
/// has a meaning of its own for a plan.
fn unparsed(error: &clap::Error) -> ExitCode {
    // Nobody may be there to read it.
    let _ = error.print();
    match error.use_stderr() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// The commands as a plugin of kubectl has them: those of whoever runs the operator are not offered there.
fn as_plugin(command: clap::Command) -> clap::Command {
    let hidden = ["run", "crds"];
    let command = hidden
        .iter()
        .fold(command.bin_name("kubectl onhook"), |command, name| {
            command.mut_subcommand(name, |command| command.hide(true))
        });
    with_examples_of_kubectl(command)
}

fn with_examples_of_kubectl(command: clap::Command) -> clap::Command {
    let command = command.mut_subcommands(with_examples_of_kubectl);
    match command.get_after_long_help().map(ToString::to_string) {
        Some(text) => command.after_long_help(text.replace("\n  onhook ", "\n  kubectl onhook ")),
        None => command,
    }
}

fn called_as(expected: &str) -> bool {
    let name = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = name.as_deref().and_then(std::path::Path::file_stem);
    name.is_some_and(|name| name == expected)
}
