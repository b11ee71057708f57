//! Those who leave a ring group at about the same time leave it by one change (8x8-api.md §5).
//!
//! Each pass takes a seat and waits. Once there is room for a write, the group is read; who may leave it as it is then
//! (rule I4) persists an intent (invariant 7), and one call is sent for all of them. Where the account refuses it, fewer
//! go at a time, until it is known whose member it does not let go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use kube::ResourceExt;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::Instrument;

use crate::eightbyeight::{Accepted, Account, CallError, Lane, MOST_MEMBERS, Outcome, Turn, WritePermit};
use crate::lifecycle::proof::LeaveGroupProof;
use crate::lifecycle::{Action, Group, Plan, leave_together};

use super::accounts::OpenAccount;
use super::locks::{self, Locked};
use super::observe::Seen;
use super::pass::{Pass, later};
use super::problem::PassError;
use super::{convert, perform};

/// How long a pass waits for its turn, before it makes room and looks again.
const PATIENCE: Duration = Duration::from_mins(4);

/// How long the others wait for one who persists an intent.
const PERSISTED_WITHIN: Duration = Duration::from_secs(15);

/// Those of the same moment are waited for, as a part of the pace of looks.
const MOMENT: u32 = 10;

/// How long a group that was read tells who may ask to leave it. It is read again right before the change.
const KNOWN_FOR: Duration = Duration::from_mins(30);

/// Who waits to leave which ring group of an account.
#[derive(Default)]
pub(super) struct Leaving {
    groups: Mutex<HashMap<String, Party>>,
}

/// Those who wait to leave one ring group.
#[derive(Default)]
struct Party {
    guests: Vec<Guest>,
    driven: bool,
    /// How many go at a time, where the account refused more; `failed` is the operation that showed it last.
    most: Option<usize>,
    failed: Option<String>,
    known: Option<(Instant, Group)>,
}

/// One who waits, and where it is called.
struct Guest {
    seat: Seat,
    call: oneshot::Sender<Call>,
}

/// Who leaves.
struct Seat {
    uid: String,
    proof: LeaveGroupProof,
    extension_ids: Vec<String>,
    /// Other groups of the user, to which nothing may be written meanwhile.
    free: Vec<Locked>,
}

/// A guest is to persist its intent now.
struct Call {
    ready: oneshot::Sender<()>,
    told: oneshot::Receiver<Told>,
}

/// What became of the change.
enum Told {
    Answer(Result<Accepted, CallError>),
    /// Nothing changed, and fewer are to try it.
    Again,
}

/// Takes the user of a plan out of a ring group, together with others.
pub(super) async fn perform(pass: &mut Pass<'_>, plan: Plan, seen: &Seen) -> Result<Timestamp, PassError> {
    let (Some(action), plan) = perform::split(plan) else {
        return Ok(later(Duration::ZERO));
    };
    let (intent, takes) = (perform::intent(&action, Timestamp::now()), action.takes());
    let (Some(mut intent), Action::LeaveRingGroup { proof, extension_ids }) = (intent, action) else {
        return Ok(later(Duration::ZERO));
    };
    let account = pass.account().await?;
    account.usable()?;
    let uid = pass.user.uid().unwrap_or_default();
    // The write before it has ended, and others may need what it locked before this one has its turn.
    account.locks.unlock(&uid);
    let (call, called) = oneshot::channel();
    let seat = Seat {
        uid,
        proof,
        extension_ids,
        free: locks::own_groups(seen),
    };
    join(&account, Guest { seat, call }, pass.ctx.settings.look_interval());
    let Ok(Ok(call)) = timeout(PATIENCE, called).await else {
        return Ok(later(Duration::from_secs(1)));
    };
    pass.may_write()?;
    pass.reserve(takes).await?;
    intent.at = Timestamp::now();
    pass.intend(plan, &intent).await?;
    tracing::info!(step = %intent.step, user_id = intent.user_id, intent = intent.id, "write is sent to the account");
    let told = match call.ready.send(()) {
        Ok(()) => call.told.await,
        Err(()) => Ok(Told::Again),
    };
    match told {
        Ok(Told::Answer(outcome)) => perform::settle(pass, &account, intent, Ok(outcome)).await,
        Ok(Told::Again) => {
            pass.unsent().await?;
            Ok(later(Duration::ZERO))
        }
        // It is not known whether it was sent: a look tells.
        Err(_) => Ok(later(pass.ctx.settings.look_interval())),
    }
}

