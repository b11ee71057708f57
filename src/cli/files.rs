//! Files that commands write: as a whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::CliError;

/// Puts a text in the place of a file, with the folders above it.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), CliError> {
    put(path, text, false)
}

/// The same, for a file that nobody but its owner may read.
pub(super) fn replace_privately(path: &Path, text: &str) -> Result<(), CliError> {
    put(path, text, true)
}

/// Writes beside the file and renames, so that whatever happens the old text or the new one is there.
fn put(path: &Path, text: &str, private: bool) -> Result<(), CliError> {
    let failed = |source| CliError::file(path, source);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = beside(path);
    let written = create(&beside, private)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|source| {
        // It is of no use any more, and what went wrong is what is said.
        let _ = std::fs::remove_file(&beside);
        failed(source)
    })
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.onhook-new"))
}

fn create(path: &Path, private: bool) -> std::io::Result<File> {
    // What an interrupted command left there may have other rights.
    if path.exists() {
        std::fs::remove_file(path)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/file.yaml");
        replace(&path, "one").unwrap();
        std::fs::write(beside(&path), "half").unwrap();
        replace_privately(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_replaced_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("inside"), "kept").unwrap();
        let error = replace(&path, "new").unwrap_err().to_string();
        assert!(error.contains("taken"), "{error}");
        assert_eq!(std::fs::read_to_string(path.join("inside")).unwrap(), "kept");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
