//! Users with exactly the traits that a test wants.

use jiff::Timestamp;
use serde_json::json;

use super::{Account, Belongings, CcAgent, Failure, Profile, services::did_license};
use crate::eightbyeight::wire::{
    AssignmentInfo, BasicInfo, Device, DirectoryInfo, Extension, ExtensionPhoneNumber, ExtensionType,
    License, NamedRef, ServiceInfo, SiteRef, User, UserStatus,
};

/// A user to add. What is left out, the user does not have; names and e-mail follow from the userName.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Login name.
    pub user_name: String,
    /// First name; `Test` without one.
    pub first_name: Option<String>,
    /// Last name; `Person` without one.
    pub last_name: Option<String>,
    /// Name of the site; the first one without it.
    pub site: Option<String>,
    /// Whether the user is `INACTIVE`.
    pub inactive: bool,
    /// Name of the calling license, such as `X2-US`; with it comes an extension.
    pub license: Option<String>,
    /// Names of more licenses.
    pub more_licenses: Vec<String>,
    /// Extension number; the next free one without it.
    pub extension: Option<String>,
    /// Phone number in E.164; with it comes a DID license (rule F7). Added to the account where it is not
    /// there.
    pub number: Option<String>,
    /// Status of a device, such as `ACTIVE`.
    pub device: Option<String>,
    /// Names or ids of ring groups; made where they are missing.
    pub ring_groups: Vec<String>,
    /// Names or ids of call queues; made where they are missing.
    pub call_queues: Vec<String>,
    /// What makes the user a Contact Center agent.
    pub cc: Option<NewAgent>,
    /// Identity provider that owns the profile (section L of the domain rules).
    pub scim_provider: Option<String>,
    /// Department.
    pub department: Option<String>,
}

/// What makes a user a Contact Center agent.
#[derive(Clone, Debug, Default)]
pub struct NewAgent {
    /// Name of the Contact Center license, such as `X6-US`.
    pub license: String,
    /// Names of the queues; made where they are missing.
    pub queues: Vec<String>,
    /// Whether the agent is a supervisor.
    pub supervisor: bool,
    /// Names of the supervised queues; made where they are missing.
    pub supervised_queues: Vec<String>,
    /// Whether the user is a Contact Center administrator.
    pub admin: bool,
}

impl Account {
    /// Adds a user and gives its `userId`.
    pub fn add_user(&mut self, new: NewUser) -> String {
        let user_id = self.next_id("user");
        let user = User {
            basic_info: self.basic_info(&new, &user_id),
            directory_info: Some(directory_info(&new)),
            service_info: Some(self.service_info(&new, &user_id)),
            assignment_info: Some(AssignmentInfo {
                profile_policy: Some(NamedRef {
                    name: Some("Standard".to_owned()),
                    ..NamedRef::default()
                }),
                ..AssignmentInfo::default()
            }),
            ..User::default()
        };
        let licensed = u32::from(new.license.is_some());
        let belongings = Belongings {
            voicemails: 3 * licensed,
            greetings: licensed,
            call_history: 25 * licensed,
            faxes: licensed,
            messages: 12,
            meetings: 4,
            recordings: 5 * licensed,
        };
        let sessions = if new.inactive { 0 } else { 2 };
        self.users.insert(
            user_id.clone(),
            Profile {
                user,
                sessions,
                belongings,
            },
        );
        if let Some(agent) = &new.cc {
            self.add_agent(&user_id, agent);
        }
        // Groups are made first, so that joining them can only fail for a user without an extension.
        let _ = self.join_by_name(&user_id, &new);
        user_id
    }

    fn join_by_name(&mut self, user_id: &str, new: &NewUser) -> Result<(), Failure> {
        for name in &new.ring_groups {
            let group = self.ring_group_named(name);
            self.join_ring_group(&group, user_id)?;
        }
        for name in &new.call_queues {
            let queue = self.call_queue_named(name);
            self.join_call_queue(&queue, user_id, "PRIMARY")?;
        }
        Ok(())
    }

