//! How the house is built, read from its sources: who may know whom, and who may send what.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// A source file, by its path within the crate, without comments.
struct Source {
    path: String,
    lines: usize,
    code: String,
}

/// All sources below a folder or a file of the crate; none where it does not exist yet.
fn sources(below: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join(below), &mut files);
    files.sort();
    files.iter().map(|file| read(root, file)).collect()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
        files.push(path.to_owned());
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let text = fs::read_to_string(file).unwrap();
    Source {
        path: file.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
        lines: text.lines().count(),
        code: text.lines().map(without_comment).collect::<Vec<_>>().join("\n"),
    }
}

/// A line without its comment. An address in a text (`https://`) is none.
fn without_comment(line: &str) -> &str {
    let comment = line
        .match_indices("//")
        .find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// Sources of a top-level module: its folder and its file.
fn module(name: &str) -> Vec<Source> {
    let mut found = sources(&format!("src/{name}"));
    found.extend(sources(&format!("src/{name}.rs")));
    found
}

fn is_test(source: &Source) -> bool {
    source.path.contains("/tests/") || source.path.ends_with("tests.rs")
}

/// Every path of the crate that a file names, with groups written out: `crate::{a, b::{c, d}}` names `a`, `b::c`, `b::d`.
fn paths_of_crate(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for root in ["crate::", "onhook::"] {
        for (at, _) in code.match_indices(root) {
            expand("", &code[at + root.len()..], &mut paths);
        }
    }
    paths
}

/// Reads one tree of a `use`, or one path, and gives what is behind it.
fn expand<'a>(before: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return expand_group(before, group, paths);
    }
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '*';
    let (name, rest) = text.split_at(text.find(|c| !word(c)).unwrap_or(text.len()));
    let path = if before.is_empty() {
        name.to_owned()
    } else {
        format!("{before}::{name}")
    };
    if let Some(rest) = rest.strip_prefix("::") {
        return expand(&path, rest, paths);
    }
    paths.push(path);
    let rest = rest.trim_start();
    rest.strip_prefix("as ")
        .map_or(rest, |alias| alias.trim_start_matches(word))
}

/// Reads the entries of a group, whose opening brace is behind us.
fn expand_group<'a>(before: &str, mut group: &'a str, paths: &mut Vec<String>) -> &'a str {
    loop {
        group = group.trim_start();
        if let Some(rest) = group.strip_prefix('}') {
            return rest;
        }
        let rest = expand(before, group, paths).trim_start();
        match rest.strip_prefix(',') {
            Some(next) => group = next,
            None => return rest.strip_prefix('}').unwrap_or(rest),
        }
    }
}

