//! The commands in the shell blocks of the documents: `onhook` by its own definition, the others by what they may say. They
//! are only read here, which takes no cluster; `tests/pages.rs` runs them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::files;

/// What a command of `kubectl` may say: its verb, and the flags that it takes.
const KUBECTL: [(&str, &[&str]); 11] = [
    (
        "get",
        &["all-namespaces", "output", "selector", "watch", "label-columns"],
    ),
    ("describe", &["selector"]),
    (
        "apply",
        &["server-side", "force-conflicts", "filename", "kustomize"],
    ),
    ("create", &["from-file", "dry-run", "output", "filename"]),
    ("delete", &["all", "selector"]),
    ("patch", &["type", "patch"]),
    ("annotate", &[]),
    ("events", &["for", "watch", "types"]),
    ("wait", &["for", "timeout"]),
    ("logs", &["since", "previous"]),
    ("rollout", &[]),
];

/// Kinds of Kubernetes itself that the documents name.
const KINDS: [&str; 13] = [
    "secret",
    "configmaps",
    "pods",
    "leases",
    "deployment",
    "crd",
    "namespace",
    "services",
    "events",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
];

const HELM: [(&str, &[&str]); 7] = [
    (
        "install",
        &[
            "namespace",
            "create-namespace",
            "values",
            "set",
            "take-ownership",
            "force-conflicts",
        ],
    ),
    (
        "upgrade",
        &[
            "namespace",
            "reset-then-reuse-values",
            "reuse-values",
            "values",
            "set",
        ],
    ),
    ("uninstall", &["namespace"]),
    ("status", &["namespace"]),
    ("history", &["namespace"]),
    ("rollback", &["namespace"]),
    ("push", &[]),
];

fn documents() -> Vec<PathBuf> {
    let named = [
        "README.md",
        "docs/start.md",
        "docs/operations.md",
        "docs/development.md",
    ];
    let named = named.iter().map(PathBuf::from);
    named.chain(files(Path::new("docs/guides"), "md")).collect()
}

/// The words of each command in the shell blocks of a document.
fn commands(document: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(document).unwrap();
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let lines: Vec<_> = blocks.map(|block| block.replace("\\\n", " ")).collect();
    let lines = lines.iter().flat_map(|block| block.lines());
    lines.flat_map(pieces).filter(|words| !words.is_empty()).collect()
}

/// The commands of a line, which pipes part; each as its words, without quotes and comments.
fn pieces(line: &str) -> Vec<Vec<String>> {
    let (mut all, mut words, mut word) = (Vec::new(), Vec::new(), String::new());
    let mut quote = None;
    for c in line.chars().chain([' ']) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if word.is_empty() => break,
            (None, '|') => all.push(std::mem::take(&mut words)),
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (_, c) => word.push(c),
        }
    }
    all.push(words);
    all
}

#[test]
fn the_commands_of_the_documents_are_commands() {
    let mut count = 0;
    for document in documents() {
        for words in commands(&document) {
            count += 1;
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let wrong = match words.as_slice() {
                ["onhook", ..] => onhook(&words),
                ["kubectl", "onhook", rest @ ..] => onhook(&[&["onhook"], rest].concat()),
                ["kubectl", rest @ ..] => kubectl(rest),
                ["helm", rest @ ..] => helm(rest),
                ["make", rest @ ..] => make(rest),
                ["cargo", rest @ ..] => cargo(rest),
                _ => Some("nobody knows what this is".to_owned()),
            };
            assert_eq!(wrong, None, "{}: {}", document.display(), words.join(" "));
        }
    }
    assert!(count > 50, "the commands are not read: {count}");
}

#[test]
fn the_plans_of_the_pipelines_are_commands() {
    let pipelines = files(Path::new("examples/pull-request"), "yaml");
    assert_eq!(pipelines.len(), 2);
    for pipeline in pipelines {
        let text = std::fs::read_to_string(&pipeline).unwrap();
        let plans = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").split_once("onhook plan "));
        let plans: Vec<_> = plans.filter(|(before, _)| before.is_empty()).collect();
        assert_eq!(plans.len(), 1, "{}", pipeline.display());
        for (_, rest) in plans {
            let rest = rest.split(" > ").next().unwrap_or(rest);
            let words: Vec<_> = ["onhook", "plan"].into_iter().chain(rest.split(' ')).collect();
            assert_eq!(onhook(&words), None, "{}", pipeline.display());
        }
    }
}

/// By clap, as the binary itself does it.
fn onhook(words: &[&str]) -> Option<String> {
    let parsed = onhook::cli::command().try_get_matches_from(words);
    parsed.err().map(|error| error.to_string())
}

