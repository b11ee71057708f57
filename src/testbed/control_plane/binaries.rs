//! Where the control plane's programs are.

use std::path::PathBuf;
use std::process::Stdio;

use crate::testbed::{Error, project_folder};

/// Everything that is needed; the envtest archives lack the controller manager.
const PROGRAMS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/// `KUBEBUILDER_ASSETS` where set, otherwise the folder that `tests/control-plane/build.sh` prints, which builds the
/// pinned versions once and reports its progress on stderr.
pub(crate) async fn folder() -> Result<PathBuf, Error> {
    let (folder, origin) = match std::env::var_os("KUBEBUILDER_ASSETS").filter(|assets| !assets.is_empty()) {
        Some(assets) => (PathBuf::from(assets), "KUBEBUILDER_ASSETS"),
        None => (build().await?, "tests/control-plane/build.sh"),
    };
    match PROGRAMS.iter().find(|program| !folder.join(program).is_file()) {
        Some(missing) => Err(Error::Binaries(format!(
            "{origin} names {}, which has no {missing}",
            folder.display()
        ))),
        None => Ok(folder),
    }
}

async fn build() -> Result<PathBuf, Error> {
    let script = project_folder().join("tests/control-plane/build.sh");
    let output = tokio::process::Command::new(&script)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(Error::io(format!("running {}", script.display())))?;
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status.success() && !folder.is_empty() {
        true => Ok(PathBuf::from(folder)),
        false => Err(Error::Binaries(format!(
            "{} ended with {}",
            script.display(),
            output.status
        ))),
    }
}
