//! The record of a removal: written before the status that it is about, so that it stands before the first write to the
//! account.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::{Api, ResourceExt};
use rand::RngExt;
use serde_json::json;

use crate::api::offboarding_record::{
    EntryKind, Noted, OffboardingRecord, OffboardingRecordSpec, RecordEntry, RecordedPerson,
};
use crate::api::user::UserState;
use crate::api::{FIELD_MANAGER, LABEL_RECORD_OF, RECORD_KEY, Reason, Tenant, User, UserStatus};
use crate::records::{ASSIGNMENTS, RecordKey, ended, events, facts, intends, is_due, opens, stands_in};

use super::context::Context;
use super::problem::{PassError, Problem};
use super::{objects, removals};

/// Annotations and labels by which GitOps tools mark what they apply.
const APPLIED_BY: [&str; 6] = [
    "argocd.argoproj.io/tracking-id",
    "argocd.argoproj.io/instance",
    "kustomize.toolkit.fluxcd.io/name",
    "kustomize.toolkit.fluxcd.io/namespace",
    "helm.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/namespace",
];

/// The outcome of a record whose User was let go of.
const RELEASED: &str = "Released";

/// Notes what happened between the status of a User and the one that is about to be written. The new one then names the
/// record, as long as it is open.
pub(super) async fn note(
    ctx: &Context,
    tenant: Option<&Tenant>,
    user: &User,
    status: &mut UserStatus,
) -> Result<(), PassError> {
    let nothing = UserStatus::default();
    let before = user.status.as_ref().unwrap_or(&nothing);
    if status.record.is_none() && !opens(before, status) {
        return Ok(());
    }
    let outcome = ended(status);
    let mut noted = events(before, status, Timestamp::now());
    noted.extend(outcome.map(end));
    if !is_due(before, status) {
        status.unrecorded.extend(noted);
        return Ok(());
    }
    if status.unrecorded.is_empty() && noted.is_empty() {
        return Ok(());
    }
    let waits_for_it = intends(before, status) || outcome.is_some();
    match write(ctx, tenant, user, status, noted.clone()).await {
        Ok(name) => {
            status.record = outcome.is_none().then_some(name);
            status.unrecorded.clear();
        }
        Err(error) if waits_for_it => return Err(error),
        // Nothing is sent, and what is in the way stands in the status: that is not lost over the record.
        Err(error) => {
            tracing::warn!(%error, "the record is not written; it is tried again with the next status");
            status.unrecorded.extend(noted);
        }
    }
    Ok(())
}

/// Notes that a User is let go of, as `status` says it stands: its removal ends so, or the object was to go and the account
/// to stay as it is. There may be no Tenant any more.
pub(super) async fn released(
    ctx: &Context,
    tenant: Option<&Tenant>,
    user: &User,
    status: &UserStatus,
) -> Result<(), PassError> {
    // One that came to its end has a record that ended with it.
    let over = status.record.is_none() && ended(status).is_some_and(|outcome| outcome != "Active");
    if over || status.user_id.is_none() {
        return Ok(());
    }
    let nothing = UserStatus::default();
    let before = user.status.as_ref().unwrap_or(&nothing);
    let mut noted = events(before, status, Timestamp::now());
    noted.push(end(RELEASED));
    write(ctx, tenant, user, status, noted).await?;
    Ok(())
}

fn end(outcome: &str) -> Noted {
    Noted {
        at: Timestamp::now(),
        kind: EntryKind::Ended,
        facts: facts([("outcome", outcome.to_owned())]),
    }
}

/// Appends what waits in the status and what was `noted` now to the open record of a User, and opens one where there is none.
/// Gives its name.
async fn write(
    ctx: &Context,
    tenant: Option<&Tenant>,
    user: &User,
    status: &UserStatus,
    noted: Vec<Noted>,
) -> Result<String, PassError> {
    let key = key(ctx).await?;
    let person = person(ctx, tenant, user, status);
    let mut waited = status.unrecorded.clone();
    let named = named(ctx, status).await?;
    // It ended in an earlier pass, whose status was not written any more.
    if let Some(over) = named.as_ref().filter(|record| !is_open(record)) {
        if says(&over.spec.entries, &waited, &noted) {
            return Ok(over.name_any());
        }
        waited.retain(|noted| !stands_in(noted, &over.spec.entries));
    }
    let open = match named.filter(is_open) {
        Some(record) => Ok(record),
        None => open(ctx, user).await?,
    };
    let mut record = match open {
        Ok(mut record) => {
            append(&key, &mut record.spec, waited);
            key.amend(&mut record.spec, goal(user), person, Timestamp::now());
            record
        }
        Err(name) => {
            let since = waited.first().map_or_else(Timestamp::now, |first| first.at);
            let mut record = new(&key, person, (name, since), tenant, user, status);
            append(&key, &mut record.spec, waited);
            record
        }
    };
    let is_new = record.resource_version().is_none();
    append(&key, &mut record.spec, noted);
    let name = record.name_any();
    let written = if is_new {
        let params = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        api(ctx).create(&params, &record).await
    } else {
        let version = record.resource_version();
        let patch = json!({ "metadata": { "resourceVersion": version }, "spec": record.spec });
        api(ctx)
            .patch(&name, &PatchParams::default(), &Patch::Merge(patch))
            .await
    };
    written.map_err(|error| not_written(&name, error))?;
    if let Some(head) = record.spec.entries.last() {
        tracing::info!(
            record = name,
            seq = head.seq,
            seal = head.seal,
            "the record goes on"
        );
    }
    Ok(name)
}

