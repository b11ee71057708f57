//! Accounts of any size, made from a number: the same number and size make the same account.

use super::{Account, Administrators, NewAgent, NewUser, Pool, services::is_did_license};
use crate::simulator::ids;

const FIRST: [&str; 16] = [
    "Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kim", "Lou", "Mia", "Ned",
    "Ola", "Pia",
];
const LAST: [&str; 16] = [
    "Ash", "Birch", "Cedar", "Dale", "Elm", "Field", "Grove", "Hill", "Isle", "Juniper", "Knoll", "Lake",
    "Moor", "North", "Oak", "Pine",
];
const DEPARTMENTS: [&str; 5] = ["Sales", "Support", "Finance", "Engineering", "Operations"];
const CENTER_QUEUES: [&str; 4] = ["Orders", "Service", "Returns", "Night Shift"];

/// What account to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// How many users.
    pub users: usize,
    /// Where ids, keys and choices come from.
    pub seed: u64,
    /// How many numbers that nobody holds.
    pub free_numbers: usize,
    /// How many licenses of each kind that nobody holds.
    pub free_licenses: usize,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            users: 200,
            seed: 1,
            free_numbers: 20,
            free_licenses: 20,
        }
    }
}

impl Seed {
    /// A seed for so many users.
    pub fn new(users: usize, seed: u64) -> Self {
        Self {
            users,
            seed,
            ..Self::default()
        }
    }

    /// Makes the account.
    pub fn account(&self) -> Account {
        let mut account = Account::empty(self.seed);
        account.add_site("Harbour Office");
        account.add_site("Remote");
        let work = Groups::new(&mut account, self.users);
        let users: Vec<_> = (1..=self.users)
            .map(|index| account.add_user(self.user(index, &work)))
            .collect();
        account.administrators = Administrators {
            primary: users.first().cloned().unwrap_or_default(),
            secondary: users.iter().skip(1).take(2).cloned().collect(),
        };
        for index in 0..self.free_numbers {
            account.add_number(&phone_number(self.users + 1 + index));
        }
        // Nothing happens at night: the read of all queues with their agents leaves this one out.
        let night = account.contact_center.queue_named("Night Shift");
        if let Some(queue) = account.contact_center.queues.get_mut(&night) {
            queue.active_today = false;
        }
        self.stock_licenses(&mut account);
        account
    }

    fn user(&self, index: usize, groups: &Groups) -> NewUser {
        let draw = Draw(ids::digest(self.seed, "traits", index as u64));
        let (first, last) = (draw.of(0, &FIRST), draw.of(1, &LAST));
        let sites = ["Headquarters", "Harbour Office", "Remote"];
        NewUser {
            user_name: format!("user-{index:04}@acme.example"),
            first_name: Some(first.to_owned()),
            last_name: Some(last.to_owned()),
            site: Some(draw.of(2, &sites).to_owned()),
            license: Some(draw.of(3, &["X2-US", "X4-Standard-US"]).to_owned()),
            extension: Some(format!("{}", 1000 + index)),
            number: Some(phone_number(index)),
            device: (!draw.one_in(4, 5)).then(|| "ACTIVE".to_owned()),
            ring_groups: groups.ring(&draw),
            call_queues: groups.call(&draw),
            cc: (index % 20 == 7).then(|| agent(&draw, index)),
            department: Some(draw.of(10, &DEPARTMENTS).to_owned()),
            ..NewUser::default()
        }
    }

    /// As many licenses as users have, and some more.
    fn stock_licenses(&self, account: &mut Account) {
        let mut used = std::collections::BTreeMap::<String, usize>::new();
        for license in account.users.values().flat_map(|profile| profile.user.licenses()) {
            if !is_did_license(license) {
                *used.entry(license.name.clone().unwrap_or_default()).or_default() += 1;
            }
        }
        let pool = |used| Pool {
            total: used + self.free_licenses,
            suspended: 0,
        };
        account.licenses = used.into_iter().map(|(name, used)| (name, pool(used))).collect();
    }
}

/// One agent in twenty users, in one to three queues; some supervise, some administrate.
fn agent(draw: &Draw, index: usize) -> NewAgent {
    let count = 1 + usize::from(draw.0[11] % 3);
    let first = usize::from(draw.0[12]);
    let queues = (0..count).map(|step| CENTER_QUEUES[(first + step) % CENTER_QUEUES.len()].to_owned());
    let queues: Vec<_> = queues.collect();
    NewAgent {
        license: draw.of(13, &["X6-US", "X8-US"]).to_owned(),
        supervisor: index % 80 == 27,
        supervised_queues: queues
            .iter()
            .take(usize::from(index % 80 == 27))
            .cloned()
            .collect(),
        admin: index % 80 == 47,
        queues,
    }
}

/// Ids of the groups that users may be in.
struct Groups {
    ring: Vec<String>,
    call: Vec<String>,
}

impl Groups {
    fn new(account: &mut Account, users: usize) -> Self {
        for name in CENTER_QUEUES {
            account.contact_center.queue_named(name);
        }
        let ring =
            (1..=users.div_ceil(20)).map(|index| account.ring_group_named(&format!("Ring Group {index}")));
        let ring = ring.collect();
        let call =
            (1..=users.div_ceil(40)).map(|index| account.call_queue_named(&format!("Call Queue {index}")));
        Self {
            ring,
            call: call.collect(),
        }
    }

    /// None to two of them.
    fn ring(&self, draw: &Draw) -> Vec<String> {
        let many = usize::from(draw.0[5] % 3);
        let which = (0..many).map(|place| draw.number(16 + 4 * place, self.ring.len()));
        let mut groups: Vec<_> = which.filter_map(|which| self.ring.get(which).cloned()).collect();
        groups.dedup();
        groups
    }

    fn call(&self, draw: &Draw) -> Vec<String> {
        let which = draw.one_in(14, 3).then(|| draw.number(24, self.call.len()));
        which
            .and_then(|which| self.call.get(which).cloned())
            .into_iter()
            .collect()
    }
}

/// Choices for one user.
struct Draw([u8; 32]);

impl Draw {
    fn of<'a>(&self, place: usize, choices: &[&'a str]) -> &'a str {
        choices[usize::from(self.0[place]) % choices.len()]
    }

    fn one_in(&self, place: usize, many: u8) -> bool {
        self.0[place].is_multiple_of(many)
    }

    /// A number below `end`, from four bytes.
    fn number(&self, place: usize, end: usize) -> usize {
        let bytes = [
            self.0[place],
            self.0[place + 1],
            self.0[place + 2],
            self.0[place + 3],
        ];
        u32::from_be_bytes(bytes) as usize % end.max(1)
    }
}

/// Numbers that belong to nobody: area code 555 is not given out.
fn phone_number(index: usize) -> String {
    format!("+1555{:07}", 2_000_000 + index)
}
