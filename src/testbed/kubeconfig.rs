//! Kubeconfig files: written for our own control plane and for other identities on the same server.

use std::path::Path;

use kube::config::{
    AuthInfo, Cluster, Context, KubeConfigOptions, Kubeconfig, NamedAuthInfo, NamedCluster, NamedContext,
};
use secrecy::SecretString;

use super::Error;
use super::certificates::{Identity, write_private};

/// The name of cluster, context and user in the files written here.
const NAME: &str = "onhook-testbed";

/// A server at `url` with the authority's certificate in the file `authority`.
pub(crate) fn server(url: &str, authority: &Path) -> Cluster {
    Cluster {
        server: Some(url.to_owned()),
        certificate_authority: Some(authority.display().to_string()),
        ..Cluster::default()
    }
}

/// Someone who shows a client certificate; both parts are inlined, so that the kubeconfig can be copied alone.
pub(crate) fn with_certificate(identity: &Identity) -> AuthInfo {
    AuthInfo {
        client_certificate_data: Some(base64(identity.certificate.as_bytes())),
        client_key_data: Some(SecretString::from(base64(identity.key.as_bytes()))),
        ..AuthInfo::default()
    }
}

/// Someone who shows a token.
pub(crate) fn with_token(token: String) -> AuthInfo {
    AuthInfo {
        token: Some(SecretString::from(token)),
        ..AuthInfo::default()
    }
}

/// Writes a kubeconfig with one context. JSON, which is YAML.
pub(crate) fn write(path: &Path, cluster: Cluster, user: AuthInfo) -> Result<(), Error> {
    let context = Context {
        cluster: NAME.to_owned(),
        user: Some(NAME.to_owned()),
        ..Context::default()
    };
    let named = |name: &str| name.to_owned();
    let config = Kubeconfig {
        kind: Some(named("Config")),
        api_version: Some(named("v1")),
        clusters: vec![NamedCluster {
            name: named(NAME),
            cluster: Some(cluster),
            ..Default::default()
        }],
        auth_infos: vec![NamedAuthInfo {
            name: named(NAME),
            auth_info: Some(user),
            ..Default::default()
        }],
        contexts: vec![NamedContext {
            name: named(NAME),
            context: Some(context),
            ..Default::default()
        }],
        current_context: Some(named(NAME)),
        ..Kubeconfig::default()
    };
    let mut value = serde_json::to_value(config).map_err(|e| invalid(path, &e))?;
    drop_nulls(&mut value);
    write_private(path, &format!("{value:#}\n"))
}

/// The server of the current context of a kubeconfig.
pub(crate) fn server_of(path: &Path) -> Result<Cluster, Error> {
    let config = Kubeconfig::read_from(path).map_err(|e| invalid(path, &e))?;
    let current = config.current_context.unwrap_or_default();
    let context = config
        .contexts
        .into_iter()
        .find(|c| c.name == current)
        .and_then(|c| c.context);
    let name = context.map(|c| c.cluster).unwrap_or_default();
    let cluster = config
        .clusters
        .into_iter()
        .find(|c| c.name == name)
        .and_then(|c| c.cluster);
    cluster.ok_or_else(|| invalid(path, &"it has no current context with a cluster"))
}

/// A client for a kubeconfig's current context. A client lives in the runtime that made it: each test has its own.
pub(crate) async fn client(path: &Path) -> Result<kube::Client, Error> {
    let config = Kubeconfig::read_from(path).map_err(|e| invalid(path, &e))?;
    let config = kube::Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await;
    Ok(kube::Client::try_from(config.map_err(|e| invalid(path, &e))?)?)
}

fn invalid(path: &Path, reason: &impl ToString) -> Error {
    Error::Kubeconfig {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// kubectl refuses an explicit null where it expects a text.
fn drop_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// `ByteString` is how Kubernetes' own types write base64, which spares a dependency.
fn base64(bytes: &[u8]) -> String {
    let encoded = serde_json::to_value(k8s_openapi::ByteString(bytes.to_vec())).unwrap_or_default();
    encoded.as_str().unwrap_or_default().to_owned()
}
