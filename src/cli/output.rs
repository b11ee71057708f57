//! Forms of output and of names, as kubectl has them.

use serde::Serialize;

use super::CliError;

/// A form for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Structured {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// A value in a form for programs.
pub(super) fn structured(form: Structured, value: &impl Serialize) -> Result<String, CliError> {
    match form {
        Structured::Json => {
            let text = serde_json::to_string_pretty(value);
            text.map(|text| text + "\n").map_err(|error| unwritable(&error))
        }
        Structured::Yaml => yaml(value),
    }
}

/// A value as YAML.
pub(super) fn yaml(value: &impl Serialize) -> Result<String, CliError> {
    serde_saphyr::to_string(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &dyn std::error::Error) -> CliError {
    CliError::Output(error.to_string())
}

/// The name in `kind/name` or `name`.
pub(super) fn named<'a>(asked: &'a str, kinds: &[&str]) -> Result<&'a str, CliError> {
    match asked.split_once('/') {
        None => Ok(asked),
        Some((kind, name)) if kinds.contains(&kind.to_lowercase().as_str()) => Ok(name),
        Some((kind, _)) => Err(CliError::Usage(format!(
            "{kind} is not a kind that can be named here: write {}/NAME",
            kinds.first().unwrap_or(&"user")
        ))),
    }
}
