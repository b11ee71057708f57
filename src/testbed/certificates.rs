//! A certificate authority of our own, for one control plane.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};

use super::Error;

/// Another key for the same attribute (organizationName) as [`DnType::OrganizationName`]: the library keeps one value
/// per key, and Kubernetes reads each organization as a group.
const SECOND_ORGANIZATION: &[u64] = &[2, 5, 4, 10];

/// The address of the Service `kubernetes`, where pods look for the API server.
const SERVICE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

/// Signs what the control plane and its users show each other.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate and its key, both PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// Where the files are that the control plane's processes read.
pub(crate) struct CertificateFiles {
    pub(crate) authority: PathBuf,
    pub(crate) serving: PathBuf,
    pub(crate) serving_key: PathBuf,
    pub(crate) service_accounts: PathBuf,
    pub(crate) service_accounts_key: PathBuf,
}

impl Authority {
    pub(crate) fn new() -> Result<Authority, Error> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "onhook testbed");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        Ok(Authority {
            issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)?,
        })
    }

    /// The authority's certificate.
    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A client certificate that Kubernetes reads as `user` in `groups`.
    pub(crate) fn client(&self, user: &str, groups: &[&str]) -> Result<Identity, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, user);
        let attributes = [
            DnType::OrganizationName,
            DnType::CustomDnType(SECOND_ORGANIZATION.to_vec()),
        ];
        if groups.len() > attributes.len() {
            return Err(Error::TooManyGroups {
                user: user.to_owned(),
                count: groups.len(),
            });
        }
        for (attribute, group) in attributes.into_iter().zip(groups) {
            params.distinguished_name.push(attribute, *group);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    /// One certificate for the servers; etcd also uses it as a client of itself.
    fn serving(&self) -> Result<Identity, Error> {
        let names = ["localhost", "kubernetes.default.svc"].map(String::from);
        let mut params = CertificateParams::new(names)?;
        for address in [Ipv4Addr::LOCALHOST, SERVICE] {
            params
                .subject_alt_names
                .push(SanType::IpAddress(IpAddr::V4(address)));
        }
        params
            .distinguished_name
            .push(DnType::CommonName, "onhook-testbed-server");
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Identity, Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Writes what the servers need into `folder`.
    pub(crate) fn write_files(&self, folder: &Path) -> Result<CertificateFiles, Error> {
        let files = CertificateFiles {
            authority: folder.join("ca.crt"),
            serving: folder.join("serving.crt"),
            serving_key: folder.join("serving.key"),
            service_accounts: folder.join("service-accounts.pub"),
            service_accounts_key: folder.join("service-accounts.key"),
        };
        let serving = self.serving()?;
        write_private(&files.authority, &self.pem())?;
        write_private(&files.serving, &serving.certificate)?;
        write_private(&files.serving_key, &serving.key)?;
        // Two files: from a private key in PKCS #8 the API server reads no public one.
        let tokens = KeyPair::generate()?;
        write_private(&files.service_accounts, &tokens.public_key_pem())?;
        write_private(&files.service_accounts_key, &tokens.serialize_pem())?;
        Ok(files)
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write;
    let writing = || format!("writing {}", path.display());
    let part = path.with_extension("part");
    // A file that is left of an interrupted run would keep its own permissions.
    let _ = fs::remove_file(&part);
    let mut file = fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(Error::io(writing()))?;
    file.write_all(text.as_bytes()).map_err(Error::io(writing()))?;
    fs::rename(&part, path).map_err(Error::io(writing()))
}
