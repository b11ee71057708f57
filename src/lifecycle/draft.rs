//! What a plan is put together in.

use crate::api::user_status::{EmergencyCalls, Finished, Held, Intent};

use super::blockers::Obstacle;
use super::steps::Steps;
use super::warnings::Caution;
use super::{Goal, Profile, Situation, order::order, rules};

/// What a plan is put together in.
pub(super) struct Draft {
    pub goal: Option<Goal>,
    pub steps: Steps,
    pub intent: Option<Intent>,
    pub user_id: Option<String>,
    pub finished: Option<Finished>,
    pub held: Option<Held>,
    pub contact_center_user: bool,
    pub emergency_calls: Option<EmergencyCalls>,
    pub obstacles: Vec<Obstacle>,
    pub warnings: Vec<Caution>,
}

impl Draft {
    pub fn new(s: &Situation<'_>) -> Self {
        Self {
            goal: None,
            steps: Steps::new(s.now, &s.memory.steps),
            intent: s.memory.intent.clone(),
            user_id: s.memory.user_id.clone(),
            finished: s.memory.finished.clone(),
            held: s.memory.held.clone(),
            contact_center_user: s.memory.contact_center_user,
            emergency_calls: s.memory.emergency_calls.clone(),
            obstacles: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Shows the steps of the goal, all of them, from the first pass on. A User that stays keeps those of its last run
    /// until the profile is back (`keep`).
    pub fn begin(&mut self, goal: Goal) {
        if goal != Goal::Keep {
            self.steps.follow(order(goal));
        }
    }

    /// Keeps what the profile shows and later passes need.
    pub fn saw(&mut self, s: &Situation<'_>, goal: Goal, profile: &Profile) {
        self.user_id = Some(profile.user_id.clone());
        self.contact_center_user |= rules::contact_center_sign(s, profile);
        self.emergency_calls = rules::emergency_calls(profile);
        if goal == Goal::Keep {
            self.held = None;
        } else {
            let held = self.held.get_or_insert_with(Held::default);
            rules::remember(held, profile, s.seen.queues.as_deref().unwrap_or_default());
        }
    }
}
