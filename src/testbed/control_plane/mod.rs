//! etcd, kube-apiserver and kube-controller-manager as child processes.

mod binaries;
mod commands;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::certificates::{Authority, CertificateFiles, write_private};
use super::leash::Leash;
use super::{Error, Process, free_ports, kubeconfig, wait_until};
use commands::{AUDIT_POLICY, Ports, Setting};

/// How often a start is tried again after another process took one of its ports.
const ATTEMPTS: usize = 5;
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
    /// How long the start may take, without the building of the programs.
    pub deadline: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            data: None,
            crds: None,
            audit: false,
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

/// The two processes that answer requests.
struct Server {
    api_server: Process,
    etcd: Process,
    url: String,
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
        let setting = Setting {
            binaries: &binaries,
            data: &data,
            files: &files,
            ports: Ports::default(),
        };
        if let Some(crds) = &options.crds {
            let kubectl = super::kubectl::Kubectl::new(&binaries, &admin_kubeconfig(&data), &data);
            super::kubectl::install_crds(&kubectl, crds).await?;
        }
        let user = authority.client("system:kube-controller-manager", &[])?;
        let config = data.join("controller-manager.kubeconfig");
        kubeconfig::write(
            &config,
            kubeconfig::server(&server.url, &files.authority),
            kubeconfig::with_certificate(&user),
        )?;
        let controller_manager = Process::spawn(
            setting.controller_manager(&config),
            fresh_log(&data, "kube-controller-manager")?,
        )?;
        let Server {
            api_server,
            etcd,
            url,
        } = server;
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

/// Starts etcd and the API server, again with other ports where one was taken in the meantime.
async fn start_server(
    options: &Options,
    authority: &Authority,
    (binaries, data, files): (&Path, &Path, &CertificateFiles),
    end: Instant,
) -> Result<Server, Error> {
    let admin = authority.client("onhook-testbed-admin", &["system:masters"])?;
    let mut attempt = 1;
    loop {
        let [etcd, etcd_peer, api_server] = free_ports()?;
        let setting = Setting {
            binaries,
            data,
            files,
            ports: Ports {
                etcd,
                etcd_peer,
                api_server,
            },
        };
        let url = format!("https://127.0.0.1:{api_server}");
        let user = kubeconfig::with_certificate(&admin);
        kubeconfig::write(
            &admin_kubeconfig(data),
            kubeconfig::server(&url, &files.authority),
            user,
        )?;
        match start_once(&setting, options, url, end).await {
            Err(error) if error.lost_a_port() && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

async fn start_once(
    setting: &Setting<'_>,
    options: &Options,
    url: String,
    end: Instant,
) -> Result<Server, Error> {
    let etcd = Process::spawn(setting.etcd(), fresh_log(setting.data, "etcd")?)?;
    let api_server = Process::spawn(
        setting.api_server(options.audit),
        fresh_log(setting.data, "kube-apiserver")?,
    )?;
    let mut server = Server {
        api_server,
        etcd,
        url,
    };
    let client = kubeconfig::client(&admin_kubeconfig(setting.data)).await?;
    let deadline = end.saturating_duration_since(Instant::now());
    let ready = wait_until(
        "the API server to be ready",
        deadline,
        async || match still_running(&mut server) {
            Err(ended) => Ok(Err(ended)),
            Ok(()) => ready(&client).await.map(Ok),
        },
    );
    match ready.await {
        Ok(outcome) => outcome.map(|()| server),
        Err(Error::Deadline { what, last_seen, .. }) => {
            let log = server.api_server.log_tail(15);
            let last_seen = format!("{last_seen}; the end of its log:\n{log}");
            Err(Error::Deadline {
                what,
                deadline: options.deadline,
                last_seen,
            })
        }
        Err(other) => Err(other),
    }
}

fn still_running(server: &mut Server) -> Result<(), Error> {
    server.etcd.check_running()?;
    server.api_server.check_running()
}

async fn ready(client: &kube::Client) -> Result<(), String> {
    let request = axum::http::Request::get("/readyz")
        .body(Vec::new())
        .map_err(|e| e.to_string())?;
    client
        .request_text(request)
        .await
        .map(drop)
        .map_err(|e| e.to_string())
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
