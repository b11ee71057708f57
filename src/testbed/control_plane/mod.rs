//! etcd, kube-apiserver and kube-controller-manager as child processes.

mod binaries;
mod commands;
mod server;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::certificates::{Authority, write_private};
use super::kubectl::{Kubectl, install_crds};
use super::leash::Leash;
use super::{Error, Process, kubeconfig, project_folder};
use commands::{AUDIT_POLICY, Setting};
use server::{Server, start_server};

/// How long a process may take to end before it is killed; nothing is lost by that.
const STOP: Duration = Duration::from_secs(5);

/// How to start a control plane.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where data, certificates and logs go, kept at the end. `None`: a temporary folder that is removed.
    pub data: Option<PathBuf>,
    /// A folder of CRDs that are installed before the controllers start. (The garbage collector looks for new kinds
    /// only every 30 s; those that are there when it starts, it knows at once.) A folder that is not there is fine.
    pub crds: Option<PathBuf>,
    /// Writes `audit.log` in the data folder: who did what to objects of `onhook.dev`, without their content.
    pub audit: bool,
    /// Further arguments of the API server, such as an admission plugin that is not on by default.
    pub server: &'static [&'static str],
    /// How long the start may take, without the building of the programs.
    pub deadline: Duration,
}

impl Options {
    /// A control plane on which nothing of Onhook is, its CRDs among it.
    pub fn bare() -> Self {
        Self {
            crds: Some(project_folder().join("no-crds")),
            ..Self::default()
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            data: None,
            crds: None,
            audit: false,
            server: &[],
            deadline: Duration::from_secs(60),
        }
    }
}

/// A running control plane. Dropping it ends it; so does the end of this process, whatever its cause.
pub struct ControlPlane {
    authority: Authority,
    binaries: PathBuf,
    data: PathBuf,
    url: String,
    controller_manager: Process,
    api_server: Process,
    etcd: Process,
    // Last, because fields are dropped in this order: the folder goes after those who write to it.
    folder: Option<Leash>,
}

impl ControlPlane {
    /// Starts a control plane and waits until it is ready.
    pub async fn start(options: Options) -> Result<ControlPlane, Error> {
        let binaries = ControlPlane::programs().await?;
        let end = Instant::now() + options.deadline;
        let (data, folder) = data_folder(options.data.as_deref())?;
        let authority = Authority::new()?;
        let files = authority.write_files(&data)?;
        if options.audit {
            write_private(&data.join("audit-policy.yaml"), AUDIT_POLICY)?;
        }
        let server = start_server(&options, &authority, (&binaries, &data, &files), end).await?;
        if let Some(crds) = &options.crds {
            install_crds(&Kubectl::new(&binaries, &admin_kubeconfig(&data), &data), crds).await?;
        }
        let Server {
            api_server,
            etcd,
            url,
        } = server;
        let user = kubeconfig::with_certificate(&authority.client("system:kube-controller-manager", &[])?);
        let config = data.join("controller-manager.kubeconfig");
        kubeconfig::write(&config, kubeconfig::server(&url, &files.authority), user)?;
        let setting = Setting {
            binaries: &binaries,
            data: &data,
            files: &files,
        };
        let log = fresh_log(&data, "kube-controller-manager")?;
        let controller_manager = Process::spawn(setting.controller_manager(&config), log)?;
        Ok(ControlPlane {
            authority,
            binaries,
            data,
            url,
            controller_manager,
            api_server,
            etcd,
            folder,
        })
    }

    /// The folder of the control plane's programs: `KUBEBUILDER_ASSETS` where set, otherwise the pinned versions, which
    /// are built where that has not been done yet, with progress on stderr.
    pub async fn programs() -> Result<PathBuf, Error> {
        std::path::absolute(binaries::folder().await?)
            .map_err(Error::io("finding the control plane's programs"))
    }

