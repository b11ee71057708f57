//! What a plan is put together in.

use crate::api::user_status::{EmergencyCalls, Finished, Held, Intent, Loss, SetStatus, StepName};

use super::blockers::Obstacle;
use super::losses::{Leaver, losses};
use super::steps::Steps;
use super::warnings::Caution;
use super::{Goal, Profile, Situation, holdings, order::order, pattern, rules};

/// What a plan is put together in.
pub(super) struct Draft {
    pub goal: Option<Goal>,
    pub steps: Steps,
    pub intent: Option<Intent>,
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub finished: Option<Finished>,
    pub held: Option<Held>,
    pub contact_center_user: bool,
    pub agent_id: Option<String>,
    pub listed_agent_id: Option<String>,
    pub emergency_calls: Option<EmergencyCalls>,
    pub obstacles: Vec<Obstacle>,
    pub warnings: Vec<Caution>,
    pub losses: Vec<Loss>,
}

impl Draft {
    pub fn new(s: &Situation<'_>) -> Self {
        Self {
            goal: None,
            steps: Steps::new(s.now, &s.memory.steps),
            intent: s.memory.intent.clone(),
            user_id: s.memory.user_id.clone(),
            user_name: s.memory.user_name.clone(),
            finished: s.memory.finished.clone(),
            held: s.memory.held.clone(),
            contact_center_user: s.memory.contact_center_user,
            agent_id: s.memory.agent_id.clone(),
            listed_agent_id: s.memory.listed_agent_id.clone(),
            emergency_calls: s.memory.emergency_calls.clone(),
            obstacles: Vec::new(),
            warnings: Vec::new(),
            losses: s.memory.losses.clone(),
        }
    }

    /// Shows the steps of the goal, all of them, from the first pass on. A User that stays keeps those of its last run
    /// until the profile is back (`keep`).
    pub fn begin(&mut self, goal: Goal) {
        if goal != Goal::Keep {
            self.steps.follow(order(goal));
        }
    }

    /// Remembers what a write of the run took, so that it can come back if the run is taken back.
    pub fn took(&mut self, intent: &Intent) {
        let Some(held) = &mut self.held else { return };
        match (intent.step, &intent.target) {
            (StepName::Licenses, None) if intent.sets_status != Some(SetStatus::Active) => {
                held.licenses_removed = true
            }
            (StepName::RingGroups, Some(group)) if !held.ring_groups_left.contains(group) => {
                held.ring_groups_left.push(group.clone());
            }
            _ => {}
        }
    }

    /// Keeps what the profile shows and later passes need.
    pub fn saw(&mut self, s: &Situation<'_>, goal: Goal, profile: &Profile) {
        self.user_id = Some(profile.user_id.clone());
        self.contact_center_user |= rules::contact_center_sign(s, profile);
        self.emergency_calls = rules::emergency_calls(profile);
        if profile.user_name == s.user.user_name {
            self.user_name = Some(profile.user_name.clone());
        }
        if goal == Goal::Keep {
            self.held = self.held.take().filter(took_anything);
            self.losses = Vec::new();
            self.agent_id = None;
            self.listed_agent_id = None;
        } else {
            self.agent_id = holdings::agent_by_email(s)
                .map(str::to_owned)
                .or(self.agent_id.take());
            self.listed_agent_id = holdings::listed_agent(s).or(self.listed_agent_id.take());
            // What an earlier run had taken is no longer this one's.
            let goes_on = s
                .memory
                .steps
                .iter()
                .any(|step| step.name == StepName::Deactivate);
            self.held = self.held.take().filter(|_| goes_on);
            let held = self.held.get_or_insert_with(Held::default);
            held.hidden_from_directory |=
                s.user.offboarding.hide_from_directory && profile.display_in_directory == Some(true);
            rules::remember(held, profile, s.seen.queues.as_deref().unwrap_or_default());
            let leaver = Leaver {
                held,
                did: &|license| pattern::matches_any(&s.tenant.admin_api.did_licenses, license),
                contact_center: self.contact_center_user,
            };
            self.losses = losses(goal, &leaver);
        }
    }
}

/// Whether a run that was taken back had taken anything that could come back.
fn took_anything(held: &Held) -> bool {
    held.licenses_removed || !held.ring_groups_left.is_empty() || held.hidden_from_directory
}
