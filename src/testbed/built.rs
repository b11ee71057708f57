//! Programs that a test needs and nobody has to install: each is built from sources of a pinned version, once.

use std::path::PathBuf;
use std::process::Stdio;

use super::{Error, project_folder};

/// What `tests/NAME/build.sh` prints: the path of the program, or of the folder of the programs, of that name. Where that
/// has not been done yet it is built into `~/.cache/onhook`, with progress on stderr. An error where it cannot be: what is
/// missing for it stands on stderr.
pub async fn built(name: &str) -> Result<PathBuf, Error> {
    built_with(name, &[]).await
}

/// The same, of a script that makes several: with the arguments that say which.
pub async fn built_with(name: &str, arguments: &[&str]) -> Result<PathBuf, Error> {
    let script = project_folder().join("tests").join(name).join("build.sh");
    let output = tokio::process::Command::new(&script)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::io(format!("running {}", script.display())))?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status.success() && !path.is_empty() {
        true => Ok(PathBuf::from(path)),
        false => Err(Error::Binaries(format!(
            "{} ended with {}",
            script.display(),
            output.status
        ))),
    }
}
