//! The documents of one person within a file, and whether they are still as an import wrote them.

use serde::Deserialize;
use serde_json::Value;

use crate::api::user::TenantRef;
use crate::cli::import::names::digest;

/// First line of every file of an import.
pub(super) const HEADER: &str =
    "# Written by onhook import. What is edited by hand, the next import leaves as it is.\n";
/// What every header begins with, also that of another version.
const MARK: &str = "# Written by onhook import";
/// Begins the line before the documents of somebody.
const AS_IMPORTED: &str = "# as imported: ";
const DIGITS: usize = 16;

/// The documents of one person. Without a name: what somebody put before the first of them.
pub(super) struct Block {
    pub name: String,
    digest: String,
    pub body: String,
    /// The Users in it: one, where nobody edited it.
    pub users: Vec<UserInFile>,
}

/// A User as a file has it.
pub(super) struct UserInFile {
    pub name: String,
    pub id: Option<String>,
    pub tenant: Option<TenantRef>,
}

impl Block {
    /// Documents that an import writes.
    pub fn new(name: &str, body: &str) -> Self {
        Self {
            name: name.to_owned(),
            digest: digest(body, DIGITS),
            body: body.to_owned(),
            users: Vec::new(),
        }
    }

    /// Whether somebody edited it.
    pub fn is_edited(&self) -> bool {
        digest(&self.body, DIGITS) != self.digest
    }

    /// Whether a file is one of an import.
    pub fn is_ours(text: &str) -> bool {
        text.starts_with(MARK)
    }

    /// The blocks of a file; `None` where it is none of an import.
    pub fn all(text: &str) -> Result<Option<Vec<Self>>, String> {
        if !Self::is_ours(text) {
            return Ok(None);
        }
        let mut blocks = vec![Self::nameless()];
        for line in text.split_inclusive('\n').skip(1) {
            let begins = line
                .strip_prefix(AS_IMPORTED)
                .and_then(|rest| rest.trim_end().split_once(' '));
            match (begins, blocks.last_mut()) {
                (Some((name, digest)), _) => blocks.push(Self {
                    name: name.to_owned(),
                    digest: digest.to_owned(),
                    ..Self::nameless()
                }),
                (None, Some(block)) => block.body.push_str(line),
                (None, None) => {}
            }
        }
        let last = blocks.len() - 1;
        for block in &mut blocks[..last] {
            // What parts a block from the next one is written with the next one.
            if let Some(body) = block.body.strip_suffix("---\n") {
                block.body = body.to_owned();
            }
        }
        blocks.retain(|block| !block.name.is_empty() || !block.body.is_empty());
        for block in &mut blocks {
            block.users = users(&block.body)?;
        }
        Ok(Some(blocks))
    }

    fn nameless() -> Self {
        Self {
            name: String::new(),
            digest: String::new(),
            body: String::new(),
            users: Vec::new(),
        }
    }

    /// The text of a file of these blocks.
    pub fn file(blocks: &[Self]) -> String {
        let mut text = HEADER.to_owned();
        for block in blocks {
            if !block.name.is_empty() {
                text += &format!("---\n{AS_IMPORTED}{} {}\n", block.name, block.digest);
            }
            text += &block.body;
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text
    }

    /// The text of a file that is this block alone, as one document.
    pub fn list(&self) -> String {
        format!(
            "{HEADER}{AS_IMPORTED}{} {}\n{}",
            self.name, self.digest, self.body
        )
    }

    /// Whether a file of one document is as an import wrote it.
    pub fn is_untouched_list(text: &str) -> bool {
        let marked = text
            .split_once('\n')
            .and_then(|(_, rest)| rest.strip_prefix(AS_IMPORTED));
        let parts = marked.and_then(|rest| rest.split_once('\n'));
        let known = parts.and_then(|(first, body)| Some((first.split_once(' ')?.1, body)));
        Self::is_ours(text) && known.is_some_and(|(known, body)| digest(body, DIGITS) == known)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    user_id: Option<String>,
    tenant_ref: Option<TenantRef>,
}

fn users(text: &str) -> Result<Vec<UserInFile>, String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| error.to_string())?;
    let users = documents
        .into_iter()
        .filter(|document| document["kind"] == "User");
    let users = users.map(|mut user| {
        let spec: Option<Spec> = serde_json::from_value(user["spec"].take()).ok();
        let (id, tenant) = spec.map_or((None, None), |spec| (spec.user_id, spec.tenant_ref));
        let name = user["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        UserInFile { name, id, tenant }
    });
    Ok(users.collect())
}
