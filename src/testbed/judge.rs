//! The judge: reads the journal of an account and says what in it breaks the rules of off-boarding.
//!
//! It knows nothing of the operator. What it says comes from the calls alone, in the order in which they reached the
//! account.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// One call on the account, a line of the journal.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// Number of the call.
    pub seq: u64,
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// HTTP status of the answer, 0 where the connection was reset.
    pub status: u16,
    /// Body of the request.
    pub request: Option<Value>,
    /// Body of the answer.
    pub response: Option<Value>,
    /// Name of the fault that was injected.
    #[serde(default)]
    pub fault: Option<Value>,
}

/// A journal, with what there is to ask of it.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
}

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject<'a> {
    User(&'a str),
    UpdateMembers(&'a str),
    Group(&'a str),
    Operation(&'a str),
    Agents(&'a str),
    Users,
    Other,
}

impl Journal {
    /// Reads a journal of one JSON object a line.
    ///
    /// # Errors
    /// A line is none; says which.
    pub fn read(lines: &str) -> Result<Self, String> {
        let entry = |(number, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| format!("line {} of the journal: {error}", number + 1))
        };
        let lines = lines
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        let mut entries: Vec<Entry> = lines.map(entry).collect::<Result<_, _>>()?;
        entries.sort_by_key(|entry| entry.seq);
        Ok(Self { entries })
    }

    /// The calls.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number of the last call; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.seq)
    }

    /// The calls that may have changed something.
    pub fn writes(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| is_write(entry)).collect()
    }

    /// The DELETEs of a user that may have had an effect.
    pub fn deletes(&self, user_id: &str) -> usize {
        let deletes = self
            .entries
            .iter()
            .filter(|entry| entry.method == "DELETE" && may_have_effect(entry));
        deletes
            .filter(|entry| subject(entry) == Subject::User(user_id))
            .count()
    }

    /// Everything that breaks a rule, in words. `agents` leads from users to Contact Center agents.
    pub fn faults(&self, agents: &BTreeMap<String, String>) -> Vec<String> {
        let mut faults = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if entry.status == 429 && entry.fault.is_none() {
                faults.push(format!(
                    "call {}, {} {}, earned a 429",
                    entry.seq,
                    entry.method,
                    path(entry)
                ));
            }
            match (entry.method.as_str(), subject(entry)) {
                ("DELETE", Subject::User(user_id)) => {
                    faults.extend(self.delete_faults(at, user_id, agents.get(user_id)));
                }
                ("PUT", Subject::User(user_id)) => faults.extend(self.put_faults(at, user_id)),
                _ => {}
            }
        }
        faults.extend(self.overlaps());
        faults.extend(self.second_deletes());
        faults
    }

    /// The last call before `at` that is about a user.
    fn last_about(&self, at: usize, user_id: &str) -> Option<&Entry> {
        self.entries[..at]
            .iter()
            .rev()
            .find(|entry| subject(entry) == Subject::User(user_id))
    }

    fn delete_faults(&self, at: usize, user_id: &str, agent: Option<&String>) -> Vec<String> {
        let seq = self.entries[at].seq;
        let read = self
            .last_about(at, user_id)
            .filter(|entry| entry.method == "GET" && entry.status == 200);
        let Some(seen) = read.and_then(|entry| entry.response.as_ref()) else {
            return vec![format!(
                "DELETE {seq} of {user_id} does not follow a GET of that user"
            )];
        };
        let mut faults = Vec::new();
        for held in [
            "/serviceInfo/licenses",
            "/serviceInfo/extensions",
            "/assignmentInfo/ringGroups",
            "/assignmentInfo/ucCallQueues",
        ] {
            if seen
                .pointer(held)
                .and_then(Value::as_array)
                .is_some_and(|list| !list.is_empty())
            {
                faults.push(format!(
                    "DELETE {seq} of {user_id} was sent while {held} was not empty"
                ));
            }
        }
        if let Some(agent) = agent
            && !self.left_all_queues(at, agent)
        {
            faults.push(format!(
                "DELETE {seq} of {user_id} was sent before its agent was seen to have left all queues"
            ));
        }
        faults
    }

    /// Whether the last complete read of all queues before `at` shows the agent in none.
    fn left_all_queues(&self, at: usize, agent: &str) -> bool {
        let mut queues: Option<BTreeSet<String>> = None;
        let mut last: BTreeMap<&str, bool> = BTreeMap::new();
        for entry in self.entries[..at].iter().filter(|entry| entry.status == 200) {
            let rows = entry.response.as_ref().and_then(Value::as_array);
            let ids = rows.into_iter().flatten().filter_map(|row| row["id"].as_str());
            if let Subject::Agents(queue) = subject(entry) {
                last.insert(queue, ids.into_iter().any(|id| id == agent));
            } else if path(entry).ends_with("/realtime-metrics/queues") {
                queues = Some(ids.map(str::to_owned).collect());
            }
        }
        queues.is_some_and(|queues| {
            queues
                .iter()
                .all(|queue| last.get(queue.as_str()) == Some(&false))
        })
    }

    fn put_faults(&self, at: usize, user_id: &str) -> Vec<String> {
        let entry = &self.entries[at];
        let read = self
            .last_about(at, user_id)
            .filter(|entry| entry.method == "GET" && entry.status == 200);
        let (Some(seen), Some(sent)) = (
            read.and_then(|read| read.response.as_ref()),
            entry.request.as_ref(),
        ) else {
            return vec![format!(
                "PUT {} of {user_id} does not follow a GET of that user",
                entry.seq
            )];
        };
        let mut lost = Vec::new();
        missing(seen, sent, "", &mut lost);
        lost.into_iter()
            .map(|field| format!("PUT {} of {user_id} lost {field}", entry.seq))
            .collect()
    }

    /// Writes to one user of which the first was not known to have ended when the second came.
    fn overlaps(&self) -> Vec<String> {
        let mut open: BTreeMap<String, &Entry> = BTreeMap::new();
        let mut faults = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            if is_write(entry) && may_have_effect(entry) {
                for user in self.written(at) {
                    if let Some(earlier) = open.get(&user) {
                        faults.push(format!(
                            "write {} to {user} overlaps write {}",
                            entry.seq, earlier.seq
                        ));
                    }
                    open.insert(user, entry);
                }
            }
            open.retain(|user, write| !ends(write, user, entry));
        }
        faults
    }

    /// The users that a write is about. An update of members is about everybody in the
    /// group, because those who stay are renumbered.
    fn written(&self, at: usize) -> Vec<String> {
        let entry = &self.entries[at];
        match subject(entry) {
            Subject::User(user_id) => vec![user_id.to_owned()],
            Subject::UpdateMembers(group) => self.members(at, group),
            _ => Vec::new(),
        }
    }

    fn members(&self, at: usize, group: &str) -> Vec<String> {
        let read = self.entries[..at].iter().rev().find(|entry| {
            subject(entry) == Subject::Group(group) && entry.method == "GET" && entry.status == 200
        });
        let known = read
            .and_then(|read| read.response.as_ref())
            .and_then(|body| body["members"].as_array());
        let ids = known
            .into_iter()
            .flatten()
            .filter_map(|member| member["userId"].as_str());
        ids.map(str::to_owned).collect()
    }

    fn second_deletes(&self) -> Vec<String> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in self
            .entries
            .iter()
            .filter(|entry| entry.method == "DELETE" && may_have_effect(entry))
        {
            // A DELETE that failed for certain may be sent again, after a look.
            let failed = operation(entry).is_some_and(|id| self.failed(&id));
            if let (Subject::User(user_id), false) = (subject(entry), failed) {
                *counts.entry(user_id).or_default() += 1;
            }
        }
        let twice = counts.into_iter().filter(|(_, count)| *count > 1);
        twice
            .map(|(user_id, count)| format!("{user_id} was deleted {count} times"))
            .collect()
    }

    fn failed(&self, operation: &str) -> bool {
        let polls = self
            .entries
            .iter()
            .filter(|entry| subject(entry) == Subject::Operation(operation));
        polls
            .filter_map(|poll| poll.response.as_ref())
            .any(|body| body["status"] == "FAILED")
    }
}

