//! Records as text: a table, an entry a line, JSON lines, CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kube::ResourceExt;
use serde_json::{Value, json};

use crate::api::offboarding_record::{OffboardingRecord, RecordEntry};
use crate::cli::CliError;
use crate::cli::output::{self, Form, structured};

/// Records in a form, or one line each.
pub(super) fn all(records: &[OffboardingRecord], form: Option<Form>) -> Result<String, CliError> {
    match form {
        None => Ok(list(records)),
        Some(Form::Wide) => Ok(wide(records)),
        Some(Form::Name) => Ok(records.iter().map(name).collect()),
        Some(form) => {
            let items = records.iter().map(plain).collect::<Result<Vec<_>, _>>()?;
            structured(form, &json!({"apiVersion": "v1", "kind": "List", "items": items}))
        }
    }
}

/// A record in a form, or entry by entry.
pub(super) fn one(record: &OffboardingRecord, form: Option<Form>) -> Result<String, CliError> {
    match form {
        None => Ok(show(record)),
        Some(Form::Wide) => Ok(wide(std::slice::from_ref(record))),
        Some(Form::Name) => Ok(name(record)),
        Some(form) => structured(form, &plain(record)?),
    }
}

fn name(record: &OffboardingRecord) -> String {
    format!("offboardingrecord.onhook.dev/{}\n", record.name_any())
}

/// A record without what Kubernetes notes about its fields.
fn plain(record: &OffboardingRecord) -> Result<Value, CliError> {
    let mut plain = record.clone();
    plain.metadata.managed_fields = None;
    let value = serde_json::to_value(&plain);
    value.map_err(|error| CliError::Records(format!("{} cannot be written: {error}", record.name_any())))
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
    let rows: Vec<_> = records.iter().map(row).collect();
    output::table(["NAME", "OPENED", "USER", "GOAL", "OUTCOME"], &rows)
}

fn row(record: &OffboardingRecord) -> [String; 5] {
    let first = first_of(record);
    [
        record.name_any(),
        first.map(|entry| format!("{:.0}", entry.at)).unwrap_or_default(),
        user_of(record).to_owned(),
        fact(first, "goal").to_owned(),
        record.spec.outcome.clone().unwrap_or_else(|| "open".to_owned()),
    ]
}

fn wide(records: &[OffboardingRecord]) -> String {
    let rows = records.iter().map(|record| {
        let [name, opened, user, goal, outcome] = row(record);
        let person = record.spec.person.as_ref();
        let or_erased = |text: Option<String>| text.unwrap_or_else(|| "(erased)".to_owned());
        let asked = or_erased(person.map(|person| person.requested_by.clone()));
        let approved = person.map(|person| match person.approved_by.is_empty() {
            true => "nobody".to_owned(),
            false => person.approved_by.join(","),
        });
        let entries = record.spec.entries.len().to_string();
        [
            name,
            opened,
            user,
            goal,
            outcome,
            asked,
            or_erased(approved),
            entries,
        ]
    });
    let heads = [
        "NAME",
        "OPENED",
        "USER",
        "GOAL",
        "OUTCOME",
        "REQUESTED BY",
        "APPROVED BY",
        "ENTRIES",
    ];
    output::table(heads, &rows.collect::<Vec<_>>())
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

/// One JSON object a line.
pub(super) fn lines(records: &[OffboardingRecord]) -> Result<String, CliError> {
    let mut text = String::new();
    for record in records {
        let line = plain(record)?.to_string();
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}

/// One entry a line.
pub(super) fn csv(records: &[OffboardingRecord]) -> String {
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
