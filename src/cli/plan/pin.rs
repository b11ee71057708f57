//! `onhook plan --pin`: writes the id of the one profile that is meant into the YAML of its User (invariant 5).

use std::path::Path;

use serde_json::Value;

use crate::cli::{CliError, files};

/// Writes `userId` below the `userName` of a User. All else of the file stays as it is, comments included.
pub(super) fn pin(place: &Path, name: &str, user_name: &str, user_id: &str) -> Result<(), CliError> {
    let text = std::fs::read_to_string(place).map_err(|source| CliError::file(place, source))?;
    let pinned = pinned(&text, name, user_name, user_id).ok_or_else(|| {
        CliError::Usage(format!(
            "{}: the User {name} is not written in a way that can be pinned. Add to its spec: userId: {user_id}",
            place.display()
        ))
    })?;
    files::replace(place, &pinned)
}

/// The text with the id. `None` where the one place for it is not found.
fn pinned(text: &str, name: &str, user_name: &str, user_id: &str) -> Option<String> {
    let documents = documents(text);
    let mut found = None;
    for (n, document) in documents.iter().enumerate() {
        let value: Result<Vec<Value>, _> = serde_saphyr::from_multiple(document);
        let value = value.ok().and_then(|mut all| all.pop());
        let is_it = value.is_some_and(|value| {
            value["kind"] == "User"
                && value["metadata"]["name"] == name
                && value["spec"]["userName"] == user_name
                && value["spec"]["userId"].is_null()
        });
        if is_it && found.replace(n).is_some() {
            return None;
        }
    }
    let at = found?;
    let edited = with_id(documents.get(at)?, user_id)?;
    let parts = documents.iter().enumerate();
    let parts = parts.map(|(n, document)| if n == at { edited.as_str() } else { document });
    let whole = parts.collect::<String>();
    is_only_change(text, &whole, user_id).then_some(whole)
}

/// The documents of a text, each with the line that begins it.
fn documents(text: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && line.trim_end() == "---" {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(text.len());
    starts
        .windows(2)
        .filter_map(|pair| text.get(*pair.first()?..*pair.last()?))
        .collect()
}

/// Adds the id below the one line `userName: …`.
fn with_id(document: &str, user_id: &str) -> Option<String> {
    let is_name = |line: &str| line.trim_start().starts_with("userName:");
    if document.lines().filter(|line| is_name(line)).count() != 1 {
        return None;
    }
    let mut text = String::with_capacity(document.len() + user_id.len() + 16);
    for line in document.split_inclusive('\n') {
        text.push_str(line);
        if is_name(line) {
            let indent = line.len() - line.trim_start().len();
            if !line.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(line.get(..indent)?);
            text.push_str(&format!("userId: {}\n", Value::String(user_id.to_owned())));
        }
    }
    Some(text)
}

/// That the texts say the same but for one `userId`.
fn is_only_change(before: &str, after: &str, user_id: &str) -> bool {
    let read = |text: &str| serde_saphyr::from_multiple::<Value>(text).ok();
    let (Some(before), Some(mut after)) = (read(before), read(after)) else {
        return false;
    };
    if before.len() != after.len() {
        return false;
    }
    let mut changed = 0;
    for (was, is) in before.iter().zip(&mut after) {
        if was != is {
            changed += 1;
            let spec = is["spec"].as_object_mut();
            if spec.and_then(|spec| spec.remove("userId")) != Some(Value::String(user_id.to_owned()))
                || was != is
            {
                return false;
            }
        }
    }
    changed == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANE: &str = "\
# People of Sales.
apiVersion: onhook.dev/v1alpha1
kind: User
metadata:
  name: jane
spec:
  tenantRef: {name: acme}
  userName: jane.doe@acme.com   # her login
  state: active
";

    #[test]
    fn the_id_stands_below_the_name_and_all_else_stays() {
        let text = format!("{JANE}---\n{}", JANE.replace("jane", "joe"));
        let pinned = pinned(&text, "joe", "joe.doe@acme.com", "8h-_Z").unwrap();
        let line = "  userName: joe.doe@acme.com   # her login\n";
        assert_eq!(
            pinned,
            text.replace(line, &format!("{line}  userId: \"8h-_Z\"\n"))
        );
    }

    #[test]
    fn what_is_written_otherwise_is_left_alone() {
        let flow = "apiVersion: onhook.dev/v1alpha1\nkind: User\nmetadata: {name: jane}\n\
                    spec: {tenantRef: {name: acme}, userName: jane.doe@acme.com, state: active}\n";
        assert_eq!(pinned(flow, "jane", "jane.doe@acme.com", "id"), None);
        let twice = format!("{JANE}---\n{JANE}");
        assert_eq!(pinned(&twice, "jane", "jane.doe@acme.com", "id"), None);
        let pinned_before = JANE.replace("  state:", "  userId: other\n  state:");
        assert_eq!(pinned(&pinned_before, "jane", "jane.doe@acme.com", "id"), None);
    }
}
