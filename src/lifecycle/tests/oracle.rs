//! What must never happen, said a second time and in other words than the rules: every plan of every test is held
//! against it.

use crate::api::queue_assignment::QueueType;
use crate::api::removals::RequiredConfirmation;
use crate::api::tenant::{ContactCenterMode, Mode};
use crate::api::user::{Confirmation, DeletionPolicy, UserState};
use crate::api::user_status::{SetStatus, StepName, StepState, StepStatus};
use crate::lifecycle::proof::LicenseScope;
use crate::lifecycle::{
    Action, Claim, ConnectorSight, ConnectorTrouble, DependantKind, GroupMember, Next, NumberSight, Plan,
    Profile, ProfileSight, ProfileStatus, Situation, Standing,
};

use super::account::Write;
use crate::lifecycle::change::Change;

mod licenses;
mod limit;

use licenses::{in_one_write, licenses, reactivated};

/// Panics where the plan breaks an invariant.
pub fn check(s: &Situation<'_>, plan: &Plan) {
    let Next::Act(action) = &plan.next else {
        explained(plan);
        return;
    };
    let Some(write) = Write::of(action) else { return };
    assert!(
        s.user_updates || !by_update(&write),
        "an update where none is offered"
    );
    if write.gives() {
        allowed(s);
        gives(s, &write);
        return;
    }
    invariant_3(s, &write);
    invariant_4(s, &write);
    invariant_5(s, &write);
    invariant_6(s, &write);
    invariant_7(s, plan, &write);
    allowed(s);
    side_roads(s, plan, &write);
    match action {
        Action::Delete(_) => invariant_1(s),
        Action::Activate(_) => invariant_9(s),
        Action::RemoveLicenses(proof) => licenses(s, proof.scope()),
        Action::RemoveAccess { licenses, .. } => in_one_write(s, licenses.scope()),
        Action::Reactivate(_) => reactivated(s),
        Action::LogOutAgent(proof) => logged_out(s, proof.agent_id()),
        Action::Connector(_) => by_connector(s),
        Action::Claim { .. } | Action::Deactivate(_) | Action::LeaveRingGroup { .. } => {}
        Action::Create(_) | Action::Change(_) | Action::JoinRingGroup(_) => {}
    }
    in_order(s, &write);
}

fn by_update(write: &Write) -> bool {
    matches!(
        write,
        Write::Deactivate(_)
            | Write::Activate(_)
            | Write::Licenses(..)
            | Write::RemoveAccess(_)
            | Write::Reactivate(_)
            | Write::Change(..)
    )
}

/// The connector is asked only where the Tenant names one, about the declared agent, of a profile without access.
fn by_connector(s: &Situation<'_>) {
    assert!(s.tenant.contact_center.connector.is_some());
    assert!(
        s.user
            .contact_center
            .as_ref()
            .is_some_and(|known| known.agent_id.is_some())
    );
    let Some(Ok(sight)) = &s.seen.connector else {
        panic!("asked unseen")
    };
    assert_ne!(
        sight.email.as_deref(),
        Some("joe@acme.com"),
        "somebody else's agent"
    );
    assert_eq!(seen(s).unwrap().status, ProfileStatus::Inactive);
}