fn append(key: &RecordKey, record: &mut OffboardingRecordSpec, noted: Vec<Noted>) {
    for noted in noted {
        if noted.kind == EntryKind::Ended {
            record.outcome = noted.facts.get("outcome").cloned();
        }
        if !stands_in(&noted, &record.entries) {
            key.append(&mut record.entries, noted);
        }
    }
}

fn api(ctx: &Context) -> Api<OffboardingRecord> {
    Api::namespaced(ctx.client.clone(), &ctx.settings.namespace)
}

fn is_open(record: &OffboardingRecord) -> bool {
    record.spec.outcome.is_none()
}

/// Whether a record that ended says all of an end already.
fn says(entries: &[RecordEntry], waited: &[Noted], noted: &[Noted]) -> bool {
    let same = |noted: &Noted| {
        let mut entries = entries.iter();
        entries.any(|entry| entry.kind == noted.kind && entry.facts == noted.facts)
    };
    let outcome =
        |noted: &Noted| (noted.kind == EntryKind::Ended).then(|| noted.facts.get("outcome").cloned());
    match noted.iter().find_map(outcome).flatten() {
        None => false,
        // However it ended, there is nothing more to let go of.
        Some(outcome) if outcome == RELEASED => true,
        Some(_) => waited.iter().all(|noted| stands_in(noted, entries)) && noted.iter().all(same),
    }
}

/// The record that a status names.
async fn named(ctx: &Context, status: &UserStatus) -> Result<Option<OffboardingRecord>, PassError> {
    match &status.record {
        Some(name) => Ok(api(ctx).get_opt(name).await?),
        None => Ok(None),
    }
}

/// The open record of a User, or the name of the next one.
async fn open(ctx: &Context, user: &User) -> Result<Result<OffboardingRecord, String>, PassError> {
    let uid = user.uid().unwrap_or_default();
    let own = ListParams::default().labels(&format!("{LABEL_RECORD_OF}={uid}"));
    let known = api(ctx).list(&own).await?.items;
    let number = |record: &OffboardingRecord| {
        let name = record.name_any();
        name.rsplit('-')
            .next()
            .and_then(|number| number.parse::<u64>().ok())
    };
    // One that was taken away leaves its number unused.
    let last = known.iter().filter_map(number).max().unwrap_or_default();
    let next = format!("{uid}-{}", last + 1);
    Ok(known.into_iter().find(is_open).ok_or(next))
}

/// A record of this name with its first entry, of that time.
fn new(
    key: &RecordKey,
    person: RecordedPerson,
    (name, since): (String, Timestamp),
    tenant: Option<&Tenant>,
    user: &User,
    status: &UserStatus,
) -> OffboardingRecord {
    let uid = user.uid().unwrap_or_default();
    let mut entries = Vec::new();
    let opened = Noted {
        at: since,
        ..opened(key, &person, tenant, user, status)
    };
    key.append(&mut entries, opened);
    let spec = OffboardingRecordSpec {
        user_uid: uid.clone(),
        person: Some(person),
        outcome: None,
        entries,
    };
    let mut record = OffboardingRecord::new(&name, spec);
    record.labels_mut().insert(LABEL_RECORD_OF.to_owned(), uid);
    record
}

/// Without a record nothing is removed. What somebody else wrote meanwhile is read again.
fn not_written(name: &str, error: kube::Error) -> PassError {
    if matches!(&error, kube::Error::Api(status) if status.is_conflict() && !status.is_already_exists()) {
        return error.into();
    }
    let what = format!("The OffboardingRecord {name} cannot be written: {error}.");
    let to_do =
        "Nothing is removed before it is. Look at the operator's rights and at what stands in its namespace.";
    Problem::new(Reason::RecordNotWritten, what, to_do).into()
}

/// What is asked for.
fn goal(user: &User) -> &'static str {
    match (user.spec.state, &user.metadata.deletion_timestamp) {
        (UserState::Deleted, _) => "Delete",
        (UserState::Deactivated, None) => "Deactivate",
        (UserState::Active, None) => ASSIGNMENTS,
        (_, Some(_)) => "DeletionOfTheObject",
    }
}

