//! People of the account as a list.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::CliError;
use crate::cli::output::{Form, structured, table};
use crate::lifecycle::{Profile, ProfileStatus};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    user_name: &'a str,
    user_id: &'a str,
    status: &'a str,
    created: Option<Timestamp>,
    site: Option<&'a str>,
    /// Without those that come with a number.
    licenses: usize,
}

impl<'a> Row<'a> {
    fn of(profile: &'a Profile) -> Self {
        let licenses = profile.licenses.iter().filter(|license| !license.did);
        Self {
            user_name: &profile.user_name,
            user_id: &profile.user_id,
            status: match &profile.status {
                ProfileStatus::Active => "ACTIVE",
                ProfileStatus::Inactive => "INACTIVE",
                ProfileStatus::Other(text) => text,
            },
            created: profile.created,
            site: profile.site.as_deref(),
            licenses: licenses.count(),
        }
    }

    fn cells(&self) -> [String; 6] {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "<none>".to_owned());
        [
            self.user_name.to_owned(),
            self.user_id.to_owned(),
            self.status.to_owned(),
            or_none(self.created.map(|created| format!("{created:.0}"))),
            or_none(self.site.map(str::to_owned)),
            self.licenses.to_string(),
        ]
    }
}

/// The list. `names` are those of Users by the id of the profile.
pub(super) fn list(
    profiles: &[&Profile],
    names: &HashMap<String, String>,
    form: Option<Form>,
) -> Result<String, CliError> {
    let rows: Vec<_> = profiles.iter().map(|profile| Row::of(profile)).collect();
    match form {
        Some(Form::Name) => {
            let names = profiles.iter().filter_map(|profile| names.get(&profile.user_id));
            Ok(names.map(|name| format!("user.onhook.dev/{name}\n")).collect())
        }
        Some(form) => structured(form, &rows),
        None if rows.is_empty() => Ok("Nobody is like that.\n".to_owned()),
        None => {
            let cells: Vec<_> = rows.iter().map(Row::cells).collect();
            let heads = ["USER NAME", "USER ID", "STATUS", "CREATED", "SITE", "LICENSES"];
            Ok(table(heads, &cells))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_line_for_each_with_what_there_is() {
        let profile = Profile {
            user_id: "hv1".to_owned(),
            user_name: "jane.doe@acme.com".to_owned(),
            status: ProfileStatus::Inactive,
            created: Some("2026-01-02T03:04:05.678Z".parse().unwrap()),
            ..Profile::default()
        };
        let text = list(&[&profile], &HashMap::new(), None).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines[0],
            "USER NAME           USER ID   STATUS     CREATED                SITE     LICENSES"
        );
        assert_eq!(
            lines[1],
            "jane.doe@acme.com   hv1       INACTIVE   2026-01-02T03:04:05Z   <none>   0"
        );
        assert_eq!(
            list(&[], &HashMap::new(), None).unwrap(),
            "Nobody is like that.\n"
        );
        assert_eq!(list(&[], &HashMap::new(), Some(Form::Json)).unwrap(), "[]\n");
        let names = HashMap::from([("hv1".to_owned(), "jane-doe".to_owned())]);
        let named = list(&[&profile], &names, Some(Form::Name)).unwrap();
        assert_eq!(named, "user.onhook.dev/jane-doe\n");
    }
}
