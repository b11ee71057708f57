//! Whether a body has the shape that the document gives it: the part of JSON Schema that the document uses.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::SCHEMAS;
use crate::eightbyeight::wire::ErrorItem;
use crate::simulator::account::{Failure, item};

/// Checks a body.
///
/// # Errors
/// 400 with everything that is wrong.
pub(crate) fn check(schema: &str, body: &Value) -> Result<(), Failure> {
    let mut errors = Vec::new();
    if let Some(schema) = SCHEMAS.get(schema) {
        compare(schema, body, "", &mut errors);
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure {
        status: 400,
        title: "Validation error",
        errors,
    })
}

fn compare(schema: &Value, value: &Value, field: &str, errors: &mut Vec<ErrorItem>) {
    if value.is_null() && schema["nullable"] == true {
        return;
    }
    if let Some(target) = target(schema) {
        return compare(target, value, field, errors);
    }
    let mut wrong = |message: String| errors.push(item("VALIDATION_ERROR", field, message));
    let kind = schema["type"].as_str().unwrap_or_default();
    if !is_of(kind, value) {
        return wrong(format!("must be of type {kind}"));
    }
    let known = schema["enum"].as_array();
    if known.is_some_and(|known| !known.contains(value)) {
        let known = known.into_iter().flatten().filter(|value| !value.is_null());
        let known: Vec<_> = known.map(|value| value.to_string().replace('"', "")).collect();
        return wrong(format!("must be one of {}", known.join(", ")));
    }
    match value {
        Value::String(text) => {
            if let Some(message) = text_wrong(schema, text) {
                wrong(message);
            }
        }
        Value::Number(number) => {
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            let number = number.as_f64().unwrap_or_default();
            if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
                wrong("is too small or too large".to_owned());
            }
        }
        Value::Array(entries) => {
            if schema["maxItems"]
                .as_u64()
                .is_some_and(|most| entries.len() as u64 > most)
            {
                wrong(format!("has {} entries at most", schema["maxItems"]));
            }
            for (index, entry) in entries.iter().enumerate() {
                compare(&schema["items"], entry, &format!("{field}[{index}]"), errors);
            }
        }
        Value::Object(object) => compare_object(schema, object, field, errors),
        Value::Null | Value::Bool(_) => {}
    }
}

fn compare_object(schema: &Value, object: &Map<String, Value>, field: &str, errors: &mut Vec<ErrorItem>) {
    let path = |name: &str| match field {
        "" => name.to_owned(),
        field => format!("{field}.{name}"),
    };
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if object.get(name).is_none_or(Value::is_null) {
            errors.push(item("VALIDATION_ERROR", &path(name), "must be given"));
        }
    }
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == name))
    };
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let value = object
            .get(name)
            .filter(|value| !(value.is_null() && required(name)));
        if let Some(value) = value {
            compare(schema, value, &path(name), errors);
        }
    }
}

/// The schema that a reference means.
fn target(schema: &Value) -> Option<&'static Value> {
    let reference = schema["$ref"]
        .as_str()
        .or_else(|| schema["allOf"][0]["$ref"].as_str())?;
    SCHEMAS.get(reference.rsplit('/').next()?)
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        // A whole number in any notation, as JSON Schema has it.
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn text_wrong(schema: &Value, text: &str) -> Option<String> {
    let (least, most) = (schema["minLength"].as_u64(), schema["maxLength"].as_u64());
    let length = text.chars().count() as u64;
    if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
        let (least, most) = (least.unwrap_or_default(), most.unwrap_or(u64::MAX));
        return Some(format!("must have {least} to {most} characters"));
    }
    match schema["format"].as_str() {
        Some("date-time") if text.parse::<Timestamp>().is_err() => Some("is not a time".to_owned()),
        Some("email") if !is_email(text) => Some("is not an e-mail address".to_owned()),
        _ => None,
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let bad = |letter: char| letter.is_whitespace() || letter == '@' || letter.is_control();
    !local.is_empty() && domain.len() > 1 && !domain.contains(bad) && !local.contains(bad)
}
