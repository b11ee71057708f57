//! Who may not be removed, and when.

pub(super) const TITLE: &str = "Who may not be removed, and when";

super::entries! {
    AdministratorProtected [User Stalled] by [AccountAdministrator] rules ["A4", "A5", "A6", "A8"]:
        "The profile is the primary or a secondary administrator in the Tenant's list. Onhook removes none of them."
        "Have another administrator take the role away at 8x8 (the primary one takes 8x8's billing or support), then change `spec.administrators` of the Tenant; or set `state: active`."
    ProtectedUser [User Stalled] by [AccountAdministrator] rules []:
        "The profile is in the Tenant's list of protected users, or its User has a label that protects it."
        "Take it off `spec.removals.protectedUsers` or out of `spec.removals.protectedSelector` of the Tenant, or set `state: active`."
    LegalHold [User Stalled] by [AccountAdministrator] rules []:
        "The profile is under legal hold, so nothing is taken from it."
        "Set `spec.offboarding.legalHold` to false once the hold ends."
    ApprovalRequired [User Reconciling] by [AccountAdministrator] rules []:
        "The Tenant wants an approval for this removal (`spec.removals.approval`)."
        "Look at `status.removals.waiting` of the Tenant, and create an Approval with its digest; or set `state: active`."
    RemovalLimit [User Reconciling] by [AccountAdministrator] rules []:
        "More removals are asked for than the Tenant's limit allows. All of them are held, those already INACTIVE included."
        "If they are not meant, set their `state` back to `active`. If they are, create an Approval with the digest in `status.removals.waiting` of the Tenant."
    AccountNotCounted [User Reconciling] by [] rules []:
        "The Tenant's limit is a share of the account, whose users could not be counted yet."
        "Nothing: it goes on after the next inventory. See the conditions of the Tenant if it does not."
    TenantObserves [User Reconciling] by [AccountAdministrator] rules []:
        "The Tenant is in mode Observe, so nothing is written to the account."
        "Set `spec.mode` of the Tenant to `Enforce` once you like what the Users report."
    TenantSuspended [User Reconciling] by [AccountAdministrator] rules []:
        "The Tenant is suspended, so nothing is written to the account; reading goes on."
        "Set `spec.suspend` of the Tenant to false."
    UserSuspended [User Reconciling] by [AccountAdministrator] rules []:
        "The User has the annotation `onhook.dev/suspend`, so nothing is written for it."
        "Remove the annotation `onhook.dev/suspend`."
}
