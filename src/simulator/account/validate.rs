//! What the account checks at once, before it accepts a POST or PUT.

use super::{
    Account, Failure,
    failure::item,
    services::{Services, is_did_license},
};
use crate::eightbyeight::wire::{ErrorItem, UpdateMembers, User, UserStatus};
use crate::simulator::settings::{Permission, Reaction, Settings, UserNameConflict};

/// Checks the texts of a user, letter by letter: their lengths and all else are a matter of shape.
///
/// # Errors
/// 400 with everything that is wrong.
pub(crate) fn texts(user: &User) -> Result<(), Failure> {
    let (mut check, basic) = (Check::default(), &user.basic_info);
    check.text("basicInfo.userName", Some(&basic.user_name), |letter| {
        letter.is_ascii_alphanumeric() || ".@-_/".contains(letter)
    });
    check.text("basicInfo.firstName", basic.first_name.as_ref(), is_name_letter);
    check.text("basicInfo.lastName", basic.last_name.as_ref(), is_name_letter);
    let directory = user.directory_info.as_ref();
    if let Some(department) = directory.and_then(|directory| directory.department.as_ref()) {
        check.text("directoryInfo.department", Some(department), |letter| {
            letter.is_ascii_alphanumeric() || ".,&@*+-#\\/()' \u{2013}".contains(letter)
        });
    }
    check.end()
}

/// What is wrong with a body, one by one.
#[derive(Default)]
pub(super) struct Check(Vec<ErrorItem>);

impl Check {
    /// Notes that a field is wrong.
    pub(super) fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(item("VALIDATION_ERROR", field, message));
    }

    /// A text that must be there, with letters that are all allowed.
    pub(super) fn text(&mut self, field: &str, text: Option<&String>, allowed: fn(char) -> bool) {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            return self.wrong(field, "must be given");
        };
        if !text.chars().all(allowed) {
            self.wrong(field, "has characters that are not allowed");
        }
    }

    /// 400 where something is wrong.
    pub(super) fn end(self) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Failure {
            status: 400,
            title: "Validation error",
            errors: self.0,
        })
    }
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".,-_()' ".contains(letter)
}

impl Account {
    /// Checks the body of a POST of a user.
    ///
    /// # Errors
    /// 400, or 403 for another customer's id.
    pub(crate) fn check_creation(&self, body: &User, settings: &Settings) -> Result<(), Failure> {
        self.check_body(body, settings, "")?;
        let site = body.basic_info.site.as_ref();
        let Some(site) = site.filter(|site| site.id.is_some() || site.name.is_some()) else {
            return Err(Failure::invalid(
                "basicInfo.site.id",
                "a site must be given, by id or by name",
            ));
        };
        if self.site_ref(site).pbx_name.is_none() {
            return Err(Failure::invalid(
                "basicInfo.site.id",
                "the account has no such site",
            ));
        }
        Ok(())
    }

    /// Checks the body of a PUT of a user.
    ///
    /// # Errors
    /// 400, 403 for another customer's id, 404 where there is no such user.
    pub(crate) fn check_replacement(
        &self,
        id: &str,
        body: &User,
        settings: &Settings,
    ) -> Result<(), Failure> {
        let Some(stored) = self.users.get(id) else {
            return Err(Failure::new(
                404,
                "Not found",
                "NOT_FOUND",
                "basicInfo.userId",
                "there is no such user",
            ));
        };
        if body
            .basic_info
            .user_id
            .as_deref()
            .is_some_and(|there| there != id)
        {
            return Err(Failure::invalid(
                "basicInfo.userId",
                "the userId of the body is not the one of the path",
            ));
        }
        self.check_body(body, settings, id)?;
        check_contact_center(&stored.user, body, settings)?;
        let stays_inactive = !stored.is_active() && body.basic_info.status == Some(UserStatus::Inactive);
        if settings.inactive_user_edit == Permission::Reject && stays_inactive {
            return Err(Failure::invalid(
                "basicInfo.status",
                "an inactive user cannot be edited",
            ));
        }
        Ok(())
    }

    fn check_body(&self, body: &User, settings: &Settings, id: &str) -> Result<(), Failure> {
        if let Some(customer) = body
            .basic_info
            .customer_id
            .as_ref()
            .filter(|there| **there != self.customer_id)
        {
            return Err(Failure::forbidden(format!(
                "{customer} is not the customer of this key"
            )));
        }
        texts(body)?;
        if settings.did_licenses_in_body == Reaction::Reject && body.licenses().iter().any(is_did_license) {
            let message = "DID licenses come with a number and must not be sent";
            return Err(Failure::invalid("serviceInfo.licenses", message));
        }
        if settings.user_name_conflict == UserNameConflict::BadRequest {
            self.free_user_name(&body.basic_info.user_name, id)?;
        }
        Ok(())
    }
}

/// Where the setting says so, a PUT must leave Contact Center exactly as it is.
fn check_contact_center(stored: &User, body: &User, settings: &Settings) -> Result<(), Failure> {
    if settings.contact_center_in_put == Reaction::Ignore {
        return Ok(());
    }
    let (mut had, mut has) = (Services::of(stored), Services::of(body));
    for extension in had.cc_extensions.iter_mut().chain(&mut has.cc_extensions) {
        // The one thing of it that may change.
        extension.display_in_directory = None;
    }
    if had.cc_licenses == has.cc_licenses && had.cc_extensions == has.cc_extensions {
        return Ok(());
    }
    Err(Failure::invalid(
        "serviceInfo",
        "Contact Center licenses and extensions cannot be changed here",
    ))
}

/// Checks the body of an `update-members` by itself (rule I1).
///
/// # Errors
/// 400: nothing in it, too much in it, an entry without an extension, or an extension twice.
pub(crate) fn members(change: &UpdateMembers) -> Result<(), Failure> {
    let lists = [change.add.len(), change.update.len(), change.remove.len()];
    if lists.iter().all(|length| *length == 0) {
        return Err(Failure::bad_request(
            "one of add, update and remove must have an entry",
        ));
    }
    let changed = change.add.iter().chain(&change.update);
    let named = changed.map(|member| (&member.extension_id, &member.extension_number));
    let removed = change
        .remove
        .iter()
        .map(|member| (&member.extension_id, &member.extension_number));
    let mut seen = std::collections::HashSet::new();
    for (id, number) in named.chain(removed) {
        if id.is_none() && number.is_none() {
            return Err(Failure::invalid(
                "extensionId",
                "an entry needs extensionId or extensionNumber",
            ));
        }
        if number
            .as_ref()
            .is_some_and(|number| number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(Failure::invalid("extensionNumber", "must be digits"));
        }
        let id_twice = id.as_ref().is_some_and(|id| !seen.insert(("id", id)));
        let number_twice = number
            .as_ref()
            .is_some_and(|number| !seen.insert(("number", number)));
        if id_twice || number_twice {
            let (title, code) = ("Conflicting members", "CONFLICTING_QUERY_PARAMETER");
            return Err(Failure::new(
                400,
                title,
                code,
                "",
                "an extension stands in the request twice",
            ));
        }
    }
    Ok(())
}
