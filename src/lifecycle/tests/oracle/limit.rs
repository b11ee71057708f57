//! What the oracle says of the removal limit.

use super::*;
use crate::lifecycle::limit::Leave;

/// Past no limit, and nothing that cannot be undone while removals may still be coming in. What was opened for a moment
/// is closed, and what a profile that stays gets back is no removal.
pub fn counted(s: &Situation<'_>, write: &Write) {
    let closes =
        matches!(write, Write::Deactivate(_)) && s.memory.steps.iter().any(|step| step.failure.is_some());
    match s.seen.leave {
        _ if closes => {}
        Some(Leave::Approved) => {}
        Some(Leave::Within { quiet_from, .. }) => {
            let late = matches!(write, Write::Deactivate(_)) || quiet_from.is_none_or(|from| s.now >= from);
            assert!(late, "not undone, and perhaps not all counted");
        }
        other => panic!("a removal that the limit does not let go: {other:?}"),
    }
}
