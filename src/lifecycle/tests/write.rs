//! Writes as an account in memory receives them, and what becomes of them.

use jiff::Timestamp;

use crate::api::Reason;
use crate::api::user_status::{Intent, SetStatus, StepName};
use crate::lifecycle::change::Change;
use crate::lifecycle::proof::{ConnectorRemoval, LicenseScope};
use crate::lifecycle::{Action, OperationSight, Refusal};

/// A write as the account received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Deactivate(String),
    Activate(String),
    Leave(String, String),
    Licenses(String, Option<String>),
    RemoveAccess(String),
    Reactivate(String),
    Connector(String, ConnectorRemoval),
    Delete(String),
    Create(String),
    Change(String, Change),
    Join(String, String),
    LogOut(String, String),
}

impl Write {
    /// The write that an action stands for; a claim is none.
    pub fn of(action: &Action) -> Option<Self> {
        Some(match action {
            Action::Claim { .. } => return None,
            Action::Deactivate(proof) => Self::Deactivate(proof.user_id().to_owned()),
            Action::Activate(proof) => Self::Activate(proof.user_id().to_owned()),
            Action::LeaveRingGroup { proof, .. } => {
                Self::Leave(proof.user_id().to_owned(), proof.group_id().to_owned())
            }
            Action::RemoveLicenses(proof) => Self::Licenses(
                proof.user_id().to_owned(),
                match proof.scope() {
                    LicenseScope::All => None,
                    LicenseScope::Named(name) => Some(name.clone()),
                },
            ),
            Action::RemoveAccess { licenses, .. } => Self::RemoveAccess(licenses.user_id().to_owned()),
            Action::Reactivate(proof) => Self::Reactivate(proof.user_id().to_owned()),
            Action::Connector(proof) => Self::Connector(proof.user_id().to_owned(), proof.removal().clone()),
            Action::Delete(proof) => Self::Delete(proof.user_id().to_owned()),
            Action::Create(proof) => Self::Create(proof.profile().user_name.clone()),
            Action::Change(proof) => Self::Change(proof.user_id().to_owned(), proof.change().clone()),
            Action::LogOutAgent(proof) => {
                Self::LogOut(proof.user_id().to_owned(), proof.agent_id().to_owned())
            }
            Action::JoinRingGroup(proof) => {
                Self::Join(proof.user_id().to_owned(), proof.group_id().to_owned())
            }
        })
    }

    /// Whether it takes nothing from anybody.
    pub fn gives(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Change(..) | Self::Join(..))
    }

    pub fn user_id(&self) -> &str {
        match self {
            Self::Deactivate(id)
            | Self::Activate(id)
            | Self::Delete(id)
            | Self::RemoveAccess(id)
            | Self::Reactivate(id) => id,
            Self::Leave(id, _)
            | Self::Licenses(id, _)
            | Self::Change(id, _)
            | Self::Join(id, _)
            | Self::LogOut(id, _)
            | Self::Connector(id, _) => id,
            Self::Create(_) => "",
        }
    }

    fn target(&self) -> Option<String> {
        match self {
            Self::Leave(_, group) => Some(group.clone()),
            Self::Connector(_, removal) => Some(removal.target().to_owned()),
            Self::Licenses(_, name) => name.clone(),
            Self::Create(name) | Self::Change(_, Change::Rename(name)) => Some(name.clone()),
            Self::Join(_, to) | Self::LogOut(_, to) => Some(to.clone()),
            _ => None,
        }
    }

    /// The intent that the controller keeps before it sends the write.
    pub fn intent(&self, id: String, step: StepName, at: Timestamp) -> Intent {
        let (user_id, target) = (self.user_id().to_owned(), self.target());
        Intent {
            id,
            step,
            user_id,
            target,
            sets_status: match self {
                Self::RemoveAccess(_) => Some(SetStatus::Inactive),
                Self::Reactivate(_) => Some(SetStatus::Active),
                _ => None,
            },
            at,
            operation_id: None,
            completed_at: None,
        }
    }
}

/// What becomes of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is applied, and its operation says so.
    Completes,
    /// It fails, and its operation says so.
    Fails,
    /// Its operation fails, after it was applied.
    FailsApplied,
    /// Nobody can tell, and it was not applied.
    Unknown,
    /// Nobody can tell, and it was applied.
    UnknownApplied,
    /// The call ended without an answer and without an effect, as after a crash before it was sent.
    Lost,
    /// The call ended without an answer, as a 408 after the write was applied.
    LostApplied,
    /// Its operation says that it was applied, and it was not.
    NoEffect,
    /// Its operation stays at work for ever, and it was not applied.
    Hangs,
}

impl Fate {
    pub fn applies(self) -> bool {
        matches!(
            self,
            Self::Completes | Self::FailsApplied | Self::UnknownApplied | Self::LostApplied
        )
    }

    pub fn answers(self) -> bool {
        !matches!(self, Self::Lost | Self::LostApplied)
    }

    pub fn sight(self) -> OperationSight {
        match self {
            Self::Completes | Self::NoEffect => OperationSight::Completed,
            Self::Fails | Self::FailsApplied => OperationSight::Failed(Refusal {
                reason: Reason::OperationFailed,
                what: "refused by the account".to_owned(),
            }),
            Self::Unknown | Self::UnknownApplied | Self::Lost | Self::LostApplied => OperationSight::Unknown,
            Self::Hangs => OperationSight::Running,
        }
    }
}
