//! The DELETE, last of all (rules B1 to B5, C1).

use crate::api::user_status::StepName;

use super::super::blockers;
use super::super::plan::Action;
use super::super::proof::DeleteProof;
use super::{Facts, Judgement};

/// The profile is deleted. It is first asked to be confirmed, so that everything before it is judged from this pass.
pub(super) fn delete(facts: &Facts<'_>) -> Judgement {
    if !facts.strict {
        return Judgement::Confirm;
    }
    if let Err(judgement) = facts.not_refused(StepName::Delete) {
        return judgement;
    }
    match DeleteProof::new(facts) {
        Some(proof) => Judgement::Act(Action::Delete(proof)),
        None => Judgement::Blocked(vec![blockers::precondition_unmet()]),
    }
}
