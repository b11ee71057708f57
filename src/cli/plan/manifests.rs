//! Manifests: what files declare, now or at a revision of Git.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::api::{GROUP, LicenseAssignment, QueueAssignment, Tenant, User};
use crate::cli::CliError;

/// Namespace and name.
pub(super) type Key = (String, String);

/// What is declared.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    pub tenants: BTreeMap<Key, Tenant>,
    pub users: BTreeMap<Key, User>,
    pub licenses: BTreeMap<Key, LicenseAssignment>,
    pub queues: BTreeMap<Key, QueueAssignment>,
    /// The file of each User.
    pub places: BTreeMap<Key, PathBuf>,
}

/// A text with YAML documents, and where it is from.
struct Source {
    place: PathBuf,
    text: String,
}

impl Manifests {
    /// Reads files, folders with all below them, and the standard input (`-`). Objects without a namespace are in `namespace`.
    pub fn read(paths: &[PathBuf], namespace: &str) -> Result<Self, CliError> {
        let mut sources = Vec::new();
        for path in paths {
            if path == Path::new("-") {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|source| CliError::file(path, source))?;
                sources.push(Source {
                    place: PathBuf::from("-"),
                    text,
                });
            } else {
                collect(path, true, &mut sources)?;
            }
        }
        Self::of(sources, namespace)
    }

    /// Reads the same files and folders as they are at a revision of Git.
    pub fn at_revision(paths: &[PathBuf], revision: &str, namespace: &str) -> Result<Self, CliError> {
        let mut sources = Vec::new();
        for path in paths {
            if path == Path::new("-") {
                let text =
                    "What comes from the standard input has no revision: name files or folders with -f.";
                return Err(CliError::Usage(text.to_owned()));
            }
            let (folder, below) = match path.is_file() {
                true => (path.parent().unwrap_or(Path::new(".")), path.file_name()),
                false => (path.as_path(), None),
            };
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            let below = below.map_or(".".into(), |name| name.to_string_lossy());
            let list = [
                "ls-tree",
                "-r",
                "--name-only",
                "--full-name",
                "-z",
                revision,
                "--",
                &below,
            ];
            let listed = git(folder, &list)?;
            for file in listed.split('\0').filter(|file| is_yaml(Path::new(file))) {
                let text = git(folder, &["show", &format!("{revision}:{file}")])?;
                let place = PathBuf::from(format!("{revision}:{file}"));
                sources.push(Source { place, text });
            }
        }
        Self::of(sources, namespace)
    }

    fn of(sources: Vec<Source>, namespace: &str) -> Result<Self, CliError> {
        let mut manifests = Self::default();
        for source in sources {
            let place = source.place.display();
            let broken = |what: String| CliError::Usage(format!("{place}: {what}"));
            let documents: Vec<Value> =
                serde_saphyr::from_multiple(&source.text).map_err(|error| broken(error.to_string()))?;
            for document in documents {
                manifests
                    .take(document, &source.place, namespace)
                    .map_err(broken)?;
            }
        }
        Ok(manifests)
    }

    /// Takes in one document. One of another API group is none of ours.
    fn take(&mut self, document: Value, place: &Path, namespace: &str) -> Result<(), String> {
        let kind = document["kind"].as_str().unwrap_or_default().to_owned();
        let version = document["apiVersion"].as_str().unwrap_or_default();
        if kind == "List" {
            let items = document["items"].as_array().cloned().unwrap_or_default();
            return (items.into_iter()).try_for_each(|item| self.take(item, place, namespace));
        }
        if version.split('/').next() != Some(GROUP) {
            return Ok(());
        }
        match kind.as_str() {
            "Tenant" => put(&mut self.tenants, document, namespace).map(|_| ()),
            "LicenseAssignment" => put(&mut self.licenses, document, namespace).map(|_| ()),
            "QueueAssignment" => put(&mut self.queues, document, namespace).map(|_| ()),
            "User" => {
                let key = put(&mut self.users, document, namespace)?;
                self.places.insert(key, place.to_owned());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn put<K>(all: &mut BTreeMap<Key, K>, document: Value, namespace: &str) -> Result<Key, String>
where
    K: Resource<DynamicType = ()> + DeserializeOwned,
{
    let kind = K::kind(&()).into_owned();
    let name = document["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let object: Result<K, _> = serde_json::from_value(document);
    let mut object = object.map_err(|error| format!("the {kind} {name} cannot be read: {error}"))?;
    let own = object
        .meta_mut()
        .namespace
        .get_or_insert_with(|| namespace.to_owned());
    let key = (own.clone(), object.name_any());
    if all.insert(key.clone(), object).is_some() {
        return Err(format!("the {kind} {}/{} is declared twice", key.0, key.1));
    }
    Ok(key)
}

/// The YAML files below a path, in a fixed order. A file that is named itself may have any name.
fn collect(path: &Path, named: bool, sources: &mut Vec<Source>) -> Result<(), CliError> {
    let failed = |source| CliError::file(path, source);
    if path.is_dir() {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        return entries
            .iter()
            .try_for_each(|entry| collect(entry, false, sources));
    }
    if named || is_yaml(path) {
        let text = std::fs::read_to_string(path).map_err(failed)?;
        sources.push(Source {
            place: path.to_owned(),
            text,
        });
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, CliError> {
    let said = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let said = said.map_err(|error| CliError::Usage(format!("git cannot be run: {error}")))?;
    if !said.status.success() {
        let why = String::from_utf8_lossy(&said.stderr).trim().to_owned();
        let what = arguments.first().unwrap_or(&"");
        return Err(CliError::Usage(format!(
            "git {what} in {} failed: {why}. Is the revision there, and not only in the remote?",
            folder.display()
        )));
    }
    String::from_utf8(said.stdout).map_err(|error| CliError::Usage(format!("git gave no text: {error}")))
}
