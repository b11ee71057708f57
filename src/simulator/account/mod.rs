//! What is in an account, apart from how it is asked: users, numbers, groups, Contact Center, and what is
//! left of those who were deleted.
//!
//! Each fact that two objects show (a membership, the holder of a number) is kept by the methods here, so
//! that a ring group and its members never disagree unless a test makes them.

pub(crate) mod addresses;
mod agent_status;
mod builder;
mod console;
mod contact_center;
mod effects;
mod failure;
mod memberships;
mod replace;
mod seed;
mod services;
pub(crate) mod sites;
mod undo;
pub(crate) mod validate;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use addresses::Address;
pub use agent_status::{AgentStatus, StatusCode};
pub use builder::{NewAgent, NewUser};
pub(crate) use console::ConsoleEdit;
pub use contact_center::{Assignment, CcAgent, ContactCenter, Queue};
pub use failure::Failure;
pub(crate) use failure::item;
pub use seed::Seed;
pub use services::{is_contact_center_license, is_did_license};

use super::ids;
use crate::eightbyeight::wire::{PhoneNumber, PhoneNumberStatus, RingGroup, Site, User, UserStatus};

/// A whole account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Id of the customer.
    pub customer_id: String,
    /// Where its ids, keys and random choices come from.
    pub seed: u64,
    /// How many ids were given.
    given: u64,
    /// Who may write (rule A1).
    pub administrators: Administrators,
    /// The users, by `userId`.
    pub users: BTreeMap<String, Profile>,
    /// The sites.
    pub sites: Vec<Site>,
    /// The addresses, by id.
    #[serde(default)]
    pub addresses: BTreeMap<String, Address>,
    /// The phone numbers, in E.164.
    pub numbers: BTreeMap<String, Number>,
    /// The licenses that were bought, by name.
    pub licenses: BTreeMap<String, Pool>,
    /// The ring groups, by id.
    pub ring_groups: BTreeMap<String, RingGroup>,
    /// The call queues of 8x8 Work, by id.
    pub call_queues: BTreeMap<String, CallQueue>,
    /// 8x8 Contact Center.
    pub contact_center: ContactCenter,
    /// What is left of deleted users, the oldest first.
    pub tombstones: Vec<Tombstone>,
}

/// The administrators, by `userId`. No API of 8x8 tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Administrators {
    /// The primary one.
    pub primary: String,
    /// The secondary ones.
    pub secondary: Vec<String>,
}

/// A user, with what no API of 8x8 shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The user as the User Management API gives it.
    pub user: User,
    /// Apps and phones that are signed in. A deactivation ends them (rule D2).
    pub sessions: u32,
    /// What belongs to the user.
    pub belongings: Belongings,
}

/// What belongs to a user and is destroyed or kept on the way out (rules C3, C4, C5, F1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Belongings {
    /// Voicemail messages.
    pub voicemails: u32,
    /// Voicemail greetings.
    pub greetings: u32,
    /// Calls in the history of the PBX.
    pub call_history: u32,
    /// Faxes.
    pub faxes: u32,
    /// Chat and SMS messages.
    pub messages: u32,
    /// Meetings in the history.
    pub meetings: u32,
    /// Call recordings of 8x8 Work.
    pub recordings: u32,
}

/// A phone number and who holds it, which the Phone Number API does not tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Number {
    /// The number as the API gives it.
    pub number: PhoneNumber,
    /// `userId` of the holder.
    pub holder: Option<String>,
    /// Whether it can never be given to anyone: its holder was deleted with a license (rule B3).
    pub stuck: bool,
}

/// Licenses of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// How many were bought.
    pub total: usize,
    /// How many are left over without a user and cannot be given to anyone (rule F8).
    pub suspended: usize,
}

/// A call queue of 8x8 Work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallQueue {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The members: `userId` and whether `PRIMARY` or `SECONDARY` (rule I3).
    pub members: BTreeMap<String, String>,
}

/// What is left of a deleted user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// The id, which is never used again (rule C14).
    pub user_id: String,
    /// The userName, which is free again (rule C6).
    pub user_name: String,
    /// First and last name.
    pub display_name: String,
    /// When the deletion was complete.
    pub deleted_time: Timestamp,
    /// What was destroyed (rules C2, C3, C5).
    pub destroyed: Vec<String>,
    /// What is kept (rules C4, C7).
    pub kept: Vec<String>,
    /// Numbers that can never be given to anyone again (rule B3).
    pub stuck_numbers: Vec<String>,
}

