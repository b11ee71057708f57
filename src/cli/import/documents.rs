//! What is written of one person.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::api::license_assignment::LicenseName;
use crate::api::queue_assignment::Queue;
use crate::api::user::{ContactCenterIdentity, ProfileSpec, TenantRef};
use crate::api::{NameRef, QueueType, UserState};
use crate::lifecycle::{Profile, ProfileStatus};

use super::allowed::{self, Field};
use super::names::Held;
use crate::cli::{CliError, output};

const VERSION: &str = "onhook.dev/v1alpha1";

/// Somebody of the account.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person {
    /// Name of the User.
    pub name: String,
    /// The profile.
    pub profile: Profile,
    /// Names of the licenses, without those that come with a number.
    pub licenses: BTreeSet<String>,
    /// The queues.
    pub queues: BTreeSet<(QueueType, String)>,
    /// The agent, where it is known.
    pub agent: Option<String>,
    /// Names of Users whose userName is the same but for upper and lower case.
    pub alike: Vec<String>,
}

/// Where the objects are, and what they refer to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub namespace: Option<String>,
    pub tenant: TenantRef,
}

/// Documents, and what of the person is not in them.
#[derive(Debug)]
pub(super) struct Written {
    pub text: String,
    /// Fields that the custom resources do not accept.
    pub left_out: Vec<&'static str>,
}

