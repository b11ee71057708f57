//! Whether a Contact Center agent is signed in and at work (section 8.4 of the API facts, rule B9).

use serde::{Deserialize, Serialize};

use super::{Account, Failure};

/// What an agent does now, as the Agent Status API counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum AgentStatus {
    /// Has never been signed in.
    Unknown = 0,
    /// Is not signed in.
    #[default]
    LoggedOut = 1,
    /// Is signing in.
    LoggedIn = 2,
    /// Has a break.
    OnBreak = 3,
    /// Is available.
    WaitTransact = 4,
    /// Works on something else.
    WorkOffline = 5,
    /// Is offered an interaction.
    TransactOffered = 6,
    /// Has an interaction.
    ProcessTransact = 7,
    /// Writes down what came of one.
    PostProcess = 8,
    /// Is busy.
    Busy = 9,
    /// Has a direct call.
    DirectCall = 10,
    /// Writes an e-mail.
    OnEmail = 11,
}

/// All of them, by number.
const ALL: [AgentStatus; 12] = [
    AgentStatus::Unknown,
    AgentStatus::LoggedOut,
    AgentStatus::LoggedIn,
    AgentStatus::OnBreak,
    AgentStatus::WaitTransact,
    AgentStatus::WorkOffline,
    AgentStatus::TransactOffered,
    AgentStatus::ProcessTransact,
    AgentStatus::PostProcess,
    AgentStatus::Busy,
    AgentStatus::DirectCall,
    AgentStatus::OnEmail,
];

/// Why the agent is on a break or works on something else: an item of a list of the agent group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct StatusCode {
    /// Id of the list; -1 where the agent signed out by itself.
    #[serde(rename = "status-code-list-id", skip_serializing_if = "Option::is_none")]
    pub list_id: Option<i64>,
    /// Id of the item.
    #[serde(rename = "status-code-item-id", skip_serializing_if = "Option::is_none")]
    pub item_id: Option<i64>,
    /// Short text of the item.
    #[serde(
        rename = "status-code-item-short-code",
        skip_serializing_if = "Option::is_none"
    )]
    pub short_code: Option<String>,
}

impl From<AgentStatus> for u8 {
    fn from(status: AgentStatus) -> Self {
        status as Self
    }
}

impl TryFrom<u8> for AgentStatus {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        let status = ALL.get(usize::from(number));
        status
            .copied()
            .ok_or_else(|| format!("{number} is not a status of an agent, which are 0 to 11"))
    }
}

impl AgentStatus {
    /// Whether the API can set it at all.
    pub fn can_be_set(self) -> bool {
        matches!(self, Self::LoggedOut) || self.is_idle()
    }

    /// Whether an interaction is open: the agent cannot be signed out before it has ended (rule B9).
    pub fn is_busy(self) -> bool {
        self as u8 >= Self::TransactOffered as u8
    }

    /// Whether the agent is signed in, at work or not.
    pub fn is_signed_in(self) -> bool {
        !matches!(self, Self::Unknown | Self::LoggedOut)
    }

    /// Break, available and offline change freely among each other.
    fn is_idle(self) -> bool {
        matches!(self, Self::OnBreak | Self::WaitTransact | Self::WorkOffline)
    }

    /// Whether the API leads from here to there. Signing out has no way back.
    pub fn may_become(self, wanted: Self) -> bool {
        wanted.can_be_set() && (self.is_idle() || self == wanted)
    }
}

impl Account {
    /// Makes an agent do something else, as its own work does: no rule is asked.
    ///
    /// # Errors
    /// There is no such agent.
    pub fn set_agent_status(&mut self, agent_id: &str, status: AgentStatus) -> Result<(), Failure> {
        let agent = self.contact_center.agent_mut(agent_id)?;
        agent.status = status;
        agent.status_code = StatusCode::default();
        Ok(())
    }

    /// The open interaction of an agent ends, and the agent is available; nothing where none is open.
    ///
    /// # Errors
    /// There is no such agent.
    pub fn end_interaction(&mut self, agent_id: &str) -> Result<(), Failure> {
        let agent = self.contact_center.agent_mut(agent_id)?;
        if agent.status.is_busy() {
            agent.status = AgentStatus::WaitTransact;
            agent.status_code = StatusCode::default();
        }
        Ok(())
    }

    /// Sets the status of an agent as the API does.
    ///
    /// # Errors
    /// 404 where there is no such agent, 400 where its status does not lead to the wanted one.
    pub(crate) fn change_agent_status(
        &mut self,
        agent_id: &str,
        wanted: AgentStatus,
        code: StatusCode,
    ) -> Result<(), Failure> {
        let agent = self.contact_center.agent_mut(agent_id)?;
        if !agent.status.may_become(wanted) {
            let (from, to) = (u8::from(agent.status), u8::from(wanted));
            return Err(Failure::bad_request(format!(
                "the status of agent {agent_id} is {from}, from which {to} cannot be set"
            )));
        }
        agent.status = wanted;
        agent.status_code = code;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_status_and_back() {
        for number in 0..=11_u8 {
            assert_eq!(u8::from(AgentStatus::try_from(number).unwrap()), number);
        }
        assert!(AgentStatus::try_from(12).is_err());
    }

    #[test]
    fn only_the_documented_ways_lead_from_one_status_to_another() {
        for from in ALL {
            for to in ALL {
                let (f, t) = (u8::from(from), u8::from(to));
                let documented = (3..=5).contains(&f) && [1, 3, 4, 5].contains(&t);
                assert_eq!(from.may_become(to), documented || (f, t) == (1, 1), "{f} to {t}");
            }
        }
    }
}
