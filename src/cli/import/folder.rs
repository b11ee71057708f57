//! The folder that people are written to.
//!
//! Nobody who is in it goes out of it by an import: a file that is left out of what Git applies is, for whatever applies
//! it, a User that was deleted. So what an earlier import wrote stays, changed only where nobody edited it, and stays
//! listed.

mod block;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::api::user::TenantRef;
use crate::cli::{CliError, files};

use block::Block;

const KUSTOMIZATION: &str = "kustomization.yaml";

/// Where people are put who have no place yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum By {
    /// One file a user.
    User,
    /// One file a site.
    Site,
}

impl By {
    const ALL: [Self; 2] = [Self::User, Self::Site];

    fn folder(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Site => "sites",
        }
    }

    /// The path, within the folder, of the file of this name.
    pub fn file(self, name: &str) -> String {
        format!("{}/{name}.yaml", self.folder())
    }
}

/// What became of the documents of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// They were not there.
    New,
    /// They are as they were.
    Same,
    /// They are written anew.
    Changed,
    /// Somebody edited them, so they stay.
    Edited,
}

/// The folder, as it is and as it is to be.
pub(super) struct Folder {
    root: PathBuf,
    /// By the path within the folder.
    files: BTreeMap<String, Imported>,
    /// Path and place, within its file, of the block of each profile.
    places: HashMap<String, (String, usize)>,
}

/// A file of an import.
#[derive(Default)]
struct Imported {
    blocks: Vec<Block>,
    /// Whether it is there already.
    exists: bool,
    changed: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub written: usize,
    pub unchanged: usize,
    /// Whether kustomization.yaml was edited, and does not list all files.
    pub unlisted: bool,
}

impl Folder {
    /// Reads what earlier imports wrote there.
    pub fn read(root: &Path) -> Result<Self, CliError> {
        let mut folder = Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
            places: HashMap::new(),
        };
        for by in By::ALL {
            for path in yaml_files(&root.join(by.folder()))? {
                let text = read(&path)?.unwrap_or_default();
                let Some(blocks) = Block::all(&text).map_err(|what| broken(&path, &what))? else {
                    continue;
                };
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                folder.take(by.file(&name), blocks);
            }
        }
        Ok(folder)
    }

    fn take(&mut self, path: String, blocks: Vec<Block>) {
        for (at, block) in blocks.iter().enumerate() {
            for id in block.users.iter().filter_map(|user| user.id.clone()) {
                self.places.insert(id, (path.clone(), at));
            }
        }
        let file = Imported {
            blocks,
            exists: true,
            changed: false,
        };
        self.files.insert(path, file);
    }

    /// The names that are given, by the id of the profile. A User without one keeps its name as well: no id has a space.
    pub fn names(&self) -> HashMap<String, String> {
        let blocks = self.files.values().flat_map(|file| &file.blocks);
        let users = blocks.flat_map(|block| &block.users);
        users
            .map(|user| {
                let id = user
                    .id
                    .clone()
                    .unwrap_or_else(|| format!("without id: {}", user.name));
                (id, user.name.clone())
            })
            .collect()
    }

    /// Puts the documents of a profile where its documents are, or else into the file at `path`.
    pub fn put(&mut self, user_id: &str, name: &str, path: String, body: &str) -> Put {
        let Some((path, at)) = self.places.get(user_id) else {
            let file = self.files.entry(path).or_default();
            file.blocks.push(Block::new(name, body));
            file.changed = true;
            return Put::New;
        };
        let file = self.files.get_mut(path);
        let Some((file, at)) = file
            .filter(|file| *at < file.blocks.len())
            .map(|file| (file, *at))
        else {
            return Put::Edited;
        };
        let block = &mut file.blocks[at];
        if block.is_edited() {
            return Put::Edited;
        }
        if block.body == body {
            return Put::Same;
        }
        *block = Block::new(name, body);
        file.changed = true;
        Put::Changed
    }

    /// Names of the Users of this Tenant whose profile is not among these.
    pub fn gone(&self, tenant: &TenantRef, profiles: &HashSet<&str>) -> Vec<String> {
        let blocks = self.files.values().flat_map(|file| &file.blocks);
        let users = blocks.flat_map(|block| &block.users);
        let gone = users.filter(|user| {
            let missing = user.id.as_ref().is_some_and(|id| !profiles.contains(id.as_str()));
            missing && user.tenant.as_ref() == Some(tenant)
        });
        let mut names: Vec<_> = gone.map(|user| user.name.clone()).collect();
        names.sort();
        names
    }

    /// Writes what is new, and the list of all files. Writes nothing where a file of somebody else is in the way.
    pub fn write(&mut self) -> Result<Files, CliError> {
        self.nothing_in_the_way()?;
        let mut files = Files::default();
        for (path, file) in &mut self.files {
            if !file.changed {
                files.unchanged += 1;
                continue;
            }
            file.blocks.sort_by(|one, other| one.name.cmp(&other.name));
            self::files::replace(&self.root.join(path), &Block::file(&file.blocks))?;
            files.written += 1;
        }
        files.unlisted = !self.list()?;
        Ok(files)
    }

    fn nothing_in_the_way(&self) -> Result<(), CliError> {
        let new = self.files.iter().filter(|(_, file)| file.changed && !file.exists);
        let mut in_the_way: Vec<_> = new.map(|(path, _)| path.as_str()).collect();
        in_the_way.retain(|path| self.root.join(path).exists());
        let kustomization = read(&self.root.join(KUSTOMIZATION))?;
        if kustomization.is_some_and(|text| !Block::is_ours(&text)) {
            in_the_way.push(KUSTOMIZATION);
        }
        if in_the_way.is_empty() {
            return Ok(());
        }
        Err(CliError::Usage(format!(
            "Nothing was written to {}: an import would write over {}, which {} not written by one. Move {} away, or name \
             another folder.",
            self.root.display(),
            in_the_way.join(", "),
            if in_the_way.len() == 1 { "was" } else { "were" },
            if in_the_way.len() == 1 { "it" } else { "them" },
        )))
    }

    /// Lists all files for kustomize. False where somebody edited the list and it lacks one.
    fn list(&self) -> Result<bool, CliError> {
        if self.files.is_empty() {
            return Ok(true);
        }
        let path = self.root.join(KUSTOMIZATION);
        let mut body =
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n".to_owned();
        for file in self.files.keys() {
            body += &format!("- {file}\n");
        }
        let text = Block::new("kustomization", &body).list();
        let earlier = read(&path)?;
        let edited = earlier
            .as_deref()
            .is_some_and(|text| !Block::is_untouched_list(text));
        if let Some(earlier) = earlier.filter(|_| edited) {
            return Ok(self.files.keys().all(|file| earlier.contains(file.as_str())));
        }
        if read(&path)?.as_ref() != Some(&text) {
            files::replace(&path, &text)?;
        }
        Ok(true)
    }
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    let failed = |source| CliError::file(folder, source);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// A file, where it is there. Line ends are those of Unix, whatever Git made of them.
fn read(path: &Path) -> Result<Option<String>, CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.replace("\r\n", "\n"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(CliError::file(path, error)),
    }
}

fn broken(path: &Path, what: &str) -> CliError {
    CliError::Usage(format!(
        "{} was written by an import and cannot be read any more: {what}. Correct it; nothing was written.",
        path.display()
    ))
}
