//! `onhook completions`: what a shell completes.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `onhook completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell to complete for.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) {
    let mut command = super::Cli::command();
    clap_complete::generate(arguments.shell, &mut command, "onhook", &mut io::stdout());
}
