//! Profiles that an identity provider owns through SCIM (rules L1 to L11).

use super::super::{blockers, holdings};
use super::{Facts, Judgement};

/// The identity provider has let go of the person, as somebody asserts: no API of 8x8 shows it.
///
/// The step stands behind Deactivate and before everything else. As long as the provider assigns 8x8 to the person, its
/// next sync may set the profile ACTIVE again or make a new one (rules L2, L9), so nothing is taken away that could not be
/// given back. Access is cut all the same, at once: a leaver must not stay logged in because a confirmation is missing.
/// A profile that the provider sets ACTIVE again is seen by its next GET, and Deactivate, which comes first, is done again.
/// Deleting the person at the provider does not end the profile, it only deactivates it (rules L1, L3): the DELETE stays
/// Onhook's.
pub(super) fn unassigned(facts: &Facts<'_>) -> Judgement {
    match &facts.profile.scim_provider {
        None => Judgement::Skipped("No identity provider owns the profile."),
        Some(_) if holdings::identity_provider_cleared(facts.s) => Judgement::Done,
        Some(provider) => Judgement::Blocked(vec![blockers::identity_provider_assigned(provider)]),
    }
}
