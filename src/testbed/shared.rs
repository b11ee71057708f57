//! One cluster for all tests of a test binary.

use std::path::Path;

use tokio::sync::OnceCell;

use super::{Cluster, Error, Options};

/// The environment variable that names the kubeconfig of an existing cluster to test on.
pub const EXISTING_CLUSTER: &str = "ONHOOK_TEST_KUBECONFIG";

static SHARED: OnceCell<Result<Cluster, Error>> = OnceCell::const_new();

/// The cluster that all tests of this process share, started by the first that asks: the one that
/// `ONHOOK_TEST_KUBECONFIG` names, otherwise a control plane of our own that ends with the process. Each test works in a
/// namespace of its own ([`Cluster::namespace`]). A start that failed is not tried again: every test says why.
pub async fn shared() -> Result<&'static Cluster, &'static Error> {
    SHARED.get_or_init(start).await.as_ref()
}

async fn start() -> Result<Cluster, Error> {
    match std::env::var_os(EXISTING_CLUSTER).filter(|path| !path.is_empty()) {
        Some(path) => Cluster::existing(Path::new(&path)).await,
        None => Cluster::start(Options::default()).await,
    }
}
