//! Runs commands as a reader would: with the real programs, as one of the people whom the documents are for.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::lists::{CODES, ENDLESS, FAIL, QUIET};
use super::reading::Command;

/// A command that takes longer hangs: none of these waits for anything but the operator.
const LONGEST: Duration = Duration::from_secs(120);

/// Who does something, and with which rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Administers the cluster.
    Platform,
    /// `access.administrators` of the chart onhook-tenant.
    Administrator,
    /// `access.approvers` of the chart onhook-tenant.
    Approver,
    /// Reads the records, and the key of their seals.
    Auditor,
    /// Administers a cluster on which helm has put nothing.
    WithoutHelm,
}

/// The programs on the PATH, a folder to work in, and who is who.
pub struct Player {
    pub folder: PathBuf,
    pub path: String,
    pub kubeconfigs: BTreeMap<Who, PathBuf>,
}

impl Player {
    fn shell(&self, who: Who, text: &str) -> tokio::process::Command {
        let mut shell = tokio::process::Command::new("bash");
        shell
            .args(["-euo", "pipefail", "-c", text])
            .current_dir(&self.folder)
            .env("PATH", &self.path)
            .env("HOME", self.folder.join("home"))
            .env("KUBECONFIG", &self.kubeconfigs[&who])
            .env("KUBERC", "off")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        shell
    }

    /// Runs a text, whatever the outcome.
    pub async fn output(&self, who: Who, text: &str) -> Output {
        let mut shell = self.shell(who, text);
        if ENDLESS.iter().any(|part| text.contains(part)) {
            return until_it_speaks(shell).await;
        }
        let output = tokio::time::timeout(LONGEST, shell.output()).await;
        output
            .unwrap_or_else(|_| panic!("{who:?}: {text}: does not end"))
            .unwrap()
    }

    /// Runs what prepares the next page.
    pub async fn prepared(&self, text: &str) -> String {
        let output = self.output(Who::Platform, text).await;
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{text}: {out}{err}");
        out
    }

    /// Runs a command of a document, with its placeholders filled, and holds what it says against the document.
    pub async fn play(&self, who: Who, command: &Command, text: &str) -> Result<(), String> {
        let output = self.output(who, text).await;
        let (out, err) = texts(&output);
        let (page, section) = (&command.page, &command.section);
        let wrong = |why: &str| {
            Err(format!(
                "{page}, {section}, as {who:?}: {why}: {text}\n{out}{err}"
            ))
        };
        if let Some((_, words)) = FAIL.iter().find(|(part, _)| text.contains(part)) {
            return match !output.status.success() && err.contains(words) {
                true => Ok(()),
                false => wrong(&format!("it should be refused with {words:?}")),
            };
        }
        let codes = CODES.iter().find(|(part, _)| text.contains(part));
        let codes = codes.map_or(&[0][..], |(_, codes)| codes);
        if !output.status.code().is_some_and(|code| codes.contains(&code)) {
            return wrong(&format!("it ends with {:?}", output.status.code()));
        }
        let quiet = QUIET.iter().any(|part| text.contains(part)) && !err.is_empty();
        if let Some(why) = nothing(text, &out).filter(|_| !quiet) {
            return wrong(&why);
        }
        match shown(&command.shown).find(|word| !out.contains(word)) {
            Some(word) => wrong(&format!("it does not say {word}, as is shown")),
            None => Ok(()),
        }
    }
}

/// What a wrong path or selector looks like: kubectl ends well with nothing.
fn nothing(text: &str, out: &str) -> Option<String> {
    if out.trim().is_empty() {
        return Some("it says nothing".to_owned());
    }
    if out.lines().any(|line| line == "items: []") {
        return Some("it finds nothing".to_owned());
    }
    if !text.contains("custom-columns") {
        return None;
    }
    let rows: Vec<Vec<_>> = out
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let (headings, rows) = rows.split_first()?;
    let empty = |column: usize| {
        rows.iter()
            .all(|row| row.get(column).is_none_or(|cell| *cell == "<none>"))
    };
    let column = (0..headings.len()).find(|column| empty(*column))?;
    Some(format!("nobody has anything in the column {}", headings[column]))
}

/// The words of the first line of what a document shows that are the same for everybody.
fn shown(shown: &str) -> impl Iterator<Item = &str> {
    let first = shown.lines().next().unwrap_or_default();
    let words = first.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.len() > 1 && !word.contains(|c: char| c.is_ascii_digit()))
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// Reads what it says first, and ends it.
async fn until_it_speaks(mut shell: tokio::process::Command) -> Output {
    let mut child = shell
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = vec![0; 4096];
    let read = child.stdout.as_mut().unwrap().read(&mut said);
    let length = tokio::time::timeout(LONGEST, read).await;
    said.truncate(length.unwrap_or(Ok(0)).unwrap_or(0));
    let ended_by_itself = said.is_empty();
    let _ = child.start_kill();
    let rest = child.wait_with_output().await.unwrap();
    let status = match ended_by_itself {
        true => rest.status,
        false => std::process::ExitStatus::from_raw(0),
    };
    Output {
        status,
        stdout: said,
        stderr: rest.stderr,
    }
}

/// Links programs into a folder, and gives a PATH that begins with it.
pub fn path_with(folder: &Path, programs: &[(&str, PathBuf)]) -> String {
    std::fs::create_dir_all(folder).unwrap();
    for (name, program) in programs {
        std::os::unix::fs::symlink(program, folder.join(name)).unwrap();
    }
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}