/// Takes a seat. The first one sees to it that the group is driven.
fn join(account: &Arc<OpenAccount>, guest: Guest, pace: Duration) {
    let group_id = guest.seat.proof.group_id().to_owned();
    let mut groups = account.leaving.groups();
    let party = groups.entry(group_id.clone()).or_default();
    party.guests.push(guest);
    if !std::mem::replace(&mut party.driven, true) {
        tokio::spawn(drive(Driver(account.clone(), group_id), pace));
    }
}

/// Whoever drives a group. However that ends, the next guest may begin again.
struct Driver(Arc<OpenAccount>, String);

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(party) = self.0.leaving.groups().get_mut(&self.1) {
            party.driven = false;
            party.guests.clear();
        }
    }
}

/// Sends one change after the other, as long as somebody waits. Those who still have access go first, and before those who
/// have lost it already everybody leaves the group: a change keeps all its members' own writes waiting, and the later it
/// comes, the more leave together.
async fn drive(driver: Driver, pace: Duration) {
    let Driver(account, group_id) = &driver;
    let client = account
        .client
        .with_turn(Turn::since(Lane::Leavers, Timestamp::UNIX_EPOCH));
    loop {
        sleep(pace / MOMENT).await;
        let permit = client.reserve_write().await;
        let Some(guests) = account.leaving.guests(group_id) else {
            return;
        };
        // Several passes share it: a trace of its own.
        let span = tracing::debug_span!(parent: None, "leave-together", group_id, users = guests.len());
        let changed = change(account, &client, group_id, guests, permit).instrument(span);
        if let Some(waiting) = changed.await {
            account.leaving.put_back(group_id, waiting);
            sleep(pace).await;
        }
    }
}

/// Lets guests leave by one change. Gives those back who have to wait for another write. Who is turned away looks again.
async fn change(
    account: &OpenAccount,
    client: &Account,
    group_id: &str,
    guests: Vec<Guest>,
    permit: WritePermit,
) -> Option<Vec<Guest>> {
    // A group is not worth its read while a write of somebody else would keep the change waiting, as far as that is known.
    let foreseen = wanted(account.leaving.last_read(group_id).as_ref(), group_id, &guests);
    let all = uids(guests.iter().map(|guest| &guest.seat));
    if account.locks.are_taken(&all, &foreseen) {
        return Some(guests);
    }
    let read = client.ring_group(group_id).await;
    match &read {
        Ok(_) => account.answered(),
        Err(error) => account.failed(error),
    }
    let group = convert::group(&read.ok()??);
    account.leaving.note(group_id, &group);
    let guests = who_may(&group, guests);
    let seats = || guests.iter().map(|guest| &guest.seat);
    let all = uids(seats());
    let wanted = wanted(Some(&group), group_id, &guests);
    let free: Vec<_> = seats().flat_map(|seat| seat.free.clone()).collect();
    if !account.locks.lock_together(&all, wanted.clone(), &free) {
        return Some(guests);
    }
    let (ready, told) = persisted(guests).await;
    let uids = uids(&ready);
    // Who did not come does not hold the locks of the others.
    if ready.is_empty() || !account.locks.lock_together(&uids, wanted, &[]) {
        all.iter().for_each(|uid| account.locks.unlock(uid));
        tell(told, || Told::Again);
        return None;
    }
    let leavers = ready.into_iter().map(|seat| (seat.proof, seat.extension_ids));
    let outcome = client.leave_ring_group(permit, leavers.collect()).await;
    account.leaving.forget(group_id);
    if matches!(&outcome, Err(error) if error.outcome() == Outcome::Refused) && uids.len() > 1 {
        account.leaving.fewer(group_id, uids.len());
        uids.iter().for_each(|uid| account.locks.unlock(uid));
        tell(told, || Told::Again);
    } else {
        tell(told, || Told::Answer(outcome.clone()));
    }
    None
}

/// What the change takes: the group, everybody in it as it was read, and those who leave it.
fn wanted(group: Option<&Group>, group_id: &str, guests: &[Guest]) -> Vec<Locked> {
    let mut wanted = group.map(locks::everybody).unwrap_or_default();
    wanted.push(Locked::Group(group_id.to_owned()));
    let own = guests.iter().map(|guest| guest.seat.proof.user_id().to_owned());
    wanted.extend(own.map(Locked::Profile));
    wanted
}

