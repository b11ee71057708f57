//! Whether an Approval lets a list go.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::api::approval::ApprovedRemoval;
use crate::api::removals::Removals;
use crate::api::tenant::TenantSpec;

use super::members::asked;
use super::{Candidate, Member, Verdict, digest_of};

/// An Approval that has not let anything go yet.
#[derive(Clone, Debug)]
pub struct Ballot {
    /// The digest that it names.
    pub digest: String,
    /// Who made it, as the server stamped it.
    pub approver: Option<String>,
    /// It is not accepted any more from this time on.
    pub expires: Timestamp,
}

/// An Approval that let a list go.
#[derive(Clone, Debug)]
pub struct Accepted<'a> {
    /// Who made it, as the server stamped it.
    pub approver: Option<&'a str>,
    /// What is left of its list.
    pub users: &'a [ApprovedRemoval],
}

/// What becomes of an Approval now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It lets exactly this list go, and is used up.
    Accepted(Vec<ApprovedRemoval>),
    /// It approves another list than the one that waits now, or none waits.
    AnotherList {
        /// The digest of the list that waits.
        current: Option<String>,
    },
    /// The Tenant wants two people, and there are not two yet.
    SecondPerson,
    /// It was not accepted in time.
    Expired,
    /// The list is longer than one Approval can let go.
    TooLong,
}

/// So many removals fit into the status of one Approval.
pub const LONGEST_LIST: usize = 5000;

/// Decides about an Approval. `others` are the other open ones for the Tenant: with four eyes two of them may make up for
/// a request that nobody can be named for.
pub fn decide(
    ballot: &Ballot,
    others: &[Ballot],
    removals: &Removals,
    verdict: &Verdict,
    now: Timestamp,
) -> Decision {
    if now >= ballot.expires {
        return Decision::Expired;
    }
    let current = verdict.digest();
    if current.as_ref() != Some(&ballot.digest) {
        return Decision::AnotherList { current };
    }
    let same = others
        .iter()
        .filter(|other| other.digest == ballot.digest && now < other.expires);
    let approvers: Vec<_> = same
        .chain([ballot])
        .filter_map(|ballot| ballot.approver.as_deref())
        .collect();
    let enough = |member: &Member| enough_eyes(removals, member, &approvers);
    if !verdict.waiting.iter().all(enough) {
        return Decision::SecondPerson;
    }
    if verdict.waiting.len() > LONGEST_LIST {
        return Decision::TooLong;
    }
    let item = |member: &Member| ApprovedRemoval {
        user: member.object.clone(),
        uid: member.uid.clone(),
        digest: member.digest.clone(),
    };
    Decision::Accepted(verdict.waiting.iter().map(item).collect())
}

/// Whether as many people stand behind a removal as the Tenant asks for: who asked and who approved. Automation is
/// nobody, and neither is who was not stamped.
fn enough_eyes(removals: &Removals, member: &Member, approvers: &[&str]) -> bool {
    let people: BTreeSet<_> = (approvers.iter().copied())
        .chain(member.requested_by.as_deref())
        .filter(|name| !name.is_empty() && !removals.automation.iter().any(|known| known == name))
        .collect();
    !removals.four_eyes || people.len() >= 2
}

/// Digests of the removals that Approvals let go, as far as there are still enough people behind each.
pub fn approved(accepted: &[Accepted<'_>], removals: &Removals, members: &[Member]) -> BTreeSet<String> {
    let mut approvers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for approval in accepted {
        for item in approval.users {
            approvers
                .entry(&item.digest)
                .or_default()
                .extend(approval.approver);
        }
    }
    let holds = |member: &&Member| {
        let approvers = approvers.get(member.digest.as_str());
        approvers.is_some_and(|approvers| enough_eyes(removals, member, approvers))
    };
    let held = members.iter().filter(holds);
    held.map(|member| member.digest.clone()).collect()
}

/// What is left of an accepted list: a User that was changed back, or into another removal, is approved no more, also
/// if it is changed once again. One that came to its end stays on it.
pub fn still_asked(
    tenant: &TenantSpec,
    users: &[ApprovedRemoval],
    candidates: &[Candidate<'_>],
) -> Vec<ApprovedRemoval> {
    let by_uid: BTreeMap<_, _> = candidates.iter().map(|known| (known.uid, known)).collect();
    let asks = |item: &&ApprovedRemoval| {
        by_uid.get(item.uid.as_str()).is_some_and(|candidate| {
            candidate.memory.finished.is_some()
                || asked(tenant, candidate)
                    .is_some_and(|removal| digest_of(candidate, removal) == item.digest)
        })
    };
    users.iter().filter(asks).cloned().collect()
}
