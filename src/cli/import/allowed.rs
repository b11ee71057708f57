//! What the custom resources accept. A value that they do not accept is left out, because the API server would refuse
//! the whole object for it.

/// What a field accepts.
pub(super) struct Field {
    /// Where it is, as the schema has it: kind and path.
    #[cfg(test)]
    place: &'static [&'static str],
    shortest: usize,
    longest: usize,
    accepts: fn(&str) -> bool,
}

macro_rules! field {
    ($place:expr, $shortest:expr, $longest:expr, $accepts:expr) => {
        Field {
            #[cfg(test)]
            place: &$place,
            shortest: $shortest,
            longest: $longest,
            accepts: $accepts,
        }
    };
}

pub(super) const USER_NAME: Field = field!(["User", "userName"], 3, 70, |text| every(text, ".@-_/"));
pub(super) const USER_ID: Field = field!(["User", "userId"], 1, 128, |text| every(text, "_-"));
pub(super) const FIRST_NAME: Field = field!(["User", "profile", "firstName"], 2, 128, |text| every(
    text, ".,-_()' "
));
pub(super) const LAST_NAME: Field = field!(["User", "profile", "lastName"], 2, 30, |text| every(
    text, ".,-_()' "
));
pub(super) const EMAIL: Field = field!(["User", "profile", "primaryEmail"], 5, 128, is_email);
pub(super) const SITE: Field = field!(["User", "profile", "site"], 1, 128, |_| true);
pub(super) const EXTENSION: Field = field!(["User", "profile", "extension"], 1, 16, |text| {
    text.bytes().all(|byte| byte.is_ascii_digit())
});
pub(super) const POLICY: Field = field!(["User", "profile", "policyProfile"], 1, 128, |_| true);
pub(super) const AGENT_ID: Field = field!(["User", "contactCenter", "agentId"], 1, 64, |text| every(
    text, "_-"
));
pub(super) const LICENSE: Field = field!(["LicenseAssignment", "license", "name"], 1, 128, |_| true);
pub(super) const QUEUE: Field = field!(["QueueAssignment", "queue", "name"], 1, 128, |_| true);

impl Field {
    /// Whether it accepts a value. What would be another text after a way through YAML and an editor is not accepted
    /// either.
    pub fn accepts(&self, text: &str) -> bool {
        (self.shortest..=self.longest).contains(&text.chars().count())
            && (self.accepts)(text)
            && !text.chars().any(char::is_control)
    }
}

/// Letters and digits of ASCII, and these.
fn every(text: &str, others: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn is_email(text: &str) -> bool {
    let one = |part: &str| !part.is_empty() && !part.contains('@') && !part.chars().any(char::is_whitespace);
    text.split_once('@')
        .is_some_and(|(name, host)| one(name) && one(host))
}

#[cfg(test)]
mod tests {
    use kube::CustomResourceExt;
    use serde_json::Value;

    use super::*;
    use crate::api::{LicenseAssignment, QueueAssignment, User};

    const PLAIN: &str = "";
    const DIGITS: &str = "^[0-9]+$";
    const NAME: &str = r"^[A-Za-z0-9.,\-_()' ]+$";
    const ID: &str = r"^[A-Za-z0-9_\-]+$";

    fn schema(place: &[&str]) -> Value {
        let crd = match place[0] {
            "User" => User::crd(),
            "LicenseAssignment" => LicenseAssignment::crd(),
            _ => QueueAssignment::crd(),
        };
        let crd = serde_json::to_value(crd).unwrap();
        let path = place[1..].iter().map(|name| format!("/properties/{name}"));
        let path: String = path.collect();
        let spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
        crd.pointer(&format!("{spec}{path}")).unwrap().clone()
    }

    #[test]
    fn what_is_accepted_is_what_the_schemas_say() {
        for (field, pattern) in [
            (USER_NAME, r"^[A-Za-z0-9.@\-_/]+$"),
            (USER_ID, ID),
            (FIRST_NAME, NAME),
            (LAST_NAME, NAME),
            (EMAIL, r"^[^@\s]+@[^@\s]+$"),
            (SITE, PLAIN),
            (EXTENSION, DIGITS),
            (POLICY, PLAIN),
            (AGENT_ID, ID),
            (LICENSE, PLAIN),
            (QUEUE, PLAIN),
        ] {
            let schema = schema(field.place);
            let place = field.place;
            assert_eq!(schema["minLength"], field.shortest, "{place:?}");
            assert_eq!(schema["maxLength"], field.longest, "{place:?}");
            assert_eq!(
                schema["pattern"].as_str().unwrap_or_default(),
                pattern,
                "{place:?}"
            );
        }
    }

    #[test]
    fn each_pattern_is_meant_as_it_is_written() {
        for (field, text, expected) in [
            (USER_NAME, "a/b-c_d.e@f", true),
            (USER_NAME, "a b@c", false),
            (USER_NAME, "ab", false),
            (FIRST_NAME, "O'Neil (Jo), Jr.", true),
            (FIRST_NAME, "Zoë", false),
            (LAST_NAME, &"a".repeat(31), false),
            (EMAIL, "a@b.c", true),
            (EMAIL, "a@b@c", false),
            (EMAIL, "a b@c.d", false),
            (EXTENSION, "0123", true),
            (EXTENSION, "12a", false),
            (SITE, "Zürich: 1. Stock", true),
            (SITE, "two\nlines", false),
            (SITE, "", false),
        ] {
            assert_eq!(field.accepts(text), expected, "{text}");
        }
    }
}