fn path(entry: &Entry) -> &str {
    entry.path.split('?').next().unwrap_or_default()
}

fn subject(entry: &Entry) -> Subject<'_> {
    let segments: Vec<_> = path(entry)
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    match segments.as_slice() {
        [.., "users"] => Subject::Users,
        [.., "users", id] => Subject::User(id),
        [.., "ring-groups", id, "update-members"] => Subject::UpdateMembers(id),
        [.., "ring-groups", id] => Subject::Group(id),
        [.., "operations", id] => Subject::Operation(id),
        [.., "queues", id, "agents"] => Subject::Agents(id),
        _ => Subject::Other,
    }
}

fn is_write(entry: &Entry) -> bool {
    entry.method != "GET" && !path(entry).contains("/oauth/")
}

/// Whether a write was accepted, or may have been.
fn may_have_effect(entry: &Entry) -> bool {
    matches!(entry.status, 0 | 200..=299 | 408 | 424 | 500..)
}

fn operation(entry: &Entry) -> Option<String> {
    entry.response.as_ref()?["operationId"]
        .as_str()
        .map(str::to_owned)
}

/// Whether a call shows that a write to a user has ended: its operation has, or its effect is seen. Whoever lost the
/// operation's id can only look at what the write was for.
fn ends(write: &Entry, user: &str, call: &Entry) -> bool {
    match subject(call) {
        Subject::Operation(id) => operation(write).as_deref() == Some(id) && terminal(call),
        Subject::User(id) => id == user && call.method == "GET" && shows(write, call),
        Subject::Group(id) => {
            call.method == "GET" && subject(write) == Subject::UpdateMembers(id) && shows(write, call)
        }
        Subject::Users => row_of(call, user).is_some_and(|row| put_shows(write, row)),
        Subject::UpdateMembers(_) | Subject::Agents(_) | Subject::Other => false,
    }
}

