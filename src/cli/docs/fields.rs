//! The fields of a kind, from the schema of its definition.

use std::fmt::Write as _;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::Value;

use super::CliError;

/// The page of a kind.
pub(super) fn page(definition: &CustomResourceDefinition) -> Result<String, CliError> {
    let value = serde_json::to_value(definition).map_err(|error| CliError::Output(error.to_string()))?;
    let names = &definition.spec.names;
    let short = names.short_names.clone().unwrap_or_default();
    let short = short
        .first()
        .map_or_else(String::new, |short| format!(", short `{short}`"));
    let version = &value["spec"]["versions"][0];
    let schema = &version["schema"]["openAPIV3Schema"]["properties"];
    let mut text = format!(
        "# {}\n\n{}\n\n`apiVersion: {}/{}`, `kind: {}`; `kubectl get {}`{short}. Namespaced.\n",
        names.kind,
        paragraphs(&schema["spec"], "\n\n"),
        definition.spec.group,
        version["name"].as_str().unwrap_or_default(),
        names.kind,
        names.plural,
    );
    for part in ["spec", "status"] {
        if schema[part].is_object() {
            let _ = write!(text, "\n## {part}\n\n");
            text.push_str("| field | type | default | what it is |\n|---|---|---|---|\n");
            rows(part, &schema[part], &mut text);
        }
    }
    columns(version, &mut text);
    Ok(text)
}

/// One row for each field, those inside of it behind it.
fn rows(path: &str, schema: &Value, text: &mut String) {
    let none = serde_json::Map::new();
    let required = |name: &str| strings(&schema["required"]).contains(&name);
    for (name, field) in schema["properties"].as_object().unwrap_or(&none) {
        let path = format!("{path}.{name}");
        let kind = format!(
            "{}{}",
            kind(field),
            if required(name) { ", required" } else { "" }
        );
        let default = field
            .get("default")
            .map_or_else(String::new, |value| code(&value.to_string()));
        let what = what(field);
        let _ = writeln!(text, "| `{path}` | {kind} | {default} | {what} |");
        rows(&path, field, text);
        rows(&format!("{path}[]"), &field["items"], text);
    }
}

fn kind(field: &Value) -> String {
    let own = field["type"].as_str().unwrap_or("any");
    match (own, field["format"].as_str()) {
        ("array", _) => format!("list of {}", kind(&field["items"])),
        ("object", _) if field["additionalProperties"].is_object() => {
            format!("map of {}", kind(&field["additionalProperties"]))
        }
        ("string", Some("date-time")) => "time".to_owned(),
        _ => own.to_owned(),
    }
}

/// Description and constraints, in one cell.
fn what(field: &Value) -> String {
    let mut parts = vec![paragraphs(field, "<br>").replace('|', "\\|")];
    parts.extend(constraints(field, ""));
    parts.extend(constraints(&field["items"], "each "));
    parts.retain(|part| !part.is_empty());
    parts.join("<br>")
}

/// What a value must be like. A list says it of each of its values.
fn constraints(field: &Value, of: &str) -> Vec<String> {
    let mut found = Vec::new();
    let values = strings(&field["enum"]);
    if !values.is_empty() {
        let values: Vec<_> = values.into_iter().map(code).collect();
        found.push(format!("{of}one of {}", values.join(", ")));
    }
    let bounds = [
        ("minimum", "at least", ""),
        ("maximum", "at most", ""),
        ("minLength", "at least", " characters"),
        ("maxLength", "at most", " characters"),
        ("minItems", "at least", " entries"),
        ("maxItems", "at most", " entries"),
    ];
    for (name, words, unit) in bounds {
        if let Some(bound) = field[name].as_f64() {
            found.push(format!("{of}{words} {bound}{unit}"));
        }
    }
    if let Some(pattern) = field["pattern"].as_str() {
        found.push(format!("{of}pattern {}", code(pattern)));
    }
    let checks = field["x-kubernetes-validations"].as_array().into_iter().flatten();
    found.extend(
        checks.filter_map(|check| Some(format!("{of}checked: {}", cell(check["message"].as_str()?)))),
    );
    let all = found.join("; ");
    if all.is_empty() { Vec::new() } else { vec![all] }
}

/// The description, its lines joined and its paragraphs apart.
fn paragraphs(field: &Value, apart: &str) -> String {
    let text = field["description"].as_str().unwrap_or_default();
    let paragraphs = text
        .split("\n\n")
        .map(|lines| lines.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join(apart)
}

fn columns(version: &Value, text: &mut String) {
    let columns = version["additionalPrinterColumns"].as_array();
    let Some(columns) = columns.filter(|columns| !columns.is_empty()) else {
        return;
    };
    text.push_str("\n## What kubectl get shows\n\n| column | from | |\n|---|---|---|\n");
    for column in columns {
        let (name, path) = (&column["name"], &column["jsonPath"]);
        let wide = if column["priority"].as_i64().unwrap_or_default() > 0 {
            "with `-o wide`"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "| {} | {} | {wide} |",
            name.as_str().unwrap_or_default(),
            code(path.as_str().unwrap_or_default())
        );
    }
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn cell(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// Text in backticks, also in a cell of a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}
