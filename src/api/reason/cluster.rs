//! The Tenant, its Secrets, and the operator itself.

pub(super) const TITLE: &str = "Tenant, Secrets and operator";

super::entries! {
    TenantNotFound [User Reconciling] by [PlatformEngineer] rules []:
        "The Tenant that `spec.tenantRef` names is not there."
        "Create it, or make a new User that refers to an existing one."
    NamespaceNotAllowed [User Reconciling] by [AccountAdministrator] rules []:
        "The Tenant allows no Users in this namespace."
        "Add the namespace to `spec.allowedNamespaces.matchNames` of the Tenant."
    NamespaceReserved [User Reconciling] by [PlatformEngineer] rules []:
        "The User is in the operator's own namespace, where none is worked on."
        "Create the User in another namespace."
    TenantGoing [User Reconciling] by [PlatformEngineer] rules []:
        "The Tenant is being deleted, and takes no new User."
        "Make the User refer to another Tenant, or create the Tenant again once it is gone."
    SecretNotFound [Tenant Reconciling, User Reconciling] by [PlatformEngineer] rules []:
        "A Secret that the Tenant refers to is not there."
        "Create the Secret that is named. For an account that is gone for good, `deletionPolicy: Orphan` and `kubectl delete user` let go of a User."
    SecretKeyMissing [Tenant Reconciling, User Reconciling] by [PlatformEngineer] rules []:
        "A Secret of the Tenant has no text under the key that the Tenant names."
        "Put the text under that key of the Secret."
    InvalidAccount [Tenant Reconciling, User Reconciling] by [PlatformEngineer] rules []:
        "What the Tenant says of its account cannot be used, for example an address that is none."
        "Correct `spec.adminApi` and `spec.contactCenter` of the Tenant."
    AccountNotRead [User Reconciling] by [] rules []:
        "The account was not read as a whole yet since the Tenant was created or changed."
        "Nothing: it goes on by itself. See the conditions of the Tenant if it does not."
    AccountEmpty [Tenant Reconciling] by [AccountAdministrator] rules []:
        "The account gave a list of its users without anybody in it. Nobody is taken for gone."
        "It is read again. Look at the account in the Admin Console, and at the key."
    AnotherAccount [Tenant Reconciling] by [PlatformEngineer] rules []:
        "The key belongs to another account than the one that this Tenant was read with before."
        "Put the key of that account into the Secret. Another account is another Tenant."
    AccountClaimed [Tenant Stalled, User Reconciling] by [PlatformEngineer] rules []:
        "Another Tenant already stands for the same account. One account has one Tenant."
        "Delete one of the two Tenants. Users that refer to this one are to refer to the other."
    RecordNotWritten [User Reconciling] by [PlatformEngineer] rules []:
        "The OffboardingRecord could not be written. Nothing is removed before it is."
        "Look at the operator's rights and at what stands in its namespace."
    RecordKeyMissing [User Reconciling] by [PlatformEngineer] rules []:
        "The Secret `onhook-record-key` that seals the records is gone, though there are records."
        "Restore it. If it is lost for good, create it with 32 random bytes under the key `key`; records from before do not verify any more."
    RecordKeyUnreadable [User Reconciling] by [PlatformEngineer] rules []:
        "The Secret `onhook-record-key` has no 32 bytes under the key `key`, so no record can be sealed."
        "Restore the Secret. Nothing is removed before."
    LedgerUnreadable [User Reconciling] by [PlatformEngineer] rules []:
        "What the limit has counted so far, a ConfigMap in the operator's namespace, cannot be read."
        "Restore the ConfigMap that is named. Deleting it makes the limit count anew, so look first at what was removed lately."
    ProfileMismatch [User Reconciling] by [PlatformEngineer] rules []:
        "The profile that was read is not the one that the write was for. Nothing was sent."
        "Report this with the status of the object: it is a fault of Onhook."
    TooManyLooks [User Reconciling] by [PlatformEngineer] rules []:
        "The rules asked for more reads in one pass than they ever should. Nothing was sent."
        "Report this with the status of the object: it is a fault of Onhook."
    InternalError [Tenant Reconciling, User Reconciling] by [PlatformEngineer] rules []:
        "A part of the operator failed earlier."
        "Restart the operator, and report its log: it is a fault of Onhook."
}
