//! A call on the vendor's APIs, read into parts, and what it is answered.

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, header},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::simulator::{ADMIN_PATH, account::Failure, faults::Outcome, limits::Quota, openapi::shape};

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path with query, as it came.
    pub(crate) target: String,
    /// The parts of the path, decoded.
    pub(crate) path: Vec<String>,
    /// The parameters of the query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Label of the key.
    pub(crate) key: Option<String>,
    /// Where the key stands in its limits, for calls that are limited.
    pub(crate) quota: Option<Quota>,
    /// How the operation that the call starts is to end, if a fault says so.
    pub(crate) fate: Option<Outcome>,
}

impl Call {
    pub(crate) fn new(method: Method, target: String, headers: HeaderMap, body: Bytes) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let parts = path.split('/').filter(|part| !part.is_empty());
        let mut path: Vec<_> = parts.map(|part| decode(part, false)).collect();
        // Older samples of 8x8 have this base path; the documents have only the other one.
        if let ["v1", "users" | "operations", ..] =
            path.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
        {
            path[0] = "admin-provisioning".to_owned();
        }
        let query = pairs(query);
        Self {
            method,
            path,
            query,
            headers,
            body,
            key: None,
            quota: None,
            fate: None,
            target,
        }
    }

    /// A header, empty where it is missing.
    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Whether the header `authorization` is Basic with these credentials: the scheme in any case, the
    /// credentials letter by letter.
    pub(crate) fn has_basic(&self, credentials: &str) -> bool {
        let there = self.header(header::AUTHORIZATION).split_once(' ');
        there.is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case("basic") && rest.trim() == credentials)
    }

    /// The address of a path of the Administration API, as this caller reaches it.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{ADMIN_PATH}{path}", self.origin())
    }

    /// The address of this call.
    pub(crate) fn own_link(&self) -> String {
        format!("{}{}", self.origin(), self.target)
    }

    fn origin(&self) -> String {
        match self.header(header::HOST) {
            "" => String::new(),
            host => format!("http://{host}"),
        }
    }

    /// A parameter of the query; the first one, where there are several.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(there, _)| there == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter that is a number of at least `least`.
    pub(crate) fn number(&self, name: &str, least: usize) -> Result<Option<usize>, Failure> {
        let Some(text) = self.parameter(name) else {
            return Ok(None);
        };
        let number = text
            .trim()
            .parse::<usize>()
            .ok()
            .filter(|number| *number >= least);
        number
            .map(Some)
            .ok_or_else(|| Failure::invalid(name, format!("must be a number of at least {least}")))
    }

    /// The body, which must have the shape of this schema.
    pub(crate) fn read<T: DeserializeOwned>(&self, schema: &str) -> Result<T, Failure> {
        let wrong = |error| Failure::bad_request(format!("cannot read the body: {error}"));
        let mut body: Value = serde_json::from_slice(&self.body).map_err(wrong)?;
        shape::check(schema, &body)?;
        simplify(&mut body);
        serde_json::from_value(body).map_err(wrong)
    }

    /// The body for the journal: JSON, a form as an object, or text. Null without a body.
    pub(crate) fn body_for_journal(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        let text = String::from_utf8_lossy(&self.body);
        if self
            .header(header::CONTENT_TYPE)
            .to_lowercase()
            .starts_with("application/x-www-form-urlencoded")
        {
            let hide =
                |name: &str| name.contains("secret") || name.contains("password") || name.contains("token");
            let form = pairs(&text).into_iter().map(|(name, value)| {
                let value = if hide(&name) { "***".to_owned() } else { value };
                (name, Value::String(value))
            });
            return Value::Object(form.collect::<Map<_, _>>());
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|_| Value::String(text.into_owned()))
    }
}

/// What a call is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) media: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
    /// What the body is in the journal, where it is not the same.
    pub(crate) journal: Option<Value>,
    /// What the `x-ratelimit-*` headers say, where it is not what the key's window says.
    pub(crate) quota: Option<Quota>,
}

impl Reply {
    pub(crate) fn new(status: u16, media: &'static str, body: Value) -> Self {
        Self {
            status,
            media,
            headers: Vec::new(),
            body,
            journal: None,
            quota: None,
        }
    }
}

/// Leaves out what is null, which means the same, and writes whole numbers as such.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(simplify);
        }
        Value::Array(entries) => entries.iter_mut().for_each(simplify),
        Value::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|_| number.is_f64())
                .filter(|number| number.fract() == 0.0);
            if let Some(whole) = whole.filter(|whole| whole.abs() < 9.0e15) {
                *value = Value::from(whole as i64);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The parameters of a query or form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// Undoes percent encoding; in a query a `+` is a space.
fn decode(text: &str, query: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|pair| std::str::from_utf8(pair).ok());
        match escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if query && first == b'+' { b' ' } else { first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_space_in_a_query_only() {
        assert_eq!(decode("%2B1555+x%zz", true), "+1555 x%zz");
        assert_eq!(decode("+1555", false), "+1555");
    }
}
