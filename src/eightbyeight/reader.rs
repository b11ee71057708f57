//! An account that can only be read.

use super::wire::{Agent, CcQueue, PhoneNumber, QualityUser, RingGroup, Site, User};
use super::{Account, AccountConfig, CallError, ConfigError, UserList, UserRow};

/// One 8x8 account, for whoever must not change it. No method leads to a write, or gives the [`Account`] back:
///
/// ```compile_fail,E0599
/// async fn write(reader: &onhook::eightbyeight::AccountReader) {
///     reader.reserve_write().await;
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn open(reader: onhook::eightbyeight::AccountReader) -> onhook::eightbyeight::Account {
///     reader.account
/// }
/// ```
///
/// What it can do, it does through the same gate as every caller, so it keeps the limits of the key.
#[derive(Clone)]
pub struct AccountReader {
    account: Account,
}

impl AccountReader {
    /// An account from its configuration. Sends nothing.
    ///
    /// # Errors
    /// An address, a secret or a limit cannot be used.
    pub fn new(config: AccountConfig) -> Result<Self, ConfigError> {
        Account::new(config).map(|account| Self { account })
    }

    /// As [`Account::each_user`].
    pub async fn each_user(&self, row: impl FnMut(UserRow) + Send) -> Result<usize, CallError> {
        self.account.each_user(row).await
    }

    /// As [`Account::list_users`].
    pub async fn list_users(&self, filter: Option<&str>, page_size: u32) -> Result<UserList, CallError> {
        self.account.list_users(filter, page_size).await
    }

    /// As [`Account::users_named`].
    pub async fn users_named(&self, user_name: &str) -> Result<Vec<UserRow>, CallError> {
        self.account.users_named(user_name).await
    }

    /// One user, or `None` where the API says that there is none. What it gives cannot be edited.
    pub async fn get_user(&self, user_id: &str) -> Result<Option<User>, CallError> {
        let user = self.account.get_user(user_id).await?;
        Ok(user.map(|user| user.user().clone()))
    }

    /// As [`Account::ring_groups`].
    pub async fn ring_groups(&self) -> Result<Vec<RingGroup>, CallError> {
        self.account.ring_groups().await
    }

    /// As [`Account::ring_group`].
    pub async fn ring_group(&self, ring_group_id: &str) -> Result<Option<RingGroup>, CallError> {
        self.account.ring_group(ring_group_id).await
    }

    /// As [`Account::sites`].
    pub async fn sites(&self) -> Result<Vec<Site>, CallError> {
        self.account.sites().await
    }

    /// As [`Account::phone_numbers`].
    pub async fn phone_numbers(&self, numbers: &[String]) -> Result<Vec<PhoneNumber>, CallError> {
        self.account.phone_numbers(numbers).await
    }

    /// As [`Account::numbers_being_ported`].
    pub async fn numbers_being_ported(&self) -> Result<Vec<PhoneNumber>, CallError> {
        self.account.numbers_being_ported().await
    }

    /// As [`Account::contact_center_queues`].
    pub async fn contact_center_queues(&self) -> Result<Vec<CcQueue>, CallError> {
        self.account.contact_center_queues().await
    }

    /// As [`Account::agents_of_queue`].
    pub async fn agents_of_queue(&self, queue_id: &str) -> Result<Vec<Agent>, CallError> {
        self.account.agents_of_queue(queue_id).await
    }

    /// As [`Account::contact_center_agents`].
    pub async fn contact_center_agents(&self) -> Result<Vec<Agent>, CallError> {
        self.account.contact_center_agents().await
    }

    /// As [`Account::quality_users`].
    pub async fn quality_users(&self) -> Result<Vec<QualityUser>, CallError> {
        self.account.quality_users().await
    }
}
