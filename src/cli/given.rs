//! Secrets that are given to a command: in a file or in the environment, never on the command line, where everybody on the
//! machine reads them.

use std::path::Path;

use secrecy::SecretString;

use super::CliError;

/// Where the API key is looked for when no file is named.
pub(super) const KEY_VARIABLE: &str = "ONHOOK_API_KEY";
/// The same for the Contact Center client, whose Secret has these two as `key` and `secret`.
pub(super) const CC_KEY_VARIABLE: &str = "ONHOOK_CONTACT_CENTER_KEY";
pub(super) const CC_SECRET_VARIABLE: &str = "ONHOOK_CONTACT_CENTER_SECRET";

/// The secret that is given, by a file or by the environment; the file goes first.
pub(super) fn secret(
    file: Option<&Path>,
    variable: &str,
    what: &str,
) -> Result<Option<SecretString>, CliError> {
    of(file, (variable, std::env::var(variable).ok()), what)
}

fn of(
    file: Option<&Path>,
    (variable, value): (&str, Option<String>),
    what: &str,
) -> Result<Option<SecretString>, CliError> {
    let (text, place) = match (file, value) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(path).map_err(|source| CliError::file(path, source))?;
            (text, path.display().to_string())
        }
        (None, Some(text)) => (text, format!("${variable}")),
        (None, None) => return Ok(None),
    };
    let secret = text.trim();
    if secret.is_empty() {
        return Err(CliError::Usage(format!("{place} is empty: put {what} there")));
    }
    Ok(Some(SecretString::from(secret.to_owned())))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_secret_of_a_file_goes_before_that_of_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "of-file\n").unwrap();
        let read = |file: Option<&Path>, value: Option<&str>| {
            let given = of(file, ("KEY", value.map(str::to_owned)), "the key");
            given.map(|secret| secret.map(|secret| secret.expose_secret().to_owned()))
        };
        assert_eq!(read(Some(&path), Some("other")).unwrap().unwrap(), "of-file");
        assert_eq!(read(None, Some("other")).unwrap().unwrap(), "other");
        assert_eq!(read(None, None).unwrap(), None);
        std::fs::write(&path, "\n").unwrap();
        let said = read(Some(&path), Some("other")).unwrap_err().to_string();
        assert!(said.ends_with("is empty: put the key there"), "{said}");
        let said = read(None, Some(" ")).unwrap_err().to_string();
        assert!(said.starts_with("$KEY is empty"), "{said}");
    }
}
