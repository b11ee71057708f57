//! The real-time reads in XML, which queues and groups are given in as well.

use axum::http::header;
use serde_json::Value;

use super::super::call::{Call, Reply};
use super::super::media::{JSON, XML};

/// The answer in XML, where the caller takes that and no JSON.
pub(super) fn negotiated(call: &Call, reply: Reply) -> Reply {
    let accept = call.header(header::ACCEPT).to_ascii_lowercase();
    if !accept.contains(XML) || accept.contains(JSON) {
        return reply;
    }
    let root = match reply.body {
        Value::Array(_) => "UnmodifiableRandomAccessList",
        _ => "MetricsResponse",
    };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    write(&mut text, root, "item", &reply.body);
    Reply {
        media: XML,
        journal: Some(reply.body),
        body: Value::String(text),
        ..reply
    }
}

/// One element. The entries of a list are elements within it.
fn write(text: &mut String, name: &str, entry: &str, value: &Value) {
    text.push_str(&format!("<{name}>"));
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(field, value)| write(text, field, field, value)),
        Value::Array(entries) => entries.iter().for_each(|value| write(text, entry, entry, value)),
        Value::String(plain) => text.push_str(&escaped(plain)),
        Value::Null => {}
        other => text.push_str(&other.to_string()),
    }
    text.push_str(&format!("</{name}>"));
}

fn escaped(plain: &str) -> String {
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
