//! How a command finds an account, and what opens it: for reading only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};
use secrecy::SecretString;
use serde_json::Value;

use crate::api::Tenant;
use crate::api::tenant::ContactCenterMode;
use crate::controller::secret_text;
use crate::eightbyeight::{AccountConfig, AccountKeys, AccountReader};

use super::CliError;
use super::cluster::{Cluster, ClusterArguments};
use super::given::{self, CC_KEY_VARIABLE, CC_SECRET_VARIABLE, KEY_VARIABLE};

/// What opens Contact Center where its Secret does not.
const GIVE_CLIENT: &str = "Give --contact-center-key-file FILE and --contact-center-secret-file FILE, or \
     $ONHOOK_CONTACT_CENTER_KEY and $ONHOOK_CONTACT_CENTER_SECRET, instead.";

/// Which account, and what opens it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct AccountArguments {
    /// The Tenant of the account, in the cluster: NAME in the namespace of -n, or NAMESPACE/NAME. With --tenant-file,
    /// which Tenant of the file.
    #[arg(long, value_name = "[NAMESPACE/]NAME", help_heading = "Account")]
    tenant: Option<String>,
    /// Read the Tenant from this YAML file instead of the cluster. It may hold other documents as well.
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    tenant_file: Option<PathBuf>,
    /// Read the API key from this file. Left out, it is $ONHOOK_API_KEY, or what the Secret of the Tenant in the cluster
    /// holds.
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    api_key_file: Option<PathBuf>,
    /// Read the key of the Contact Center client from this file: what the Secret of `contactCenter.credentialsSecretRef` has as
    /// `key`. Left out, it is $ONHOOK_CONTACT_CENTER_KEY, or what that Secret in the cluster holds.
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    contact_center_key_file: Option<PathBuf>,
    /// Read the secret of the Contact Center client from this file: what that Secret has as `secret`. Left out, it is
    /// $ONHOOK_CONTACT_CENTER_SECRET, or what the Secret in the cluster holds.
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    contact_center_secret_file: Option<PathBuf>,
}

/// An account that can be read.
pub(super) struct OpenAccount {
    /// What stands for it.
    pub tenant: Tenant,
    /// The account.
    pub reader: AccountReader,
    /// What keeps its Contact Center from being read, where the account has one.
    pub no_contact_center: Option<String>,
}

/// Where to look in the cluster, which is only opened if it must be.
struct Lookup<'a> {
    arguments: &'a ClusterArguments,
    namespace: Option<&'a str>,
    cluster: Option<Cluster>,
}

impl AccountArguments {
    /// Whether an account is named at all.
    pub fn is_given(&self) -> bool {
        self.tenant.is_some() || self.tenant_file.is_some()
    }

    /// The same, of a Tenant of the cluster.
    pub fn of_cluster(&self, (namespace, name): &(String, String)) -> Self {
        Self {
            tenant: Some(format!("{namespace}/{name}")),
            ..self.clone()
        }
    }

    /// The Tenant alone. `namespace` is what -n says.
    pub async fn tenant(
        &self,
        cluster: &ClusterArguments,
        namespace: Option<&str>,
    ) -> Result<Tenant, CliError> {
        self.find(&mut Lookup::new(cluster, namespace)).await
    }

    /// The Tenant and its account, of which nothing has been read yet. `namespace` is what -n says.
    pub async fn open(
        &self,
        cluster: &ClusterArguments,
        namespace: Option<&str>,
    ) -> Result<OpenAccount, CliError> {
        let mut lookup = Lookup::new(cluster, namespace);
        let tenant = self.find(&mut lookup).await?;
        let given = given::secret(
            self.api_key_file.as_deref(),
            KEY_VARIABLE,
            "the API key of the account",
        )?;
        let client = self.given_client()?;
        let api_key = match given {
            Some(key) => key,
            None => lookup.api_key(&tenant).await?,
        };
        let mut keys = AccountKeys::new(api_key);
        let mut no_contact_center = None;
        if tenant.spec.contact_center.mode == ContactCenterMode::Managed {
            let client = match client {
                Some(client) => Ok(client),
                None => lookup.contact_center(&tenant).await,
            };
            match client {
                Ok(client) => keys.contact_center = Some(client),
                Err(why) => no_contact_center = Some(why),
            }
        }
        let config = AccountConfig {
            // The operator works with the same key: the first answer tells how much of the budget it leaves.
            started_warm: self.tenant_file.is_none() && tenant.status.is_some(),
            ..AccountConfig::of_tenant(&tenant.spec, keys)
        };
        let reader = AccountReader::new(config).map_err(|error| {
            CliError::Account(format!(
                "The account of the Tenant {} cannot be read: {error}",
                tenant.name_any()
            ))
        })?;
        Ok(OpenAccount {
            tenant,
            reader,
            no_contact_center,
        })
    }

