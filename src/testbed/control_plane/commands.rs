//! The command lines of the control plane's processes.

use std::path::Path;
use std::process::Command;

use super::Options;
use crate::testbed::certificates::CertificateFiles;

/// Ports of one start.
#[derive(Clone, Copy)]
pub(super) struct Ports {
    pub(super) etcd: u16,
    pub(super) etcd_peer: u16,
    pub(super) api_server: u16,
}

/// What the command lines are made from.
pub(super) struct Setting<'a> {
    pub(super) binaries: &'a Path,
    pub(super) data: &'a Path,
    pub(super) files: &'a CertificateFiles,
}

/// Which controllers run: those whose work the operator's tests see.
const CONTROLLERS: &str = "garbage-collector-controller,namespace-controller,serviceaccount-controller,\
    serviceaccount-token-controller,clusterrole-aggregation-controller,root-ca-certificate-publisher-controller";

/// Whole requests would hold people's names; the metadata say who did what to which object. Of the operator everything is
/// there, reads included, whatever it is to.
pub(super) const AUDIT_POLICY: &str = "apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  users: [\"system:serviceaccount:onhook-system:onhook\"]
- level: Metadata
  resources: [{group: onhook.dev}]
- level: None
";

impl Setting<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.data);
        command
    }

    /// etcd, with our certificates on every port: a server that lost the race for its port must not be mistaken for
    /// the one that won it.
    pub(super) fn etcd(&self, ports: Ports) -> Command {
        let files = self.files;
        let client = format!("https://127.0.0.1:{}", ports.etcd);
        let peer = format!("https://127.0.0.1:{}", ports.etcd_peer);
        let mut command = self.command("etcd");
        command
            .arg("--unsafe-no-fsync")
            .args([
                "--name=testbed",
                "--log-level=warn",
                "--client-cert-auth",
                "--peer-client-cert-auth",
            ])
            .arg(flag("data-dir", &self.data.join("etcd")))
            .arg(format!("--listen-client-urls={client}"))
            .arg(format!("--advertise-client-urls={client}"))
            .arg(format!("--listen-peer-urls={peer}"))
            .arg(format!("--initial-advertise-peer-urls={peer}"))
            .arg(format!("--initial-cluster=testbed={peer}"));
        for prefix in ["", "peer-"] {
            command
                .arg(flag(&format!("{prefix}trusted-ca-file"), &files.authority))
                .arg(flag(&format!("{prefix}cert-file"), &files.serving))
                .arg(flag(&format!("{prefix}key-file"), &files.serving_key));
        }
        command
    }

    /// The API server, with RBAC.
    pub(super) fn api_server(&self, ports: Ports, options: &Options) -> Command {
        let files = self.files;
        let mut command = self.command("kube-apiserver");
        command
            .args([
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
            ])
            .args([
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--profiling=false",
            ])
            .arg("--service-account-issuer=https://kubernetes.default.svc")
            .arg(format!("--secure-port={}", ports.api_server))
            .arg(format!("--etcd-servers=https://127.0.0.1:{}", ports.etcd))
            .arg(flag("etcd-cafile", &files.authority))
            .arg(flag("etcd-certfile", &files.serving))
            .arg(flag("etcd-keyfile", &files.serving_key))
            .arg(flag("cert-dir", self.data))
            .arg(flag("client-ca-file", &files.authority))
            .arg(flag("tls-cert-file", &files.serving))
            .arg(flag("tls-private-key-file", &files.serving_key))
            .arg(flag("service-account-key-file", &files.service_accounts))
            .arg(flag(
                "service-account-signing-key-file",
                &files.service_accounts_key,
            ));
        if options.audit {
            command
                .arg(flag("audit-policy-file", &self.data.join("audit-policy.yaml")))
                .arg(flag("audit-log-path", &self.data.join("audit.log")));
        }
        command.args(options.server);
        command
    }

    /// The controller manager, which serves nothing. Each controller has its own identity and rights, as in real clusters.
    pub(super) fn controller_manager(&self, kubeconfig: &Path) -> Command {
        let files = self.files;
        let mut command = self.command("kube-controller-manager");
        command
            .args([
                "--leader-elect=false",
                "--secure-port=0",
                "--use-service-account-credentials",
            ])
            .arg(format!("--controllers={CONTROLLERS}"))
            .arg(flag("kubeconfig", kubeconfig))
            .arg(flag("root-ca-file", &files.authority))
            .arg(flag(
                "service-account-private-key-file",
                &files.service_accounts_key,
            ));
        command
    }
}

fn flag(name: &str, path: &Path) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from(format!("--{name}="));
    flag.push(path);
    flag
}
