//! Ring groups (8x8-api.md §5).

use std::collections::HashSet;

use reqwest::Method;

use super::{
    Accepted, Account, CallError, Failure, LocalRefusal, WritePermit,
    http::Call,
    lists::Listing,
    users::json_body,
    wire::{Member, MemberRef, RingGroup, UpdateMembers, media_type},
};
use crate::lifecycle::change::JoinGroupProof;
use crate::lifecycle::proof::LeaveGroupProof;

const LIST: Call = Call::read("ring_groups.list", "/ring-groups");
pub(super) const GET: Call = Call::read("ring_groups.get", "/ring-groups/{ringGroupId}");
const UPDATE: Call = Call::write(
    "ring_groups.update_members",
    "/ring-groups/{ringGroupId}/update-members",
    || Method::POST,
);

/// Entries that one list of a change may have (8x8-api.md §5).
pub const MOST_MEMBERS: usize = 200;

impl Account {
    /// All ring groups, over all pages.
    pub async fn ring_groups(&self) -> Result<Vec<RingGroup>, CallError> {
        let rows = self
            .scroll(&Listing::new(LIST, media_type::RING_GROUPS, None, 100)?)
            .await?;
        let groups: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        groups.map_err(|_| LIST.failed(Failure::Unreadable))
    }

    /// One ring group, or `None` where the API says that there is none.
    pub async fn ring_group(&self, ring_group_id: &str) -> Result<Option<RingGroup>, CallError> {
        let Some(raw) = self.get_one(&GET, ring_group_id, media_type::RING_GROUPS).await? else {
            return Ok(None);
        };
        serde_json::from_value(raw)
            .map(Some)
            .map_err(|_| GET.failed(Failure::Unreadable))
    }

    /// Takes users out of the ring group of their proofs, by their own extensions, of [`MOST_MEMBERS`] at most, all of them or
    /// none.
    ///
    /// # Errors
    /// Proofs of different groups or none, too many extensions, and what a write fails with.
    pub async fn leave_ring_group(
        &self,
        permit: WritePermit,
        leavers: Vec<(LeaveGroupProof, Vec<String>)>,
    ) -> Result<Accepted, CallError> {
        let bad = || UPDATE.failed(Failure::Local(LocalRefusal::BadMembers));
        let (first, _) = leavers.first().ok_or_else(bad)?;
        let group_id = first.group_id().to_owned();
        if leavers.iter().any(|(proof, _)| proof.group_id() != group_id) {
            return Err(bad());
        }
        let ids = leavers.into_iter().flat_map(|(_, ids)| ids);
        let member = |id| MemberRef {
            extension_id: Some(id),
            extension_number: None,
        };
        let change = UpdateMembers {
            remove: ids.map(member).collect(),
            ..UpdateMembers::default()
        };
        self.update_members(permit, &group_id, &change).await
    }

    /// Puts the user of the proof into its ring group, as the last member.
    pub async fn join_ring_group(
        &self,
        permit: WritePermit,
        proof: JoinGroupProof,
    ) -> Result<Accepted, CallError> {
        let change = UpdateMembers {
            add: vec![Member {
                extension_id: Some(proof.extension_id().to_owned()),
                ..Member::default()
            }],
            ..UpdateMembers::default()
        };
        self.update_members(permit, proof.group_id(), &change).await
    }

    /// Changes the members of a ring group, as a whole or not at all.
    pub(crate) async fn update_members(
        &self,
        permit: WritePermit,
        ring_group_id: &str,
        change: &UpdateMembers,
    ) -> Result<Accepted, CallError> {
        if !is_valid(change) {
            return Err(UPDATE.failed(Failure::Local(LocalRefusal::BadMembers)));
        }
        let body =
            serde_json::to_value(change).map_err(|_| UPDATE.failed(Failure::Local(LocalRefusal::NotJson)))?;
        let body = json_body(&UPDATE, &body)?;
        let body = Some((media_type::UPDATE_MEMBERS, body));
        self.write(&UPDATE, permit, &[ring_group_id], body, media_type::RING_GROUPS)
            .await
    }
}

/// At least one entry, 200 a list at most, each member by one identifier and once (OAS-R).
fn is_valid(change: &UpdateMembers) -> bool {
    let lists = [change.add.len(), change.update.len(), change.remove.len()];
    if lists.iter().sum::<usize>() == 0 || lists.iter().any(|length| *length > MOST_MEMBERS) {
        return false;
    }
    let mut seen = HashSet::new();
    let named = change
        .add
        .iter()
        .chain(&change.update)
        .map(|member| (&member.extension_id, &member.extension_number));
    let removed = change
        .remove
        .iter()
        .map(|member| (&member.extension_id, &member.extension_number));
    let one_each = change
        .remove
        .iter()
        .all(|member| member.extension_id.is_some() != member.extension_number.is_some());
    one_each && named.chain(removed).all(|member| seen.insert(member))
}
