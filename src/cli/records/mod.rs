//! `onhook records`: what was done to whom, and whether anybody changed what stands there.

mod text;

use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::Secret;
use kube::{Api, ResourceExt};

use crate::api::RECORD_KEY;
use crate::api::offboarding_record::OffboardingRecord;
use crate::records::RecordKey;

use super::CliError;
use super::cluster::{ClusterArguments, OperatorArguments};
use super::heads::{self, Head};
use super::output::{self, Form, one_of};

const LIST_EXAMPLES: &str = "\
Examples:
  # All records, the oldest first
  onhook records list

  # With who asked and who approved, of an operator in another namespace
  onhook records list -n telephony -o wide";

const SHOW_EXAMPLES: &str = "\
Examples:
  onhook records show jane-doe-7f3c9a10
  onhook records show jane-doe-7f3c9a10 -o yaml";

const VERIFY_EXAMPLES: &str = "\
Examples:
  # All records, with the key of the cluster
  onhook records verify

  # What was exported, against what the operator logged, without a cluster
  onhook records verify --input records.jsonl --key-file record.key --log operator.log";

const EXPORT_EXAMPLES: &str = "\
Examples:
  onhook records export > records.jsonl
  onhook records export --format csv > records.csv";

/// Arguments of `onhook records`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  onhook records list
  onhook records verify")]
pub(super) struct Arguments {
    #[command(flatten)]
    operator: OperatorArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One line a record: when, whom, towards what, how it ended.
    #[command(after_long_help = LIST_EXAMPLES)]
    List {
        /// In another form: wide tells also who asked and who approved.
        #[arg(short, long, value_parser = one_of([Form::Json, Form::Yaml, Form::Name, Form::Wide]))]
        output: Option<Form>,
    },
    /// One record, entry by entry.
    #[command(after_long_help = SHOW_EXAMPLES)]
    Show {
        /// Name of the record.
        name: String,
        /// In another form: wide is its line of the list.
        #[arg(short, long, value_parser = one_of([Form::Json, Form::Yaml, Form::Name, Form::Wide]))]
        output: Option<Form>,
    },
    /// Check that no entry was changed, taken out or put elsewhere. Ends with status 1 and names the entry if one was.
    #[command(after_long_help = VERIFY_EXAMPLES)]
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
    #[command(after_long_help = EXPORT_EXAMPLES)]
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
        namespace: &arguments.operator.namespace,
    };
    let text = match arguments.command {
        Command::List { output } => text::all(&all(place).await?, output)?,
        Command::Show { name, output } => text::one(&one(place, &name).await?, output)?,
        Command::Export { format } => {
            let records = all(place).await?;
            match format {
                Format::Jsonl => text::lines(&records)?,
                Format::Csv => text::csv(&records),
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
    output::say(&text)
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
    records.sort_by_key(|record| {
        (
            record.spec.entries.first().map(|entry| entry.at),
            record.name_any(),
        )
    });
    Ok(records)
}

async fn one(place: &Place<'_>, name: &str) -> Result<OffboardingRecord, CliError> {
    let namespace = place.namespace;
    let cluster = place.cluster.open().await?;
    let api = Api::<OffboardingRecord>::namespaced(cluster.client.clone(), namespace);
    let found = cluster.get_opt(&api, name).await?;
    found.ok_or_else(|| {
        CliError::Records(format!(
            "There is no record named {name} in the namespace {namespace}."
        ))
    })
}

async fn key(place: &Place<'_>) -> Result<RecordKey, CliError> {
    let namespace = place.namespace;
    let cluster = place.cluster.open().await?;
    let api = Api::<Secret>::namespaced(cluster.client.clone(), namespace);
    let secret = cluster.get_opt(&api, RECORD_KEY).await?;
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