/// A write that gives: only to the one profile of an active User, and only what is declared or was taken.
fn gives(s: &Situation<'_>, write: &Write) {
    assert_eq!(s.user.state, UserState::Active, "given to somebody who goes");
    assert!(s.deletion.is_none(), "an object that goes gives something");
    assert!(s.memory.finished.is_none(), "given to a tombstone");
    if let Write::Create(name) = write {
        let nobody = matches!(s.seen.profile, ProfileSight::NoneByName { similar: false });
        assert!(nobody, "created although somebody has the name");
        assert_eq!(*name, s.user.user_name);
        let known = s.memory.user_id.is_some() || s.user.user_id.is_some();
        assert!(!known, "a profile that is gone created again");
        return;
    }
    let profile = seen(s).expect("a write without a GET of this pass");
    assert_eq!(profile.user_id, write.user_id(), "given to somebody else");
    assert_eq!(profile.status, ProfileStatus::Active);
    assert!(
        matches!(s.seen.claim, Some(Claim::Mine { .. })),
        "a write to what another User claims"
    );
    if let Write::Change(_, Change::Rename(name)) = write {
        assert_eq!(*name, s.user.user_name);
        assert_eq!(
            profile.scim_provider, None,
            "renamed what the identity provider owns"
        );
        assert_eq!(
            s.memory.user_name.as_ref(),
            Some(&profile.user_name),
            "renamed back what somebody else had renamed"
        );
    }
}

/// What does not go on says why.
fn explained(plan: &Plan) {
    let stuck = matches!(plan.standing, Standing::Blocked | Standing::Stalled);
    assert!(
        !stuck || !plan.status.blockers.is_empty(),
        "stuck without a reason: {plan:?}"
    );
    let nameless = plan
        .status
        .blockers
        .iter()
        .any(|b| b.what.is_empty() || b.to_do.is_empty());
    assert!(!nameless, "a blocker that nobody understands: {plan:?}");
}

/// The profile of this pass' GET.
pub fn seen<'a>(s: &Situation<'a>) -> Option<&'a Profile> {
    match &s.seen.profile {
        ProfileSight::Seen(profile) => Some(profile),
        _ => None,
    }
}

/// Whether a list names the profile, whatever its capitals.
fn listed(profile: &Profile, list: &[String]) -> bool {
    let email = profile.primary_email.clone().unwrap_or_default();
    list.iter().any(|name| {
        let name = name.to_lowercase();
        name == profile.user_name.to_lowercase() || name == email.to_lowercase()
    })
}

/// Whether the User is one for whom Contact Center must be clear.
pub fn contact_center(s: &Situation<'_>, profile: &Profile) -> bool {
    let declared = |kind: &DependantKind| matches!(kind, DependantKind::Queue(QueueType::ContactCenter, _));
    s.memory.contact_center_user
        || s.user
            .contact_center
            .as_ref()
            .is_some_and(|identity| identity.agent_id.is_some())
        || profile.licenses.iter().any(|license| license.contact_center)
        || profile
            .extensions
            .iter()
            .any(|extension| extension.contact_center)
        || listed(profile, &s.tenant.contact_center.administrators)
        || s.dependants.iter().any(|dependant| declared(&dependant.kind))
}

/// Whether the connector said in this pass that there is none, or said so before the agent went with its license.
fn asserted(s: &Situation<'_>, name: StepName, has: impl Fn(&ConnectorSight) -> bool) -> bool {
    let before = |step: &StepStatus| step.name == name && step.message.is_some();
    match &s.seen.connector {
        Some(Ok(sight)) => !has(sight),
        Some(Err(ConnectorTrouble::AgentUnknown)) => s.memory.steps.iter().any(before),
        _ => false,
    }
}

fn porting(profile: &Profile) -> bool {
    profile
        .extensions
        .iter()
        .any(|extension| extension.numbers.iter().any(|number| number.porting))
}

/// Rule B9: only an agent that was seen idle in this pass is logged out.
fn logged_out(s: &Situation<'_>, agent: &str) {
    assert_eq!(
        s.seen.agent_status.get(agent),
        Some(&crate::lifecycle::AgentSight::Idle)
    );
}

