//! Why the account does not do what it was asked.

use crate::eightbyeight::wire::{ErrorItem, ErrorResponse};

/// A refusal: an HTTP status where it comes at once, the error of the operation where it comes late.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// HTTP status.
    pub status: u16,
    /// Short text.
    pub title: &'static str,
    /// What is wrong, one by one.
    pub errors: Vec<ErrorItem>,
}

impl Failure {
    /// A refusal with one error. `field` may be empty.
    pub fn new(
        status: u16,
        title: &'static str,
        code: &str,
        field: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title,
            errors: vec![item(code, field, message)],
        }
    }

    /// 400 for fields that are not as they must be.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(400, "Validation error", "VALIDATION_ERROR", field, message)
    }

    /// 400 for a request that makes no sense as a whole.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "Bad request", "BAD_REQUEST", "", message)
    }

    /// 404.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "Not found", "NOT_FOUND", "", message)
    }

    /// 403.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "Forbidden", "FORBIDDEN", "", message)
    }

    /// 409.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "Conflict", "CONFLICT", "", message)
    }

    /// The same on the wire.
    pub fn response(&self) -> ErrorResponse {
        let detail = self
            .errors
            .iter()
            .filter_map(|error| error.message.clone())
            .collect::<Vec<_>>()
            .join("; ");
        ErrorResponse {
            status: Some(i32::from(self.status)),
            title: Some(self.title.to_owned()),
            detail: Some(detail),
            errors: self.errors.clone(),
            ..ErrorResponse::default()
        }
    }
}

/// One error. `field` may be empty.
pub(crate) fn item(code: &str, field: &str, message: impl Into<String>) -> ErrorItem {
    ErrorItem {
        field: (!field.is_empty()).then(|| field.to_owned()),
        code: Some(code.to_owned()),
        message: Some(message.into()),
        ..ErrorItem::default()
    }
}
