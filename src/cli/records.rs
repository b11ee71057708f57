//! `onhook records`: what was done to whom, and whether anybody changed what stands there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};

use crate::api::RECORD_KEY;
use crate::api::offboarding_record::{OffboardingRecord, RecordEntry};
use crate::records::RecordKey;

use super::CliError;
use super::cluster::{ClusterArguments, kubernetes};
use super::heads::{self, Head};

/// Arguments of `onhook records`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The operator's own namespace, where the records are.
    #[arg(
        short,
        long,
        global = true,
        env = "ONHOOK_NAMESPACE",
        default_value = "onhook-system"
    )]
    namespace: String,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One line a record: when, whom, towards what, how it ended.
    List,
    /// One record, entry by entry.
    Show {
        /// Name of the record.
        name: String,
    },
    /// Check that no entry was changed, taken out or put elsewhere. Ends with status 1 and names the entry if one was.
    Verify {
        /// Name of the record; all of them where it is left out.
        name: Option<String>,
        /// Read the records from a file that `export` wrote, instead of the cluster.
        #[arg(long, value_name = "FILE")]
        input: Option<PathBuf>,
        /// Read the 32 bytes of the key from this file, instead of the Secret onhook-record-key.
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
        /// Compare with what the operator logged, JSON lines: what was cut off the end of a record shows by it alone.
        #[arg(long, value_name = "FILE")]
        log: Option<PathBuf>,
    },
    /// Write all records to the standard output.
    Export {
        /// In which form: one JSON object a record and line, or one CSV line an entry.
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
    },
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

pub(super) async fn run(arguments: Arguments) -> Result<(), CliError> {
    let place = &Place {
        cluster: &arguments.cluster,
        namespace: &arguments.namespace,
    };
    let text = match arguments.command {
        Command::List => list(&all(place).await?),
        Command::Show { name } => show(&one(place, &name).await?),
        Command::Export { format } => {
            let records = all(place).await?;
            match format {
                Format::Jsonl => lines(&records)?,
                Format::Csv => csv(&records),
            }
        }
        Command::Verify {
            name,
            input,
            key_file,
            log,
        } => {
            let mut records = match &input {
                Some(path) => read(path)?,
                None => all(place).await?,
            };
            let mut heads = match &log {
                Some(path) => logged(path)?,
                None => Vec::new(),
            };
            if let Some(name) = &name {
                heads.retain(|head| head.record == *name);
                records.retain(|record| record.name_any() == *name);
                if records.is_empty() {
                    return Err(CliError::Records(format!("There is no record named {name}.")));
                }
            }
            let key = match &key_file {
                Some(path) => RecordKey::new(std::fs::read(path).map_err(|source| file(path, source))?),
                None => key(place).await?,
            };
            verify(&key, &records, &heads)?
        }
    };
    print!("{text}");
    Ok(())
}

/// The cluster and the operator's namespace in it.
struct Place<'a> {
    cluster: &'a ClusterArguments,
    namespace: &'a str,
}

async fn all(place: &Place<'_>) -> Result<Vec<OffboardingRecord>, CliError> {
    let cluster = place.cluster.open().await?;
    let api = Api::<OffboardingRecord>::namespaced(cluster.client.clone(), place.namespace);
    let mut records = cluster.list(&api).await?;
    records.sort_by_key(|record| (first_of(record).map(|entry| entry.at), record.name_any()));
    Ok(records)
}

async fn one(place: &Place<'_>, name: &str) -> Result<OffboardingRecord, CliError> {
    let namespace = place.namespace;
    let api = Api::<OffboardingRecord>::namespaced(place.cluster.open().await?.client, namespace);
    let found = api.get_opt(name).await.map_err(kubernetes)?;
    found.ok_or_else(|| {
        CliError::Records(format!(
            "There is no record named {name} in the namespace {namespace}."
        ))
    })
}

async fn key(place: &Place<'_>) -> Result<RecordKey, CliError> {
    let namespace = place.namespace;
    let api = Api::<Secret>::namespaced(place.cluster.open().await?.client, namespace);
    let secret = api.get_opt(RECORD_KEY).await.map_err(kubernetes)?;
    let bytes = secret.and_then(|secret| secret.data?.remove("key"));
    bytes.map(|bytes| RecordKey::new(bytes.0)).ok_or_else(|| {
        CliError::Records(format!(
            "The Secret {RECORD_KEY} with the key of the records is not in the namespace {namespace}. Name a copy with \
             --key-file."
        ))
    })
}

fn file(path: &std::path::Path, source: std::io::Error) -> CliError {
    CliError::File {
        path: path.display().to_string(),
        source,
    }
}

fn read(path: &std::path::Path) -> Result<Vec<OffboardingRecord>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|source| file(path, source))?;
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| {
            serde_json::from_str(line).map_err(|error| {
                CliError::Records(format!(
                    "Line {} of {} is no record: {error}",
                    n + 1,
                    path.display()
                ))
            })
        })
        .collect()
}

