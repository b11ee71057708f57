//! What goes over the wire to and from an 8x8 account, field by field as the public documents give it.
//!
//! Every object keeps the fields it does not know in `extra`, and every enum takes values it does not know as
//! `Other`: 8x8 adds both without notice, and asks that unknown fields are sent back on a PUT.

mod error;
mod operation;
mod page;
mod phone_number;
mod realtime;
mod ring_group;
mod site;
mod user;

pub use error::{ErrorItem, ErrorResponse};
pub use operation::{Operation, OperationStatus};
pub use page::{Page, Pagination};
pub use phone_number::{PhoneNumber, PhoneNumberStatus};
pub use realtime::{Agent, CcQueue, QualityUser, Token};
pub use ring_group::{Member, MemberRef, RingGroup, UpdateMembers};
pub use site::Site;
pub use user::{
    AssignmentInfo, BasicInfo, CallQueueRef, Device, DirectoryInfo, Extension, ExtensionPhoneNumber,
    ExtensionType, GroupRef, License, NamedRef, PortingNumber, ServiceInfo, SiteRef, User, UserStatus,
};

/// Fields that this version does not know, kept as they came.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Media types of the Administration API. They are versioned, and enforced since 2026-09-01.
pub mod media_type {
    /// Users.
    pub const USERS: &str = "application/vnd.users.v1+json";
    /// Ring groups.
    pub const RING_GROUPS: &str = "application/vnd.ringgroups.v1+json";
    /// The request that adds and removes members of a ring group.
    pub const UPDATE_MEMBERS: &str = "application/vnd.ringgroups.update-members.v1+json";
    /// Asynchronous operations.
    pub const OPERATIONS: &str = "application/vnd.operations.v1+json";
    /// Phone numbers.
    pub const PHONE_NUMBERS: &str = "application/vnd.phonenumbers.v1+json";
    /// Sites.
    pub const SITES: &str = "application/vnd.sites.v1+json";
}

/// Defines an enum of texts that takes a text it does not know as `Other`.
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value that this version does not know.
            Other(String),
        }

        impl $name {
            /// The value as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}
pub(crate) use open_enum;

/// Reads a list that the account may give as `null`.
pub(crate) fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    Ok(<Option<Vec<T>> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}
