//! Names of objects from names of the account.
//!
//! A User that gets another name is, for whatever applies it from Git, one User gone and another one new. So a name is
//! given once: whoever has one keeps it, and of people who would have the same one, who came first gets it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::lifecycle::Profile;

/// The longest name of a DNS label.
const LONGEST: usize = 63;
/// Characters of a suffix that tells names apart.
const SUFFIX: usize = 8;

/// Any text as a DNS label; empty where nothing of it can stay.
pub(super) fn label(text: &str) -> String {
    let mut label = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => label.push(c),
            _ if label.ends_with('-') || label.is_empty() => {}
            _ => label.push('-'),
        }
    }
    label.trim_end_matches('-').to_owned()
}

/// A label that is short enough, with what tells it from others where it is not itself alone.
fn distinct(label: &str, id: &str) -> String {
    let suffix = digest(id, SUFFIX);
    let most = LONGEST - SUFFIX - 1;
    let head = label.get(..most.min(label.len())).unwrap_or_default();
    match head.trim_end_matches('-') {
        "" => format!("user-{suffix}"),
        head => format!("{head}-{suffix}"),
    }
}

/// The first hexadecimal digits of a digest.
pub(super) fn digest(text: &str, digits: usize) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    let hex = bytes.iter().map(|byte| format!("{byte:02x}"));
    hex.collect::<String>().chars().take(digits).collect()
}

/// The name of the User of each profile, by its id. `known` are the names that were given before.
pub(super) fn of_users<'a>(
    profiles: impl IntoIterator<Item = &'a Profile>,
    known: &HashMap<String, String>,
) -> HashMap<String, String> {
    let mut taken: HashSet<String> = known.values().cloned().collect();
    let mut names = HashMap::new();
    let mut new = Vec::new();
    for profile in profiles {
        match known.get(&profile.user_id) {
            Some(name) => drop(names.insert(profile.user_id.clone(), name.clone())),
            None => new.push(profile),
        }
    }
    new.sort_by_key(|profile| (profile.created, &profile.user_id));
    for profile in new {
        let (person, _) = profile
            .user_name
            .split_once('@')
            .unwrap_or((&profile.user_name, ""));
        let plain = label(person);
        let free = !plain.is_empty() && plain.len() <= LONGEST && !taken.contains(&plain);
        let name = if free {
            plain
        } else {
            distinct(&plain, &profile.user_id)
        };
        taken.insert(name.clone());
        names.insert(profile.user_id.clone(), name);
    }
    names
}

/// Names of what users hold, each by the user and what it is. Those that would be the same get a suffix, all of them, so
/// that no name depends on the order.
#[derive(Default)]
pub(super) struct Held {
    counts: BTreeMap<String, usize>,
}

impl Held {
    /// Something that a user holds.
    pub fn note(&mut self, user: &str, what: &str) {
        *self.counts.entry(plain(user, what)).or_default() += 1;
    }

    /// Its name, after everything was noted.
    pub fn name(&self, user: &str, what: &str) -> String {
        let plain = plain(user, what);
        let alone = self.counts.get(&plain).is_none_or(|count| *count < 2);
        let whole = !label(what).is_empty() && plain.len() <= LONGEST;
        if alone && whole {
            return plain;
        }
        distinct(&plain, &format!("{user}\n{what}"))
    }
}

fn plain(user: &str, what: &str) -> String {
    format!("{user}-{}", label(what)).trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(id: &str, user_name: &str, created: &str) -> Profile {
        Profile {
            user_id: id.to_owned(),
            user_name: user_name.to_owned(),
            created: Some(created.parse().unwrap()),
            ..Profile::default()
        }
    }

    fn is_label(name: &str) -> bool {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&name.len())
            && name.chars().all(good)
            && !name.starts_with('-')
            && !name.ends_with('-')
    }

    #[test]
    fn a_name_is_a_dns_label_whatever_the_user_name_is() {
        for (user_name, expected) in [
            ("jane.doe@acme.com", "jane-doe"),
            ("Jane_Doe", "jane-doe"),
            ("--a//b--@x", "a-b"),
            ("42@x", "42"),
        ] {
            let names = of_users(
                [&profile("1", user_name, "2026-01-01T00:00:00Z")],
                &HashMap::new(),
            );
            assert_eq!(names["1"], expected);
        }
        let long = "a".repeat(70);
        for user_name in ["@x", "___", &long, "Ünal@x", "日本"] {
            let names = of_users(
                [&profile("1", user_name, "2026-01-01T00:00:00Z")],
                &HashMap::new(),
            );
            assert!(is_label(&names["1"]), "{user_name}: {}", names["1"]);
        }
    }

    #[test]
    fn of_equal_names_the_older_one_stays_plain_in_any_order() {
        let old = profile("9", "jane.doe@acme.com", "2020-01-01T00:00:00Z");
        let new = profile("1", "jane-doe@other.com", "2026-01-01T00:00:00Z");
        let names = of_users([&new, &old], &HashMap::new());
        assert_eq!(names, of_users([&old, &new], &HashMap::new()));
        assert_eq!(names["9"], "jane-doe");
        assert_eq!(names["1"], format!("jane-doe-{}", digest("1", 8)));
    }

    #[test]
    fn who_has_a_name_keeps_it() {
        let known = HashMap::from([("1".to_owned(), "jane-doe".to_owned())]);
        let married = profile("1", "jane.smith@acme.com", "2026-01-01T00:00:00Z");
        let older = profile("9", "jane.doe@acme.com", "2020-01-01T00:00:00Z");
        let names = of_users([&married, &older], &known);
        assert_eq!(names["1"], "jane-doe");
        assert_eq!(names["9"], format!("jane-doe-{}", digest("9", 8)));
        let gone = of_users([&older], &known);
        assert_ne!(
            gone["9"], "jane-doe",
            "the name of who is gone is not given again"
        );
    }

    #[test]
    fn what_users_hold_is_told_apart() {
        let mut held = Held::default();
        let all = [
            ("jane", "doe X4"),
            ("jane-doe", "X4"),
            ("jane", "X2 US"),
            ("jane", "X2-US"),
            ("jane", "???"),
            ("jane", &"X".repeat(100)),
            ("jane", "X8"),
        ];
        for (user, what) in all {
            held.note(user, what);
        }
        let names: HashSet<_> = all.iter().map(|(user, what)| held.name(user, what)).collect();
        assert_eq!(names.len(), all.len());
        assert!(names.iter().all(|name| is_label(name)), "{names:?}");
        assert_eq!(held.name("jane", "X8"), "jane-x8");
    }
}
