//! What an import says at its end.

use std::collections::BTreeMap;
use std::fmt;

use crate::lifecycle::{Profile, ProfileStatus};

use super::Put;
use super::documents::Person;
use super::folder::Files;

/// Names that are said before it is only said how many more there are.
const SAID: usize = 10;

/// What an import did, and what it did not.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub files: Files,
    /// Names of Users in the folder whose profile is not in the account.
    pub gone: Vec<String>,
    active: usize,
    deactivated: usize,
    edited: Vec<String>,
    /// Names of Users by the field that they lack.
    left_out: BTreeMap<&'static str, Vec<String>>,
    /// Ids of profiles that no User can be made of.
    undeclared: Vec<String>,
}

impl Summary {
    /// Somebody who was selected.
    pub fn person(&mut self, person: &Person, put: Put, left_out: &[&'static str]) {
        match person.profile.status {
            ProfileStatus::Inactive => self.deactivated += 1,
            ProfileStatus::Active | ProfileStatus::Other(_) => self.active += 1,
        }
        if put == Put::Edited {
            self.edited.push(person.name.clone());
            return;
        }
        for field in left_out {
            let names = self.left_out.entry(field).or_default();
            if names.last() != Some(&person.name) {
                names.push(person.name.clone());
            }
        }
    }

    /// Profiles that no User can be made of.
    pub fn undeclared<'a>(&mut self, profiles: impl Iterator<Item = &'a Profile>) {
        let id = |profile: &Profile| match profile.user_id.as_str() {
            "" => "one without id".to_owned(),
            id => id.to_owned(),
        };
        self.undeclared = profiles.map(id).collect();
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Files {
            written,
            unchanged,
            unlisted,
        } = self.files;
        writeln!(
            f,
            "{} users: {} active, {} deactivated. Files: {written} written, {unchanged} unchanged.",
            self.active + self.deactivated,
            self.active,
            self.deactivated
        )?;
        let mut say = |what: &str, names: &[String]| match names {
            [] => Ok(()),
            names => writeln!(f, "{what}: {}.", some(names)),
        };
        say("Edited by hand, so left as they are", &self.edited)?;
        say(
            "Not in the account any more. Their files stay; take them out of Git yourself once nothing needs them",
            &self.gone,
        )?;
        for (field, names) in &self.left_out {
            let what = format!("Without {field}, whose value a custom resource cannot hold");
            say(&what, names)?;
        }
        say(
            "Not imported, because no User can have the userName or the userId. The userIds",
            &self.undeclared,
        )?;
        if unlisted {
            writeln!(
                f,
                "kustomization.yaml was edited by hand and does not list all files: add those that are missing."
            )?;
        }
        Ok(())
    }
}

fn some(names: &[String]) -> String {
    let said = names.iter().take(SAID).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(SAID) {
        Some(more) if more > 0 => format!("{said} and {more} more"),
        _ => said,
    }
}