    fn basic_info(&self, new: &NewUser, user_id: &str) -> BasicInfo {
        let first = self.sites.first().and_then(|site| site.name.clone());
        let site = SiteRef {
            name: new.site.clone().or(first),
            ..SiteRef::default()
        };
        // Accounts made from one seed are the same, so the profiles are of one moment.
        let created = Timestamp::constant(1_735_693_323, 0);
        BasicInfo {
            user_id: Some(user_id.to_owned()),
            customer_id: Some(self.customer_id.clone()),
            created_time: Some(created),
            last_updated_time: Some(created),
            scim_provider: new.scim_provider.clone(),
            user_name: new.user_name.clone(),
            first_name: Some(new.first_name.clone().unwrap_or_else(|| "Test".to_owned())),
            last_name: Some(new.last_name.clone().unwrap_or_else(|| "Person".to_owned())),
            status: Some(if new.inactive {
                UserStatus::Inactive
            } else {
                UserStatus::Active
            }),
            locale: Some("en-US".to_owned()),
            timezone: Some("America/New_York".to_owned()),
            primary_email: Some(email_of(&new.user_name)),
            site: Some(self.site_ref(&site)),
            // A field that no version of the client knows: a PUT must bring it back.
            extra: json!({"futureField": {"kept": true}})
                .as_object()
                .cloned()
                .unwrap_or_default(),
            ..BasicInfo::default()
        }
    }

    fn service_info(&mut self, new: &NewUser, user_id: &str) -> ServiceInfo {
        let mut service = ServiceInfo::default();
        if let Some(name) = &new.license {
            let license = self.license_named(name);
            let extension = self.extension(new, user_id, license.id.clone());
            service.licenses.push(license);
            service.extensions.push(extension);
        }
        for name in &new.more_licenses {
            service.licenses.push(self.license_named(name));
        }
        if let Some(number) = new.number.as_ref().filter(|_| new.license.is_some()) {
            service.licenses.push(did_license(&self.customer_id, number));
        }
        service
    }

    fn extension(&mut self, new: &NewUser, user_id: &str, license_id: Option<String>) -> Extension {
        let number = new
            .extension
            .clone()
            .unwrap_or_else(|| self.next_extension_number());
        if let Some(phone) = &new.number {
            self.add_number(phone);
            // A number that somebody else holds already: the test wants it so.
            let _ = self.claim_number(phone, user_id);
        }
        let phone_numbers = new.number.iter().map(|phone| ExtensionPhoneNumber {
            country: Some("US".to_owned()),
            origin: Some("CLAIMED".to_owned()),
            phone_number: Some(phone.clone()),
            primary: Some(true),
            ..ExtensionPhoneNumber::default()
        });
        let extra = json!({"callWaitingEnabled": true, "maxConcurrentCalls": 2, "recordingMode": "OFF",
            "voicemailEmail": email_of(&new.user_name)});
        Extension {
            id: Some(self.next_id("extension")),
            dedicated_agent: Some(false),
            devices: new.device.iter().map(|status| self.device(status)).collect(),
            display_in_directory: Some(true),
            fq_extension_number: Some(format!("11{number}")),
            extension_number: Some(number),
            extension_type: Some(ExtensionType::Uc),
            license_id,
            phone_numbers: phone_numbers.collect(),
            primary_phone_number: new.number.clone(),
            extra: extra.as_object().cloned().unwrap_or_default(),
        }
    }

    fn device(&mut self, status: &str) -> Device {
        let id = self.next_id("device");
        let mac = crate::simulator::ids::uuid(self.seed, &id, 0).replace('-', "");
        Device {
            id: Some(id),
            model: Some("Poly VVX 450".to_owned()),
            mac_address: Some(format!("02{}", &mac[..10])),
            status: Some(status.to_owned()),
            extra: json!({"lines": 1, "port": 0})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        }
    }

    fn license_named(&mut self, name: &str) -> License {
        let country = name
            .rsplit('-')
            .next()
            .filter(|country| country.len() == 2)
            .unwrap_or("US");
        License {
            id: Some(self.next_id("license")),
            name: Some(name.to_owned()),
            country: Some(country.to_owned()),
            ..License::default()
        }
    }

    fn next_extension_number(&mut self) -> String {
        // Apart from the numbers that a seed gives its users.
        self.given += 1;
        format!("9{:05}", self.given)
    }

