//! The operator's identity on a cluster, exactly as the project ships it.

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::Api;
use kube::api::PostParams;

use super::{Cluster, Error, kubeconfig, project_folder, wait_until};

/// The namespace of the operator in `deploy/`.
pub const OPERATOR_NAMESPACE: &str = "onhook-system";
/// The operator's ServiceAccount in `deploy/`.
pub const OPERATOR_SERVICE_ACCOUNT: &str = "onhook";
/// Longer than any demo that is left running.
const TOKEN_LIFE_SECONDS: i64 = 30 * 24 * 3600;

/// Until the server has learnt of the policies.
const STAMPED_WITHIN: Duration = Duration::from_secs(60);
const REQUESTED_BY: &str = "onhook.dev/requested-by";
/// What of `deploy/` a server takes that cannot stamp.
const WITHOUT_STAMPS: [&str; 5] = [
    "operator.yaml",
    "roles.yaml",
    "admission.yaml",
    "deployment.yaml",
    "service.yaml",
];
const PROBE: &str = "apiVersion: onhook.dev/v1alpha1
kind: User
metadata: {name: onhook-probe, namespace: default}
spec: {tenantRef: {name: none}, userName: probe@acme.example, state: active}
";

impl Cluster {
    /// Applies `deploy/`: namespace, ServiceAccount and rights of the operator, and the admission policies, as far as the
    /// server has them. Gives back control once it writes who asked: right after it learnt of a CRD, a policy about it
    /// refuses everything.
    pub async fn install_operator_rbac(&self) -> Result<(), Error> {
        let deploy = project_folder().join("deploy");
        if self.can_stamp().await? {
            self.apply_path(&deploy).await?;
        } else {
            for part in WITHOUT_STAMPS {
                self.apply_path(&deploy.join(part)).await?;
            }
        }
        self.until_stamped().await
    }

    /// Whether the server can write who asked: it has MutatingAdmissionPolicies, as from Kubernetes 1.36 on.
    pub async fn can_stamp(&self) -> Result<bool, Error> {
        let group = "admissionregistration.k8s.io/v1";
        let kinds = self.client().await?.list_api_group_resources(group).await?;
        let mut kinds = kinds.resources.into_iter();
        Ok(kinds.any(|known| known.kind == "MutatingAdmissionPolicy"))
    }

    /// Whether `kubectl apply` went well. An older server refuses what stamps, and that alone: the rest was applied.
    pub async fn took(&self, applied: &Output) -> Result<bool, Error> {
        if applied.status.success() || self.can_stamp().await? {
            return Ok(applied.status.success());
        }
        let said = String::from_utf8_lossy(&applied.stderr).into_owned();
        let unknown = said.lines().filter(|line| !line.starts_with("ensure CRDs"));
        Ok(unknown
            .map(|line| line.contains("no matches for kind \"MutatingAdmissionPolicy"))
            .reduce(|all, one| all && one)
            .unwrap_or_default())
    }

    /// Waits until the server writes who asked. Where it cannot, until it refuses the name of somebody else.
    pub async fn until_stamped(&self) -> Result<(), Error> {
        let (probe, settled) = if self.can_stamp().await? {
            (PROBE.to_owned(), REQUESTED_BY)
        } else {
            let forged = format!("annotations: {{{REQUESTED_BY}: somebody-else}}, namespace");
            (
                PROBE.replace("namespace", &forged),
                "may write no other name there",
            )
        };
        let path = self.scratch().join("probe.yaml");
        std::fs::write(&path, probe).map_err(Error::io(format!("writing {}", path.display())))?;
        let file = format!("--filename={}", path.display());
        let create = ["create", &file, "--dry-run=server", "--output=yaml"];
        wait_until("who asks to be written", STAMPED_WITHIN, async || {
            let answer = self.kubectl(&create).await.map_err(|error| error.to_string())?;
            let said = String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned();
            // Without the CRD there is nothing to write on.
            let settled = said.contains(settled) || said.contains("no matches for kind");
            if settled { Ok(()) } else { Err(said) }
        })
        .await
    }

    /// A kubeconfig with a token of the operator's ServiceAccount: exactly the rights that it ships with.
    /// [`Cluster::install_operator_rbac`] comes first.
    pub async fn operator_kubeconfig(&self) -> Result<PathBuf, Error> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client().await?, OPERATOR_NAMESPACE);
        let spec = TokenRequestSpec {
            expiration_seconds: Some(TOKEN_LIFE_SECONDS),
            ..TokenRequestSpec::default()
        };
        let request = TokenRequest {
            spec: Some(spec),
            ..TokenRequest::default()
        };
        let answer = accounts
            .create_token_request(OPERATOR_SERVICE_ACCOUNT, &PostParams::default(), &request)
            .await?;
        let token = answer.status.and_then(|status| status.token).unwrap_or_default();
        let path = self.scratch().join("operator.kubeconfig");
        let server = kubeconfig::server_of(self.kubeconfig_path())?;
        kubeconfig::write(&path, server, kubeconfig::with_token(token))?;
        Ok(path)
    }
}