    async fn find(&self, lookup: &mut Lookup<'_>) -> Result<Tenant, CliError> {
        let named = self.tenant.as_deref().map(|name| match name.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, name),
        });
        match (&self.tenant_file, named) {
            (Some(path), named) => {
                let text = read(path)?;
                from_file(&text, named.map(|(_, name)| name))
                    .map_err(|what| CliError::Usage(format!("{}: {what}", path.display())))
            }
            (None, Some((namespace, name))) => lookup.tenant(namespace, name).await,
            (None, None) => Err(CliError::Usage(
                "No account is named: give --tenant NAME (a Tenant in the cluster) or --tenant-file FILE."
                    .to_owned(),
            )),
        }
    }

    /// The OAuth client of Contact Center, where it is given: both parts of it.
    fn given_client(&self) -> Result<Option<(SecretString, SecretString)>, CliError> {
        let what = "the key of the Contact Center client";
        let key = given::secret(self.contact_center_key_file.as_deref(), CC_KEY_VARIABLE, what)?;
        let what = "the secret of the Contact Center client";
        let secret = given::secret(
            self.contact_center_secret_file.as_deref(),
            CC_SECRET_VARIABLE,
            what,
        )?;
        match (key, secret) {
            (Some(key), Some(secret)) => Ok(Some((key, secret))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(half(
                "secret",
                "--contact-center-secret-file FILE",
                CC_SECRET_VARIABLE,
            )),
            (None, Some(_)) => Err(half("key", "--contact-center-key-file FILE", CC_KEY_VARIABLE)),
        }
    }
}

/// One half of a client opens nothing.
fn half(missing: &str, flag: &str, variable: &str) -> CliError {
    CliError::Usage(format!(
        "The {missing} of the Contact Center client is missing, and its other half is given: give {flag} or ${variable} as well."
    ))
}

/// The one Tenant of a YAML file, or the one of this name.
fn from_file(text: &str, named: Option<&str>) -> Result<Tenant, String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| error.to_string())?;
    let mut tenants = Vec::new();
    for document in documents
        .into_iter()
        .filter(|document| document["kind"] == "Tenant")
    {
        let name = document["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if named.is_none_or(|named| named == name) {
            let tenant: Result<Tenant, _> = serde_json::from_value(document);
            tenants.push(tenant.map_err(|error| format!("the Tenant {name} cannot be read: {error}"))?);
        }
    }
    match (tenants.pop(), tenants.len(), named) {
        (Some(tenant), 0, _) => Ok(tenant),
        (Some(_), more, _) => Err(format!("there are {} Tenants: name one with --tenant", more + 1)),
        (None, _, Some(name)) => Err(format!("there is no Tenant named {name}")),
        (None, _, None) => Err("there is no Tenant".to_owned()),
    }
}

impl<'a> Lookup<'a> {
    fn new(arguments: &'a ClusterArguments, namespace: Option<&'a str>) -> Self {
        Self {
            arguments,
            namespace,
            cluster: None,
        }
    }

    async fn cluster(&mut self) -> Result<&Cluster, CliError> {
        let cluster = match self.cluster.take() {
            Some(cluster) => cluster,
            None => self.arguments.open().await?,
        };
        Ok(self.cluster.insert(cluster))
    }

    async fn tenant(&mut self, namespace: Option<&str>, name: &str) -> Result<Tenant, CliError> {
        let asked = namespace.or(self.namespace);
        let cluster = self.cluster().await?;
        let namespace = cluster.namespace(asked);
        let api = Api::<Tenant>::namespaced(cluster.client.clone(), namespace);
        let found = cluster.get_opt(&api, name).await?;
        found.ok_or_else(|| {
            CliError::NotFound(format!(
                "There is no Tenant named {name} in the namespace {namespace}. Write --tenant NAMESPACE/NAME where it is in \
                 another one."
            ))
        })
    }