fn first_of(record: &OffboardingRecord) -> Option<&RecordEntry> {
    record.spec.entries.first()
}

fn user_of(record: &OffboardingRecord) -> &str {
    (record.spec.person.as_ref()).map_or("(erased)", |person| person.user.as_str())
}

fn fact<'a>(entry: Option<&'a RecordEntry>, key: &str) -> &'a str {
    entry
        .and_then(|entry| entry.facts.get(key))
        .map_or("", String::as_str)
}

fn list(records: &[OffboardingRecord]) -> String {
    let mut text = format!(
        "{:<42} {:<21} {:<32} {:<12} OUTCOME\n",
        "NAME", "OPENED", "USER", "GOAL"
    );
    for record in records {
        let first = first_of(record);
        let opened = first.map(|entry| format!("{:.0}", entry.at)).unwrap_or_default();
        let outcome = record.spec.outcome.as_deref().unwrap_or("open");
        let _ = writeln!(
            text,
            "{:<42} {opened:<21} {:<32} {:<12} {outcome}",
            record.name_any(),
            user_of(record),
            fact(first, "goal"),
        );
    }
    text
}

fn show(record: &OffboardingRecord) -> String {
    let mut text = format!(
        "record        {}\nuser          {}\n",
        record.name_any(),
        user_of(record)
    );
    if let Some(person) = &record.spec.person {
        let approved = person.approved_by.join(", ");
        let _ = writeln!(text, "userName      {}", person.user_name);
        let _ = writeln!(text, "requested by  {}", person.requested_by);
        let _ = writeln!(
            text,
            "approved by   {}",
            if approved.is_empty() { "nobody" } else { &approved }
        );
        for name in &person.later_requested_by {
            let _ = writeln!(text, "then by       {name}");
        }
        for loss in &person.losses {
            let _ = writeln!(text, "foreseen      {loss}");
        }
    }
    let _ = writeln!(
        text,
        "outcome       {}\n",
        record.spec.outcome.as_deref().unwrap_or("open")
    );
    for entry in &record.spec.entries {
        let said: Vec<_> = entry
            .facts
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let _ = writeln!(
            text,
            "{:>4}  {:.0}  {:?}  {}",
            entry.seq,
            entry.at,
            entry.kind,
            said.join(" ")
        );
    }
    text
}

fn lines(records: &[OffboardingRecord]) -> Result<String, CliError> {
    let mut text = String::new();
    for record in records {
        let mut plain = record.clone();
        plain.metadata.managed_fields = None;
        let line = serde_json::to_string(&plain).map_err(|error| {
            CliError::Records(format!("{} cannot be written: {error}", record.name_any()))
        })?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

fn csv(records: &[OffboardingRecord]) -> String {
    let mut text = "record,user,userName,outcome,seq,at,kind,facts,seal\n".to_owned();
    for record in records {
        let person = record.spec.person.as_ref();
        for entry in &record.spec.entries {
            let facts = facts_text(&entry.facts);
            let cells = [
                record.name_any(),
                user_of(record).to_owned(),
                person
                    .map_or("(erased)", |person| person.user_name.as_str())
                    .to_owned(),
                record.spec.outcome.clone().unwrap_or_default(),
                entry.seq.to_string(),
                entry.at.to_string(),
                format!("{:?}", entry.kind),
                facts,
                entry.seal.clone(),
            ];
            let quoted: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&quoted.join(","));
            text.push('\n');
        }
    }
    text
}

fn facts_text(facts: &BTreeMap<String, String>) -> String {
    let said: Vec<_> = facts
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    said.join(" ")
}

/// A cell of CSV. What a spreadsheet would take for a formula is made a text.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@']);
    let text = cell.replace('"', "\"\"");
    format!("\"{}{text}\"", if formula { "'" } else { "" })
}

/// The heads in a log. One without any is the wrong file.
fn logged(path: &Path) -> Result<Vec<Head>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|source| file(path, source))?;
    let heads = heads::read(&text);
    if heads.is_empty() {
        let path = path.display();
        return Err(CliError::Records(format!(
            "{path} tells of no record. Give the operator's log as it writes it with --log-format json."
        )));
    }
    Ok(heads)
}

fn verify(key: &RecordKey, records: &[OffboardingRecord], heads: &[Head]) -> Result<String, CliError> {
    let mut broken = heads::missing(heads, records);
    let mut entries = 0;
    for record in records {
        entries += record.spec.entries.len();
        if let Err(error) = key.verify_record(&record.name_any(), &record.spec) {
            broken.insert(record.name_any(), error.to_string());
        }
    }
    if broken.is_empty() {
        Ok(format!(
            "{} records with {entries} entries hold.\n",
            records.len()
        ))
    } else {
        let lines: Vec<_> = broken
            .iter()
            .map(|(name, said)| format!("{name}: {said}"))
            .collect();
        Err(CliError::Records(format!(
            "{} of {} records do not hold:\n{}",
            broken.len(),
            records.len(),
            lines.join("\n")
        )))
    }
}
