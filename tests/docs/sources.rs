//! The tests of this crate, as `cargo test` runs them: found by following the modules from the roots of the targets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A test and what its attributes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs with `cargo test`.
    Runs,
    /// It is ignored, or compiled under a condition only.
    Skipped,
}

/// All test functions that a target reaches, by name. Of two with one name, one that runs is enough.
pub fn tests() -> BTreeMap<String, State> {
    let mut tests = BTreeMap::new();
    for root in roots() {
        read(&root, true, &mut tests);
    }
    tests
}

/// The library, and each file of `tests`, is a target of its own.
fn roots() -> Vec<PathBuf> {
    let files = std::fs::read_dir("tests").unwrap().flatten();
    let own = files
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let folders = std::fs::read_dir("tests").unwrap().flatten();
    let mains = folders
        .map(|entry| entry.path().join("main.rs"))
        .filter(|path| path.exists());
    own.chain(mains).chain([PathBuf::from("src/lib.rs")]).collect()
}

/// Reads a file and every module that it declares.
fn read(file: &Path, root: bool, tests: &mut BTreeMap<String, State>) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut attributes: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push(line);
        } else if let Some(name) = module(line) {
            if always(&attributes) {
                read(&place(file, root, name, &attributes), false, tests);
            }
            attributes.clear();
        } else if !line.is_empty() && !line.starts_with("//") {
            note(line, &attributes, tests);
            attributes.clear();
        }
    }
}

/// The name of a module that another file holds.
fn module(line: &str) -> Option<&str> {
    let words = line.strip_suffix(';')?;
    let name = words.rsplit_once("mod ")?;
    (name.0.is_empty() || name.0.starts_with("pub")).then_some(name.1)
}

/// Whether the attributes let the item be compiled in every `cargo test`.
fn always(attributes: &[&str]) -> bool {
    let usual = ["#[cfg(test)]", "#[cfg(feature = \"testbed\")]"];
    let conditional = |line: &&&str| line.starts_with("#[cfg") && !usual.contains(*line);
    attributes.iter().find(conditional).is_none()
}

/// Where the file of a module is.
fn place(file: &Path, root: bool, name: &str, attributes: &[&str]) -> PathBuf {
    let folder = file.parent().unwrap();
    let path = attributes
        .iter()
        .find_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
    if let Some(path) = path {
        return folder.join(path);
    }
    let is_folder = root || file.file_name().is_some_and(|name| name == "mod.rs");
    let folder = match is_folder {
        true => folder.to_owned(),
        false => folder.join(file.file_stem().unwrap()),
    };
    let flat = folder.join(format!("{name}.rs"));
    if flat.exists() {
        flat
    } else {
        folder.join(name).join("mod.rs")
    }
}

/// Notes a test function.
fn note(line: &str, attributes: &[&str], tests: &mut BTreeMap<String, State>) {
    let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
    let Some((name, _)) = name.and_then(|name| name.split_once('(')) else {
        return;
    };
    let is_test = |line: &&str| *line == "#[test]" || line.starts_with("#[tokio::test");
    if !attributes.iter().any(is_test) {
        return;
    }
    let ignored = attributes.iter().any(|line| line.starts_with("#[ignore"));
    let runs = !ignored && always(attributes);
    let known = tests.entry(name.to_owned()).or_insert(State::Skipped);
    if runs {
        *known = State::Runs;
    }
}

#[test]
fn a_test_that_is_ignored_or_conditional_does_not_count() {
    let found = |attributes: &[&str]| {
        let mut tests = BTreeMap::new();
        note("async fn it_works() {", attributes, &mut tests);
        tests.remove("it_works")
    };
    assert_eq!(found(&["#[tokio::test]"]), Some(State::Runs));
    assert_eq!(found(&["#[test]", "#[ignore = \"slow\"]"]), Some(State::Skipped));
    assert_eq!(found(&["#[cfg(windows)]", "#[test]"]), Some(State::Skipped));
    assert_eq!(found(&["#[allow(dead_code)]"]), None);
    assert_eq!(module("pub(crate) mod one;"), Some("one"));
    assert_eq!(module("mod tests {"), None);
}
