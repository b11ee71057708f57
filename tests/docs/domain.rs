//! `docs/domain.md`: every rule of the domain has one row, and every row a test that runs, or a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::{State, tests};
use crate::{quoted, text_of};

/// How many rules each section of the domain has, and how many failure cases there are.
const SECTIONS: [(&str, u8); 16] = [
    ("A", 9),
    ("B", 10),
    ("C", 16),
    ("D", 12),
    ("E", 3),
    ("F", 13),
    ("G", 12),
    ("H", 4),
    ("I", 11),
    ("J", 8),
    ("K", 5),
    ("L", 11),
    ("M", 7),
    ("N", 5),
    ("P", 4),
    ("case ", 40),
];

/// What a row says instead of, or beside, a test.
const NOT_OURS: &str = "not Onhook's: ";

fn all_ids() -> BTreeSet<String> {
    SECTIONS
        .iter()
        .flat_map(|(section, count)| (1..=*count).map(move |number| format!("{section}{number}")))
        .collect()
}

/// The rows whose first cell is an id: id, what Onhook does, and the proof.
fn rows(text: &str) -> Vec<(String, String, String)> {
    let cells = text.lines().filter(|line| line.starts_with("| ")).map(|line| {
        line.trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
    });
    let rows = cells.filter(|cells| cells[0] != "id" && !cells[0].starts_with('-'));
    rows.map(|cells| {
        let [id, does, proof] = cells.as_slice() else {
            panic!("a row has three cells: {cells:?}");
        };
        (id.to_string(), does.to_string(), proof.to_string())
    })
    .collect()
}

fn document() -> String {
    std::fs::read_to_string("docs/domain.md").unwrap()
}

/// The rules, without the table of the article's steps.
fn rules() -> Vec<(String, String, String)> {
    let rows = rows(&document()).into_iter();
    rows.filter(|(id, ..)| !id.starts_with("step")).collect()
}

#[test]
fn every_rule_of_the_domain_has_one_row() {
    let mut counted: BTreeMap<String, usize> = all_ids().into_iter().map(|id| (id, 0)).collect();
    for (id, ..) in rules() {
        let count = counted
            .get_mut(&id)
            .unwrap_or_else(|| panic!("{id} is no rule of the domain"));
        *count += 1;
    }
    let wrong: Vec<_> = counted.iter().filter(|(_, count)| **count != 1).collect();
    assert!(wrong.is_empty(), "not exactly one row: {wrong:?}");
}

#[test]
fn every_row_of_the_domain_has_a_test_or_a_reason() {
    for (id, does, proof) in rows(&document()) {
        assert!(!does.is_empty(), "{id} says nothing");
        let reason = proof.split(NOT_OURS).nth(1).unwrap_or_default();
        let proven = quoted(&proof).next().is_some();
        assert!(
            proven || reason.len() > 15,
            "{id} has neither a test nor a reason: {proof}"
        );
    }
}

#[test]
fn every_test_that_the_documents_name_runs() {
    let tests = tests();
    assert!(tests.len() > 200, "the sources are not read: {}", tests.len());
    let rows = rows(&document());
    let named = rows
        .iter()
        .flat_map(|(id, _, proof)| quoted(proof).map(move |name| (id, name)));
    let wrong: Vec<_> = named
        .filter(|(_, name)| tests.get(*name) != Some(&State::Runs))
        .collect();
    assert!(wrong.is_empty(), "no such test runs: {wrong:?}");
}

#[test]
fn every_blocker_that_the_domain_names_is_one() {
    let code = text_of(&["src"]);
    let named: BTreeSet<_> = rows(&document())
        .iter()
        .flat_map(|(_, does, _)| quoted(does).map(str::to_owned).collect::<Vec<_>>())
        .filter(|name| name.chars().all(char::is_alphabetic) && name.starts_with(char::is_uppercase))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|name| !code.contains(*name)).collect();
    assert!(missing.is_empty(), "nothing of this name: {missing:?}");
}