impl Account {
    /// An account with a site and nobody in it.
    pub fn empty(seed: u64) -> Self {
        let mut account = Self {
            customer_id: format!(
                "0012J{}",
                &ids::id(seed, "customer", 0).replace(['-', '_'], "0")[..13]
            ),
            seed,
            given: 0,
            administrators: Administrators::default(),
            users: BTreeMap::new(),
            sites: Vec::new(),
            addresses: BTreeMap::new(),
            numbers: BTreeMap::new(),
            licenses: BTreeMap::new(),
            ring_groups: BTreeMap::new(),
            call_queues: BTreeMap::new(),
            contact_center: ContactCenter::default(),
            tombstones: Vec::new(),
        };
        account.add_site("Headquarters");
        account
    }

    /// An id that was never given before.
    pub fn next_id(&mut self, kind: &str) -> String {
        self.given += 1;
        ids::id(self.seed, kind, self.given)
    }

    /// Adds a site and gives its id.
    pub fn add_site(&mut self, name: &str) -> String {
        let id = self.next_id("site");
        let number = self.sites.len() + 1;
        let address = self.next_id("address");
        let parts = json!({"streetNumber": number.to_string(), "streetName": name, "country": "US"});
        self.store_address(
            address.clone(),
            parts.as_object().cloned().unwrap_or_default(),
            Timestamp::UNIX_EPOCH,
        );
        let details = json!({
            "pbxName": super::keys::PBX, "locale": "en-US", "timezone": "America/New_York",
            "address": {"id": address},
            "siteCode": format!("{:02}", number + 10), "extensionLength": 4,
        });
        self.sites.push(Site {
            id: Some(id.clone()),
            name: Some(name.to_owned()),
            extra: details.as_object().cloned().unwrap_or_default(),
        });
        id
    }

    /// The profile of a user.
    pub fn profile(&self, user_id: &str) -> Option<&Profile> {
        self.users.get(user_id)
    }

    /// The profile of a user, to change it.
    pub fn profile_mut(&mut self, user_id: &str) -> Option<&mut Profile> {
        self.users.get_mut(user_id)
    }

    /// The ids of all profiles with this userName, which is compared without regard to case. More than one
    /// only where a test made them.
    pub fn find(&self, user_name: &str) -> Vec<String> {
        let named = |profile: &Profile| profile.user.basic_info.user_name.eq_ignore_ascii_case(user_name);
        self.users
            .iter()
            .filter(|(_, profile)| named(profile))
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// The status of a phone number.
    pub fn number_status(&self, number: &str) -> Option<&PhoneNumberStatus> {
        self.numbers.get(number).map(|number| &number.number.status)
    }

    /// Adds a number of the United States that nobody holds, if it is not there.
    pub fn add_number(&mut self, number: &str) {
        let national = number
            .strip_prefix("+1")
            .filter(|digits| digits.len() == 10 && digits.is_ascii());
        let formatted =
            national.map(|digits| format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..]));
        let phone = PhoneNumber {
            phone_number: number.to_owned(),
            country: Some("US".to_owned()),
            category: Some("LOCAL".to_owned()),
            origin: Some("CLAIMED".to_owned()),
            status: PhoneNumberStatus::Available,
            extra: json!({"nationalFormattedNumber": formatted})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        };
        let free = Number {
            number: phone,
            holder: None,
            stuck: false,
        };
        self.numbers.entry(number.to_owned()).or_insert(free);
    }

    /// Everything, as the control port shows it: what the APIs give, and what they hide.
    pub fn state(&self) -> Value {
        let users: BTreeMap<_, _> = self
            .users
            .iter()
            .map(|(id, profile)| (id, profile.state()))
            .collect();
        json!({
            "customerId": self.customer_id, "administrators": self.administrators, "users": users,
            "sites": self.sites, "addresses": self.addresses,
            "numbers": self.numbers, "licenses": self.licenses, "ringGroups": self.ring_groups,
            "callQueues": self.call_queues, "contactCenter": self.contact_center,
            "tombstones": self.tombstones,
        })
    }
}

impl Profile {
    /// Whether someone could dial an emergency number: a device that is still active can, also after a
    /// deactivation (rule D5).
    pub fn emergency_calls(&self) -> bool {
        let devices = self
            .user
            .extensions()
            .iter()
            .flat_map(|extension| &extension.devices);
        devices
            .into_iter()
            .any(|device| matches!(device.status.as_deref(), Some("ACTIVE" | "BINDED")))
    }

    /// Whether the user is `ACTIVE`; one without a status is.
    pub fn is_active(&self) -> bool {
        self.user.basic_info.status != Some(UserStatus::Inactive)
    }

    fn state(&self) -> Value {
        json!({
            "user": self.user, "sessions": self.sessions, "belongings": self.belongings,
            "emergencyCalls": self.emergency_calls(),
        })
    }
}