fn invariant_1(s: &Situation<'_>) {
    let profile = seen(s).expect("DELETE without a GET of this pass");
    assert!(profile.licenses.is_empty(), "DELETE with a license");
    assert!(profile.extensions.is_empty(), "DELETE with an extension");
    assert!(profile.ring_groups.is_empty(), "DELETE with a ring group");
    assert!(profile.call_queues.is_empty(), "DELETE with a call queue");
    assert_eq!(
        profile.status,
        ProfileStatus::Inactive,
        "DELETE of a profile that is not INACTIVE"
    );
    let confirmed = |what| confirmed(s, what);
    if contact_center(s, profile) {
        assert_eq!(
            s.tenant.contact_center.mode,
            ContactCenterMode::Managed,
            "DELETE without Contact Center"
        );
        assert!(
            s.seen.queues.as_ref().is_some_and(Vec::is_empty),
            "DELETE with Contact Center queues"
        );
        if let (Some(_), Some(Ok(sight))) = (&s.tenant.contact_center.connector, &s.seen.connector) {
            assert_eq!(
                sight.queues, [""; 0],
                "DELETE with a queue that the connector shows"
            );
        }
        assert!(
            confirmed(Confirmation::ContactCenterSupervisorRemoved)
                || asserted(s, StepName::ContactCenterSupervisor, |sight| sight.supervisor),
            "DELETE of a supervisor"
        );
    }
    if listed(profile, &s.tenant.contact_center.administrators) {
        assert!(
            confirmed(Confirmation::ContactCenterAdminRemoved)
                || asserted(s, StepName::ContactCenterAdmin, |sight| sight.administrator),
            "DELETE of a Contact Center admin"
        );
    }
    let held = s.memory.held.iter().flat_map(|held| &held.phone_numbers);
    for number in held {
        let numbers = s
            .seen
            .numbers
            .as_ref()
            .expect("DELETE without a look at the numbers");
        let of_others = s
            .seen
            .numbers_of_others
            .iter()
            .flatten()
            .any(|other| other == number);
        let free = matches!(numbers.get(number), None | Some(NumberSight::Available));
        assert!(free || of_others, "DELETE with a number that is not free");
        assert_ne!(
            numbers.get(number),
            Some(&NumberSight::Porting),
            "DELETE with an open port"
        );
    }
}

/// The one part of invariant 3 that lives here: a write follows a GET of that profile, or of that group, in its pass.
fn invariant_3(s: &Situation<'_>, write: &Write) {
    let profile = seen(s).expect("a write without a GET of this pass");
    assert_eq!(
        profile.user_id,
        write.user_id(),
        "a write to another profile than the one that was read"
    );
    if let Write::Leave(_, group) = write {
        assert!(
            matches!(s.seen.groups.get(group), Some(Some(_))),
            "a group written without a GET"
        );
    }
}

fn invariant_4(s: &Situation<'_>, write: &Write) {
    if matches!(write, Write::Activate(_)) {
        return;
    }
    let profile = seen(s).unwrap();
    let administrators = &s.tenant.administrators;
    assert!(
        !listed(profile, std::slice::from_ref(&administrators.primary)),
        "removal of the primary admin"
    );
    assert!(
        !listed(profile, &administrators.secondary),
        "removal of an administrator"
    );
    assert!(
        !listed(profile, &s.tenant.removals.protected_users),
        "removal of a protected user"
    );
    assert!(!s.user.offboarding.legal_hold, "removal under legal hold");
    assert!(!s.protected, "removal of somebody whom a label protects");
    limit::counted(s, write);
}

fn invariant_5(s: &Situation<'_>, write: &Write) {
    let profile = seen(s).unwrap();
    // Who stays may be about to be renamed: then it is the name that Onhook saw with this User.
    let renamed = !removal(s) && s.memory.user_name.as_ref() == Some(&profile.user_name);
    assert!(
        profile.user_name == s.user.user_name || renamed,
        "a write to somebody of another name"
    );
    assert!(
        !matches!(s.seen.claim, None | Some(Claim::Other(_))),
        "a write to what another User claims"
    );
    if let Some(pinned) = &s.user.user_id {
        assert_eq!(
            *pinned, profile.user_id,
            "a write to another profile than the one that the spec pins"
        );
    } else if matches!(
        write,
        Write::Licenses(..) | Write::RemoveAccess(_) | Write::Reactivate(_) | Write::Delete(_)
    ) {
        assert_eq!(
            s.seen.claim,
            Some(Claim::Mine { pins: true }),
            "a removal without a pinned identity"
        );
    }
}