fn kubectl(words: &[&str]) -> Option<String> {
    let known: BTreeSet<_> = KINDS
        .iter()
        .map(|kind| (*kind).to_owned())
        .chain(own_kinds())
        .collect();
    let words = without_namespace(words);
    let (verb, rest) = words.split_first()?;
    let Some((_, flags)) = KUBECTL.iter().find(|(known, _)| known == verb) else {
        return Some(format!("{verb} is no verb"));
    };
    if let Some(wrong) = unknown_flag(rest, flags) {
        return Some(wrong);
    }
    let of_file = *verb == "create" && rest.contains(&"--filename");
    if of_file || ["apply", "logs", "rollout"].contains(verb) {
        return files_named(rest);
    }
    let kinds = rest.iter().find(|word| !word.starts_with("--"))?;
    let kinds = kinds.split('/').next().unwrap_or_default();
    let unknown = kinds.split(',').find(|kind| !known.contains(*kind));
    unknown.map(|kind| format!("{kind} is no kind"))
}

/// The same without `--namespace NAME`, which may stand anywhere.
fn without_namespace<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    while let Some(at) = words.iter().position(|word| *word == "--namespace") {
        words.drain(at..(at + 2).min(words.len()));
    }
    words
}

fn unknown_flag(words: &[&str], known: &[&str]) -> Option<String> {
    let short = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.len() > 1;
    // `-k FOLDER` is the one short flag, in the README.
    if let Some(short) = words.iter().find(|word| short(word) && **word != "-k") {
        return Some(format!("{short}: write it in full"));
    }
    let flags = words.iter().filter_map(|word| word.strip_prefix("--"));
    let mut flags = flags.map(|flag| flag.split('=').next().unwrap_or(flag));
    flags
        .find(|flag| !known.contains(flag))
        .map(|flag| format!("--{flag} is no flag of it"))
}

/// A file that is named is there.
fn files_named(words: &[&str]) -> Option<String> {
    let mut named = words
        .windows(2)
        .filter(|pair| ["--filename", "--kustomize", "-k"].contains(&pair[0]));
    let missing = named.find(|pair| pair[1] != "-" && !Path::new(pair[1]).exists());
    missing.map(|pair| format!("{} is not there", pair[1]))
}

/// The kinds of Onhook, by the names that their definitions give them.
fn own_kinds() -> Vec<String> {
    let definitions = files(Path::new("crds"), "yaml");
    let texts = definitions
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let names = |text: String| {
        let names = text.lines().filter_map(|line| {
            let line = line.trim();
            line.strip_prefix("plural: ")
                .or_else(|| line.strip_prefix("singular: "))
                .map(str::to_owned)
        });
        names.collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
}

fn helm(words: &[&str]) -> Option<String> {
    let (verb, rest) = words.split_first()?;
    let Some((_, flags)) = HELM.iter().find(|(known, _)| known == verb) else {
        return Some(format!("{verb} is no verb"));
    };
    let chart = rest.iter().find(|word| word.starts_with("charts/"));
    if let Some(chart) = chart.filter(|chart| !Path::new(chart).join("Chart.yaml").exists()) {
        return Some(format!("{chart} is no chart"));
    }
    let values = chart.map_or_else(String::new, |chart| {
        std::fs::read_to_string(Path::new(chart).join("values.yaml")).unwrap()
    });
    let set = rest.windows(2).filter(|pair| pair[0] == "--set");
    let names: Vec<_> = set.filter_map(|pair| pair[1].split(['=', '.']).next()).collect();
    let has = |name: &&&str| values.lines().any(|line| line.starts_with(&format!("{name}:")));
    let unknown = names.iter().find(|name| !has(name));
    unknown_flag(rest, flags).or_else(|| unknown.map(|name| format!("{name} is no value")))
}

fn make(words: &[&str]) -> Option<String> {
    let makefile = std::fs::read_to_string("Makefile").unwrap();
    let mut targets = words.iter().filter(|word| !word.contains('='));
    let is = |target: &str| {
        makefile
            .lines()
            .any(|line| line.starts_with(&format!("{target}:")))
    };
    targets
        .find(|target| !is(target))
        .map(|target| format!("{target} is no target"))
}

fn cargo(words: &[&str]) -> Option<String> {
    let there = |name: &str| {
        let file = format!("tests/{name}.rs");
        Path::new(&file).exists() || Path::new("tests").join(name).join("main.rs").exists()
    };
    match words {
        ["test", "--lib"] => None,
        ["test", "--test", name] => (!there(name)).then(|| format!("there is no test {name}")),
        _ => Some("nobody knows what this is".to_owned()),
    }
}
