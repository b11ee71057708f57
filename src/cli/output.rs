//! What commands write: its forms, as kubectl has them, and the one way to the standard output and to the standard error.

use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::CliError;

/// In which form something is written. Each command takes those that make sense for it, see [`one_of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For a terminal.
    Text,
    /// One line each, with more columns.
    Wide,
    /// Names alone.
    Name,
    /// For a comment on a pull request.
    Markdown,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// The forms that a command takes.
pub(super) fn one_of<const N: usize>(forms: [Form; N]) -> impl TypedValueParser<Value = Form> {
    let values = forms.iter().filter_map(Form::to_possible_value);
    PossibleValuesParser::new(values).try_map(|text| Form::from_str(&text, true))
}

/// Whether the text is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless $NO_COLOR is set to something.
    #[default]
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

impl Color {
    /// Whether the standard output is painted.
    pub fn paints(self) -> bool {
        let no_color = std::env::var_os("NO_COLOR");
        self.decide(std::io::stdout().is_terminal(), no_color.as_deref())
    }

    fn decide(self, terminal: bool, no_color: Option<&OsStr>) -> bool {
        match self {
            Self::Auto => terminal && no_color.is_none_or(OsStr::is_empty),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Writes to the standard output. Nobody else does, see `tests/architecture.rs`. Who reads it may have had enough (`| head`):
/// the rest is not wanted any more, and nothing went wrong.
pub(super) fn say(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritable(&error)),
        _ => Ok(()),
    }
}

/// Writes a line to the standard error. Whether anybody reads it changes nothing of the work.
pub(super) fn tell(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A value in a form for programs: YAML where that is asked for, else JSON.
pub(super) fn structured(form: Form, value: &impl Serialize) -> Result<String, CliError> {
    match form {
        Form::Yaml => yaml(value),
        Form::Text | Form::Wide | Form::Name | Form::Markdown | Form::Json => {
            let text = serde_json::to_string_pretty(value);
            text.map(|text| text + "\n").map_err(|error| unwritable(&error))
        }
    }
}

/// A value as YAML.
pub(super) fn yaml(value: &impl Serialize) -> Result<String, CliError> {
    serde_saphyr::to_string(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &dyn std::error::Error) -> CliError {
    CliError::Output(error.to_string())
}

/// Lines of cells below their heads, each column as wide as it must be.
pub(super) fn table<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(&widths);
        let padded: Vec<_> = padded.map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("   ").trim_end().to_owned() + "\n"
    };
    let rows = rows
        .iter()
        .map(|row| line(std::array::from_fn(|n| row[n].as_str())));
    line(heads) + &rows.collect::<String>()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_no_color_forbids_nothing() {
        let decide = |color: Color, terminal, no_color: Option<&str>| {
            color.decide(terminal, no_color.map(AsRef::<OsStr>::as_ref))
        };
        assert!(decide(Color::Auto, true, None));
        assert!(decide(Color::Auto, true, Some("")));
        assert!(!decide(Color::Auto, true, Some("1")));
        assert!(!decide(Color::Auto, false, None));
        assert!(decide(Color::Always, false, Some("1")));
        assert!(!decide(Color::Never, true, None));
    }

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let row = |one: &str, two: &str| [one.to_owned(), two.to_owned()];
        let text = table(["NAME", "B"], &[row("jane-doe", "x"), row("é", "")]);
        assert_eq!(text, "NAME       B\njane-doe   x\né\n");
    }
}