    /// Makes a user an agent: license and extension of Contact Center, queues and rights.
    fn add_agent(&mut self, user_id: &str, new: &NewAgent) {
        let queue = |center: &mut super::ContactCenter, name: &String| center.queue_named(name);
        let queues: Vec<_> = new
            .queues
            .iter()
            .map(|name| queue(&mut self.contact_center, name))
            .collect();
        let supervised = new
            .supervised_queues
            .iter()
            .map(|name| queue(&mut self.contact_center, name))
            .collect();
        let license = self.license_named(&new.license);
        let number = self.next_extension_number();
        let extension = Extension {
            id: Some(self.next_id("extension")),
            dedicated_agent: Some(true),
            display_in_directory: Some(true),
            fq_extension_number: Some(format!("11{number}")),
            extension_number: Some(number),
            extension_type: Some(ExtensionType::Cc),
            license_id: license.id.clone(),
            ..Extension::default()
        };
        let id = format!(
            "ag{}",
            1001 + self.contact_center.agents.len() + self.tombstones.len()
        );
        let Some(profile) = self.users.get_mut(user_id) else {
            return;
        };
        let service = profile.user.service_info.get_or_insert_default();
        service.licenses.push(license);
        service.extensions.push(extension);
        let basic = &profile.user.basic_info;
        let name = [&basic.first_name, &basic.last_name]
            .map(|part| part.clone().unwrap_or_default())
            .join(" ");
        if new.admin {
            self.contact_center.administrators.insert(user_id.to_owned());
        }
        let agent = CcAgent {
            id: id.clone(),
            name,
            user_id: user_id.to_owned(),
            group_id: "131".to_owned(),
            group_name: "Agents".to_owned(),
            queues: queues
                .into_iter()
                .map(|queue| (queue, super::Assignment { enabled: true }))
                .collect(),
            supervisor: new.supervisor,
            supervised_queues: supervised,
            status: super::AgentStatus::default(),
            status_code: super::StatusCode::default(),
        };
        self.contact_center.agents.insert(id, agent);
    }
}

impl Account {
    /// Id of the ring group of this name or id, which is made if it is missing.
    pub fn ring_group_named(&mut self, name: &str) -> String {
        if self.ring_groups.contains_key(name) {
            return name.to_owned();
        }
        if let Some(group) = self.ring_groups.values().find(|group| group.name == name) {
            return group.id.clone();
        }
        let id = self.next_id("ring-group");
        let number = format!("{}", 700_000 + self.ring_groups.len());
        let site = self.sites.first();
        let details = json!({
            "customerId": self.customer_id, "ringTimeout": 20, "inboundCallerIdFormat": "RGNAME_CALLERNUMBER",
            "allowLogInLogOut": true, "callerIdEnabled": true, "numberOfCycles": 1,
            "site": {
                "id": site.map(|site| &site.id), "name": site.map(|site| &site.name), "pbxName": "acme01",
            },
        });
        let group = crate::eightbyeight::wire::RingGroup {
            id: id.clone(),
            name: name.to_owned(),
            extension_number: Some(number),
            ring_pattern: Some("SEQUENTIAL".to_owned()),
            members: Vec::new(),
            extra: details.as_object().cloned().unwrap_or_default(),
        };
        self.ring_groups.insert(id.clone(), group);
        id
    }

    /// Id of the call queue of this name or id, which is made if it is missing.
    pub fn call_queue_named(&mut self, name: &str) -> String {
        if self.call_queues.contains_key(name) {
            return name.to_owned();
        }
        if let Some(queue) = self.call_queues.values().find(|queue| queue.name == name) {
            return queue.id.clone();
        }
        let id = self.next_id("call-queue");
        let queue = super::CallQueue {
            id: id.clone(),
            name: name.to_owned(),
            ..Default::default()
        };
        self.call_queues.insert(id.clone(), queue);
        id
    }
}

fn email_of(user_name: &str) -> String {
    if user_name.contains('@') {
        user_name.to_owned()
    } else {
        format!("{user_name}@acme.example")
    }
}

fn directory_info(new: &NewUser) -> DirectoryInfo {
    DirectoryInfo {
        department: Some(new.department.clone().unwrap_or_else(|| "Sales".to_owned())),
        directory_scope: Some("PBX".to_owned()),
        display_in_directory: Some(true),
        job_title: Some("Associate".to_owned()),
        ..DirectoryInfo::default()
    }
}
