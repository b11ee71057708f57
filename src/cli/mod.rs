//! The commands of the `onhook` binary.

mod crds;
mod heads;
mod records;
mod run;

use clap::{Parser, Subcommand};

/// Off-boards people from an 8x8 account, in the right order, from Kubernetes resources.
#[derive(Debug, Parser)]
#[command(name = "onhook", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the operator.
    Run(run::Arguments),
    /// Read and check the records of removals.
    Records(records::Arguments),
    /// Write the custom resource definitions, or check that they are in step with this binary.
    Crds(crds::Arguments),
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
    #[error("Kubernetes: {0}. Check the kubeconfig, or the service account of the pod.")]
    Kubernetes(String),
    /// Records are not there, cannot be read, or do not hold.
    #[error("{0}")]
    Records(String),
    /// Something the operator needs at its start is not to be had.
    #[error("{0}")]
    Start(String),
}

/// Runs the command that the arguments of the process name.
///
/// # Errors
/// Says what went wrong; the process should print it and end with status 1.
pub async fn main() -> Result<(), CliError> {
    match Cli::parse().command {
        Command::Run(arguments) => run::run(arguments).await,
        Command::Records(arguments) => records::run(arguments).await,
        Command::Crds(arguments) => crds::run(&arguments),
    }
}
