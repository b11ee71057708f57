//! `onhook completions`: what a shell completes.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{CliError, output};

/// Arguments of `onhook completions`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  onhook completions bash > ~/.local/share/bash-completion/completions/onhook
  onhook completions zsh")]
pub(super) struct Arguments {
    /// The shell to complete for.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), CliError> {
    let mut command = super::Cli::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "onhook", &mut script);
    output::say(&String::from_utf8_lossy(&script))
}