/// Every removal goes back to a state, to a deletion whose policy says so, or to a dependant's.
fn invariant_6(s: &Situation<'_>, write: &Write) {
    assert!(s.memory.finished.is_none(), "a write for a tombstone");
    let removed = s.dependants.iter().any(|dependant| dependant.remove);
    let Some(deletion) = s.deletion else {
        let asked = match write {
            Write::Activate(_) => s.user.state == UserState::Active,
            Write::Create(_) | Write::Change(..) | Write::Join(..) => false,
            Write::Deactivate(_) => s.user.state != UserState::Active,
            Write::LogOut(..)
            | Write::Connector(..)
            | Write::Delete(_)
            | Write::Licenses(_, None)
            | Write::RemoveAccess(_)
            | Write::Reactivate(_) => s.user.state == UserState::Deleted,
            Write::Leave(..) | Write::Licenses(_, Some(_)) => {
                let stays = s.seen.assignments_going == Some(false);
                s.user.state == UserState::Deleted || (s.user.state == UserState::Active && removed && stays)
            }
        };
        assert!(asked, "nobody asked for {write:?}");
        return;
    };
    assert!(
        !matches!(write, Write::Activate(_)),
        "an object that goes gives access"
    );
    let policy = s
        .user
        .deletion_policy
        .unwrap_or(s.tenant.defaults.deletion_policy);
    assert_ne!(policy, DeletionPolicy::Orphan, "a write under Orphan");
    if s.user.state != UserState::Deleted {
        assert_eq!(
            s.seen.carrier_going,
            Some(false),
            "a write while the carrier goes"
        );
        let deactivates = matches!(write, Write::Deactivate(_));
        assert!(
            policy == DeletionPolicy::Delete || deactivates,
            "{write:?} under Deactivate"
        );
        let delay = s.tenant.removals.deletion_delay.as_duration();
        assert!(
            s.now >= deletion.at.checked_add(delay).unwrap(),
            "a write before deletionDelay"
        );
    }
}

fn invariant_7(s: &Situation<'_>, plan: &Plan, write: &Write) {
    assert!(plan.status.intent.is_none(), "a write while another one is open");
    let Some(open) = &s.memory.intent else { return };
    if matches!(write, Write::Delete(_)) && open.step == StepName::Delete {
        let asked = s.retry_intent == Some(open.id.as_str());
        assert!(asked, "a DELETE sent again although nobody said so");
    }
}

fn invariant_9(s: &Situation<'_>) {
    assert_eq!(s.user.state, UserState::Active, "ACTIVE without the state");
    let taken = |step: &crate::api::user_status::StepStatus| {
        step.name == StepName::Deactivate && (step.state == StepState::Done || step.operation_id.is_some())
    };
    let sent = (s.memory.intent.as_ref()).is_some_and(|intent| {
        intent.step == StepName::Deactivate || intent.sets_status == Some(SetStatus::Inactive)
    });
    assert!(
        sent || s.memory.steps.iter().any(taken),
        "ACTIVE for what no state had deactivated"
    );
}

/// Nothing is written where the Tenant does not let Onhook, or before it is due.
fn allowed(s: &Situation<'_>) {
    assert_eq!(s.tenant.mode, Mode::Enforce, "a write in mode Observe");
    assert!(!s.tenant.suspend && !s.suspended, "a write while suspended");
    let removing = s.user.state != UserState::Active || s.deletion.is_some();
    assert!(
        !removing || s.user.effective_at.is_none_or(|time| time <= s.now),
        "a write before effectiveAt"
    );
}

fn confirmed(s: &Situation<'_>, confirmation: Confirmation) -> bool {
    s.user.offboarding.confirmations.contains(&confirmation)
}