/// Names of all that people hold.
#[derive(Default)]
pub(super) struct Names {
    licenses: Held,
    queues: Held,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a, S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: S,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserSpec<'a> {
    tenant_ref: &'a TenantRef,
    user_name: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileSpec>,
    state: UserState,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_center: Option<ContactCenterIdentity>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LicenseSpec {
    user_ref: NameRef,
    license: LicenseName,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueSpec {
    user_ref: NameRef,
    queue: Queue,
}

impl Names {
    /// Of all people of an account, whomever is written.
    pub fn of<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        let mut names = Self::default();
        for person in people {
            for license in &person.licenses {
                names.licenses.note(&person.name, license);
            }
            for (kind, queue) in &person.queues {
                names.queues.note(&person.name, &queue_text(*kind, queue));
            }
        }
        names
    }
}

fn queue_text(kind: QueueType, name: &str) -> String {
    let kind = match kind {
        QueueType::ContactCenter => "contact center",
        QueueType::CallQueue => "call queue",
        QueueType::RingGroup => "ring group",
    };
    format!("{kind} {name}")
}

/// Whether a User can be made of a profile at all: it needs its userName, and the id that pins it.
pub(super) fn can_be_declared(profile: &Profile) -> bool {
    allowed::USER_NAME.accepts(&profile.user_name) && allowed::USER_ID.accepts(&profile.user_id)
}

/// The documents of a person: the User, then what it holds.
pub(super) fn write(person: &Person, place: &Place, names: &Names) -> Result<Written, CliError> {
    let mut left_out = Vec::new();
    let profile = &person.profile;
    let user = UserSpec {
        tenant_ref: &place.tenant,
        user_name: &profile.user_name,
        user_id: &profile.user_id,
        profile: Some(profile_spec(profile, &mut left_out)).filter(|spec| *spec != ProfileSpec::default()),
        state: state(&profile.status),
        contact_center: agent(person, &mut left_out),
    };
    let mut text = comments(person);
    text += &document(place, "User", &person.name, user)?;
    for license in accepted(
        &person.licenses,
        |name| name,
        &allowed::LICENSE,
        "licenses",
        &mut left_out,
    ) {
        let spec = LicenseSpec {
            user_ref: reference(person),
            license: LicenseName {
                name: license.clone(),
            },
        };
        text += "---\n";
        text += &document(
            place,
            "LicenseAssignment",
            &names.licenses.name(&person.name, license),
            spec,
        )?;
    }
    for (kind, queue) in accepted(
        &person.queues,
        |queue| &queue.1,
        &allowed::QUEUE,
        "queues",
        &mut left_out,
    ) {
        let spec = QueueSpec {
            user_ref: reference(person),
            queue: Queue {
                kind: *kind,
                name: queue.clone(),
            },
        };
        let name = names.queues.name(&person.name, &queue_text(*kind, queue));
        text += "---\n";
        text += &document(place, "QueueAssignment", &name, spec)?;
    }
    Ok(Written { text, left_out })
}

fn document(place: &Place, kind: &'static str, name: &str, spec: impl Serialize) -> Result<String, CliError> {
    let mut text = output::yaml(&Document {
        api_version: VERSION,
        kind,
        metadata: Metadata {
            name,
            namespace: place.namespace.as_deref(),
        },
        spec,
    })?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

fn reference(person: &Person) -> NameRef {
    NameRef {
        name: person.name.clone(),
    }
}

/// INACTIVE is the only status that access is gone with; whatever else there is, a User that is declared active
/// changes nothing about it.
fn state(status: &ProfileStatus) -> UserState {
    match status {
        ProfileStatus::Inactive => UserState::Deactivated,
        ProfileStatus::Active | ProfileStatus::Other(_) => UserState::Active,
    }
}

fn comments(person: &Person) -> String {
    let mut text = String::new();
    if let ProfileStatus::Other(status) = &person.profile.status {
        let status: String = status.chars().filter(|c| !c.is_control()).collect();
        text += &format!("# 8x8 shows the status {status}, which is neither ACTIVE nor INACTIVE.\n");
    }
    if !person.alike.is_empty() {
        let others = person.alike.join(", ");
        text += &format!("# The userName is also that of {others}, but for upper and lower case.\n");
    }
    text
}

fn profile_spec(profile: &Profile, left_out: &mut Vec<&'static str>) -> ProfileSpec {
    let mut take = |field: &Field, name: &'static str, value: Option<&String>| {
        let value = value.filter(|value| !value.is_empty())?;
        if !field.accepts(value) {
            left_out.push(name);
            return None;
        }
        Some(value.clone())
    };
    // Which of several extensions a declared number would mean is open, so none is declared.
    let mut extensions = profile.work_extensions();
    let extension = extensions.next().filter(|_| extensions.next().is_none());
    let number = extension.and_then(|extension| extension.number.as_ref());
    ProfileSpec {
        first_name: take(&allowed::FIRST_NAME, "firstName", profile.first_name.as_ref()),
        last_name: take(&allowed::LAST_NAME, "lastName", profile.last_name.as_ref()),
        primary_email: take(&allowed::EMAIL, "primaryEmail", profile.primary_email.as_ref()),
        site: take(&allowed::SITE, "site", profile.site.as_ref()),
        extension: take(&allowed::EXTENSION, "extension", number),
        policy_profile: take(&allowed::POLICY, "policyProfile", profile.policy_profile.as_ref()),
        display_in_directory: None,
    }
}

fn agent(person: &Person, left_out: &mut Vec<&'static str>) -> Option<ContactCenterIdentity> {
    let agent = person.agent.clone()?;
    if !allowed::AGENT_ID.accepts(&agent) {
        left_out.push("agentId");
        return None;
    }
    Some(ContactCenterIdentity {
        agent_id: Some(agent),
    })
}

fn accepted<'a, T>(
    all: &'a BTreeSet<T>,
    name: fn(&T) -> &String,
    field: &Field,
    what: &'static str,
    left_out: &mut Vec<&'static str>,
) -> Vec<&'a T> {
    let (accepted, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| field.accepts(name(one)));
    left_out.extend(others.iter().map(|_| what));
    accepted
}

/// Notes for each person who else has the same userName but for upper and lower case.
pub(super) fn note_alike(people: &mut [Person]) {
    let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
    for person in people.iter() {
        let names = by_name
            .entry(person.profile.user_name.to_lowercase())
            .or_default();
        names.push(person.name.clone());
    }
    for person in people.iter_mut() {
        let names = by_name.get(&person.profile.user_name.to_lowercase());
        let others = names.into_iter().flatten().filter(|name| **name != person.name);
        person.alike = others.cloned().collect();
        person.alike.sort();
    }
}
