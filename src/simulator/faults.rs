//! Faults: what a call should meet instead of, or beside, the answer of the account.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids;

/// A fault to play, as `POST /faults` on the control port takes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Which calls it is for.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// How many calls get it. Default 1.
    #[serde(default = "once")]
    pub times: u64,
    /// How many matching calls pass before it. Default 0.
    #[serde(default)]
    pub after: u64,
    /// Which share of the matching calls get it, 0 to 1, evenly drawn, and always the same ones in the same order of
    /// calls. Default 1.
    #[serde(default = "all")]
    pub share: f64,
    /// What they get.
    pub effect: Effect,
}

/// Which calls a fault is for: those for which all that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Match {
    /// HTTP method, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path with `*` for any text, with or without the query, with or without `/admin-provisioning`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Label of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// What a call gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Effect {
    /// This HTTP status, and nothing is done.
    Status(u16),
    /// The call is handled this much later. Wall time, whatever the time scale: it tries the caller's
    /// time-outs.
    Delay(Length),
    /// The connection is reset.
    Reset(Reset),
    /// The call is handled, and 408 is answered all the same.
    #[serde(rename = "appliedThen408")]
    AppliedThen408(bool),
    /// The operation that the call starts ends in another way.
    Operation(Outcome),
    /// The answer has fields that no document has.
    UnknownFields(bool),
    /// The second half of the answer's body comes this much later. Wall time.
    SlowBody(Length),
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reset {
    /// Before anything is done.
    Before,
    /// After the call was handled.
    After,
}

/// How an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// It fails.
    Failed,
    /// The account cannot tell.
    Unknown,
    /// It does its work, and nobody knows its id.
    Lost,
}

/// A length of time such as `2s` or `250ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length(pub Duration);

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}ms", self.0.as_millis()))
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        length(&text).ok_or_else(|| serde::de::Error::custom("a length of time is such as 2s or 250ms"))
    }
}

fn length(text: &str) -> Option<Length> {
    let (number, unit) = text.split_at(text.find(|letter: char| letter.is_ascii_alphabetic())?);
    let seconds = number.trim().parse::<f64>().ok()?
        * match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            _ => return None,
        };
    Duration::try_from_secs_f64(seconds).ok().map(Length)
}

fn once() -> u64 {
    1
}

fn all() -> f64 {
    1.0
}

impl Fault {
    /// A fault for the next call of `method` on `path`.
    pub fn new(method: &str, path: &str, effect: Effect) -> Self {
        let matching = Match {
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            key: None,
        };
        Self {
            matching,
            times: 1,
            after: 0,
            share: 1.0,
            effect,
        }
    }
}

impl Effect {
    /// The name that the journal has for it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Status(status) => format!("status-{status}"),
            Self::Delay(_) => "delay".to_owned(),
            Self::Reset(Reset::Before) => "reset-before".to_owned(),
            Self::Reset(Reset::After) => "reset-after".to_owned(),
            Self::AppliedThen408(_) => "appliedThen408".to_owned(),
            Self::Operation(Outcome::Failed) => "operation-FAILED".to_owned(),
            Self::Operation(Outcome::Unknown) => "operation-UNKNOWN".to_owned(),
            Self::Operation(Outcome::Lost) => "operation-LOST".to_owned(),
            Self::UnknownFields(_) => "unknownFields".to_owned(),
            Self::SlowBody(_) => "slowBody".to_owned(),
        }
    }
}

/// The faults that are still to be played, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    left: Vec<Fault>,
    /// How often was drawn.
    draws: u64,
}

impl Faults {
    /// Adds one.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.left.push(fault);
    }

    /// Those that are left.
    pub(crate) fn list(&self) -> &[Fault] {
        &self.left
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.left.clear();
    }

    /// What a call gets, if anything. The oldest fault that matches, and whose share the call is in, is used up by one.
    pub(crate) fn take(&mut self, method: &str, path: &str, key: Option<&str>) -> Option<Effect> {
        let draws = &mut self.draws;
        let index = self
            .left
            .iter()
            .position(|fault| fault.matching.holds(method, path, key) && drawn(draws, fault.share))?;
        let fault = self.left.get_mut(index)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        let effect = fault.effect.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            self.left.remove(index);
        }
        Some(effect)
    }
}

/// Whether a call is in a share.
fn drawn(draws: &mut u64, share: f64) -> bool {
    if share >= 1.0 {
        return true;
    }
    *draws += 1;
    let [a, b, c, d, ..] = ids::digest(0, "share", *draws);
    f64::from(u32::from_be_bytes([a, b, c, d])) < share * f64::from(u32::MAX)
}

impl Match {
    fn holds(&self, method: &str, path: &str, key: Option<&str>) -> bool {
        self.method
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.key.as_deref().is_none_or(|wanted| Some(wanted) == key)
            && self
                .path
                .as_deref()
                .is_none_or(|pattern| path_holds(pattern, path))
    }
}

fn path_holds(pattern: &str, path: &str) -> bool {
    let short = path.strip_prefix(super::ADMIN_PATH).unwrap_or(path);
    [path, short].iter().any(|path| {
        glob(pattern, path) || glob(pattern, path.split_once('?').map_or(*path, |(path, _)| path))
    })
}

/// Whether `text` is what `pattern` describes, where `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            rest.is_empty()
                || text.char_indices().any(|(index, _)| glob(rest, &text[index..]))
                || glob(rest, "")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_skipped_used_up_and_matched() {
        let mut faults = Faults::default();
        let fault =
            r#"{"match":{"method":"put","path":"/users/*"},"times":2,"after":1,"effect":{"status":503}}"#;
        faults.add(serde_json::from_str(fault).unwrap());
        let mut take = |method, path| faults.take(method, path, Some("primary")).is_some();
        assert!(!take("GET", "/admin-provisioning/users/a"));
        assert!(!take("PUT", "/admin-provisioning/users/a"), "one is skipped");
        assert!(take("PUT", "/admin-provisioning/users/a?x=y"));
        assert!(take("PUT", "/admin-provisioning/users/b"));
        assert!(!take("PUT", "/admin-provisioning/users/b"), "used up");
    }

    #[test]
    fn every_effect_is_read() {
        for effect in [
            r#"{"delay":"2s"}"#,
            r#"{"reset":"before"}"#,
            r#"{"reset":"after"}"#,
            r#"{"appliedThen408":true}"#,
            r#"{"operation":"FAILED"}"#,
            r#"{"operation":"LOST"}"#,
            r#"{"unknownFields":true}"#,
            r#"{"slowBody":"250ms"}"#,
        ] {
            serde_json::from_str::<Effect>(effect).unwrap();
        }
        assert!(serde_json::from_str::<Effect>(r#"{"delay":"2 fortnights"}"#).is_err());
    }
}
