#![allow(missing_docs, unused, dead_code)]
use super::wire;
use crate::lifecycle::proof::*;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;
pub struct LimitsConfig {
    pub requests_per_minute: u32,
    pub burst_requests: u32,
    pub burst_per: Duration,
    pub concurrent_operations: u32,
}
pub struct ContactCenterConfig {
    pub url: String,
    pub token_url: String,
    pub key: SecretString,
    pub secret: SecretString,
    pub tenant_info: Option<String>,
}
pub struct AccountConfig {
    pub admin_url: String,
    pub api_key: SecretString,
    pub limits: LimitsConfig,
    pub did_licenses: Vec<String>,
    pub contact_center: Option<ContactCenterConfig>,
    pub timeout: Duration,
    pub started_warm: bool,
    pub metrics: Option<Arc<CallMetrics>>,
}
#[derive(Default)]
pub struct CallMetrics;
impl CallMetrics {
    pub fn register(&self, _: &mut prometheus_client::registry::Registry) {}
}
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ConfigError;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct CallError;
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallErrorKind {
    KeyRefused,
    Forbidden,
    Invalid,
    NotFound,
    Conflict,
    NotImplemented,
    RateLimited,
    NotSent,
    Failed,
}
pub enum CallOutcome {
    NotSent,
    Refused,
    Unknown,
}
impl CallError {
    pub fn kind(&self) -> CallErrorKind {
        CallErrorKind::Failed
    }
    pub fn outcome(&self) -> CallOutcome {
        CallOutcome::Unknown
    }
    pub fn retry_after(&self) -> Option<Duration> {
        None
    }
}
#[derive(Clone)]
pub struct Account;
pub struct WritePermit;
pub struct Accepted {
    pub operation_id: Option<String>,
}
pub struct FullUser(wire::User);
impl FullUser {
    pub fn user(&self) -> &wire::User {
        &self.0
    }
}
pub struct UserRow(wire::User);
impl UserRow {
    pub fn user(&self) -> &wire::User {
        &self.0
    }
}
pub struct UserEdit;
pub struct WrongUser;
impl UserEdit {
    pub fn set_inactive(&mut self, p: &DeactivateProof) -> Result<(), WrongUser> {
        Ok(())
    }
    pub fn set_active(&mut self, p: &ActivateProof) -> Result<(), WrongUser> {
        Ok(())
    }
    pub fn remove_services(&mut self, p: &LicenseProof) -> Result<(), WrongUser> {
        Ok(())
    }
}
impl Account {
    pub fn new(c: AccountConfig) -> Result<Self, ConfigError> {
        Err(ConfigError)
    }
    pub async fn get_user(&self, id: &str) -> Result<Option<FullUser>, CallError> {
        Err(CallError)
    }
    pub async fn users_named(&self, n: &str) -> Result<Vec<UserRow>, CallError> {
        Err(CallError)
    }
    pub async fn list_users(&self, f: Option<&str>) -> Result<Vec<UserRow>, CallError> {
        Err(CallError)
    }
    pub async fn reserve_write(&self) -> WritePermit {
        WritePermit
    }
    pub fn edit(&self, f: FullUser) -> UserEdit {
        UserEdit
    }
    pub async fn replace_user(&self, p: WritePermit, e: UserEdit) -> Result<Accepted, CallError> {
        Err(CallError)
    }
    pub async fn delete_user(&self, p: WritePermit, e: DeleteProof) -> Result<Accepted, CallError> {
        Err(CallError)
    }
    pub async fn operation(&self, id: &str) -> Result<Option<wire::Operation>, CallError> {
        Err(CallError)
    }
    pub async fn ring_group(&self, id: &str) -> Result<Option<wire::RingGroup>, CallError> {
        Err(CallError)
    }
    pub async fn leave_ring_group(
        &self,
        p: WritePermit,
        proof: LeaveGroupProof,
        m: Vec<wire::MemberRef>,
    ) -> Result<Accepted, CallError> {
        Err(CallError)
    }
    pub async fn phone_numbers(&self, n: &[String]) -> Result<Vec<wire::PhoneNumber>, CallError> {
        Err(CallError)
    }
    pub async fn contact_center_queues(&self) -> Result<Vec<wire::CcQueue>, CallError> {
        Err(CallError)
    }
    pub async fn agents_of_queue(&self, q: &str) -> Result<Vec<wire::Agent>, CallError> {
        Err(CallError)
    }
    pub fn hold_operation(&self, id: &str) {}
}
