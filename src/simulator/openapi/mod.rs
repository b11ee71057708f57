//! What the account serves, as OpenAPI 3.0: at `/openapi.json`, and for the account itself, which takes only
//! bodies of the shape that stands there.

pub(crate) mod routes;
pub(crate) mod shape;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use self::routes::{ROUTES, Route};

/// Path of the document.
pub(crate) const PATH: &str = "/openapi.json";

/// The schemas, by name.
static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let files = [
        include_str!("users.json"),
        include_str!("resources.json"),
        include_str!("contact_center.json"),
    ];
    let parts = files
        .iter()
        .map(|text| serde_json::from_str::<Map<String, Value>>(text));
    // A test reads them all.
    parts.filter_map(Result::ok).flatten().collect()
});

/// The whole document.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // A test reads it.
    let mut components: Value = serde_json::from_str(include_str!("common.json")).unwrap_or_default();
    components["schemas"] = Value::Object(SCHEMAS.clone());
    let mut paths = json!({});
    for route in ROUTES {
        paths[route.path][route.method.to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Embedded 8x8 account", "version": env!("CARGO_PKG_VERSION"),
            "description": "What the embedded account of Onhook serves: the APIs of an 8x8 account that \
                off-boarding uses, as far as they are documented. `/v1/users` and `/v1/operations`, the \
                paths of older samples, are the same as below `/admin-provisioning`.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    })
});

fn operation(route: &Route) -> Value {
    let (status, media, schema) = route.answer;
    let mut responses = json!({});
    let headers: Vec<_> = route
        .headers()
        .iter()
        .chain(route.page_headers())
        .copied()
        .collect();
    responses[status.to_string()] = response("As asked.", media, schema, &headers);
    let (error_media, error) = route.error();
    for status in route.errors() {
        responses[status.to_string()] = response(meaning(status), error_media, error, route.headers());
    }
    let parameters = route.parameters.iter();
    let mut operation = json!({
        "operationId": route.id, "tags": [route.api.tag()], "summary": route.summary,
        "parameters": parameters.map(|name| reference("parameters", name)).collect::<Vec<_>>(),
        "responses": responses, "security": [{route.api.security(): []}],
    });
    if let Some((media, schema)) = route.body {
        operation["requestBody"] = json!({"required": true, "content": content(media, schema)});
    }
    operation
}

fn response(description: &str, media: &[&str], schema: &str, headers: &[&str]) -> Value {
    let headers = headers
        .iter()
        .map(|name| ((*name).to_owned(), reference("headers", name)));
    let headers: Map<_, _> = headers.collect();
    json!({"description": description, "headers": headers, "content": content(media, schema)})
}

fn content(media: &[&str], schema: &str) -> Value {
    let each = media.iter().map(|media| {
        (
            (*media).to_owned(),
            json!({"schema": reference("schemas", schema)}),
        )
    });
    Value::Object(each.collect())
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request is not as it must be.",
        401 => "The credentials are missing or unknown.",
        403 => "The caller may not do this.",
        404 => "It is not there.",
        405 => "The path does not have this method.",
        406 => "The header Accept does not have the media type.",
        408 => "It took too long; a write may have been done.",
        409 => "It is being changed.",
        415 => "The body has another media type.",
        429 => "The limits are used up.",
        501 => "The account cannot do this yet.",
        503 => "Something behind it cannot be reached.",
        _ => "Something went wrong.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere_and_nothing_is_left_over() {
        let text = DOCUMENT.to_string();
        for kind in ["schemas", "parameters", "headers"] {
            let there = DOCUMENT["components"][kind].as_object().unwrap();
            assert!(there.len() > 5, "{kind} could not be read");
            for name in there.keys() {
                assert!(
                    text.contains(&format!("\"#/components/{kind}/{name}\"")),
                    "{kind}/{name} is not used"
                );
            }
            for part in text.split(&format!("\"#/components/{kind}/")).skip(1) {
                let name = part.split('"').next().unwrap();
                assert!(there.contains_key(name), "there is no {kind}/{name}");
            }
        }
        for route in ROUTES {
            assert!(!DOCUMENT["components"]["securitySchemes"][route.api.security()].is_null());
        }
    }
}