    /// The API server's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder with data, certificates and logs.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A kubeconfig of an administrator (group `system:masters`).
    pub fn kubeconfig_path(&self) -> PathBuf {
        admin_kubeconfig(&self.data)
    }

    /// A kubeconfig of `user` in `groups` (two at most), by a client certificate: no more rights than RBAC gives.
    pub fn kubeconfig_for(&self, user: &str, groups: &[&str]) -> Result<PathBuf, Error> {
        let identity = self.authority.client(user, groups)?;
        let file = tempfile::Builder::new()
            .prefix("user-")
            .suffix(".kubeconfig")
            .tempfile_in(&self.data)
            .map_err(Error::io(format!("writing into {}", self.data.display())))?;
        let path = file
            .into_temp_path()
            .keep()
            .map_err(|e| Error::io("keeping a kubeconfig")(e.error))?;
        let server = kubeconfig::server(&self.url, &self.data.join("ca.crt"));
        kubeconfig::write(&path, server, kubeconfig::with_certificate(&identity))?;
        Ok(path)
    }

    /// A client of the administrator. It lives in the calling runtime: each test asks for its own.
    pub async fn client(&self) -> Result<kube::Client, Error> {
        kubeconfig::client(&self.kubeconfig_path()).await
    }

    /// A client of `user` in `groups`, see [`ControlPlane::kubeconfig_for`].
    pub async fn client_for(&self, user: &str, groups: &[&str]) -> Result<kube::Client, Error> {
        kubeconfig::client(&self.kubeconfig_for(user, groups)?).await
    }

    /// The path of one of the control plane's programs, such as `kubectl`.
    pub fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }

    /// The ids of its processes.
    pub fn process_ids(&self) -> [u32; 3] {
        [self.etcd.id(), self.api_server.id(), self.controller_manager.id()]
    }

    /// An error with the end of its log where one of the processes has ended.
    pub fn check_running(&mut self) -> Result<(), Error> {
        [&mut self.etcd, &mut self.api_server, &mut self.controller_manager]
            .into_iter()
            .try_for_each(Process::check_running)
    }

    /// Ends everything in good order, and removes a temporary data folder.
    pub async fn stop(mut self) -> Result<(), Error> {
        for process in [&mut self.controller_manager, &mut self.api_server, &mut self.etcd] {
            match process.terminate(STOP).await {
                Ok(_) | Err(Error::Deadline { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Lets it run on after this process has ended (`make demo KEEP=1`), its folder included; the parts are in the
    /// order in which to end them.
    pub fn detach(self) -> Result<[super::Detached; 3], Error> {
        if let Some(folder) = self.folder {
            folder.release()?;
        }
        Ok([
            self.controller_manager.detach()?,
            self.api_server.detach()?,
            self.etcd.detach()?,
        ])
    }
}

/// The folder, and what removes it where it is a temporary one.
fn data_folder(given: Option<&Path>) -> Result<(PathBuf, Option<Leash>), Error> {
    let Some(given) = given else {
        let folder = tempfile::Builder::new().prefix("onhook-testbed-").tempdir();
        let folder = folder.map_err(Error::io("making a temporary folder"))?.keep();
        let leash = Leash::on_folder(&folder)?;
        return Ok((folder, Some(leash)));
    };
    let making = || format!("making {}", given.display());
    std::fs::create_dir_all(given).map_err(Error::io(making()))?;
    Ok((std::path::absolute(given).map_err(Error::io(making()))?, None))
}

fn admin_kubeconfig(data: &Path) -> PathBuf {
    data.join("admin.kubeconfig")
}

/// The path of a process's log; the log of an earlier start is removed, because the causes of failures are read from it.
fn fresh_log(data: &Path, program: &str) -> Result<PathBuf, Error> {
    let log = data.join(format!("{program}.log"));
    match std::fs::remove_file(&log) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(format!("removing {}", log.display()))(error))
        }
        _ => Ok(log),
    }
}
