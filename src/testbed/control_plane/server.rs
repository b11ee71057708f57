//! etcd and the API server, until the API server is ready.

use std::path::Path;

use tokio::time::Instant;

use super::commands::{Ports, Setting};
use super::{Options, admin_kubeconfig, fresh_log};
use crate::testbed::certificates::{Authority, CertificateFiles};
use crate::testbed::{Error, Process, free_ports, kubeconfig, wait_until};

/// How often a start is tried again after another process took one of its ports.
const ATTEMPTS: usize = 5;

/// The two processes that answer requests.
pub(super) struct Server {
    pub(super) api_server: Process,
    pub(super) etcd: Process,
    pub(super) url: String,
}

/// Starts etcd and the API server, again with other ports where one was taken in the meantime.
pub(super) async fn start_server(
    options: &Options,
    authority: &Authority,
    (binaries, data, files): (&Path, &Path, &CertificateFiles),
    end: Instant,
) -> Result<Server, Error> {
    let setting = Setting {
        binaries,
        data,
        files,
    };
    let admin = authority.client("onhook-testbed-admin", &["system:masters"])?;
    let mut attempt = 1;
    loop {
        let [etcd, etcd_peer, api_server] = free_ports()?;
        let ports = Ports {
            etcd,
            etcd_peer,
            api_server,
        };
        let url = format!("https://127.0.0.1:{api_server}");
        let user = kubeconfig::with_certificate(&admin);
        kubeconfig::write(
            &admin_kubeconfig(data),
            kubeconfig::server(&url, &files.authority),
            user,
        )?;
        match start_once(&setting, ports, options, url, end).await {
            Err(error) if error.lost_a_port() && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

async fn start_once(
    setting: &Setting<'_>,
    ports: Ports,
    options: &Options,
    url: String,
    end: Instant,
) -> Result<Server, Error> {
    let etcd = Process::spawn(setting.etcd(ports), fresh_log(setting.data, "etcd")?)?;
    let api_server = Process::spawn(
        setting.api_server(ports, options),
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
