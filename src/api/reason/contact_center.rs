//! Contact Center.

pub(super) const TITLE: &str = "Contact Center";

super::entries! {
    ContactCenterQueuesAssigned [User Reconciling] by [AccountAdministrator] rules ["B1", "F11"]:
        "The agent is still assigned to Contact Center queues, which are named. An assignment counts also where it is not Enabled."
        "Configuration Manager → Agents → Edit → Queues: clear Assigned for each. If the agent is not shown there any more, ask 8x8's support to take it out of the queues."
    ContactCenterSupervisorUnconfirmed [User Reconciling] by [AccountAdministrator] rules []:
        "No API shows whether the agent is a supervisor, so a person has to say that it is none."
        "Configuration Manager → Agents → Edit → Supervisor: clear the flag and the queues, then add `ContactCenterSupervisorRemoved` to `spec.offboarding.confirmations`."
    ContactCenterAdminUnconfirmed [User Reconciling] by [AccountAdministrator] rules ["B2"]:
        "The user is in the Tenant's list of Contact Center administrators, who must not be deleted; no API shows the role."
        "Configuration Manager → Security → Roles: take the role away, then add `ContactCenterAdminRemoved` to `spec.offboarding.confirmations`."
    ContactCenterLicenseAssigned [User Reconciling] by [AccountAdministrator] rules []:
        "The user still holds a license or an extension of Contact Center, and no public API of 8x8 takes it off."
        "Admin Console → Users → Edit → Services and permissions: remove the Contact Center license. Onhook sees it."
    ContactCenterUnmanaged [User Reconciling] by [AccountAdministrator] rules []:
        "The user has a sign of Contact Center, and the Tenant says that the account has none (`spec.contactCenter.mode: None`)."
        "Set `spec.contactCenter.mode` of the Tenant to `Managed`, with the credentials of the real-time API."
    ContactCenterAgentUnknown [User Reconciling] by [AccountAdministrator] rules []:
        "The user is in Contact Center, no API leads from a user to an agent, and the Tenant has no Quality Management."
        "Set `spec.contactCenter.agentId` to the Internal Id that Configuration Manager → Agents shows for this person."
    ContactCenterAgentAmbiguous [User Reconciling] by [AccountAdministrator] rules []:
        "No agent in Quality Management, or more than one, has the e-mail address of the profile."
        "Set `spec.contactCenter.agentId` to the Internal Id that Configuration Manager → Agents shows for this person."
    ContactCenterAgentOfAnother [User Reconciling] by [AccountAdministrator] rules ["B1"]:
        "Quality Management or the connector knows the agent as somebody else. Nothing is taken from it."
        "Correct `spec.contactCenter.agentId`; if it is right, correct the e-mail address at Quality Management."
    ContactCenterAgentNotFound [User Reconciling] by [AccountAdministrator] rules ["F11"]:
        "Contact Center lists no agent of this id, so that it is in no queue would say nothing."
        "Set `spec.contactCenter.agentId` to the Internal Id in Configuration Manager → Agents. If the license is gone and the person is not shown there, add `ContactCenterAgentRemoved` to `spec.offboarding.confirmations`."
    QualityManagementUnavailable [User Reconciling] by [PlatformEngineer, AccountAdministrator] rules []:
        "Which agent the user is could not be read from Quality Management."
        "Correct `spec.contactCenter.qualityManagement` of the Tenant, or set `spec.contactCenter.agentId` of the User."
    AgentBusy [User Reconciling] by [] rules ["B9"]:
        "An interaction of the agent is open."
        "Nothing: the agent is logged out when the interaction ends. To end it sooner, take it over in Contact Center."
    AgentLoggingIn [User Reconciling] by [] rules ["B9"]:
        "The agent has logged in to Contact Center and has taken no state yet, from which nobody can log it out."
        "Nothing: the agent is logged out once it is on break, available or working offline. If it stays so, log the person out in Contact Center."
    AgentLogOutRefused [User Reconciling] by [AccountAdministrator] rules ["B9"]:
        "The Agent Status API refused to log the agent out. It is tried again, ever more slowly."
        "Have the person log out, or end their session in Contact Center. For a 403, ask 8x8's support to let the token of `spec.contactCenter.agentStatus` change the status of agents."
    AgentStatusUnavailable [User Reconciling] by [PlatformEngineer] rules []:
        "Whether the agent is logged in could not be read. It is tried again."
        "Check `spec.contactCenter.agentStatus` of the Tenant, and that its Secret has the present token of Configuration Manager → Integration → API Token: a new one ends the old one."
    ConnectorFailing [User Reconciling] by [PlatformEngineer] rules []:
        "The connector that the Tenant names cannot be used. It is tried again."
        "Look at the connector and its log. Doing the step by hand in the Configuration Manager, with its confirmation, works as well."
    ConnectorAgentUnknown [User Reconciling] by [AccountAdministrator] rules []:
        "The connector knows no agent of this id."
        "Check `spec.contactCenter.agentId` against the Internal Id in Configuration Manager → Agents, or do the step by hand there, with its confirmation."
    ConnectorNotEffective [User Reconciling] by [PlatformEngineer] rules []:
        "The connector was asked for a removal, and what it was to take away is still seen. It is asked again, ever more slowly."
        "Look at the log of the connector. Doing the step by hand in the Configuration Manager works as well."
}
