//! What a removal destroys, inactivates, frees and keeps, from what is known of the user.

use crate::api::queue_assignment::QueueType;
use crate::api::user_status::{Fate, Held, Loss, StepName};

use super::Goal;
use super::blockers::shorten;

/// Where no storage policy is set, Work call recordings live so many days (rule C11).
const RECORDING_DAYS: u8 = 30;

/// What is known of a leaver that decides what is lost.
pub(super) struct Leaver<'a> {
    /// What the user holds, or held when the run began.
    pub held: &'a Held,
    /// Whether a license goes with a number and with nothing else (rule F7).
    pub did: &'a dyn Fn(&str) -> bool,
    /// Whether the user was ever seen with a sign of Contact Center.
    pub contact_center: bool,
}

/// What reaching the goal means for what the user has, in the order of the fates and of the steps.
pub(super) fn losses(goal: Goal, leaver: &Leaver<'_>) -> Vec<Loss> {
    let mut losses = match goal {
        Goal::Keep | Goal::Release => Vec::new(),
        Goal::Deactivate => deactivated(leaver),
        Goal::Delete => deleted(leaver),
    };
    losses.sort_by_key(|loss| (loss.fate, loss.step));
    losses
}

fn loss(fate: Fate, step: impl Into<Option<StepName>>, rules: &[&str], what: impl Into<String>) -> Loss {
    Loss {
        fate,
        what: shorten(what.into()),
        rules: rules.iter().map(|&rule| rule.to_owned()).collect(),
        step: step.into(),
    }
}

/// Every session ends: the same for both goals.
fn sessions() -> Loss {
    loss(
        Fate::Inactivated,
        StepName::Deactivate,
        &["D1", "D2"],
        "Login and every session: the apps and the desk phones are signed out.",
    )
}

/// A deactivation destroys nothing and frees nothing.
fn deactivated(leaver: &Leaver<'_>) -> Vec<Loss> {
    let held = leaver.held;
    let mut losses = vec![sessions()];
    for license in own_licenses(leaver) {
        let what = format!("License {license}: it stays tied to the user, and is billed.");
        losses.push(loss(Fate::Kept, None, &["D6"], what));
    }
    if !held.phone_numbers.is_empty() || !held.extensions.is_empty() {
        let what = format!("{}: nobody else can have them.", lines(held));
        losses.push(loss(Fate::Kept, None, &["D10"], what));
    }
    let what = match held.devices.is_empty() {
        true => "Nothing to call emergency numbers with: the user has no device.".to_owned(),
        false => format!(
            "Emergency calls, from those devices that are active ({}): emergencyCalls names them. Other calls are off.",
            held.devices.join(", ")
        ),
    };
    losses.push(loss(Fate::Kept, None, &["D5"], what));
    let what = "Voicemail, messages, settings and memberships: nothing is destroyed.";
    losses.push(loss(Fate::Kept, None, &["D1"], what));
    losses
}

fn deleted(leaver: &Leaver<'_>) -> Vec<Loss> {
    let mut losses = vec![sessions()];
    with_the_licenses(leaver, &mut losses);
    with_the_profile(&mut losses);
    if leaver.contact_center {
        with_the_agent(leaver.held, &mut losses);
    }
    losses.extend(kept());
    losses
}

