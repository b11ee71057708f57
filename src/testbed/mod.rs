//! A real Kubernetes control plane and child processes, for the demo and the tests; not in the shipped operator.
//!
//! Start with [`shared`] in a test and with [`Cluster::start`] in the demo. Everything started here goes down with the
//! process that started it, however that process ends: normally, by a panic, by Ctrl-C or by SIGKILL.

mod built;
mod certificates;
mod cluster;
mod control_plane;
mod detached;
mod error;
pub mod judge;
mod kubeconfig;
mod kubectl;
mod leash;
mod operator;
mod ports;
mod process;
mod shared;
mod wait;

pub use built::{built, built_with};
pub use cluster::Cluster;
pub use control_plane::{ControlPlane, Options};
pub use detached::Detached;
pub use error::Error;
pub use operator::{OPERATOR_NAMESPACE, OPERATOR_SERVICE_ACCOUNT};
pub use ports::free_ports;
pub use process::{Process, project_binary};
pub use shared::{EXISTING_CLUSTER, shared};
pub use wait::{wait_for, wait_until};

use std::path::PathBuf;

/// The checkout: where Cargo says the manifest is, otherwise the current folder.
pub fn project_folder() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from)
}
