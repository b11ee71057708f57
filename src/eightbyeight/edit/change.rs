//! Changes that a profile that stays gets: nothing of them takes anything away.

use serde_json::{Value, json};

use super::{EditError, UserEdit};
use crate::lifecycle::change::{Change, ChangeProof, NewExtension, ProfileChange, ServiceChange};

impl UserEdit {
    /// Makes the change of the proof. What it does not name stays as it was read.
    ///
    /// # Errors
    /// The proof speaks of another profile; then nothing is changed.
    pub fn change(&mut self, proof: &ChangeProof) -> Result<(), EditError> {
        self.check(proof.user_id())?;
        match proof.change() {
            Change::Rename(user_name) => self.set("basicInfo", "userName", json!(user_name)),
            Change::Profile(change) => self.set_profile(change),
            Change::Services(services) => self.add_services(services),
        }
        Ok(())
    }

    fn set_profile(&mut self, change: &ProfileChange) {
        let texts = [
            ("firstName", &change.first_name),
            ("lastName", &change.last_name),
            ("primaryEmail", &change.primary_email),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                self.set("basicInfo", field, json!(text));
            }
        }
        if let Some(name) = &change.policy_profile {
            self.set("assignmentInfo", "profilePolicy", json!({ "name": name }));
        }
        if let Some(shown) = change.display_in_directory {
            self.show_in_directory(shown);
        }
        if let Some((id, number)) = &change.extension {
            for extension in self.extensions().filter(|extension| extension["id"] == **id) {
                extension["extensionNumber"] = json!(number);
            }
        }
    }

    /// Shows the user in the company directory or not: the flag of the user and that of each extension of 8x8 Work, which
    /// 8x8 keeps in step (G-U). The flag of a Contact Center extension is another matter and stays.
    pub(super) fn show_in_directory(&mut self, shown: bool) {
        self.set("directoryInfo", "displayInDirectory", json!(shown));
        for extension in self
            .extensions()
            .filter(|extension| extension["extensionType"] != "CC")
        {
            extension["displayInDirectory"] = json!(shown);
        }
    }

    fn add_services(&mut self, services: &ServiceChange) {
        let licenses = services.licenses.iter().map(|name| json!({ "name": name }));
        self.append("licenses", licenses.collect());
        self.append("extensions", services.extensions.iter().map(extension).collect());
    }

    fn append(&mut self, list: &str, mut items: Vec<Value>) {
        let there = self
            .section("serviceInfo")
            .and_then(|service| service.get_mut(list));
        match there.and_then(Value::as_array_mut) {
            Some(there) => there.append(&mut items),
            None => self.set("serviceInfo", list, Value::Array(items)),
        }
    }

    /// Sets a field of a section, which is made where 8x8 left it out.
    fn set(&mut self, section: &str, field: &str, value: Value) {
        match self.section(section) {
            Some(there) => {
                there.insert(field.to_owned(), value);
            }
            None => self.raw[section] = json!({ field: value }),
        }
    }

    fn extensions(&mut self) -> impl Iterator<Item = &mut Value> {
        let service = self.section("serviceInfo");
        let extensions = service.and_then(|service| service.get_mut("extensions"));
        extensions.and_then(Value::as_array_mut).into_iter().flatten()
    }
}

fn extension(new: &NewExtension) -> Value {
    let numbers = new.phone_numbers.iter().enumerate();
    let numbers: Vec<_> = numbers
        .map(|(at, number)| json!({ "phoneNumber": number, "primary": at == 0 }))
        .collect();
    let mut extension =
        json!({ "extensionNumber": new.number, "extensionType": "UC", "phoneNumbers": numbers });
    if let Some(first) = new.phone_numbers.first() {
        extension["primaryPhoneNumber"] = json!(first);
    }
    extension
}
