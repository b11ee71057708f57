//! What `caBundle` gives: the CA certificates of the file in `SSL_CERT_FILE`, in the place of those of the image.

use std::path::Path;
use std::process::Command;

use onhook::testbed::Cluster;
use serde_json::json;

use super::bare_cluster;

/// What the client of the account says of a server with a CA of its own, with these certificates.
fn says(folder: &Path, certificates: &Path) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_onhook"))
        .args(["import", "--tenant-file", "tenant.yaml", "--api-key-file", "key"])
        .current_dir(folder)
        .env("SSL_CERT_FILE", certificates)
        .env_remove("SSL_CERT_DIR")
        .env_remove("ONHOOK_API_KEY")
        .env("KUBECONFIG", folder.join("no-cluster"))
        .output()
        .unwrap();
    assert!(!done.status.success(), "an API server is no account");
    String::from_utf8(done.stderr).unwrap()
}

async fn kubeconfig(cluster: &Cluster, field: &str) -> String {
    let path = format!("--output=jsonpath={{.clusters[0].cluster.{field}}}");
    let said = cluster.kubectl(&["config", "view", &path]).await.unwrap();
    String::from_utf8(said.stdout).unwrap()
}

#[tokio::test]
async fn the_file_that_is_named_is_trusted_in_the_place_of_the_certificates_of_the_machine() {
    let cluster = bare_cluster().await;
    let folder = cluster.scratch().join("trust");
    std::fs::create_dir_all(&folder).unwrap();
    let tenant = json!({
        "apiVersion": "onhook.dev/v1alpha1", "kind": "Tenant",
        "metadata": {"name": "acme", "namespace": "acme-8x8"},
        "spec": {
            "adminApi": {
                "url": kubeconfig(cluster, "server").await,
                "apiKeySecretRef": {"name": "acme-8x8", "key": "apiKey"},
            },
            "administrators": {"primary": "admin@acme.example"},
            "contactCenter": {"mode": "None"},
            "defaults": {"deletionPolicy": "Deactivate"},
        },
    });
    std::fs::write(folder.join("tenant.yaml"), tenant.to_string()).unwrap();
    std::fs::write(folder.join("key"), "a-key").unwrap();
    // Another CA, as that of a proxy would be.
    let key = rcgen::KeyPair::generate().unwrap();
    let mut other = rcgen::CertificateParams::new(Vec::new()).unwrap();
    other.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let other = other.self_signed(&key).unwrap().pem();
    std::fs::write(folder.join("other.pem"), other).unwrap();

    let said = says(&folder, &folder.join("other.pem"));
    assert!(
        said.contains("a CA that is not trusted") && said.contains("caBundle"),
        "{said}"
    );
    std::fs::write(folder.join("none.pem"), "").unwrap();
    let said = says(&folder, &folder.join("none.pem"));
    assert!(
        said.contains("no CA certificate can be read") && said.contains("caBundle"),
        "{said}"
    );
    let authority = kubeconfig(cluster, "certificate-authority").await;
    let said = says(&folder, Path::new(&authority));
    assert!(!said.contains("TLS") && !said.contains("not sent"), "{said}");
}
