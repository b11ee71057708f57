//! `--only`: which people.

use std::str::FromStr;

use crate::lifecycle::pattern;
use crate::lifecycle::{Profile, ProfileStatus};

/// What must hold of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Only {
    Active,
    Inactive,
    Site(String),
    License(String),
    User(String),
}

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            None if text == "active" => Ok(Self::Active),
            None if text == "inactive" => Ok(Self::Inactive),
            Some((_, "")) => Err("there is nothing behind the =".to_owned()),
            Some(("site", name)) => Ok(Self::Site(name.to_owned())),
            Some(("license", pattern)) => Ok(Self::License(pattern.to_owned())),
            Some(("user", pattern)) => Ok(Self::User(pattern.to_lowercase())),
            _ => Err(
                "write active, inactive, site=NAME, license=PATTERN or user=PATTERN; * stands for any text"
                    .to_owned(),
            ),
        }
    }
}

impl Only {
    /// Whether it holds. userNames are compared without upper and lower case, as 8x8 does.
    pub fn holds(&self, profile: &Profile) -> bool {
        match self {
            Self::Active => profile.status == ProfileStatus::Active,
            Self::Inactive => profile.status == ProfileStatus::Inactive,
            Self::Site(name) => profile.site.as_ref() == Some(name),
            Self::License(wanted) => {
                let mut licenses = profile.licenses.iter();
                licenses.any(|license| pattern::matches(wanted, &license.name))
            }
            Self::User(wanted) => pattern::matches(wanted, &profile.user_name.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::License;

    fn holds(text: &str) -> bool {
        let license = License {
            name: "X4-Standard-US".to_owned(),
            did: false,
            contact_center: false,
        };
        let profile = Profile {
            user_name: "Jane.Doe@acme.com".to_owned(),
            status: ProfileStatus::Inactive,
            site: Some("Headquarters".to_owned()),
            licenses: vec![license],
            ..Profile::default()
        };
        text.parse::<Only>().unwrap().holds(&profile)
    }

    #[test]
    fn each_filter_looks_at_its_own() {
        for text in [
            "inactive",
            "site=Headquarters",
            "license=X4*",
            "license=*-US",
            "user=jane.*",
            "user=*@ACME.com",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in [
            "active",
            "site=headquarters",
            "site=Head*",
            "license=x4*",
            "user=jane",
        ] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_says_what_is_one() {
        for text in ["", "gone", "site", "site=", "queue=Sales", "Active"] {
            assert!(text.parse::<Only>().is_err(), "{text}");
        }
    }
}
