//! Heads of chains, as the operator logged them: what was cut off the end of a record, or taken away whole, shows by them.

use std::collections::BTreeMap;

use kube::ResourceExt;
use serde::Deserialize;

use crate::api::offboarding_record::OffboardingRecord;

/// The last entry of a record, when it was written.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Head {
    /// Name of the record.
    pub record: String,
    seq: i32,
    seal: String,
}

/// A line of the log, of which only those about records have these fields.
#[derive(Deserialize)]
struct Line {
    fields: Head,
}

/// The heads in a log of JSON lines. Other lines are passed over.
pub(super) fn read(log: &str) -> Vec<Head> {
    let lines = log.lines();
    let lines = lines.filter_map(|line| serde_json::from_str::<Line>(line.trim()).ok());
    lines.map(|line| line.fields).collect()
}

/// Says of which record a head was logged that it does not have.
pub(super) fn missing(heads: &[Head], records: &[OffboardingRecord]) -> BTreeMap<String, String> {
    let by_name = records.iter().map(|record| (record.name_any(), record));
    let by_name: BTreeMap<_, _> = by_name.collect();
    let mut broken = BTreeMap::new();
    for head in heads {
        let Some(record) = by_name.get(&head.record) else {
            broken.insert(
                head.record.clone(),
                "it was logged, and there is no such record".to_owned(),
            );
            continue;
        };
        let entries = &record.spec.entries;
        if !entries
            .iter()
            .any(|entry| entry.seq == head.seq && entry.seal == head.seal)
        {
            let said = format!(
                "entry {} was logged with another seal, or was taken out",
                head.seq
            );
            broken.entry(head.record.clone()).or_insert(said);
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(name: &str, seals: &[&str]) -> OffboardingRecord {
        let entry = |(n, seal): (usize, &&str)| json!({"seq": n + 1, "at": "2026-01-01T00:00:00Z", "kind": "Verified", "facts": {}, "seal": seal});
        let entries: Vec<_> = seals.iter().enumerate().map(entry).collect();
        let record = json!({
            "apiVersion": "onhook.dev/v1alpha1", "kind": "OffboardingRecord", "metadata": {"name": name},
            "spec": {"userUid": "jane", "entries": entries},
        });
        serde_json::from_value(record).unwrap()
    }

    fn line(record: &str, seq: i32, seal: &str) -> String {
        let fields = json!({"message": "the record goes on", "record": record, "seq": seq, "seal": seal});
        json!({"level": "INFO", "fields": fields, "target": "onhook"}).to_string()
    }

    #[test]
    fn only_lines_about_records_are_read() {
        let log = [
            "not JSON".to_owned(),
            json!({"level": "INFO", "fields": {"message": "onhook starts"}}).to_string(),
            line("jane-1", 2, "b"),
        ];
        let heads = read(&log.join("\n"));
        let (record, seq, seal) = ("jane-1".to_owned(), 2, "b".to_owned());
        assert_eq!(heads, [Head { record, seq, seal }]);
    }

    #[test]
    fn a_record_without_what_was_logged_of_it_is_named() {
        let log = [
            line("jane-1", 1, "a"),
            line("jane-1", 2, "b"),
            line("joe-1", 1, "c"),
        ];
        let heads = read(&log.join("\n"));
        let joe = record("joe-1", &["c", "d"]);
        let whole = [record("jane-1", &["a", "b"]), joe.clone()];
        assert_eq!(missing(&heads, &whole), BTreeMap::new());
        for cut in [
            record("jane-1", &["a"]),
            record("jane-1", &["a", "other"]),
            record("another", &["a", "b"]),
        ] {
            let broken = missing(&heads, &[cut, joe.clone()]);
            assert_eq!(broken.keys().collect::<Vec<_>>(), ["jane-1"]);
        }
    }
}
