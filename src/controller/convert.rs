//! From the wire to what the rules know.

use std::collections::BTreeMap;

use crate::api::Reason;
use crate::api::queue_assignment::QueueType;
use crate::api::tenant::TenantSpec;
use crate::api::user_status::ObservedQueue;
use crate::eightbyeight::wire::{self, ExtensionType, OperationStatus, PhoneNumberStatus, UserStatus};
use crate::lifecycle::{
    Device, Extension, Group, GroupMember, HeldNumber, License, NumberSight, OperationSight, Profile,
    ProfileStatus, Refusal, pattern,
};

use super::problem::reason_of_fields;

/// A user as a GET, or a row of a list, gave it.
pub(crate) fn profile(user: &wire::User, tenant: &TenantSpec) -> Profile {
    let info = &user.basic_info;
    Profile {
        user_id: user.user_id().to_owned(),
        user_name: info.user_name.clone(),
        first_name: info.first_name.clone(),
        last_name: info.last_name.clone(),
        primary_email: info.primary_email.clone(),
        display_in_directory: (user.directory_info.as_ref()).and_then(|info| info.display_in_directory),
        policy_profile: policy_profile(user),
        // A profile without a status is taken for ACTIVE: it is then looked at as one that still has access.
        status: match &info.status {
            Some(UserStatus::Inactive) => ProfileStatus::Inactive,
            Some(UserStatus::Active) | None => ProfileStatus::Active,
            Some(UserStatus::Other(text)) => ProfileStatus::Other(text.clone()),
        },
        created: info.created_time,
        site: info.site.as_ref().and_then(|site| site.name.clone()),
        scim_provider: info.scim_provider.clone().filter(|provider| !provider.is_empty()),
        licenses: user
            .licenses()
            .iter()
            .map(|license| self::license(license, tenant))
            .collect(),
        extensions: user.extensions().iter().map(extension).collect(),
        ring_groups: user
            .ring_groups()
            .iter()
            .map(|group| queue(QueueType::RingGroup, &group.id, group.name.as_deref()))
            .collect(),
        call_queues: user
            .call_queues()
            .iter()
            .map(|queue| self::queue(QueueType::CallQueue, &queue.id, queue.name.as_deref()))
            .collect(),
    }
}

fn policy_profile(user: &wire::User) -> Option<String> {
    let policy = user.assignment_info.as_ref()?.profile_policy.as_ref()?;
    policy.name.clone()
}

fn license(license: &wire::License, tenant: &TenantSpec) -> License {
    let name = license
        .name
        .clone()
        .or_else(|| license.id.clone())
        .unwrap_or_default();
    License {
        did: pattern::matches_any(&tenant.admin_api.did_licenses, &name),
        contact_center: pattern::matches_any(&tenant.contact_center.licenses, &name),
        name,
    }
}

fn extension(extension: &wire::Extension) -> Extension {
    Extension {
        id: extension.id.clone().unwrap_or_default(),
        number: extension.extension_number.clone(),
        contact_center: extension.extension_type == Some(ExtensionType::Cc)
            || extension.dedicated_agent == Some(true),
        fax: extension.is_fax(),
        numbers: extension.phone_numbers.iter().filter_map(number).collect(),
        devices: extension.devices.iter().map(device).collect(),
    }
}

fn number(number: &wire::ExtensionPhoneNumber) -> Option<HeldNumber> {
    let porting = number
        .porting_number
        .as_ref()
        .is_some_and(|porting| porting.phone_number.is_some());
    number
        .phone_number
        .clone()
        .map(|number| HeldNumber { number, porting })
}

fn device(device: &wire::Device) -> Device {
    Device {
        model: device
            .model
            .clone()
            .unwrap_or_else(|| "unnamed device".to_owned()),
        active: device.status.as_deref() == Some("ACTIVE"),
    }
}

fn queue(kind: QueueType, id: &str, name: Option<&str>) -> ObservedQueue {
    ObservedQueue {
        kind,
        id: id.to_owned(),
        name: name.unwrap_or(id).to_owned(),
    }
}

/// A Contact Center queue.
pub(crate) fn contact_center_queue(queue: &wire::CcQueue) -> ObservedQueue {
    self::queue(
        QueueType::ContactCenter,
        &queue.id,
        Some(queue.name.as_str()).filter(|name| !name.is_empty()),
    )
}

/// A ring group as a GET gave it.
pub(crate) fn group(group: &wire::RingGroup) -> Group {
    let member = |member: &wire::Member| GroupMember {
        user_id: member.user_id.clone(),
        extension_id: member.extension_id.clone(),
    };
    Group {
        members: group.members.iter().map(member).collect(),
    }
}

/// What the account says of numbers.
pub(super) fn numbers(numbers: &[wire::PhoneNumber]) -> BTreeMap<String, NumberSight> {
    let sight = |status: &PhoneNumberStatus| match status {
        PhoneNumberStatus::Available => NumberSight::Available,
        PhoneNumberStatus::Assigned => NumberSight::Assigned,
        PhoneNumberStatus::PrePorting | PhoneNumberStatus::Porting => NumberSight::Porting,
        PhoneNumberStatus::Other(_) => NumberSight::Other,
    };
    numbers
        .iter()
        .map(|number| (number.phone_number.clone(), sight(&number.status)))
        .collect()
}

/// What the account says of an operation. One that it does not know, or does not know the state of, is unknown.
pub(super) fn operation(operation: Option<&wire::Operation>) -> OperationSight {
    match operation.and_then(|operation| operation.status.as_ref()) {
        Some(OperationStatus::Pending | OperationStatus::InProgress) => OperationSight::Running,
        Some(OperationStatus::Completed) => OperationSight::Completed,
        Some(OperationStatus::Failed) => OperationSight::Failed(failed(operation)),
        Some(OperationStatus::Unknown | OperationStatus::Other(_)) | None => OperationSight::Unknown,
    }
}

/// Why an operation failed: codes and fields. Its texts are left out: they may name people.
fn failed(operation: Option<&wire::Operation>) -> Refusal {
    let error = operation.and_then(|operation| operation.error.as_ref());
    let items = error.map_or(&[][..], |error| &error.errors);
    let fields = || items.iter().filter_map(|item| item.field.as_deref());
    let reasons: Vec<_> = items
        .iter()
        .map(|item| {
            let code = item.code.as_deref().unwrap_or("UNKNOWN");
            item.field
                .as_ref()
                .map_or_else(|| code.to_owned(), |field| format!("{code} on {field}"))
        })
        .collect();
    let id = operation
        .and_then(|operation| operation.operation_id.as_deref())
        .unwrap_or("without id");
    let what = if reasons.is_empty() {
        format!("8x8 reported the operation {id} as failed.")
    } else {
        format!(
            "8x8 reported the operation {id} as failed: {}.",
            reasons.join(", ")
        )
    };
    Refusal {
        reason: reason_of_fields(fields()).unwrap_or(Reason::OperationFailed),
        what,
    }
}

#[cfg(test)]
mod tests;
