//! Phone numbers and sites (8x8-api.md §6).

use super::{
    Account, CallError, Failure, LocalRefusal,
    http::Call,
    lists::{self, Listing},
    wire::{PhoneNumber, Site, media_type},
};

pub(super) const NUMBERS: Call = Call::read("phone_numbers.list", "/phone-numbers");
const SITES: Call = Call::read("sites.list", "/sites");

/// The states of a number with an open port (rule G1).
const BEING_PORTED: &str = "status==PRE_PORTING,status==PORTING";

/// Rows a page: the phone number guide allows no more (CONFLICT 7).
const PAGE: usize = 100;

impl Account {
    /// These numbers of the account, each in E.164. What is not the account's own is missing from the answer.
    pub async fn phone_numbers(&self, numbers: &[String]) -> Result<Vec<PhoneNumber>, CallError> {
        check(numbers)?;
        let mut found = Vec::new();
        for filter in filters(numbers) {
            let rows = self
                .scroll(&Listing::new(
                    NUMBERS,
                    media_type::PHONE_NUMBERS,
                    Some(&filter),
                    100,
                )?)
                .await?;
            for row in rows {
                let row: PhoneNumber =
                    serde_json::from_value(row).map_err(|_| NUMBERS.failed(Failure::Unreadable))?;
                if numbers.contains(&row.phone_number) {
                    found.push(row);
                }
            }
        }
        Ok(found)
    }

    /// All numbers of the account that a port is open for (rule B10).
    pub async fn numbers_being_ported(&self) -> Result<Vec<PhoneNumber>, CallError> {
        let listing = Listing::new(NUMBERS, media_type::PHONE_NUMBERS, Some(BEING_PORTED), 100)?;
        let rows = self.scroll(&listing).await?;
        let numbers: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        numbers.map_err(|_| NUMBERS.failed(Failure::Unreadable))
    }

    /// All sites.
    pub async fn sites(&self) -> Result<Vec<Site>, CallError> {
        let rows = self.numbered(&SITES).await?;
        let sites: Result<_, _> = rows.into_iter().map(serde_json::from_value).collect();
        sites.map_err(|_| SITES.failed(Failure::Unreadable))
    }
}

/// That the numbers can be asked for.
pub(super) fn check(numbers: &[String]) -> Result<(), CallError> {
    if numbers.iter().all(|number| is_e164(number)) {
        Ok(())
    } else {
        Err(NUMBERS.failed(Failure::Local(LocalRefusal::BadNumber)))
    }
}

fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn filters(numbers: &[String]) -> Vec<String> {
    let terms = numbers.iter().map(|number| format!("phoneNumber=={number}"));
    lists::filters(terms, None, PAGE)
}

#[cfg(test)]
mod tests {
    use super::super::lists::LONGEST_FILTER;
    use super::*;

    #[test]
    fn filters_stay_short_and_name_every_number_once() {
        let numbers: Vec<String> = (0..500).map(|n| format!("+1408555{n:07}")).collect();
        let filters = filters(&numbers);
        assert!(filters.iter().all(|filter| filter.len() <= LONGEST_FILTER));
        let asked: Vec<&str> = filters
            .iter()
            .flat_map(|filter| filter.split(','))
            .map(|term| &term["phoneNumber==".len()..])
            .collect();
        assert_eq!(asked, numbers);
        assert!(filters.len() <= 8, "{} filters", filters.len());
    }

    #[test]
    fn only_e164_is_asked_for() {
        assert!(is_e164("+14085551234"));
        for bad in [
            "",
            "+",
            "14085551234",
            "+1408555123*",
            "+1,phoneNumber==*",
            "+1234567890123456",
        ] {
            assert!(!is_e164(bad), "{bad}");
        }
    }
}