/// The row of a user in a list of users that was read.
fn row_of<'a>(call: &'a Entry, user: &str) -> Option<&'a Value> {
    let rows = call.response.as_ref()?["data"].as_array()?;
    rows.iter().find(|row| row["basicInfo"]["userId"] == user)
}

/// Whether a user, as it was read, is what a PUT was for.
fn put_shows(write: &Entry, seen: &Value) -> bool {
    let paid = |user: &Value| {
        let licenses = user["serviceInfo"]["licenses"].as_array().into_iter().flatten();
        licenses.filter(|license| !is_did(license)).count()
    };
    let sent = write.request.as_ref().filter(|_| write.method == "PUT");
    sent.is_some_and(|sent| {
        sent["basicInfo"]["status"] == seen["basicInfo"]["status"] && paid(sent) == paid(seen)
    })
}

/// Whether what was read is what the write was for.
fn shows(write: &Entry, read: &Entry) -> bool {
    let (Some(sent), Some(seen)) = (write.request.as_ref(), read.response.as_ref()) else {
        return write.method == "DELETE" && read.status == 404;
    };
    if write.method == "PUT" {
        return put_shows(write, seen);
    }
    let removed = sent["remove"].as_array().into_iter().flatten();
    let mut removed = removed.filter_map(|member| member["extensionId"].as_str());
    let members = seen["members"].as_array();
    members.is_some()
        && removed.all(|id| {
            members
                .into_iter()
                .flatten()
                .all(|member| member["extensionId"] != id)
        })
}

/// Whether a license comes and goes with a number, so that a PUT must not carry it.
fn is_did(license: &Value) -> bool {
    license["name"]
        .as_str()
        .is_some_and(|name| name.starts_with("DID"))
}

fn terminal(entry: &Entry) -> bool {
    let status = entry.response.as_ref().and_then(|body| body["status"].as_str());
    entry.status == 404 || matches!(status, Some("COMPLETED" | "FAILED" | "UNKNOWN"))
}

/// What a PUT must carry and does not: everything that the GET showed, other than what a removal empties.
fn missing(seen: &Value, sent: &Value, at: &str, lost: &mut Vec<String>) {
    const EMPTIED: [&str; 2] = ["/serviceInfo/licenses", "/serviceInfo/extensions"];
    match (seen, sent) {
        _ if EMPTIED.contains(&at) && sent.as_array().is_some_and(Vec::is_empty) => {}
        (Value::Object(seen), Value::Object(sent)) => {
            for (key, value) in seen {
                match sent.get(key) {
                    Some(kept) => missing(value, kept, &format!("{at}/{key}"), lost),
                    None => lost.push(format!("{at}/{key}")),
                }
            }
        }
        (Value::Array(seen), Value::Array(sent)) => {
            let did = |item: &&Value| at == EMPTIED[0] && is_did(item);
            let kept: Vec<_> = seen.iter().filter(|item| !did(item)).collect();
            if kept.len() > sent.len() {
                lost.push(format!(
                    "{} of {} entries of {at}",
                    kept.len() - sent.len(),
                    kept.len()
                ));
            }
        }
        (seen, sent) => {
            if seen != sent && at != "/basicInfo/status" {
                lost.push(format!("the value of {at}"));
            }
        }
    }
}
