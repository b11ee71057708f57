//! The documents name only what is there.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/domain.rs"]
mod domain;
#[path = "docs/first_tenant.rs"]
mod first_tenant;
#[path = "docs/site.rs"]
mod site;
#[path = "docs/sources.rs"]
mod sources;

use std::path::{Path, PathBuf};

/// All files with this ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(self::files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files
}

fn text_of(folders: &[&str]) -> String {
    let files = folders.iter().flat_map(|folder| files(Path::new(folder), "rs"));
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// What stands between backticks in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_the_invariants_name_is_there() {
    names_only_tests_that_run("docs/invariants.md");
}

#[test]
fn every_test_that_the_accidents_name_is_there() {
    names_only_tests_that_run("docs/accidents.md");
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    names_only_tests_that_run("docs/security.md");
}

/// The last column of the tables of a document names tests.
fn names_only_tests_that_run(document: &str) {
    let tests = sources::tests();
    let document = std::fs::read_to_string(document).unwrap();
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.trim_matches('|').split('|').next_back());
    let rows: Vec<_> = rows.collect();
    let names: Vec<_> = rows.iter().flat_map(|cell| quoted(cell)).collect();
    assert!(names.len() > 15, "{names:?}");
    let missing: Vec<_> = names
        .into_iter()
        .filter(|name| tests.get(*name) != Some(&sources::State::Runs))
        .collect();
    assert!(missing.is_empty(), "no test of this name runs: {missing:?}");
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    const FOLDERS: [&str; 6] = ["src/", "docs/", "tests/", "examples/", "deploy/", "charts/"];
    for document in files(Path::new("docs"), "md")
        .into_iter()
        .chain(["README.md".into()])
    {
        let text = std::fs::read_to_string(&document).unwrap();
        let named = quoted(&text).filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)));
        let missing: Vec<_> = named.filter(|name| !Path::new(name).exists()).collect();
        assert!(
            missing.is_empty(),
            "{} names what is not there: {missing:?}",
            document.display()
        );
    }
}
