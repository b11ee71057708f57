//! All users of the account, page by page: no more than one page of rows is held at a time.

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Account, CallError, Failure, UserRow, lists::Listing};

/// Rows a page: the documented maximum, and what an account is asked for that refuses it.
const PAGE: u32 = 1000;
const SMALL_PAGE: u32 = 100;

/// How many rows a page of the list of users has in this account.
pub(super) struct PageSize(AtomicU32);

impl Default for PageSize {
    fn default() -> Self {
        Self(AtomicU32::new(PAGE))
    }
}

impl Account {
    /// Reads all users of the account, and gives each row once, in the account's order. Gives the number of rows that could
    /// not be read. A list that breaks off is an error, whatever was given before: nobody is missing because of it. A scroll
    /// that expired is one as well ([`CallError::is_expired_scroll`]); the list is then to be begun again by the caller.
    /// An account that refuses pages of 1,000 rows is asked for 100 from then on.
    pub async fn each_user(&self, mut row: impl FnMut(UserRow) + Send) -> Result<usize, CallError> {
        let mut unreadable = 0;
        let size = self.user_page_size();
        let mut take = |value| match UserRow::read(value) {
            Some(read) => row(read),
            None => unreadable += 1,
        };
        match self.each_row(&self.users_listed(size)?, &mut take).await {
            Err(error) if size > SMALL_PAGE && is_about(&error, "pageSize") => {
                self.inner().page_size.0.store(SMALL_PAGE, Ordering::Relaxed);
                self.each_row(&self.users_listed(SMALL_PAGE)?, &mut take).await?;
            }
            read => read?,
        }
        Ok(unreadable)
    }

    /// Rows a page of the list of all users: 1,000, or 100 where the account refuses that.
    pub fn user_page_size(&self) -> u32 {
        self.inner().page_size.0.load(Ordering::Relaxed)
    }

    fn users_listed(&self, size: u32) -> Result<Listing<'static>, CallError> {
        Listing::new(super::users::LIST, super::wire::media_type::USERS, None, size)
    }
}

impl CallError {
    /// Whether the list was read too slowly: it is to be begun again.
    pub fn is_expired_scroll(&self) -> bool {
        is_about(self, "scrollId")
    }
}

/// Whether the account refuses this parameter.
fn is_about(error: &CallError, field: &str) -> bool {
    matches!(error.failure(), Failure::Invalid(errors)
        if errors.iter().any(|error| error.field.as_deref() == Some(field)))
}
