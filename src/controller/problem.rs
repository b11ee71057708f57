//! What keeps a pass from its end, in words for a status.

use std::time::Duration;

use crate::api::Reason;
use crate::eightbyeight::{CallError, ConfigError, Failure, Outcome};

/// Something outside the rules that keeps a pass from its end: a reference, a Secret, the account, or Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// Its short name.
    pub reason: Reason,
    /// What happened, to which object. No secret and no personal data.
    pub what: String,
    /// What to do.
    pub to_do: String,
    /// Not before this time it is worth another try.
    pub retry_after: Option<Duration>,
    /// Whether it is the Tenant's: every User of it would meet it.
    pub of_tenant: bool,
}

impl Problem {
    pub fn new(reason: Reason, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            reason,
            what: what.into(),
            to_do: to_do.into(),
            retry_after: None,
            of_tenant: false,
        }
    }

    /// The same, as a problem that every User of the Tenant would meet.
    pub fn of_tenant(self) -> Self {
        Self {
            of_tenant: true,
            ..self
        }
    }
}

/// Why a pass ended early.
#[derive(Debug, thiserror::Error)]
pub(super) enum PassError {
    /// Something for the status.
    #[error("{}: {}", .0.reason, .0.what)]
    Problem(Problem),
    /// The object, or one that it was planned from, was changed in the meantime: the pass starts anew.
    #[error("the object was changed during the pass")]
    Changed,
    /// The Kubernetes API server did not do what it was asked.
    #[error("Kubernetes: {0}")]
    Kube(#[source] kube::Error),
}

impl From<Problem> for PassError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<kube::Error> for PassError {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == 409 => Self::Changed,
            _ => Self::Kube(error),
        }
    }
}

impl From<CallError> for PassError {
    fn from(error: CallError) -> Self {
        Self::Problem(account_problem(&error))
    }
}

/// What a failed call on the account means for whoever made it. What to do stands in the error's own words.
pub(super) fn account_problem(error: &CallError) -> Problem {
    let retry_after = match error.outcome() {
        Outcome::Retry { after } => after,
        Outcome::NotSent | Outcome::Refused | Outcome::Unknown => None,
    };
    let to_do = "It is tried again by itself, ever more slowly.";
    Problem {
        retry_after,
        of_tenant: concerns_all(error),
        ..Problem::new(reason(error), format!("{error}."), to_do)
    }
}

/// What it means that a Tenant's account cannot be opened. Without CA certificates that is not the Tenant's fault.
pub(super) fn config_problem(error: &ConfigError) -> Problem {
    let (reason, to_do) = match error {
        ConfigError::NoCertificates => (
            Reason::AccountUnreachable,
            "Nothing of the Tenant is wrong. With the certificates there, restart the operator.",
        ),
        ConfigError::Url(_) | ConfigError::Secret(_) | ConfigError::Limit(_) => (
            Reason::InvalidAccount,
            "Correct spec.adminApi and spec.contactCenter of the Tenant.",
        ),
    };
    Problem::new(reason, format!("{error}."), to_do).of_tenant()
}

/// The short name of a failed call.
pub(super) fn reason(error: &CallError) -> Reason {
    match error.failure() {
        Failure::KeyRefused => Reason::KeyRefused,
        Failure::Forbidden(_) => Reason::NotAuthorized,
        Failure::NotConnected(_) | Failure::WrongAddress | Failure::Redirected(_) => {
            Reason::AccountUnreachable
        }
        Failure::RateLimited { .. } => Reason::AccountThrottled,
        Failure::Conflict(_) => Reason::AccountBusy,
        Failure::NotImplemented(_) if error.operation() == "users.replace" => Reason::UserUpdatesUnavailable,
        Failure::Invalid(errors) => {
            reason_of_fields(errors.iter().filter_map(|error| error.field.as_deref()))
                .unwrap_or(Reason::AccountRefused)
        }
        Failure::Local(_) | Failure::NotFound | Failure::NotImplemented(_) | Failure::NotAccepted(..) => {
            Reason::AccountRefused
        }
        Failure::TimedOut
        | Failure::Upstream(..)
        | Failure::Broken
        | Failure::Unreadable
        | Failure::ListBroken => Reason::AccountFailing,
    }
}

