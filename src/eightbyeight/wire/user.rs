//! A user of the User Management API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Extra, null_as_empty, open_enum};

/// A user as `GET /users/{userId}` gives it and `PUT /users/{userId}` takes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Who the user is.
    pub basic_info: BasicInfo,
    /// How the user is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_info: Option<DirectoryInfo>,
    /// What the user can use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_info: Option<ServiceInfo>,
    /// What the user belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment_info: Option<AssignmentInfo>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// `basicInfo` of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BasicInfo {
    /// Id of the profile, given by 8x8 and never used again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Id of the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// When the profile was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<Timestamp>,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_updated_time: Option<Timestamp>,
    /// The identity provider that owns the profile through SCIM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scim_provider: Option<String>,
    /// Login name, unique across all of 8x8 (rule J2).
    #[serde(default)]
    pub user_name: String,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Whether the person may log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserStatus>,
    /// Language, such as `en-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// IANA time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_email: Option<String>,
    /// Single sign-on provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_provider: Option<String>,
    /// Id at that provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_federation_id: Option<String>,
    /// The site; it never changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteRef>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// The lifecycle states of a user.
    UserStatus {
        /// May log in.
        Active = "ACTIVE",
        /// May not.
        Inactive = "INACTIVE",
    }
}

/// The site of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteRef {
    /// Id of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name of the PBX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pbx_name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// `directoryInfo` of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryInfo {
    /// Department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// `CUSTOMER`, `PBX` or `SITE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_scope: Option<String>,
    /// Whether colleagues find the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_in_directory: Option<bool>,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// `serviceInfo` of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceInfo {
    /// The licenses. DID licenses are among them (rule F7).
    #[serde(default, deserialize_with = "null_as_empty")]
    pub licenses: Vec<License>,
    /// The extensions, with their numbers and devices.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub extensions: Vec<Extension>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A license of a user. 8x8 tells neither its kind nor its state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct License {
    /// Id of the license.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name, such as `X4-Standard-US`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An extension of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extension {
    /// Id of the extension; ring groups know their members by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether the extension is bound to Contact Center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedicated_agent: Option<bool>,
    /// The devices.
    #[serde(
        default,
        deserialize_with = "null_as_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub devices: Vec<Device>,
    /// Whether colleagues find the extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_in_directory: Option<bool>,
    /// Number within the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_number: Option<String>,
    /// `UC` or `CC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension_type: Option<ExtensionType>,
    /// Number across sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fq_extension_number: Option<String>,
    /// Id of the license that the extension belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_id: Option<String>,
    /// The phone numbers.
    #[serde(
        default,
        deserialize_with = "null_as_empty",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub phone_numbers: Vec<ExtensionPhoneNumber>,
    /// The number that is shown, in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_phone_number: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_enum! {
    /// The product that an extension belongs to.
    ExtensionType {
        /// 8x8 Work.
        Uc = "UC",
        /// 8x8 Contact Center.
        Cc = "CC",
    }
}

impl Extension {
    /// Where a caller is led who leaves the voicemail: an extension number, or a number in E.164.
    pub fn voicemail_zero_out(&self) -> Option<&str> {
        self.extra.get("voicemailZeroOutDestination")?.as_str()
    }

    /// Whether it is an analog fax line.
    pub fn is_fax(&self) -> bool {
        self.extra.get("analogFaxEnabled") == Some(&serde_json::Value::Bool(true))
    }
}

/// A device of an extension.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Id of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Model, such as `Poly VVX 450`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Hardware address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// `BINDED`, `AVAILABLE`, `RETIRED`, `ACTIVE` or `RESERVED` (rule H2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A phone number of an extension.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExtensionPhoneNumber {
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `PORTING` or `CLAIMED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// The number that is being ported to this one (rule B10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub porting_number: Option<PortingNumber>,
    /// Whether it is the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A number that is being ported.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortingNumber {
    /// The number in E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// `assignmentInfo` of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignmentInfo {
    /// The policy profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_policy: Option<NamedRef>,
    /// The ring groups.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub ring_groups: Vec<GroupRef>,
    /// The call queues of 8x8 Work.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub uc_call_queues: Vec<CallQueueRef>,
    /// The user groups.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub user_groups: Vec<GroupRef>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Something by its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedRef {
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A group that a user belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupRef {
    /// Id of the group.
    #[serde(default)]
    pub id: String,
    /// Name of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A call queue that a user works in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallQueueRef {
    /// Id of the queue.
    #[serde(default)]
    pub id: String,
    /// Name of the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `PRIMARY` or `SECONDARY` (rule I3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_type: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl User {
    /// Id of the profile, or an empty text where the account gave none.
    pub fn user_id(&self) -> &str {
        self.basic_info.user_id.as_deref().unwrap_or_default()
    }

    /// The licenses, none where the section is missing.
    pub fn licenses(&self) -> &[License] {
        self.service_info
            .as_ref()
            .map_or(&[], |service| &service.licenses)
    }

    /// The extensions, none where the section is missing.
    pub fn extensions(&self) -> &[Extension] {
        self.service_info
            .as_ref()
            .map_or(&[], |service| &service.extensions)
    }

    /// The ring groups, none where the section is missing.
    pub fn ring_groups(&self) -> &[GroupRef] {
        self.assignment_info
            .as_ref()
            .map_or(&[], |assignments| &assignments.ring_groups)
    }

    /// The call queues, none where the section is missing.
    pub fn call_queues(&self) -> &[CallQueueRef] {
        self.assignment_info
            .as_ref()
            .map_or(&[], |assignments| &assignments.uc_call_queues)
    }
}