/// Whether the profile is to be removed, or only what a dependant stood for.
fn removal(s: &Situation<'_>) -> bool {
    s.deletion.is_some() || s.user.state != UserState::Active
}

/// What the side roads ask for before a write: the identity provider, confirmations, those who depend on the leaver, and
/// that what is lost was said before.
fn side_roads(s: &Situation<'_>, plan: &Plan, write: &Write) {
    let Some(profile) = seen(s) else { return };
    let required = |what| s.tenant.removals.required_confirmations.contains(&what);
    let later = matches!(write, Write::Leave(..) | Write::Licenses(..) | Write::Delete(_));
    if removal(s) && later {
        let owned = profile.scim_provider.is_some();
        let let_go = confirmed(s, Confirmation::IdentityProviderUnassigned);
        assert!(!owned || let_go, "{write:?} while the provider owns the profile");
        assert!(
            !plan.status.losses.is_empty(),
            "{write:?} without a word of what is lost"
        );
    }
    let whole = s.user.state == UserState::Deleted && matches!(write, Write::Deactivate(_));
    if whole && !profile.extensions.is_empty() && required(RequiredConfirmation::ExtensionReset) {
        let reset = confirmed(s, Confirmation::ExtensionReset);
        assert!(reset, "INACTIVE before the extension was reset");
    }
    match write {
        Write::Leave(_, group) => last_member(s, profile, group),
        Write::Licenses(..) => before_licenses(s, profile, &required),
        _ => {}
    }
}

fn last_member(s: &Situation<'_>, profile: &Profile, group: &str) {
    let members = s.seen.groups[group].iter().flat_map(|group| &group.members);
    let own = |id: &String| profile.extensions.iter().any(|extension| extension.id == *id);
    let other = |member: &GroupMember| match (&member.user_id, &member.extension_id) {
        (Some(id), _) => *id != profile.user_id,
        (None, Some(extension)) => !own(extension),
        (None, None) => true,
    };
    let stays = members.clone().any(other);
    let may = confirmed(s, Confirmation::RingGroupMayBeEmpty);
    assert!(stays || may, "the last member left {group}");
}

fn before_licenses(s: &Situation<'_>, profile: &Profile, required: &dyn Fn(RequiredConfirmation) -> bool) {
    let exported = confirmed(s, Confirmation::VoicemailExported);
    let asked = required(RequiredConfirmation::VoicemailExported);
    assert!(!asked || exported, "a license removed with voicemail");
    let mut devices = profile.extensions.iter().flat_map(|extension| &extension.devices);
    let asked =
        required(RequiredConfirmation::EmergencyDevicesRemoved) && devices.any(|device| device.active);
    let labelled = confirmed(s, Confirmation::EmergencyDevicesRemoved);
    assert!(!asked || labelled, "a license removed with a phone in use");
    let known = s.seen.references.as_ref().or(s.seen.inventory.as_ref());
    let known = known.expect("a license removed without a look at what leads to it");
    let empty_queue = known.only_member_of.is_empty() || confirmed(s, Confirmation::CallQueueMayBeEmpty);
    assert!(
        empty_queue,
        "a license removed from the last member of a call queue"
    );
    let points = known.ring_groups.len() + known.sites.len() + known.users > 0;
    let accepted = confirmed(s, Confirmation::ReferencesAccepted);
    assert!(!points || accepted, "a license removed that others point at");
    assert_eq!(known.ports, 0, "a license removed while a listed port is open");
}

/// In a removal everything but the deactivation comes after it.
fn in_order(s: &Situation<'_>, write: &Write) {
    let removal = s.deletion.is_some() || s.user.state == UserState::Deleted;
    let later = matches!(write, Write::Leave(..) | Write::Licenses(..) | Write::Delete(_));
    if removal && later {
        assert_eq!(
            seen(s).unwrap().status,
            ProfileStatus::Inactive,
            "{write:?} before INACTIVE"
        );
    }
}
