//! Sites: what the Site Management API checks and changes.

use serde_json::Value;

use super::{Account, Failure, validate::Check};
use crate::eightbyeight::wire::Site;
use crate::simulator::keys::PBX;

impl Account {
    /// The site with this id.
    pub(crate) fn site(&self, id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.id.as_deref() == Some(id))
    }

    /// Checks the body of a POST of a site, or of a PUT of the one that is there.
    ///
    /// # Errors
    /// 400 with everything that is wrong.
    pub(crate) fn check_site(&self, body: &Site, there: Option<&Site>) -> Result<(), Failure> {
        let mut check = Check::default();
        check.text("name", body.name.as_ref(), |_| true);
        let pbx = text_of(body, "pbxName");
        match there {
            // What the documents say of the PBX is that it cannot be changed.
            Some(there) if pbx != text_of(there, "pbxName") => {
                check.wrong("pbxName", "cannot be changed");
            }
            None if pbx.is_some_and(|pbx| pbx != PBX) => {
                check.wrong("pbxName", "the account has no such PBX")
            }
            _ => {}
        }
        if there.is_some() && body.id.is_some() && body.id != there.and_then(|there| there.id.clone()) {
            check.wrong("id", "is not the one of the path");
        }
        check.end()
    }

    /// Adds a site under `id`, as its creation completes.
    pub(crate) fn create_site(&mut self, id: &str, body: Site) {
        self.sites.push(Site {
            id: Some(id.to_owned()),
            ..body
        });
    }

    /// Replaces a site; its users and ring groups show the new name.
    ///
    /// # Errors
    /// The site is gone.
    pub(crate) fn replace_site(&mut self, id: &str, body: Site) -> Result<(), Failure> {
        let site = self.sites.iter_mut().find(|site| site.id.as_deref() == Some(id));
        let site = site.ok_or_else(no_such_site)?;
        let name = body.name.clone();
        *site = Site {
            id: Some(id.to_owned()),
            ..body
        };
        let users = self.users.values_mut().map(|profile| &mut profile.user);
        for shown in users.filter_map(|user| user.basic_info.site.as_mut()) {
            if shown.id.as_deref() == Some(id) {
                shown.name.clone_from(&name);
            }
        }
        for group in self.ring_groups.values_mut() {
            let shown = group.extra.get_mut("site");
            if let Some(shown) = shown.filter(|shown| shown["id"].as_str() == Some(id)) {
                shown["name"] = Value::from(name.clone());
            }
        }
        Ok(())
    }

    /// Deletes a site that nobody uses.
    ///
    /// # Errors
    /// 404 where it is gone, 400 where a user or a ring group is on it.
    pub(crate) fn delete_site(&mut self, id: &str) -> Result<(), Failure> {
        self.check_site_unused(id)?;
        self.sites.retain(|site| site.id.as_deref() != Some(id));
        Ok(())
    }

    /// Whether a site can be deleted.
    ///
    /// # Errors
    /// 404 where it is gone, 400 where a user or a ring group is on it.
    pub(crate) fn check_site_unused(&self, id: &str) -> Result<(), Failure> {
        self.site(id).ok_or_else(no_such_site)?;
        let mut users = self.users.values().map(|profile| &profile.user);
        let of_user = users.any(|user| {
            let site = user.basic_info.site.as_ref();
            site.and_then(|site| site.id.as_deref()) == Some(id)
        });
        let of_group = |site: &Value| site["id"].as_str() == Some(id);
        let mut groups = self.ring_groups.values();
        if of_user || groups.any(|group| group.extra.get("site").is_some_and(of_group)) {
            return Err(Failure::bad_request(format!(
                "site {id} is still used by at least one user or extension"
            )));
        }
        Ok(())
    }
}

/// The refusal for a site that is not there.
pub(crate) fn no_such_site() -> Failure {
    Failure::not_found("there is no such site")
}

fn text_of<'a>(site: &'a Site, field: &str) -> Option<&'a str> {
    site.extra.get(field).and_then(Value::as_str)
}
