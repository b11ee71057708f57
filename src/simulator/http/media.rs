//! Media types: versioned, and enforced since 2026-09-01.

use axum::http::header;

use super::call::Call;
use crate::eightbyeight::wire::media_type::{OPERATIONS, PHONE_NUMBERS, RING_GROUPS, SITES, USERS};
use crate::simulator::account::Failure;

/// The media type of plain JSON.
pub(crate) const JSON: &str = "application/json";

/// The media type of XML.
pub(crate) const XML: &str = "application/xml";

/// The media type of addresses.
pub(crate) const ADDRESSES: &str = "application/vnd.addresses.v1+json";

/// A part of the Administration API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Users,
    Operations,
    RingGroups,
    PhoneNumbers,
    Sites,
    Addresses,
}

impl Resource {
    /// By the first part of the path after the base.
    pub(crate) fn of(part: &str) -> Option<Self> {
        Some(match part {
            "users" => Self::Users,
            "operations" => Self::Operations,
            "ring-groups" => Self::RingGroups,
            "phone-numbers" => Self::PhoneNumbers,
            "sites" => Self::Sites,
            "addresses" => Self::Addresses,
            _ => return None,
        })
    }

    /// What answers are given in.
    pub(crate) fn media(self) -> &'static str {
        match self {
            Self::Users => USERS,
            Self::Operations => OPERATIONS,
            Self::RingGroups => RING_GROUPS,
            Self::PhoneNumbers => PHONE_NUMBERS,
            Self::Sites => SITES,
            Self::Addresses => ADDRESSES,
        }
    }

    /// What errors are given in: plain JSON for ring groups and sites, the resource's own type for the
    /// others.
    pub(crate) fn error_media(self) -> &'static str {
        match self {
            Self::RingGroups | Self::Sites => JSON,
            Self::Users | Self::Operations | Self::PhoneNumbers | Self::Addresses => self.media(),
        }
    }
}

/// Checks that the caller takes one of `media`.
///
/// # Errors
/// 406. The documents do not say which status it is; `*/*` does not do.
pub(crate) fn accepts(call: &Call, media: &[&str]) -> Result<(), Failure> {
    let values = call
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut wanted = values.flat_map(|value| value.split(','));
    if wanted.any(|wanted| media.iter().any(|media| same(wanted, media))) {
        return Ok(());
    }
    let message = format!("the header Accept must have {}", media.join(" or "));
    Err(Failure::new(
        406,
        "Not acceptable",
        "BAD_REQUEST",
        "Accept",
        message,
    ))
}

/// Checks that the body is given as one of `media`.
///
/// # Errors
/// 415. The documents do not say which status it is.
pub(crate) fn carries(call: &Call, media: &[&str]) -> Result<(), Failure> {
    let carried = call.header(header::CONTENT_TYPE);
    if media.iter().any(|media| same(carried, media)) {
        return Ok(());
    }
    let message = format!("the header Content-Type must be {}", media.join(" or "));
    Err(Failure::new(
        415,
        "Unsupported media type",
        "BAD_REQUEST",
        "Content-Type",
        message,
    ))
}

/// Whether a header names a media type, in any case and with any parameters.
fn same(header: &str, media: &str) -> bool {
    header
        .split(';')
        .next()
        .is_some_and(|there| there.trim().eq_ignore_ascii_case(media))
}
