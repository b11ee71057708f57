//! Who depends on whom in an account, from a read of users, ring groups, sites and open ports (8x8-api.md §5).

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use crate::eightbyeight::wire::{PhoneNumber, RingGroup, Site, User, UserStatus};
use crate::eightbyeight::{Account, CallError, Failure, UserRow};
use crate::lifecycle::References;

use super::observe::PAGE_SIZE;

/// Who depends on whom, by what is depended on. No more is kept of an account than a question about one user needs.
#[derive(Debug, Default)]
pub(crate) struct Web {
    /// Up to two active members of each call queue: with two, nobody is the only one.
    queues: HashMap<String, Vec<String>>,
    /// What leads to an extension number, an extension id, a number or an e-mail address.
    pointers: HashMap<String, Vec<Pointer>>,
    /// Numbers with an open port.
    porting: HashSet<String>,
}

/// Something that leads somewhere.
#[derive(Debug)]
struct Pointer {
    /// The site it is in: an extension number is unique within its site only.
    site: Option<String>,
    from: From,
}

#[derive(Debug, PartialEq, Eq)]
enum From {
    RingGroup(String),
    Site(String),
    /// So many users.
    Users(usize),
}

/// Which parts of an account are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub users: bool,
    pub ring_groups: bool,
    pub sites: bool,
    pub ports: bool,
}

impl Parts {
    /// What must be read to know what depends on a user: what an inventory showed, all where there was none, and who else
    /// is in the user's call queues.
    pub fn of(user: &User, inventory: Option<&References>) -> Self {
        let shown = |part: fn(&References) -> bool| inventory.is_none_or(part);
        Self {
            users: shown(|known| known.users > 0) || !user.call_queues().is_empty(),
            ring_groups: shown(|known| !known.ring_groups.is_empty()),
            sites: shown(|known| !known.sites.is_empty()),
            ports: shown(|known| known.ports > 0),
        }
    }
}

/// Reads these parts of an account. What the key may not see, or the account does not offer, leads nowhere.
pub(super) async fn read(account: &Account, parts: Parts) -> Result<Web, CallError> {
    let mut web = Web::default();
    if parts.users {
        web.add_users(&account.list_users(None, PAGE_SIZE).await?.rows);
    }
    read_others(account, parts, &mut web).await?;
    Ok(web)
}

/// Reads everything but the users.
pub(super) async fn read_others(account: &Account, parts: Parts, web: &mut Web) -> Result<(), CallError> {
    if parts.ring_groups {
        web.add_ring_groups(&visible(account.ring_groups().await)?);
    }
    if parts.sites {
        web.add_sites(&visible(account.sites().await)?);
    }
    if parts.ports {
        web.add_ports(visible(account.numbers_being_ported().await)?);
    }
    Ok(())
}

fn visible<T>(read: Result<Vec<T>, CallError>) -> Result<Vec<T>, CallError> {
    match read {
        Err(error)
            if matches!(
                error.failure(),
                Failure::Forbidden(_) | Failure::NotFound | Failure::NotImplemented(_)
            ) =>
        {
            Ok(Vec::new())
        }
        read => read,
    }
}

impl Web {
    /// Of what was read of an account.
    pub fn of(users: &[User], groups: &[RingGroup], sites: &[Site], porting: &[PhoneNumber]) -> Self {
        let mut web = Self::default();
        users.iter().for_each(|user| web.add_user(user));
        web.add_ring_groups(groups);
        web.add_sites(sites);
        web.add_ports(porting.to_vec());
        web
    }

    /// Takes in rows of the list of users.
    pub fn add_users(&mut self, rows: &[UserRow]) {
        for user in rows.iter().map(UserRow::user) {
            self.add_user(user);
        }
    }

    /// Takes in one of them.
    pub fn add_user(&mut self, user: &User) {
        if user.basic_info.status != Some(UserStatus::Inactive) {
            for queue in user.call_queues() {
                let members = self.queues.entry(queue.id.clone()).or_default();
                if members.len() < 2 {
                    members.push(user.user_id().to_owned());
                }
            }
        }
        let own = Targets::of(user);
        let led: HashSet<&str> = (user.extensions().iter())
            .filter_map(|extension| extension.voicemail_zero_out())
            .filter(|to| !to.is_empty() && !own.all().any(|target| target == *to))
            .collect();
        for to in led {
            let pointers = self.pointers.entry(to.to_owned()).or_default();
            let same_site = pointers
                .iter_mut()
                .find(|known| known.site.as_deref() == own.site);
            if let Some(Pointer {
                from: From::Users(count),
                ..
            }) = same_site
            {
                *count += 1;
            } else {
                pointers.push(Pointer {
                    site: own.site.map(str::to_owned),
                    from: From::Users(1),
                });
            }
        }
    }

