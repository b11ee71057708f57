//! `onhook completions`: what a shell completes, and what kubectl does.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_complete::engine::CompletionCandidate;

use super::{CliError, output};

/// What kubectl is told beside the candidates, as a sum: the word goes on, so no space after it.
const NO_SPACE: u8 = 2;
/// The shell is not to offer files of its own accord.
const NO_FILES: u8 = 4;

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

/// Prints what the last of the words may become, as kubectl asks a plugin for it: a candidate a line, and then what the shell
/// is to do with them. The words are what follows `kubectl onhook`.
pub(super) fn for_kubectl(words: Vec<OsString>) -> Result<(), CliError> {
    let answer = std::env::current_dir().and_then(|folder| answer(words, &folder));
    output::say(&answer.map_err(|error| CliError::Output(error.to_string()))?)
}

fn answer(mut words: Vec<OsString>, folder: &Path) -> io::Result<String> {
    if words.is_empty() {
        words.push(OsString::new());
    }
    let mut line = vec![OsString::from("onhook")];
    line.extend(words);
    let last = line.len() - 1;
    let flags = line[last].to_string_lossy().starts_with('-');
    let mut candidates =
        clap_complete::engine::complete(&mut super::Cli::command(), line, last, Some(folder))?;
    // kubectl has flags offered only to who begins one.
    candidates.retain(|candidate| flags || !text(candidate.get_value()).starts_with('-'));
    let goes_on = candidates
        .iter()
        .any(|candidate| text(candidate.get_value()).ends_with('/'));
    let lines: String = candidates.iter().map(candidate_line).collect();
    let directive = if goes_on { NO_FILES + NO_SPACE } else { NO_FILES };
    Ok(format!("{lines}:{directive}\n"))
}

/// The candidate, and behind a tab the first line of what it is.
fn candidate_line(candidate: &CompletionCandidate) -> String {
    let value = text(candidate.get_value());
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    match help.lines().next() {
        Some(help) => format!("{value}\t{help}\n"),
        None => format!("{value}\n"),
    }
}

fn text(value: &OsStr) -> std::borrow::Cow<'_, str> {
    value.to_string_lossy()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What is answered, without what the candidates are.
    fn values(words: &[&str]) -> Vec<String> {
        let words = words.iter().map(OsString::from).collect();
        let answer = answer(words, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let value = |line: &str| line.split('\t').next().unwrap().to_owned();
        answer.lines().map(value).collect()
    }

    #[test]
    fn commands_are_completed_and_hidden_ones_are_not() {
        assert_eq!(values(&["ex"]), ["explain", ":4"]);
        assert_eq!(values(&["records", "v"]), ["verify", ":4"]);
        let all = values(&[""]);
        assert!(
            all.contains(&"plan".to_owned()) && !all.contains(&"docs".to_owned()),
            "{all:?}"
        );
        assert!(!all.iter().any(|value| value.starts_with('-')), "{all:?}");
        assert_eq!(values(&[]), all);
    }

    #[test]
    fn flags_and_their_values_are_completed() {
        assert_eq!(values(&["plan", "--ag"]), ["--against", ":4"]);
        assert_eq!(values(&["records", "export", "--format", "j"]), ["jsonl", ":4"]);
        assert_eq!(
            values(&["records", "export", "--format=c"]),
            ["--format=csv", ":4"]
        );
    }

    #[test]
    fn files_are_completed_where_a_file_is_meant() {
        assert_eq!(values(&["plan", "-f", "exam"]), ["examples/", ":6"]);
        assert_eq!(values(&["plan", "-n", "exam"]), [":4"]);
    }

    #[test]
    fn a_word_that_nobody_knows_has_no_candidates() {
        assert_eq!(values(&["nobody"]), [":4"]);
        assert_eq!(values(&["explain", "user/jane"]), [":4"]);
    }
}
