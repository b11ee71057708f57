//! What was seen in the account during one pass, in the terms that the rules need.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::user_status::ObservedQueue;

use super::{ConnectorSight, ConnectorTrouble};

/// Everything that was read in this pass. Nothing of an earlier pass is in it, but for what cannot change back (that an
/// operation has ended, that a number became free) and what the account's last inventory showed.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    /// The profile.
    pub profile: ProfileSight,
    /// Ring groups by id; `None` where the account has no group of that id.
    pub groups: BTreeMap<String, Option<Group>>,
    /// The Contact Center queues that the agent is assigned to, from a complete read.
    pub queues: Option<Vec<ObservedQueue>>,
    /// Ids of the agents whose e-mail address in Quality Management is that of the profile, or why they could not be
    /// read.
    pub agents_by_email: Option<Result<Vec<String>, String>>,
    /// Whether Contact Center lists the agent of this id, from a complete read.
    pub agents: BTreeMap<String, bool>,
    /// What the agent of this id does now.
    pub agent_status: BTreeMap<String, AgentSight>,
    /// What the connector says of the agent. That it fails is a sight as well: nothing else waits for it.
    pub connector: Option<Result<ConnectorSight, ConnectorTrouble>>,
    /// Ids of the ring groups that have exactly this name.
    pub named_groups: BTreeMap<String, Vec<String>>,
    /// Ids of the sites that have exactly this name.
    pub sites: BTreeMap<String, Vec<String>>,
    /// Numbers of the account by their E.164 form, as far as they were asked for.
    pub numbers: Option<BTreeMap<String, NumberSight>>,
    /// Which numbers which are still assigned are with another user, from a list of all users.
    pub numbers_of_others: Option<Vec<String>>,
    /// What else in the account depends on the profile, read in this pass.
    pub references: Option<References>,
    /// The same as the last inventory of the account showed it. It tells whether a look is worth its calls.
    pub inventory: Option<References>,
    /// The operation of the open intent.
    pub operation: Option<OperationSight>,
    /// Whether the Namespace or the CRD of this User object is being deleted.
    pub carrier_going: Option<bool>,
    /// Whether the Namespace, or the CRD of this User or of its assignments, is being deleted.
    pub assignments_going: Option<bool>,
    /// Who claims the profile.
    pub claim: Option<super::Claim>,
    /// Whether the removal may go on, beside all others of the account.
    pub leave: Option<super::limit::Leave>,
}

/// What a pass still has to look at before the rules can decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// The profile of this id, by a GET.
    ProfileById(String),
    /// The profiles of this userName.
    ProfilesByName(String),
    /// The operation of this id.
    Operation(String),
    /// The ring group of this id, by a GET.
    RingGroup(String),
    /// The ring groups of this name.
    RingGroupsNamed(String),
    /// The sites of this name.
    SitesNamed(String),
    /// All Contact Center queues of this agent.
    ContactCenterQueues(String),
    /// The agents of this e-mail address, in Quality Management.
    AgentByEmail(String),
    /// Whether Contact Center lists this agent.
    ContactCenterAgent(String),
    /// What this agent does now.
    AgentStatus(String),
    /// What the connector says of this agent.
    Connector(String),
    /// These numbers.
    PhoneNumbers(Vec<String>),
    /// Whether somebody else has these numbers.
    NumberHolders(Vec<String>),
    /// What else in the account depends on the profile.
    References,
    /// Whether the Namespace or the CRD of the User object is being deleted.
    Carriers,
    /// Whether the Namespace, or the CRD of the User object or of its assignments, is being deleted.
    AssignmentCarriers,
    /// Who claims the profile of this id.
    Claim(String),
    /// Whether the removal may go on, beside all others of the account.
    Leave,
}

/// What is known of the profile.
#[derive(Clone, Debug, Default)]
pub enum ProfileSight {
    /// It was not looked for.
    #[default]
    NotLooked,
    /// It was read by a GET in this pass.
    Seen(Box<Profile>),
    /// A row of a list that was read in this pass shows it. That tells whether a write has its effect; it satisfies no
    /// precondition, and nothing that starts from the profile is written before a GET (invariants 1, 3).
    Listed(Box<Profile>),
    /// There is no profile of this id.
    Gone(String),
    /// No profile has exactly this userName. `similar`: one has it in other upper and lower case.
    NoneByName {
        /// Whether a profile has the name in other upper and lower case.
        similar: bool,
    },
    /// So many profiles have exactly this userName.
    SeveralByName(usize),
}