    fn add_ring_groups(&mut self, groups: &[RingGroup]) {
        for group in groups {
            let mail = group.voicemail_email().map(str::to_lowercase);
            let numbers = group.forwards_to().into_iter().map(str::to_owned);
            for to in numbers.chain(mail) {
                self.point(to, group.site(), From::RingGroup(group.name.clone()));
            }
        }
    }

    fn add_sites(&mut self, sites: &[Site]) {
        for site in sites {
            let name = site.name.as_deref();
            for to in site.voicemail_zero_out().into_iter().flatten() {
                self.point(
                    to.to_owned(),
                    name,
                    From::Site(name.unwrap_or("unnamed").to_owned()),
                );
            }
        }
    }

    fn point(&mut self, to: String, site: Option<&str>, from: From) {
        let site = site.map(str::to_owned);
        self.pointers.entry(to).or_default().push(Pointer { site, from });
    }

    fn add_ports(&mut self, numbers: Vec<PhoneNumber>) {
        self.porting
            .extend(numbers.into_iter().map(|number| number.phone_number));
    }

    /// What depends on a user.
    pub fn references(&self, user: &User) -> References {
        let others = |queue: &str| {
            let members = self.queues.get(queue).map_or(&[][..], Vec::as_slice);
            members.iter().any(|member| member != user.user_id())
        };
        let only = user.call_queues().iter().filter(|queue| !others(&queue.id));
        let mut references = References {
            only_member_of: only
                .map(|queue| queue.name.clone().unwrap_or_else(|| queue.id.clone()))
                .collect(),
            ports: numbers_of(user)
                .filter(|number| self.porting.contains(*number))
                .count(),
            ..References::default()
        };
        let targets = Targets::of(user);
        for pointer in targets
            .everywhere
            .iter()
            .flat_map(|target| self.leading_to(target))
        {
            add(&mut references, &pointer.from);
        }
        for pointer in targets.in_site.iter().flat_map(|target| self.leading_to(target)) {
            let elsewhere = (pointer.site.as_deref())
                .zip(targets.site)
                .is_some_and(|(its, own)| its != own);
            if !elsewhere {
                add(&mut references, &pointer.from);
            }
        }
        references
    }

    fn leading_to(&self, target: &str) -> &[Pointer] {
        self.pointers.get(target).map_or(&[], Vec::as_slice)
    }
}

fn add(references: &mut References, from: &From) {
    let (names, name) = match from {
        From::RingGroup(name) => (&mut references.ring_groups, name),
        From::Site(name) => (&mut references.sites, name),
        From::Users(count) => {
            references.users += count;
            return;
        }
    };
    if !names.contains(name) {
        names.push(name.clone());
    }
}

/// What a user can be led to by.
struct Targets<'a> {
    site: Option<&'a str>,
    /// Extension numbers, which mean the user within the site only.
    in_site: Vec<String>,
    /// What means the user everywhere.
    everywhere: Vec<String>,
}

impl<'a> Targets<'a> {
    fn of(user: &'a User) -> Self {
        let extensions = user.extensions();
        let in_site = extensions
            .iter()
            .filter_map(|extension| extension.extension_number.clone());
        let ids = extensions
            .iter()
            .flat_map(|extension| [&extension.id, &extension.fq_extension_number])
            .flatten()
            .cloned();
        let email = user
            .basic_info
            .primary_email
            .as_ref()
            .map(|email| email.to_lowercase());
        let mut everywhere: Vec<_> = ids
            .chain(numbers_of(user).map(str::to_owned))
            .chain(email)
            .collect();
        let in_site: Vec<_> = in_site.collect();
        everywhere.retain(|target| !in_site.contains(target));
        Self {
            site: (user.basic_info.site.as_ref()).and_then(|site| site.name.as_deref()),
            in_site,
            everywhere,
        }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.in_site.iter().chain(&self.everywhere)
    }
}

fn numbers_of(user: &User) -> impl Iterator<Item = &str> {
    let numbers = user
        .extensions()
        .iter()
        .flat_map(|extension| &extension.phone_numbers);
    numbers.filter_map(|number| number.phone_number.as_deref())
}
