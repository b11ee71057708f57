//! The reasons, by topic.

use std::fmt::Write as _;

use crate::api::Reason;
use crate::api::reason::{Kind, Person, Place};

const INTRODUCTION: &str = "\
# Reasons

Every reason that stands in a condition, a blocker, a warning or an event. `kubectl get users` shows those of blockers under
`BLOCKED BY`; `onhook explain` and `status.blockers` say the same with the names that matter for that person. Codes of 8x8
itself are no reasons: they stand in the words of a blocker, beside the reason.

`Ready` means that the object is where its spec asks for, or rightly waits for a set time. `Reconciling` may go away without
an edit of the object. `Stalled` takes an edit, or a change in the account. Nothing waits for a `Warning`.
";

/// The page of all reasons.
pub(super) fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut topic = "";
    for &reason in Reason::ALL {
        if reason.topic() != topic {
            topic = reason.topic();
            let _ = write!(text, "\n## {topic}\n");
        }
        describe(reason, &mut text);
    }
    text
}

fn describe(reason: Reason, text: &mut String) {
    let entry = reason.entry();
    let places: Vec<_> = (entry.on.iter())
        .map(|(kind, place)| format!("{} ({})", kind_name(*kind), place_name(*place)))
        .collect();
    let _ = write!(text, "\n### {reason}\n\n{}\n\n", entry.meaning);
    let _ = writeln!(text, "- Seen on: {}", places.join(", "));
    let _ = writeln!(text, "- To do: {}", entry.to_do);
    if !entry.who.is_empty() {
        let people: Vec<_> = entry.who.iter().map(|person| person_name(*person)).collect();
        let _ = writeln!(text, "- Who: {}", people.join(", or "));
    }
    if !entry.rules.is_empty() {
        let _ = writeln!(
            text,
            "- Rules of 8x8: {} in [8x8's rules](../domain.md)",
            entry.rules.join(", ")
        );
    }
}

fn kind_name(kind: Kind) -> String {
    format!("{kind:?}")
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Ready => "Ready",
        Place::Reconciling => "Reconciling",
        Place::Stalled => "Stalled",
        Place::Warning => "Warning",
        Place::Event => "event",
    }
}

fn person_name(person: Person) -> &'static str {
    match person {
        Person::PlatformEngineer => "platform engineer",
        Person::AccountAdministrator => "account administrator",
    }
}
