//! The reasons that stand in conditions, blockers, warnings and events, each with what a person should know of it. On the
//! wire they are strings: the names of the variants.

mod account;
mod cluster;
mod contact_center;
mod depends;
mod events;
mod holdings;
mod identity;
mod protection;
mod standing;
mod warnings;

use std::fmt;

/// What a person should know of a [`Reason`].
#[derive(Debug)]
pub struct Entry {
    /// On which kinds it is seen, and as what.
    pub on: &'static [(Kind, Place)],
    /// Who does what is to be done; empty where it passes by itself.
    pub who: &'static [Person],
    /// The rules of 8x8 that it comes from, by their ids in docs/domain.md.
    pub rules: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub to_do: &'static str,
}

/// The kinds whose status has reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One account.
    Tenant,
    /// One person.
    User,
    /// One license of a person.
    LicenseAssignment,
    /// One queue of a person.
    QueueAssignment,
    /// What lets a list of removals go.
    Approval,
}

/// Where a reason stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the condition `Ready`, which is true.
    Ready,
    /// In `Reconciling`, and in `Ready`, which is false: it may go away without an edit of the object.
    Reconciling,
    /// In `Stalled`, and in `Ready`, which is false: only an edit of the object or of its Tenant, or a change in the account,
    /// lets the work go on.
    Stalled,
    /// In `status.warnings`: nothing waits for it.
    Warning,
    /// In an event alone.
    Event,
}

/// Who can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// Who keeps the manifests and runs the operator.
    PlatformEngineer,
    /// A primary or secondary administrator of the account.
    AccountAdministrator,
}

/// The constants of one topic, named as the variants of [`Reason`] that they belong to.
macro_rules! entries {
    ($($name:ident [$($kind:ident $place:ident),+] by [$($who:ident),*] rules [$($rule:literal),*]: $meaning:literal $to_do:literal)+) => {
        $(
            #[allow(non_upper_case_globals)]
            pub(super) const $name: super::Entry = super::Entry {
                on: &[$((super::Kind::$kind, super::Place::$place)),+],
                who: &[$(super::Person::$who),*],
                rules: &[$($rule),*],
                meaning: $meaning,
                to_do: $to_do,
            };
        )+
    };
}
use entries;

/// One variant for each name. A name without an entry in the module of its topic does not compile.
macro_rules! reasons {
    ($($topic:ident: $($name:ident)+;)+) => {
        /// Why an object stands as it does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(
                #[doc = concat!("`", stringify!($name), "`; its [`Reason::entry`] says what it means.")]
                $name,
            )+)+
        }

        impl Reason {
            /// All of them, by topic.
            pub const ALL: &'static [Self] = &[$($(Self::$name),+),+];

            /// Its name, as it stands in a status.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($(Self::$name => stringify!($name),)+)+
                }
            }

            /// What a person should know of it.
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $($(Self::$name => &$topic::$name,)+)+
                }
            }

            /// What it is about, with others.
            pub const fn topic(self) -> &'static str {
                match self {
                    $($(Self::$name)|+ => $topic::TITLE,)+
                }
            }
        }
    };
}

reasons! {
    standing: Active Deactivated Deleted AlreadyGone Scheduled Progressing Blocked Stalled Available InUse Assigned Released
        Pending Releasing NotAssigned LicenseUnknown UserNotFound UserNotReady Accepted AnotherList NothingWaits
        SecondPersonNeeded Expired ListTooLong;
    identity: ProfileNotFound UserNameAmbiguous UserNameDiffers ProfileClaimed IdentityNotPinned ProfileGone ProfileDeleted
        ProfileInactive UserNameHeld ProfileIncomplete SiteUnknown IdentityProviderOwns IdentityProviderAssigned;
    protection: AdministratorProtected ProtectedUser LegalHold ApprovalRequired RemovalLimit AccountNotCounted TenantObserves
        TenantSuspended UserSuspended;
    depends: ExtensionNotReset VoicemailNotExported EmergencyDevicesActive LastRingGroupMember LastCallQueueMember
        ExtensionReferenced;
    contact_center: ContactCenterQueuesAssigned ContactCenterSupervisorUnconfirmed ContactCenterAdminUnconfirmed
        ContactCenterLicenseAssigned ContactCenterUnmanaged ContactCenterAgentUnknown ContactCenterAgentAmbiguous
        ContactCenterAgentOfAnother ContactCenterAgentNotFound QualityManagementUnavailable AgentBusy AgentLoggingIn
        AgentLogOutRefused AgentStatusUnavailable ConnectorFailing ConnectorAgentUnknown ConnectorNotEffective;
    holdings: RingGroupInconsistent RingGroupUnknown ExtensionMissing CallQueuesRemain QueueNotRemovable NumberPortOpen
        NumberLicenseRemains NumberStuck;
    account: KeyRefused NotAuthorized AccountUnreachable AccountThrottled AccountBusy AccountFailing AccountRefused
        UserUpdatesUnavailable InactiveUserLocked LicenseNotRemovable UserNameTaken NameNotAccepted ServicesRefused
        NumberLicenseRefused OperationFailed OutcomeUnknown NotEffective DeletePreconditionUnmet;
    cluster: TenantNotFound NamespaceNotAllowed NamespaceReserved TenantGoing SecretNotFound SecretKeyMissing InvalidAccount
        AccountNotRead AccountEmpty AnotherAccount AccountClaimed RecordNotWritten RecordKeyMissing RecordKeyUnreadable
        LedgerUnreadable ProfileMismatch TooManyLooks InternalError;
    warnings: NumberStillAssigned ProfileRepurposed SiteDiffers ExtensionAmbiguous Undeclared NotRestored;
    events: Created Renamed ProfileUpdated LicensesAssigned RingGroupsJoined Activated AgentLoggedOut RingGroupsLeft
        LicensesRemoved RemovalsHeld RemovalsLetGo;
}

impl Reason {
    /// The reason of this name; `None` for what another version of Onhook wrote.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == name)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.as_str().to_owned()
    }
}

impl PartialEq<Reason> for String {
    fn eq(&self, reason: &Reason) -> bool {
        self == reason.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_name_of_its_own_and_comes_back_by_it() {
        for reason in Reason::ALL {
            assert_eq!(Reason::named(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::named("ofAnotherVersion"), None);
    }

    #[test]
    fn what_is_to_be_done_is_said_wherever_somebody_is_to_do_it() {
        for reason in Reason::ALL {
            let entry = reason.entry();
            assert!(
                entry.meaning.len() > 20 && entry.meaning.ends_with('.'),
                "{reason}"
            );
            assert!(entry.to_do.ends_with('.'), "{reason}");
            assert!(entry.who.is_empty() || entry.to_do.len() > 15, "{reason}");
        }
    }
}
