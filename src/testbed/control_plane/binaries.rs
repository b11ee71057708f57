//! Where the control plane's programs are.

use std::path::PathBuf;

use crate::testbed::{Error, built};

/// Everything that is needed; the envtest archives lack the controller manager.
const PROGRAMS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/// `KUBEBUILDER_ASSETS` where set, otherwise the folder that `tests/control-plane/build.sh` prints, which builds the
/// pinned versions once and reports its progress on stderr.
pub(crate) async fn folder() -> Result<PathBuf, Error> {
    let (folder, origin) = match std::env::var_os("KUBEBUILDER_ASSETS").filter(|assets| !assets.is_empty()) {
        Some(assets) => (PathBuf::from(assets), "KUBEBUILDER_ASSETS"),
        None => (built("control-plane").await?, "tests/control-plane/build.sh"),
    };
    match PROGRAMS.iter().find(|program| !folder.join(program).is_file()) {
        Some(missing) => Err(Error::Binaries(format!(
            "{origin} names {}, which has no {missing}",
            folder.display()
        ))),
        None => Ok(folder),
    }
}