/// The first entry: who, by whom, towards what, with what plan.
fn opened(
    key: &RecordKey,
    person: &RecordedPerson,
    tenant: Option<&Tenant>,
    user: &User,
    status: &UserStatus,
) -> Noted {
    let steps: Vec<_> = status.steps.iter().map(|step| step.name.to_string()).collect();
    let mut facts = facts([
        ("goal", goal(user).to_owned()),
        ("user", key.hash(&person.user)),
        ("userName", key.hash(&person.user_name)),
        ("userId", status.user_id.clone().unwrap_or_default()),
        ("userUid", user.uid().unwrap_or_default()),
        ("tenantUid", tenant.and_then(ResourceExt::uid).unwrap_or_default()),
        (
            "generation",
            user.metadata.generation.unwrap_or_default().to_string(),
        ),
        ("requestedBy", key.hash(&person.requested_by)),
        ("approvedBy", key.hashes(&person.approved_by)),
        ("plan", steps.join(",")),
        ("losses", key.hashes(&person.losses)),
        ("lost", lost(status)),
    ]);
    facts.extend(applied_by(user));
    Noted {
        at: Timestamp::now(),
        kind: EntryKind::Opened,
        facts,
    }
}

/// What would be destroyed, inactivated, freed and kept, by the rules that say so: it is readable when the names are gone.
fn lost(status: &UserStatus) -> String {
    let losses = status.losses.iter();
    let lines: BTreeSet<_> = losses
        .map(|loss| format!("{:?} {}", loss.fate, loss.rules.join("+")))
        .collect();
    lines.into_iter().collect::<Vec<_>>().join(", ")
}

/// The names of those whom a record is about, in clear.
fn person(ctx: &Context, tenant: Option<&Tenant>, user: &User, status: &UserStatus) -> RecordedPerson {
    let unknown = if removals::asked_by_deletion(user) {
        "unknown (object deleted)"
    } else {
        "unknown (not stamped)"
    };
    let losses = status.losses.iter();
    RecordedPerson {
        user: objects::full_name(user),
        user_name: user.spec.user_name.clone(),
        requested_by: removals::requester(user).unwrap_or(unknown).to_owned(),
        approved_by: tenant.map_or_else(Vec::new, |tenant| removals::approvers_of(ctx, tenant, user)),
        later_requested_by: Vec::new(),
        losses: losses
            .map(|loss| format!("{:?}: {}", loss.fate, loss.what))
            .collect(),
    }
}

/// What is visible of the commit or tool that applied the User.
fn applied_by(user: &User) -> BTreeMap<String, String> {
    let marks = APPLIED_BY.into_iter().filter_map(|key| {
        let value = user.annotations().get(key).or_else(|| user.labels().get(key))?;
        Some((key.to_owned(), value.clone()))
    });
    let state = |entry: &&k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry| {
        let fields = entry.fields_v1.as_ref().map(|fields| &fields.0);
        fields.is_some_and(|fields| fields.pointer("/f:spec/f:state").is_some())
    };
    let managers = user.metadata.managed_fields.iter().flatten().filter(state);
    let managers: Vec<_> = managers.filter_map(|entry| entry.manager.clone()).collect();
    marks
        .chain((!managers.is_empty()).then(|| ("manager".to_owned(), managers.join(","))))
        .collect()
}

async fn is_empty(ctx: &Context) -> Result<bool, PassError> {
    let first = api(ctx).list(&ListParams::default().limit(1)).await?;
    Ok(first.items.is_empty())
}

fn key_lost() -> Problem {
    let what =
        format!("The Secret {RECORD_KEY} of the operator is gone, and there are records that it sealed.");
    let to_do = "Restore it: no chain can be checked without it. If it is lost for good, create it with 32 random bytes under \
                 the key \"key\"; records from before do not verify any more. Nothing is removed before.";
    Problem::new(Reason::RecordKeyMissing, what, to_do)
}

/// The key of all seals, made at the first record. It is never replaced: what was sealed could not be checked any more.
async fn key(ctx: &Context) -> Result<RecordKey, PassError> {
    let api = Api::<Secret>::namespaced(ctx.client.clone(), &ctx.settings.namespace);
    let secret = match api.get_opt(RECORD_KEY).await? {
        Some(secret) => secret,
        None => {
            if !is_empty(ctx).await? {
                return Err(key_lost().into());
            }
            let bytes: [u8; 32] = rand::rng().random();
            let secret = Secret {
                metadata: ObjectMeta {
                    name: Some(RECORD_KEY.to_owned()),
                    ..ObjectMeta::default()
                },
                data: Some(BTreeMap::from([("key".to_owned(), ByteString(bytes.to_vec()))])),
                ..Secret::default()
            };
            api.create(&PostParams::default(), &secret).await?
        }
    };
    let bytes = secret.data.and_then(|mut data| data.remove("key"));
    bytes.filter(|bytes| bytes.0.len() >= 32).map(|bytes| RecordKey::new(bytes.0)).ok_or_else(|| {
        let what = format!("The Secret {RECORD_KEY} of the operator has no 32 bytes under the key \"key\", so no record can be sealed.");
        Problem::new(Reason::RecordKeyUnreadable, what, "Restore the Secret. Nothing is removed before.").into()
    })
}