fn first_name(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// Names of the outermost crates that a file names in `use` and in paths.
fn used_roots(code: &str) -> Vec<String> {
    let uses = code.lines().map(str::trim_start).filter_map(|line| {
        let line = line
            .strip_prefix("pub ")
            .or_else(|| line.strip_prefix("pub(super) "))
            .unwrap_or(line);
        line.strip_prefix("use ")
    });
    uses.filter_map(|path| first_name(path.trim_start_matches("::")))
        .collect()
}

/// Nothing in `found` names a module of the crate that is not in `allowed`.
fn knows_only(found: &[Source], allowed: &[&str]) {
    for source in found {
        for path in paths_of_crate(&source.code) {
            let module = path.chars().next().is_some_and(char::is_lowercase);
            let inside = |allowed: &&str| path == **allowed || path.starts_with(&format!("{allowed}::"));
            assert!(
                !module || allowed.iter().any(inside),
                "{} knows crate::{path}",
                source.path
            );
        }
    }
}

/// Nothing in `found` contains any of these texts.
fn says_nothing_of(found: &[Source], texts: &[&str]) {
    for source in found {
        for text in texts {
            assert!(!source.code.contains(text), "{} says {text}", source.path);
        }
    }
}

#[test]
fn the_rules_know_no_kubernetes_no_http_and_no_clock() {
    let rules = module("lifecycle");
    assert!(!rules.is_empty(), "src/lifecycle is gone");
    says_nothing_of(
        &rules,
        &[
            "kube::",
            "k8s_openapi",
            "reqwest",
            "axum",
            "tokio",
            "hyper",
            "rustls",
            "futures::",
        ],
    );
    says_nothing_of(
        &rules,
        &["std::net", "std::fs", "std::io", "std::process", "std::thread"],
    );
    says_nothing_of(
        &rules,
        &[
            "std::time",
            "SystemTime",
            "Instant",
            "Timestamp::now",
            "Zoned::now",
            "rand::",
        ],
    );
    let (tests, rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(is_test);
    says_nothing_of(
        &rules,
        &["std::env", "env!", "println!", "include_str!", "tracing::"],
    );
    only_these(
        &rules,
        &["crate", "super", "self", "jiff", "std", "serde", "sha2"],
    );
    only_these(
        &tests,
        &["crate", "super", "self", "jiff", "std", "serde_json", "proptest"],
    );
}

/// Every `use` of these files begins with one of these names, with a type, or with a module of the rules themselves.
fn only_these(found: &[Source], allowed: &[&str]) {
    let own = module("lifecycle");
    let own = |root: &str| {
        let (file, folder) = (format!("/{root}.rs"), format!("/{root}/mod.rs"));
        own.iter()
            .any(|source| source.path.ends_with(&file) || source.path.ends_with(&folder))
    };
    for source in found {
        for root in used_roots(&source.code) {
            let outside = root.chars().next().is_some_and(char::is_lowercase) && !own(&root);
            assert!(
                !outside || allowed.contains(&root.as_str()),
                "{} uses {root}",
                source.path
            );
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    knows_only(&module("api"), &["api"]);
    knows_only(&module("lifecycle"), &["api", "lifecycle"]);
    knows_only(&module("eightbyeight"), &["api", "lifecycle", "eightbyeight"]);
    knows_only(&module("connector"), &["lifecycle", "connector"]);
    knows_only(&module("records"), &["api", "records"]);
    let controller = [
        "api",
        "records",
        "lifecycle",
        "eightbyeight",
        "connector",
        "controller",
        "telemetry",
    ];
    knows_only(&module("controller"), &controller);
    knows_only(&module("telemetry"), &["api", "telemetry"]);
}

#[test]
fn the_simulator_knows_the_wire_types_and_itself() {
    knows_only(&module("simulator"), &["eightbyeight::wire", "simulator"]);
}

/// Whether the function there is without `self`, and not for tests alone.
fn makes(code: &str, at: usize) -> bool {
    let of_self = code[at..]
        .split_once('(')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with("&self"));
    !of_self && !code[..at].trim_end().ends_with("#[cfg(test)]")
}

#[test]
fn only_the_rules_make_proofs() {
    let proofs = [
        "DeactivateProof",
        "ActivateProof",
        "LicenseProof",
        "LeaveGroupProof",
        "ConnectorProof",
        "DeleteProof",
    ];
    let file = sources("src/lifecycle/proof.rs").remove(0);
    for proof in proofs {
        assert!(
            file.code.contains(&format!("pub struct {proof} {{")),
            "{proof} is gone"
        );
    }
    // Public fields, or a public constructor that is not for tests alone, would let anybody have one.
    let open: Vec<_> = file
        .code
        .match_indices("pub fn ")
        .map(|(at, _)| at)
        .filter(|at| makes(&file.code, *at))
        .collect();
    assert!(
        open.is_empty(),
        "{} has a public constructor at {open:?}",
        file.path
    );
    for line in file
        .code
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("pub "))
    {
        let field = line.contains(": ") && !line.contains("fn ");
        assert!(!field, "{} has a public field: {line}", file.path);
    }
    let copies = ["Clone", "Copy", "Default", "Deserialize"];
    for (derive, declared) in file.code.lines().zip(file.code.lines().skip(1)) {
        let opened = declared.contains("Proof {") && copies.iter().any(|copy| derive.contains(copy));
        assert!(!opened, "{} lets {declared} be copied: {derive}", file.path);
    }
    let outside = sources("src")
        .into_iter()
        .filter(|source| !source.path.starts_with("src/lifecycle/"));
    for source in outside {
        for proof in proofs {
            // A signature `-> DeleteProof {` makes none.
            let code = source.code.replace(&format!("-> {proof} {{"), "");
            let made = [
                format!("{proof}::"),
                format!("{proof} {{"),
                format!("for {proof}"),
            ];
            let makes = made.iter().any(|text| code.contains(text));
            let for_test = code.contains(&format!("{proof}::for_test")) && is_test(&source);
            assert!(!makes || for_test, "{} makes a {proof}", source.path);
        }
    }
}

#[test]
fn only_the_account_client_deletes_over_http() {
    // The demo plays the person at the account, over the simulator's control port.
    let exempt = [
        "src/eightbyeight/",
        "src/connector/",
        "src/simulator/",
        "src/testbed/",
        "src/demo/",
    ];
    let others = sources("src").into_iter().filter(|source| !is_test(source));
    for source in others.filter(|source| !exempt.iter().any(|folder| source.path.starts_with(folder))) {
        // Kubernetes' client has a `delete` of its own: what counts is whether the file knows HTTP.
        let http = ["reqwest", "hyper::"]
            .iter()
            .any(|client| source.code.contains(client));
        assert!(
            !(http && source.code.contains(".delete(")),
            "{} sends a DELETE",
            source.path
        );
        for text in ["Method::DELETE", "\"DELETE\""] {
            assert!(!source.code.contains(text), "{} names {text}", source.path);
        }
    }
}

#[test]
fn a_delete_of_the_account_client_takes_a_proof() {
    let client = module("eightbyeight");
    for source in client.iter().filter(|source| !is_test(source)) {
        let deletes = ["Method::DELETE", ".delete("]
            .iter()
            .any(|text| source.code.contains(text));
        let proven = source.code.contains("DeleteProof");
        assert!(
            !deletes || proven,
            "{} deletes without a DeleteProof",
            source.path
        );
    }
}

#[test]
fn commands_have_no_account_that_can_be_written() {
    // The operator is the one command that writes; it is the controller that does it.
    for source in module("cli") {
        for path in paths_of_crate(&source.code) {
            let writes = ["Account", "FullUser", "UserEdit", "WritePermit", "gate"];
            let name = path.strip_prefix("eightbyeight::");
            let writes = name.is_some_and(|name| writes.contains(&name));
            assert!(!writes, "{} knows crate::{path}", source.path);
        }
    }
    let reader = sources("src/eightbyeight/reader.rs").remove(0);
    let gives = [
        "-> Account",
        "-> &Account",
        "pub account",
        "FullUser",
        "UserEdit",
        "WritePermit",
        "Turn",
    ];
    says_nothing_of(&[reader], &gives);
}

#[test]
fn commands_write_to_the_standard_output_and_error_in_one_place() {
    // What panics where nobody reads any more: `onhook crds | head -1`, `onhook run 2>&1 | head -1`.
    for source in module("cli") {
        let prints = ["print!(", "println!(", "stdout()"]
            .iter()
            .any(|text| source.code.contains(text));
        assert!(
            !prints || source.path == "src/cli/output.rs",
            "{} prints by itself",
            source.path
        );
    }
}

#[test]
fn a_delete_of_the_connector_client_takes_a_proof() {
    for source in module("connector") {
        assert!(
            !source.code.contains("Method::DELETE") || source.code.contains("proof: ConnectorProof"),
            "{} deletes without a ConnectorProof",
            source.path
        );
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for source in sources("src") {
        assert!(source.lines <= 500, "{} has {} lines", source.path, source.lines);
    }
}

#[test]
fn the_reader_of_sources_reads_what_it_should() {
    let code = "use crate::{\n    api::{user::{A, B as C}, status},\n    lifecycle,\n};\nuse crate::controller::x;\nf(crate::wire::f());";
    let expected = [
        "api::user::A",
        "api::user::B",
        "api::status",
        "lifecycle",
        "controller::x",
        "wire::f",
    ];
    assert_eq!(paths_of_crate(code), expected);
    assert_eq!(
        used_roots("use std::fs;\n    pub use kube::Api;\nuse ::jiff::Span;"),
        ["std", "kube", "jiff"]
    );
    assert_eq!(
        without_comment("let url = \"https://a\"; // kube::"),
        "let url = \"https://a\"; "
    );
}
