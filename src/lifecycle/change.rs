//! What is given to a profile that stays: a new profile, other declared values, licenses, a place in a ring group.
//!
//! Nothing here takes anything away. Only the rules of [`crate::lifecycle`] make these values, so that a write to the
//! account comes from a plan.

use super::Profile;

/// That a profile may be created: no profile has the userName, and the spec declares what 8x8 asks for (rule J1).
#[derive(Debug)]
pub struct CreateProof {
    profile: Box<NewProfile>,
}

/// A profile to be created. It is ACTIVE and without a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProfile {
    /// Login name.
    pub user_name: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub primary_email: String,
    /// Id of the site.
    pub site_id: String,
    /// Name of the site.
    pub site: String,
    /// Name of the policy profile; left out, the account's default applies (rule I11).
    pub policy_profile: Option<String>,
    /// Whether colleagues find the person in the company directory; left out, the account decides.
    pub display_in_directory: Option<bool>,
}

impl CreateProof {
    pub(in crate::lifecycle) fn new(profile: NewProfile) -> Self {
        Self {
            profile: Box::new(profile),
        }
    }

    /// The profile to be created.
    pub fn profile(&self) -> &NewProfile {
        &self.profile
    }
}

/// That a profile that stays may be changed to what its object declares.
#[derive(Debug)]
pub struct ChangeProof {
    user_id: String,
    change: Box<Change>,
}

/// A change of a profile that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This userName (rule J4).
    Rename(String),
    /// These values.
    Profile(Box<ProfileChange>),
    /// These services, beside what it has.
    Services(ServiceChange),
}

/// Values of a profile that are set; the others stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub primary_email: Option<String>,
    /// Whether colleagues find the person in the company directory.
    pub display_in_directory: Option<bool>,
    /// Name of the policy profile.
    pub policy_profile: Option<String>,
    /// Id of an extension, and the number it gets.
    pub extension: Option<(String, String)>,
}

/// Services that are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceChange {
    /// Names of licenses.
    pub licenses: Vec<String>,
    /// Extensions of 8x8 Work.
    pub extensions: Vec<NewExtension>,
}

/// An extension that is added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewExtension {
    /// Extension number.
    pub number: String,
    /// Phone numbers in E.164, the first one is shown.
    pub phone_numbers: Vec<String>,
}

impl ChangeProof {
    pub(in crate::lifecycle) fn new(profile: &Profile, change: Change) -> Self {
        Self {
            user_id: profile.user_id.clone(),
            change: Box::new(change),
        }
    }

    /// Id of the profile that is changed, and no other.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The change.
    pub fn change(&self) -> &Change {
        &self.change
    }
}

/// That a user may be put into a ring group.
#[derive(Debug)]
pub struct JoinGroupProof {
    user_id: String,
    group_id: String,
    extension_id: String,
}

impl JoinGroupProof {
    pub(in crate::lifecycle) fn new(profile: &Profile, group_id: &str, extension_id: &str) -> Self {
        Self {
            user_id: profile.user_id.clone(),
            group_id: group_id.to_owned(),
            extension_id: extension_id.to_owned(),
        }
    }

    /// Id of the profile that joins, and no other.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Id of the ring group.
    pub fn group_id(&self) -> &str {
        &self.group_id
    }

    /// Id of the extension that joins.
    pub fn extension_id(&self) -> &str {
        &self.extension_id
    }
}

/// Values for the tests of those who take them.
#[cfg(test)]
mod for_test {
    use super::{Change, ChangeProof, CreateProof, JoinGroupProof, NewProfile};

    impl CreateProof {
        pub(crate) fn for_test(profile: NewProfile) -> Self {
            Self {
                profile: Box::new(profile),
            }
        }
    }

    impl ChangeProof {
        pub(crate) fn for_test(user_id: &str, change: Change) -> Self {
            Self {
                user_id: user_id.to_owned(),
                change: Box::new(change),
            }
        }
    }

    impl JoinGroupProof {
        pub(crate) fn for_test(user_id: &str, group_id: &str, extension_id: &str) -> Self {
            Self {
                user_id: user_id.to_owned(),
                group_id: group_id.to_owned(),
                extension_id: extension_id.to_owned(),
            }
        }
    }
}