/// What goes with licenses and extensions. A user without any has nothing of it.
fn with_the_licenses(leaver: &Leaver<'_>, losses: &mut Vec<Loss>) {
    let (held, step) = (leaver.held, StepName::Licenses);
    for license in own_licenses(leaver) {
        let what = format!("License {license}: freed, and billed until a partial cancellation is filed.");
        losses.push(loss(Fate::Freed, step, &["F3"], what));
    }
    if own_licenses(leaver).next().is_some() || !held.extensions.is_empty() {
        let voicemail = "Voicemail messages and greetings.";
        losses.push(loss(Fate::Destroyed, step, &["F1", "B6"], voicemail));
        let calls =
            "Call history in the PBX and the forwarding settings. Others keep their own calls with the user.";
        losses.push(loss(Fate::Destroyed, step, &["F1", "C8"], calls));
    }
    if !held.extensions.is_empty() || !held.phone_numbers.is_empty() {
        let what = format!("{}: anybody can have them.", lines(held));
        losses.push(loss(Fate::Freed, step, &["F4", "G3", "G8"], what));
    }
    for model in &held.devices {
        let what = format!(
            "{model}: it is not the user's any more, and calls nobody, emergency numbers included. At its end of life it \
             cannot be added again: note its MAC address and its password first."
        );
        losses.push(loss(Fate::Inactivated, step, &["C2", "F1", "P4", "H3"], what));
    }
    for number in &held.fax_lines {
        let what = format!("Fax line: extension {number} takes no fax any more.");
        losses.push(loss(Fate::Inactivated, step, &["G12"], what));
    }
    let places = [
        (QueueType::RingGroup, "ring group(s)", StepName::RingGroups, "I1"),
        (QueueType::CallQueue, "call queue(s)", step, "F5"),
    ];
    for (kind, words, step, rule) in places {
        let names: Vec<_> = (held.queues.iter())
            .filter(|queue| queue.kind == kind)
            .map(|queue| queue.name.as_str())
            .collect();
        if !names.is_empty() {
            let what = format!("The place in {} {words}: {}.", names.len(), names.join(", "));
            losses.push(loss(Fate::Destroyed, step, &[rule], what));
        }
    }
}

fn with_the_profile(losses: &mut Vec<Loss>) {
    let step = StepName::Delete;
    losses.extend([
        loss(
            Fate::Destroyed,
            step,
            &["C3"],
            "Fax, chat and SMS messages on the account.",
        ),
        loss(
            Fate::Destroyed,
            step,
            &["C5"],
            "Meeting history and contact directory.",
        ),
        loss(
            Fate::Destroyed,
            step,
            &["C1"],
            "The profile: nobody can bring it back.",
        ),
        loss(
            Fate::Freed,
            step,
            &["C6"],
            "The userName: a new profile under it has a new userId.",
        ),
    ]);
}

/// What goes with the agent in Contact Center. The account does not tell when it drops the agent; it may as soon as the
/// license is gone.
fn with_the_agent(held: &Held, losses: &mut Vec<Loss>) {
    let step = StepName::ContactCenterLicense;
    losses.push(loss(
        Fate::Destroyed,
        step,
        &["C9"],
        "Contact Center call recordings and chats of the agent: they go with the agent.",
    ));
    for number in &held.contact_center_extensions {
        let what = format!(
            "Contact Center extension {number}: it stays redirected to Contact Center until the dedicated mapping is \
             undone there."
        );
        losses.push(loss(Fate::Inactivated, step, &["G11"], what));
    }
    losses.push(loss(
        Fate::Kept,
        None,
        &["C9"],
        "Copies of Contact Center chats in Quality Management.",
    ));
}

fn kept() -> [Loss; 4] {
    let recordings = format!(
        "8x8 Work call recordings, for administrators: each to the end that the storage policy of its time gave it, or \
         {RECORDING_DAYS} days where none was set. No API tells the policy."
    );
    let chats = "Chats, without limit, for those with the Audit Management Admin role.";
    [
        loss(Fate::Kept, None, &["C4", "C10", "C11", "F2"], recordings),
        loss(
            Fate::Kept,
            None,
            &["C7"],
            "Call history and billing records in 8x8 Analytics, without limit.",
        ),
        loss(Fate::Kept, None, &["C7", "A9"], chats),
        loss(
            Fate::Kept,
            None,
            &["I10"],
            "CRM integration profiles: they are not touched.",
        ),
    ]
}

/// The licenses that are the user's own, and not a number's (rule F7).
fn own_licenses<'a>(leaver: &'a Leaver<'_>) -> impl Iterator<Item = &'a String> {
    let licenses = leaver.held.licenses.iter();
    licenses.filter(|license| !(leaver.did)(license))
}

/// Extensions and numbers, without saying which numbers they are.
fn lines(held: &Held) -> String {
    let numbers = (!held.phone_numbers.is_empty()).then(|| format!("{} number(s)", held.phone_numbers.len()));
    let extensions =
        (!held.extensions.is_empty()).then(|| format!("extension(s) {}", held.extensions.join(", ")));
    let all: Vec<_> = extensions.into_iter().chain(numbers).collect();
    all.join(" and ")
}
