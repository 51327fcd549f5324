//! Making, listing and removing accounts.

use contracts_membership::{Account, AccountId, Maturity, Plan, Role};
use platform_entropy::{Entropy, random_id};

use crate::limits::{MAX_PLAN_NAME_CHARS, MAX_PLAN_STREAMS};
use crate::name::{AccountName, OWNER_NAME};
use crate::password::Password;
use crate::record::AccountRecord;
use crate::{AccountError, AccountService};

/// An account to make.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name to sign in with.
    pub name: String,
    /// Its password.
    pub password: Password,
    /// What it has subscribed to; the default plan when absent.
    pub plan: Option<Plan>,
    /// The highest rating it may watch; every rating when absent.
    pub max_maturity: Option<Maturity>,
}

impl AccountService {
    /// Makes the owner's account when there is none, with a password drawn from `entropy`: the only
    /// time it is told.
    pub async fn create_owner_if_absent(
        &self,
        entropy: &dyn Entropy,
    ) -> Result<Option<Password>, AccountError> {
        if self.store.account(OWNER_NAME).await?.is_some() {
            return Ok(None);
        }
        let password = Password::generate(entropy);
        let owner = NewAccount {
            name: OWNER_NAME.into(),
            password: password.clone(),
            plan: None,
            max_maturity: None,
        };
        match self.add(owner, Role::Owner, entropy).await {
            Ok(_) => Ok(Some(password)),
            Err(AccountError::NameTaken(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a viewer's account.
    pub async fn create(&self, new: NewAccount) -> Result<Account, AccountError> {
        self.add(new, Role::Viewer, &*self.entropy).await
    }

    async fn add(
        &self,
        new: NewAccount,
        role: Role,
        entropy: &dyn Entropy,
    ) -> Result<Account, AccountError> {
        let name: AccountName = new.name.parse()?;
        new.password.check()?;
        let plan = new.plan.unwrap_or_else(|| self.config.default_plan.clone());
        check_plan(&plan)?;
        if self.store.account(name.as_str()).await?.is_some() {
            return Err(AccountError::NameTaken(new.name));
        }
        let record = AccountRecord {
            id: AccountId(random_id(entropy)),
            name: new.name.trim().to_owned(),
            role,
            plan,
            max_maturity: new.max_maturity.unwrap_or(Maturity::Eighteen),
            password_hash: self.hasher.hash(&new.password, entropy).await?,
            created_at: self.clock.now(),
        };
        if !self.store.add_account(&name, &record).await? {
            return Err(AccountError::NameTaken(new.name));
        }
        Ok(record.into_account())
    }

    /// Every account, by name.
    pub async fn list(&self) -> Result<Vec<Account>, AccountError> {
        let records = self.store.all_accounts().await?;
        Ok(records
            .into_iter()
            .map(AccountRecord::into_account)
            .collect())
    }

    /// Removes a viewer's account; its sessions are refused at once.
    pub async fn delete(&self, id: &AccountId) -> Result<(), AccountError> {
        let found = self
            .store
            .all_accounts()
            .await?
            .into_iter()
            .find(|record| record.id == *id);
        let record = found.ok_or_else(|| AccountError::NoSuchAccount(id.to_string()))?;
        if record.role == Role::Owner {
            return Err(AccountError::OwnerStays);
        }
        if self.store.remove_account(&record).await? {
            return Ok(());
        }
        Err(AccountError::NoSuchAccount(id.to_string()))
    }
}

fn check_plan(plan: &Plan) -> Result<(), AccountError> {
    let characters = plan.name.chars().count();
    let named = (1..=MAX_PLAN_NAME_CHARS).contains(&characters);
    let streams = (1..=MAX_PLAN_STREAMS).contains(&plan.max_streams);
    if named && streams && plan.max_height > 0 {
        Ok(())
    } else {
        Err(AccountError::BadPlan)
    }
}
