//! Licenses, extensions, numbers and devices: which is which, and what becomes of numbers and devices.

use super::{Account, Failure};
use crate::eightbyeight::wire::{Extension, ExtensionType, License, PhoneNumberStatus, ServiceInfo, User};

/// Names of licenses that make a user a Contact Center user begin so.
const CONTACT_CENTER: [&str; 4] = ["X6", "X7", "X8", "CC-"];

/// Whether a license came by itself with a phone number (rule F7). 8x8's documents do not say how to tell; in
/// this account its name begins with `DID`.
pub fn is_did_license(license: &License) -> bool {
    license
        .name
        .as_deref()
        .is_some_and(|name| name.starts_with("DID"))
}

/// Whether a license is for Contact Center, by its name: `X6…`, `X7…`, `X8…` or `CC-…`.
pub fn is_contact_center_license(license: &License) -> bool {
    license
        .name
        .as_deref()
        .is_some_and(|name| CONTACT_CENTER.iter().any(|start| name.starts_with(start)))
}

/// Whether a license is for Contact Center, by its name or by a Contact Center extension that belongs to it.
pub(super) fn is_contact_center(license: &License, extensions: &[Extension]) -> bool {
    let linked =
        |extension: &&Extension| extension.license_id.is_some() && extension.license_id == license.id;
    is_contact_center_license(license)
        || extensions
            .iter()
            .filter(linked)
            .any(|extension| extension.extension_type == Some(ExtensionType::Cc))
}

/// The licenses and extensions of a user, by product.
#[derive(Clone, Debug, Default)]
pub(super) struct Services {
    /// Licenses of 8x8 Work, without DID licenses.
    pub(super) licenses: Vec<License>,
    /// Extensions of 8x8 Work.
    pub(super) extensions: Vec<Extension>,
    /// DID licenses.
    pub(super) did: Vec<License>,
    /// Contact Center licenses.
    pub(super) cc_licenses: Vec<License>,
    /// Contact Center extensions.
    pub(super) cc_extensions: Vec<Extension>,
}

impl Services {
    /// Sorts what a user has.
    pub(super) fn of(user: &User) -> Self {
        let mut services = Self::default();
        for license in user.licenses() {
            let list = if is_did_license(license) {
                &mut services.did
            } else if is_contact_center(license, user.extensions()) {
                &mut services.cc_licenses
            } else {
                &mut services.licenses
            };
            list.push(license.clone());
        }
        let is_cc = |extension: &&Extension| extension.extension_type == Some(ExtensionType::Cc);
        services.cc_extensions = user.extensions().iter().filter(is_cc).cloned().collect();
        services.extensions = user
            .extensions()
            .iter()
            .filter(|extension| !is_cc(extension))
            .cloned()
            .collect();
        services
    }

    /// The numbers of the extensions of 8x8 Work.
    pub(super) fn numbers(&self) -> Vec<String> {
        self.extensions.iter().flat_map(numbers_of).collect()
    }

    /// Puts all together again, with one DID license for each number (rule F7).
    pub(super) fn assemble(mut self, customer: &str, extra: crate::eightbyeight::wire::Extra) -> ServiceInfo {
        let all = self
            .numbers()
            .into_iter()
            .chain(self.cc_extensions.iter().flat_map(numbers_of));
        let did: Vec<_> = all.map(|number| did_license(customer, &number)).collect();
        self.licenses.extend(did);
        self.licenses.append(&mut self.cc_licenses);
        self.extensions.append(&mut self.cc_extensions);
        ServiceInfo {
            licenses: self.licenses,
            extensions: self.extensions,
            extra,
        }
    }
}

/// The DID license that goes with a number.
pub(super) fn did_license(customer: &str, number: &str) -> License {
    let id = crate::simulator::ids::id(0, &format!("did/{customer}/{number}"), 0);
    License {
        id: Some(id),
        name: Some("DID-US".to_owned()),
        country: Some("US".to_owned()),
        ..License::default()
    }
}

/// The numbers of an extension, in E.164.
pub(super) fn numbers_of(extension: &Extension) -> Vec<String> {
    let listed = extension
        .phone_numbers
        .iter()
        .filter_map(|number| number.phone_number.clone());
    let mut numbers: Vec<_> = listed.collect();
    if let Some(primary) = extension
        .primary_phone_number
        .as_ref()
        .filter(|primary| !numbers.contains(primary))
    {
        numbers.push(primary.clone());
    }
    numbers
}

impl Account {
    /// Gives a number to a user.
    ///
    /// # Errors
    /// The account does not have it, or somebody else holds it (rule G1).
    pub(super) fn claim_number(&mut self, number: &str, user_id: &str) -> Result<(), Failure> {
        let field = "serviceInfo.extensions.phoneNumbers";
        let Some(entry) = self.numbers.get_mut(number) else {
            return Err(Failure::invalid(
                field,
                format!("the account has no number {number}"),
            ));
        };
        if entry.holder.as_deref() == Some(user_id) {
            return Ok(());
        }
        if entry.number.status != PhoneNumberStatus::Available {
            return Err(Failure::invalid(
                field,
                format!("{number} is {}", entry.number.status.as_str()),
            ));
        }
        entry.number.status = PhoneNumberStatus::Assigned;
        entry.holder = Some(user_id.to_owned());
        Ok(())
    }

    /// Frees a number (rule F4). One whose port is open keeps its status.
    pub(super) fn release_number(&mut self, number: &str) {
        let Some(entry) = self.numbers.get_mut(number) else {
            return;
        };
        entry.holder = None;
        if entry.number.status == PhoneNumberStatus::Assigned && !entry.stuck {
            entry.number.status = PhoneNumberStatus::Available;
        }
    }

    /// Leaves a number without a holder and assigned for ever (rule B3).
    pub(super) fn strand_number(&mut self, number: &str) {
        if let Some(entry) = self.numbers.get_mut(number) {
            entry.holder = None;
            entry.stuck = true;
        }
    }

    /// How many licenses of a name users have.
    pub fn licenses_used(&self, name: &str) -> usize {
        let all = self.users.values().flat_map(|profile| profile.user.licenses());
        all.filter(|license| license.name.as_deref() == Some(name))
            .count()
    }

    /// Whether one more license of a name can be given (rules F8, F9). Names that nobody counts have no end.
    pub(super) fn license_free(&self, name: &str) -> bool {
        let used = || self.licenses_used(name);
        self.licenses
            .get(name)
            .is_none_or(|pool| used() + pool.suspended < pool.total)
    }
}