/// A profile as a GET showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Id at 8x8.
    pub user_id: String,
    /// Login name.
    pub user_name: String,
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
    /// Whether the person may log in.
    pub status: ProfileStatus,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Name of the site.
    pub site: Option<String>,
    /// The identity provider that owns the profile through SCIM (rules L1 to L11).
    pub scim_provider: Option<String>,
    /// The licenses.
    pub licenses: Vec<License>,
    /// The extensions.
    pub extensions: Vec<Extension>,
    /// The ring groups.
    pub ring_groups: Vec<ObservedQueue>,
    /// The call queues.
    pub call_queues: Vec<CallQueue>,
}

impl Profile {
    /// The numbers of all extensions.
    pub fn numbers(&self) -> impl Iterator<Item = &HeldNumber> {
        self.extensions.iter().flat_map(|extension| &extension.numbers)
    }

    /// The extensions of 8x8 Work: those that Contact Center has no part in.
    pub fn work_extensions(&self) -> impl Iterator<Item = &Extension> + Clone {
        self.extensions
            .iter()
            .filter(|extension| !extension.contact_center)
    }

    /// The devices of all extensions.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.extensions.iter().flat_map(|extension| &extension.devices)
    }
}

/// Whether a person may log in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProfileStatus {
    /// They may.
    #[default]
    Active,
    /// They may not.
    Inactive,
    /// The account says something this version does not know.
    Other(String),
}

impl ProfileStatus {
    /// The status as 8x8 writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Other(text) => text,
        }
    }
}

/// A license of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct License {
    /// Name.
    pub name: String,
    /// Whether it comes and goes with a number and cannot be taken off (rule F7).
    pub did: bool,
    /// Whether it makes the user a Contact Center user.
    pub contact_center: bool,
}

/// An extension of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extension {
    /// Id.
    pub id: String,
    /// Number within the site.
    pub number: Option<String>,
    /// Whether it belongs to Contact Center, by its type or because it is dedicated to an agent.
    pub contact_center: bool,
    /// Whether it is an analog fax line (rule G12).
    pub fax: bool,
    /// The phone numbers.
    pub numbers: Vec<HeldNumber>,
    /// The devices.
    pub devices: Vec<Device>,
}

/// A phone number of an extension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeldNumber {
    /// In E.164.
    pub number: String,
    /// Whether a port to it is open (rule B10).
    pub porting: bool,
}

/// A device of an extension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// Model.
    pub model: String,
    /// Whether emergency calls can be made from it while its user is inactive (rule D5).
    pub active: bool,
}

/// A call queue of a profile.
pub type CallQueue = ObservedQueue;

/// A ring group as a GET showed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The members.
    pub members: Vec<GroupMember>,
}

impl Group {
    /// Whether the group lists the user.
    pub fn lists(&self, user_id: &str) -> bool {
        self.members
            .iter()
            .any(|member| member.user_id.as_deref() == Some(user_id))
    }
}

/// A member of a ring group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupMember {
    /// Id of the user.
    pub user_id: Option<String>,
    /// Id of the extension.
    pub extension_id: Option<String>,
}

/// What else in the account depends on a profile, as far as it can be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Names of call queues that no other active user is in (rule I4).
    pub only_member_of: Vec<String>,
    /// Names of ring groups that forward calls to the extension, or mail voicemail to the person (rule I5).
    pub ring_groups: Vec<String>,
    /// Names of sites where a caller leaves voicemail for the extension (rule I5).
    pub sites: Vec<String>,
    /// How many other users' callers leave voicemail for the extension (rule I5).
    pub users: usize,
    /// How many numbers of the profile are PRE_PORTING or PORTING (rule B10).
    pub ports: usize,
}

impl References {
    /// Whether nothing depends on the profile.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the Agent Status API says of an agent (rule B9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentSight {
    /// It is not logged in, or never was.
    LoggedOut,
    /// The API knows no such agent.
    Unknown,
    /// It has logged in and taken no state yet: none leads from there to a log-out.
    LoggingIn,
    /// It is logged in, and no interaction is open.
    Idle,
    /// An interaction is open: it cannot be logged out before that ends.
    Busy,
    /// 8x8 has not enabled the API for the account.
    NotEnabled,
    /// It could not be read: what happened, in words.
    Unavailable(String),
}

/// What the account says of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberSight {
    /// Free.
    Available,
    /// With somebody or something.
    Assigned,
    /// A port is open.
    Porting,
    /// Something this version does not know.
    Other,
}

/// What the account says of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationSight {
    /// It is accepted or at work.
    Running,
    /// It ended well.
    Completed,
    /// It ended badly: why, as far as the account says, without personal data.
    Failed(super::Refusal),
    /// The account cannot tell, or does not know the operation.
    Unknown,
}