/// The short name of a refusal by what the account calls wrong, where that tells more than that it refused: the
/// userName is somebody else's (rules J2, J3), a license that comes with a number was sent (rule F7), or a name or
/// another text of the profile is not accepted (rule J6).
pub(super) fn reason_of_fields<'a>(fields: impl Iterator<Item = &'a str> + Clone) -> Option<Reason> {
    let any = |test: fn(&str) -> bool| fields.clone().any(test);
    if any(|field| last(field) == "userName") {
        Some(Reason::UserNameTaken)
    } else if any(|field| field.starts_with("serviceInfo.licenses")) {
        Some(Reason::NumberLicenseRefused)
    } else if any(|field| field.starts_with("serviceInfo")) {
        Some(Reason::ServicesRefused)
    } else if any(is_text_of_profile) {
        Some(Reason::NameNotAccepted)
    } else {
        None
    }
}

/// A text that the account holds of a person. It stands in a PUT as it was read.
fn is_text_of_profile(field: &str) -> bool {
    let texts = ["firstName", "lastName", "primaryEmail", "locale", "timezone"];
    field.starts_with("directoryInfo") || texts.contains(&last(field))
}

fn last(field: &str) -> &str {
    field.rsplit('.').next().unwrap_or(field)
}

/// Whether every call on the account would fail in the same way.
pub(super) fn concerns_all(error: &CallError) -> bool {
    matches!(reason(error), Reason::KeyRefused | Reason::AccountUnreachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_ca_certificates_is_no_fault_of_the_tenant() {
        let problem = config_problem(&ConfigError::NoCertificates);
        assert_eq!(problem.reason, Reason::AccountUnreachable);
        assert!(problem.what.contains("caBundle"), "{}", problem.what);
        assert!(!problem.to_do.contains("spec."), "{}", problem.to_do);
        let problem = config_problem(&ConfigError::Url("adminApi.url"));
        assert_eq!(problem.reason, Reason::InvalidAccount);
        assert!(problem.to_do.contains("spec.adminApi"), "{}", problem.to_do);
    }

    fn named(fields: &[&str]) -> Option<Reason> {
        reason_of_fields(fields.iter().copied())
    }

    #[test]
    fn a_refused_user_name_is_taken_however_its_field_is_written() {
        assert_eq!(named(&["basicInfo.userName"]), Some(Reason::UserNameTaken));
        assert_eq!(named(&["userName"]), Some(Reason::UserNameTaken));
        assert_eq!(
            named(&["basicInfo.lastName", "basicInfo.userName"]),
            Some(Reason::UserNameTaken)
        );
    }

    #[test]
    fn a_refused_name_or_number_license_has_a_name_of_its_own() {
        assert_eq!(
            named(&["serviceInfo.extensions[0].contactCenter"]),
            Some(Reason::ServicesRefused)
        );
        assert_eq!(
            named(&["basicInfo.firstName", "basicInfo.lastName"]),
            Some(Reason::NameNotAccepted)
        );
        assert_eq!(named(&["directoryInfo.jobTitle"]), Some(Reason::NameNotAccepted));
        assert_eq!(
            named(&["serviceInfo.licenses"]),
            Some(Reason::NumberLicenseRefused)
        );
        assert_eq!(
            named(&["serviceInfo.licenses[0].name"]),
            Some(Reason::NumberLicenseRefused)
        );
    }

    #[test]
    fn a_refused_status_or_no_field_at_all_is_only_a_refusal() {
        assert_eq!(named(&[]), None);
        assert_eq!(named(&["basicInfo.status"]), None);
    }
}
