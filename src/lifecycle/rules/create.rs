//! A profile is created where an active User declares one and nobody has the userName (rules J1, J2).

use crate::api::user::ProfileSpec;
use crate::api::user_status::StepName;

use super::super::change::{CreateProof, NewProfile};
use super::super::plan::Action;
use super::super::{Look, Situation, blockers, settle};
use super::Judgement;

/// The profile is created. It takes what 8x8 asks for, and a site of that name.
pub(in crate::lifecycle) fn create(s: &Situation<'_>) -> Judgement {
    let nothing = ProfileSpec::default();
    let declared = s.user.profile.as_ref().unwrap_or(&nothing);
    let (Some(first_name), Some(last_name), Some(primary_email), Some(site)) = (
        &declared.first_name,
        &declared.last_name,
        &declared.primary_email,
        &declared.site,
    ) else {
        return Judgement::Blocked(vec![blockers::profile_incomplete()]);
    };
    let site_id = match s.seen.sites.get(site).map(Vec::as_slice) {
        None => return Judgement::Look(Look::SitesNamed(site.clone())),
        Some([id]) => id.clone(),
        Some(ids) => return Judgement::Blocked(vec![blockers::site_unknown(site, ids.len())]),
    };
    if let Some(obstacle) = settle::open_failure(s.now, &s.memory.steps, StepName::Create) {
        return Judgement::Blocked(vec![obstacle]);
    }
    Judgement::Act(Action::Create(CreateProof::new(NewProfile {
        user_name: s.user.user_name.clone(),
        first_name: first_name.clone(),
        last_name: last_name.clone(),
        primary_email: primary_email.clone(),
        site_id,
        site: site.clone(),
        policy_profile: declared.policy_profile.clone(),
        display_in_directory: declared.display_in_directory,
    })))
}
