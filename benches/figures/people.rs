//! Accounts of people who all have the same.

use onhook::simulator::{Account, NewUser};

use crate::stage::Person;

/// An account and those in it who are declared.
pub struct Crowd {
    /// The account.
    pub account: Account,
    /// Those who are declared.
    pub people: Vec<Person>,
}

/// People with one license, one extension and one number each. `groups` ring groups take them in turns; `others` more are
/// in the account and declared nowhere, of whom one stays in each group: nobody leaves a group as its last member.
pub fn crowd(many: usize, groups: usize, others: usize) -> Crowd {
    let mut account = Account::empty(77);
    account.add_site("Headquarters");
    let mut people = Vec::with_capacity(many);
    for index in 0..many {
        let name = format!("user-{index:06}");
        let group = (groups > 0).then(|| group(index, groups));
        let id = account.add_user(NewUser {
            user_name: format!("{name}@acme.example"),
            license: Some("X4-Standard-US".to_owned()),
            extension: Some(format!("{}", 100_000 + index)),
            number: Some(format!("+1555{:07}", 2_000_000 + index)),
            ring_groups: group.into_iter().collect(),
            ..NewUser::default()
        });
        people.push(Person { name, id });
    }
    for index in 0..others {
        account.add_user(NewUser {
            user_name: format!("other-{index:06}@acme.example"),
            license: Some("X4-Standard-US".to_owned()),
            ring_groups: (index < groups)
                .then(|| group(index, groups))
                .into_iter()
                .collect(),
            ..NewUser::default()
        });
    }
    Crowd { account, people }
}

/// Name of the ring group of the person with this number.
pub fn group(index: usize, groups: usize) -> String {
    format!("Ring Group {}", index % groups)
}
