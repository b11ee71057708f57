//! The pages as a site: links lead somewhere, and every page is in the table of contents.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use onhook::api::Reason;
use onhook::api::reason::{Kind, Place};

use crate::files;

/// A link in a page, with the page it stands in.
struct Link {
    page: PathBuf,
    target: String,
}

fn pages() -> Vec<PathBuf> {
    files(Path::new("docs"), "md")
}

/// The lines of a text that are not in a fenced block.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

fn links(page: &Path) -> Vec<Link> {
    let text = std::fs::read_to_string(page).unwrap();
    let mut found = Vec::new();
    for line in prose(&text) {
        // What stands between backticks is no link.
        let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(targets.map(|(target, _)| Link {
            page: page.to_owned(),
            target: target.to_owned(),
        }));
    }
    found.retain(|link| !link.target.is_empty() && !link.target.contains("://"));
    found
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(plain.pop(), "{}", path.display()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The ids of the headings of a page, as GitHub and mdBook make them.
fn anchors(page: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let headings = prose(&text).filter(|line| line.starts_with('#'));
    headings
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect()
}

fn anchor(heading: &str) -> String {
    let letters = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    letters.collect()
}

fn where_to(link: &Link) -> (PathBuf, Option<&str>) {
    let (path, anchor) = match link.target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (link.target.as_str(), None),
    };
    let folder = link.page.parent().unwrap();
    let path = if path.is_empty() {
        link.page.clone()
    } else {
        folder.join(path)
    };
    (plain(&path), anchor)
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let all = pages().into_iter().chain([PathBuf::from("README.md")]);
    let links: Vec<_> = all.flat_map(|page| links(&page)).collect();
    assert!(links.len() > 60, "the links are not read: {}", links.len());
    for link in &links {
        let (path, anchor) = where_to(link);
        let said = format!("{} links to {}", link.page.display(), link.target);
        assert!(path.exists(), "{said}, which is not there");
        if let Some(anchor) = anchor {
            assert!(
                anchors(&path).contains(anchor),
                "{said}, which has no such heading"
            );
        }
    }
}

#[test]
fn no_page_links_to_what_is_not_in_the_site() {
    for link in pages().iter().flat_map(|page| links(page)) {
        let (path, _) = where_to(&link);
        let inside = path.starts_with("docs") && path.is_file();
        assert!(
            inside,
            "{} links to {}: write it as a path",
            link.page.display(),
            link.target
        );
    }
}

#[test]
fn every_page_is_in_the_table_of_contents_once() {
    let mut listed: Vec<_> = links(Path::new("docs/SUMMARY.md"))
        .iter()
        .map(|link| where_to(link).0)
        .collect();
    let mut there = pages();
    there.retain(|page| !page.ends_with("SUMMARY.md"));
    listed.sort();
    there.sort();
    assert_eq!(listed, there);
}

/// Argo CD shows as waiting for somebody what nobody has to do anything about, or the other way round, if these differ.
#[test]
fn the_health_of_a_user_knows_which_reasons_pass_by_themselves() {
    let script = "examples/argocd/resource_customizations/onhook.dev/User/health.lua";
    let script = std::fs::read_to_string(script).unwrap();
    let lines = script
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" = true,"));
    let passing: BTreeSet<_> = lines.collect();
    let blocks = |reason: &&Reason| {
        let entry = reason.entry();
        entry.who.is_empty() && entry.on.contains(&(Kind::User, Place::Reconciling))
    };
    // A run that goes on is no blocker.
    let mut expected: BTreeSet<_> = Reason::ALL
        .iter()
        .filter(blocks)
        .map(|reason| reason.as_str())
        .collect();
    expected.remove(Reason::Progressing.as_str());
    expected.remove(Reason::Blocked.as_str());
    assert_eq!(passing, expected);
}

#[test]
fn every_reason_has_a_heading_and_its_rules_are_rules() {
    let headings = anchors(Path::new("docs/reference/reasons.md"));
    let domain = std::fs::read_to_string("docs/domain.md").unwrap();
    for reason in Reason::ALL {
        assert!(headings.contains(&reason.as_str().to_lowercase()), "{reason}");
        for rule in reason.entry().rules {
            assert!(domain.contains(&format!("\n| {rule} |")), "{reason} names {rule}");
        }
    }
}
