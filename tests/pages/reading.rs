//! What the documents tell a reader to do: the commands of their shell blocks, and the manifests between them.

use std::path::{Path, PathBuf};

/// A command as it stands in a document.
#[derive(Clone, Debug)]
pub struct Command {
    /// Path of the document from the checkout.
    pub page: String,
    /// The heading that it stands under.
    pub section: String,
    pub text: String,
    /// What the document shows that it says.
    pub shown: String,
}

/// Something to do, in the order of the document.
#[derive(Clone, Debug)]
pub enum Item {
    Command(Command),
    /// A YAML block, to be applied.
    Manifest {
        section: String,
        text: String,
    },
}

/// The documents whose commands are run.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = vec![PathBuf::from("README.md")];
    for folder in ["docs", "charts"] {
        pages.extend(markdown(Path::new(folder)));
    }
    pages
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(markdown(&path)),
            false if path.extension().is_some_and(|ending| ending == "md") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

/// The commands of a document.
pub fn commands(page: &str) -> Vec<Command> {
    let commands = items(page).into_iter().filter_map(|item| match item {
        Item::Command(command) => Some(command),
        Item::Manifest { .. } => None,
    });
    commands.collect()
}

/// Everything that a document tells to do.
pub fn items(page: &str) -> Vec<Item> {
    let text = std::fs::read_to_string(page).unwrap();
    let (mut items, mut section) = (Vec::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.to_owned();
        }
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let command = |(text, shown): (String, String)| {
            Item::Command(Command {
                page: page.to_owned(),
                section: section.clone(),
                text,
                shown,
            })
        };
        match kind {
            "sh" => items.extend(
                whole(&block)
                    .into_iter()
                    .map(|text| command((text, String::new()))),
            ),
            "console" => items.extend(dialogue(&block).into_iter().map(command)),
            "yaml" => items.push(Item::Manifest {
                section: section.clone(),
                text: block.join("\n"),
            }),
            _ => {}
        }
    }
    items
}

/// The commands of a block: a `\` or a `|` at the end of a line, and a here-document, make several lines one.
fn whole(block: &[&str]) -> Vec<String> {
    let (mut commands, mut open) = (Vec::new(), String::new());
    let mut end: Option<String> = None;
    for line in block {
        open.push_str(line);
        if end.as_deref() == Some(line) {
            end = None;
        } else if let Some((_, word)) = line.split_once("<<") {
            end = Some(word.trim().to_owned());
        }
        if end.is_some() || line.ends_with(['\\', '|']) {
            open.push('\n');
            continue;
        }
        commands.push(std::mem::take(&mut open));
    }
    commands.retain(|command| !command.trim().is_empty() && !command.starts_with('#'));
    commands
}

/// What follows each `$ `, and what is shown below it.
fn dialogue(block: &[&str]) -> Vec<(String, String)> {
    let mut said: Vec<(String, String)> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), said.last_mut()) {
            (Some(command), _) => said.push((command.to_owned(), String::new())),
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => {}
        }
    }
    said
}
