//! The commands, as their own help says it.

use std::fmt::Write as _;

use clap::Command;

/// The page of all commands that are not hidden.
pub(super) fn page() -> String {
    let mut root = plain(super::super::command()).term_width(100);
    root.build();
    let mut text = "# Commands\n\nWhat `--help` of each command says. Called as `kubectl-onhook` on the `PATH`, the binary is \
                    also [a plugin of kubectl](../plugin.md): `kubectl onhook explain`.\n"
        .to_owned();
    describe(&mut root, &mut text);
    text
}

/// The same command, whose help does not depend on the environment.
fn plain(command: Command) -> Command {
    command
        .disable_help_subcommand(true)
        .mut_args(|argument| argument.hide_env_values(true))
        .mut_subcommands(plain)
}

fn describe(command: &mut Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let lines: Vec<_> = help.trim().lines().map(str::trim_end).collect();
    let _ = write!(text, "\n## {name}\n\n```text\n{}\n```\n", lines.join("\n"));
    for below in command.get_subcommands_mut().filter(|below| !below.is_hide_set()) {
        describe(below, text);
    }
}
