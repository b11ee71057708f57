//! What is not run, or ends otherwise than well, each with the reason; and what stands for a word in capitals.

use super::reading::Command;

/// Commands that are not run, by what they contain.
pub const NOT_RUN: [(&str, &str); 10] = [
    (
        "make ",
        "`make test` runs this test, and the other goals are what it is made of",
    ),
    ("cargo ", "`cargo test` runs this test"),
    ("port-forward", "no node runs the pod that it leads to"),
    (
        "localhost:8080/log-level",
        "it asks by that port-forward; tests/telemetry.rs asks the same",
    ),
    ("kubectl krew install", "tests/krew does it, with the real krew"),
    (
        "image/build.sh",
        "it takes minutes; `make node` makes the image and installs it",
    ),
    ("qemu-aarch64", "it runs what image/build.sh makes"),
    ("helm push", "there is no registry"),
    ("KREW_ROOT", "as for krew"),
    ("kubectl_complete-onhook", "as for krew"),
];

/// Commands that must fail here, by what they contain, with the words that tell why: all before it was right.
pub const FAIL: [(&str, &str); 1] = [
    // The node of the pod is not there: the server has found the pod, and asks for its logs in vain.
    ("logs deployment/onhook", "\"no-node\" not found"),
];

/// Commands whose exit status says something, by what they contain, with what it may be.
pub const CODES: [(&str, &[i32]); 1] = [
    // README.md: nothing, changes, something is taken, something would be refused.
    ("onhook plan ", &[0, 2, 3, 4]),
];

/// Commands that write files, and say on the standard error what they did.
pub const QUIET: [&str; 1] = ["--to people"];

/// Commands that go on until they are ended, once they have said something.
pub const ENDLESS: [&str; 1] = ["--watch"];

/// The words in capitals that stand for something of the reader's.
pub const PLACEHOLDERS: [&str; 5] = ["NAMESPACE", "TENANT", "USER", "RECORD", "INTENT"];

/// Words in capitals that mean themselves.
pub const NO_PLACEHOLDERS: [&str; 3] = ["END", "KEEP", "BLOCKED"];

pub fn not_run(command: &Command) -> Option<&'static str> {
    let mut all = NOT_RUN.iter();
    all.find(|(part, _)| command.text.contains(part))
        .map(|(part, _)| *part)
}

/// The words in capitals of a command that name nothing of Kubernetes' output: no heading of a column, no variable.
pub fn in_capitals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let (word, next) = rest.split_at(length);
        let alone = !next.starts_with([':', '_', '-', '.']) && !text[..at].ends_with(['$', '_', '-', '.']);
        if length >= 3 && alone && word.bytes().all(|byte| byte.is_ascii_uppercase()) {
            found.push(word);
        }
        at += length;
    }
    found
}

/// The command with what stands for its words in capitals.
pub fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = text.to_owned();
    for word in in_capitals(text)
        .into_iter()
        .filter(|word| PLACEHOLDERS.contains(word))
    {
        // As `NAMESPACE:` it is the heading of a column.
        let heading = format!("{word}:");
        let value = value(word);
        let parts: Vec<_> = filled
            .split(&heading)
            .map(|part| part.replace(word, &value))
            .collect();
        filled = parts.join(&heading);
    }
    filled
}
