//! A profile that stays says what its object declares (rules J4, J5, L6).

use crate::api::user_status::StepName;

use super::super::change::{Change, ChangeProof, ProfileChange};
use super::super::plan::Action;
use super::super::warnings::{self, Caution};
use super::super::{blockers, declared, identity};
use super::{Facts, Judgement};

/// The profile has the declared userName. It is known by its id, and the identity provider does not own the name.
pub(super) fn rename(facts: &Facts<'_>) -> Judgement {
    let (s, profile) = (facts.s, facts.profile);
    if profile.user_name == s.user.user_name {
        return Judgement::Done;
    }
    if let Some(provider) = &profile.scim_provider {
        return Judgement::Blocked(vec![blockers::provider_owns(provider, &["userName"])]);
    }
    if !identity::pinned(s, profile) {
        return Judgement::Blocked(vec![blockers::identity_not_pinned(profile)]);
    }
    change(facts, StepName::Rename, Change::Rename(s.user.user_name.clone()))
}

/// Names, e-mail address, directory entry, policy profile and extension number are the declared ones.
pub(super) fn update(facts: &Facts<'_>) -> Judgement {
    let found = declared::differences(facts.s.user, facts.profile);
    let provider = facts.profile.scim_provider.as_deref().unwrap_or_default();
    let owned =
        (!found.of_provider.is_empty()).then(|| blockers::provider_owns(provider, &found.of_provider));
    match (found.change == ProfileChange::default(), owned) {
        (false, _) => change(
            facts,
            StepName::UpdateProfile,
            Change::Profile(Box::new(found.change)),
        ),
        (true, Some(obstacle)) => Judgement::Blocked(vec![obstacle]),
        (true, None) => Judgement::Done,
    }
}

fn change(facts: &Facts<'_>, step: StepName, change: Change) -> Judgement {
    match facts.not_refused(step) {
        Ok(()) => Judgement::Act(Action::Change(ChangeProof::new(facts.profile, change))),
        Err(judgement) => judgement,
    }
}

/// What is declared and cannot be done, or looks like a mistake.
pub(in crate::lifecycle) fn cautions(facts: &Facts<'_>) -> Vec<Caution> {
    let (s, profile) = (facts.s, facts.profile);
    let Some(declared) = &s.user.profile else {
        return Vec::new();
    };
    let mut cautions = Vec::new();
    let other = |wanted: &Option<String>, there: &Option<String>| wanted.is_some() && wanted != there;
    let another_person = profile.user_name != s.user.user_name
        && other(&declared.first_name, &profile.first_name)
        && other(&declared.last_name, &profile.last_name)
        && other(&declared.primary_email, &profile.primary_email);
    if another_person {
        cautions.push(warnings::profile_repurposed());
    }
    if other(&declared.site, &profile.site) {
        cautions.push(warnings::site_differs());
    }
    let extensions = profile.work_extensions();
    let several = extensions.clone().count() > 1;
    if let Some(number) = &declared.extension
        && several
        && !extensions
            .clone()
            .any(|extension| extension.number.as_ref() == Some(number))
    {
        cautions.push(warnings::extension_ambiguous());
    }
    cautions
}