    async fn api_key(&mut self, tenant: &Tenant) -> Result<SecretString, CliError> {
        let reference = &tenant.spec.admin_api.api_key_secret_ref;
        let read = self
            .secret(tenant, &reference.name, [reference.key.as_str()])
            .await;
        let [key] = read.map_err(|what| {
            CliError::Account(format!(
                "The API key of the Tenant {} cannot be had: {what} Give --api-key-file FILE or ${KEY_VARIABLE} instead.",
                tenant.name_any()
            ))
        })?;
        Ok(SecretString::from(key))
    }

    /// The OAuth client of Contact Center, or why it is not at hand. A cluster that nothing else asked for is not asked
    /// for it.
    async fn contact_center(&mut self, tenant: &Tenant) -> Result<(SecretString, SecretString), String> {
        let Some(reference) = &tenant.spec.contact_center.credentials_secret_ref else {
            return Err("The Tenant names no credentialsSecretRef.".to_owned());
        };
        if self.cluster.is_none() {
            return Err(format!(
                "The Secret {} is in the cluster, which is not asked where the Tenant and the key come from files. {GIVE_CLIENT}",
                reference.name
            ));
        }
        let read = self.secret(tenant, &reference.name, ["key", "secret"]).await;
        let [key, secret] = read.map_err(|why| format!("{why} {GIVE_CLIENT}"))?;
        Ok((SecretString::from(key), SecretString::from(secret)))
    }

    /// The texts under the keys of a Secret of the Tenant, or why they are not to be had.
    async fn secret<const N: usize>(
        &mut self,
        tenant: &Tenant,
        name: &str,
        keys: [&str; N],
    ) -> Result<[String; N], String> {
        let own = tenant.namespace();
        let asked = own.as_deref().or(self.namespace);
        let cluster = self.cluster().await.map_err(|error| error.to_string())?;
        let namespace = cluster.namespace(asked).to_owned();
        let api = Api::<Secret>::namespaced(cluster.client.clone(), &namespace);
        let secret = match api.get_opt(name).await {
            Ok(Some(secret)) => secret,
            Ok(None) => return Err(format!("There is no Secret {namespace}/{name}.")),
            Err(kube::Error::Api(status)) if status.is_forbidden() => {
                return Err(format!(
                    "You may not read the Secret {namespace}/{name}: it takes the verb get on it."
                ));
            }
            Err(error) => {
                return Err(format!(
                    "The Secret {namespace}/{name} could not be read: {error}."
                ));
            }
        };
        texts(secret.data.unwrap_or_default(), keys)
            .map_err(|key| format!("The Secret {namespace}/{name} has no text under the key {key:?}."))
    }
}

/// The texts under these keys, or the first key without one.
fn texts<const N: usize>(
    mut data: BTreeMap<String, ByteString>,
    keys: [&str; N],
) -> Result<[String; N], String> {
    let mut texts = [const { String::new() }; N];
    for (text, key) in texts.iter_mut().zip(keys) {
        *text = secret_text(&mut data, key).ok_or_else(|| key.to_owned())?;
    }
    Ok(texts)
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|source| CliError::file(path, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANTS: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: acme-8x8}
---
apiVersion: onhook.dev/v1alpha1
kind: Tenant
metadata: {name: acme, namespace: acme-8x8}
spec:
  adminApi: {apiKeySecretRef: {name: acme-8x8, key: apiKey}}
  administrators: {primary: it-admin@acme.com}
  contactCenter: {mode: None}
  defaults: {deletionPolicy: Delete}
";

    #[test]
    fn the_one_tenant_of_a_file_needs_no_name() {
        let tenant = from_file(TENANTS, None).unwrap();
        assert_eq!(tenant.name_any(), "acme");
        assert_eq!(from_file(TENANTS, Some("acme")).unwrap(), tenant);
        let other = from_file(TENANTS, Some("other")).unwrap_err();
        assert_eq!(other, "there is no Tenant named other");
        assert_eq!(from_file("kind: User\n", None).unwrap_err(), "there is no Tenant");
    }

    #[test]
    fn one_of_several_tenants_must_be_named() {
        let second = TENANTS.replace("{name: acme, ", "{name: second, ");
        let both = format!("{TENANTS}---\n{second}");
        assert!(from_file(&both, None).unwrap_err().contains("2 Tenants"));
        assert_eq!(from_file(&both, Some("second")).unwrap().name_any(), "second");
    }

    #[test]
    fn a_tenant_that_cannot_be_read_is_named() {
        let broken = TENANTS.replace("mode: None", "mode: Sometimes");
        let what = from_file(&broken, None).unwrap_err();
        assert!(what.starts_with("the Tenant acme cannot be read"), "{what}");
    }
}