/// Those who may leave the group as it is.
fn who_may(group: &Group, guests: Vec<Guest>) -> Vec<Guest> {
    let leavers: Vec<_> = guests
        .iter()
        .map(|guest| (&guest.seat.proof, guest.seat.extension_ids.as_slice()))
        .collect();
    let may = leave_together(group, &leavers);
    let guests = guests.into_iter().zip(may);
    guests.filter(|(_, may)| *may).map(|(guest, _)| guest).collect()
}

fn uids<'a>(seats: impl IntoIterator<Item = &'a Seat>) -> Vec<String> {
    seats.into_iter().map(|seat| seat.uid.clone()).collect()
}

/// Calls the guests, and waits until each has persisted its intent. Who does not in time stays behind.
async fn persisted(guests: Vec<Guest>) -> (Vec<Seat>, Vec<oneshot::Sender<Told>>) {
    let mut called = Vec::new();
    for Guest { seat, call } in guests {
        let ((ready, is_ready), (tell, told)) = (oneshot::channel(), oneshot::channel());
        if call.send(Call { ready, told }).is_ok() {
            called.push((seat, is_ready, tell));
        }
    }
    let deadline = Instant::now() + PERSISTED_WITHIN;
    let (mut seats, mut told) = (Vec::new(), Vec::new());
    for (seat, is_ready, tell) in called {
        if let Ok(Ok(())) = timeout_at(deadline, is_ready).await {
            seats.push(seat);
            told.push(tell);
        }
    }
    (seats, told)
}

fn tell(told: Vec<oneshot::Sender<Told>>, what: impl Fn() -> Told) {
    for tell in told {
        // A pass that was cut off finds out by a look.
        let _ = tell.send(what());
    }
}

impl Leaving {
    /// A group as it was read a while ago, where that tells enough of a user: of one who has `left` that they are not in it
    /// any more, of any other that they are, and not alone.
    pub fn known(&self, group_id: &str, user_id: &str, left: bool) -> Option<Group> {
        let groups = self.groups();
        let (at, group) = groups.get(group_id)?.known.as_ref()?;
        let mut members = group.members.iter();
        let others = members.any(|member| member.user_id.as_deref() != Some(user_id));
        let tells = if left {
            !group.lists(user_id)
        } else {
            others && group.lists(user_id)
        };
        (at.elapsed() < KNOWN_FOR && tells).then(|| group.clone())
    }

    /// A group as it was read a moment ago, if nobody left it since.
    fn last_read(&self, group_id: &str) -> Option<Group> {
        let groups = self.groups();
        let (at, group) = groups.get(group_id)?.known.as_ref()?;
        (at.elapsed() < PATIENCE).then(|| group.clone())
    }

    /// Notes how a group was read.
    pub fn note(&self, group_id: &str, group: &Group) {
        let known = Some((Instant::now(), group.clone()));
        self.groups().entry(group_id.to_owned()).or_default().known = known;
    }

    /// The group is not what it was read as any more.
    fn forget(&self, group_id: &str) {
        if let Some(party) = self.groups().get_mut(group_id) {
            party.known = None;
        }
    }

    /// The operation of a change failed: fewer leave the group at a time.
    pub fn failed(&self, group_id: &str, operation_id: &str) {
        let mut groups = self.groups();
        let party = groups.entry(group_id.to_owned()).or_default();
        if party.failed.as_deref() != Some(operation_id) {
            party.failed = Some(operation_id.to_owned());
            party.most = Some((party.most.unwrap_or(MOST_MEMBERS) / 8).max(1));
        }
    }

    fn fewer(&self, group_id: &str, than: usize) {
        self.groups().entry(group_id.to_owned()).or_default().most = Some((than / 2).max(1));
    }

    /// Those who go next: of one change, as many as it may have. `None` where nobody waits any more.
    fn guests(&self, group_id: &str) -> Option<Vec<Guest>> {
        let mut groups = self.groups();
        let party = groups.get_mut(group_id)?;
        party.guests.retain(|guest| !guest.call.is_closed());
        let most = party.most.unwrap_or(MOST_MEMBERS);
        let mut members = 0;
        let fit = party.guests.iter().take(most).take_while(|guest| {
            members += guest.seat.extension_ids.len();
            members <= MOST_MEMBERS
        });
        let fit = fit.count();
        (fit > 0).then(|| party.guests.drain(..fit).collect())
    }

    fn put_back(&self, group_id: &str, guests: Vec<Guest>) {
        let mut groups = self.groups();
        let party = groups.entry(group_id.to_owned()).or_default();
        party.guests.splice(0..0, guests);
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<String, Party>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
