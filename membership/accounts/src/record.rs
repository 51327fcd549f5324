//! What is stored of accounts and sessions.

use contracts_membership::{Account, AccountId, Maturity, Plan, Role};
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{SESSION_LIFE, SESSION_TOUCH};

/// An account as stored, under its folded name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pub(crate) id: AccountId,
    /// As it was typed when the account was made.
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) plan: Plan,
    #[serde(default = "adult")]
    pub(crate) max_maturity: Maturity,
    /// PHC text form.
    pub(crate) password_hash: String,
    pub(crate) created_at: Timestamp,
}

const fn adult() -> Maturity {
    Maturity::Eighteen
}

impl AccountRecord {
    pub(crate) fn into_account(self) -> Account {
        let Self {
            id,
            name,
            role,
            plan,
            max_maturity,
            ..
        } = self;
        Account {
            id,
            name,
            role,
            plan,
            max_maturity,
        }
    }
}

/// A session as stored, under its token's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SessionRecord {
    /// Whose. An account made anew under an old name has another identifier, so old sessions stay shut.
    pub(crate) account: AccountId,
    /// The folded name the account is stored under.
    pub(crate) name: String,
    /// Absent for the owner's command-line token, which lasts until it is replaced.
    pub(crate) expires: Option<Timestamp>,
}

impl SessionRecord {
    /// Whether it is over at `now`.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// The record with its end moved, when that is due.
    pub(crate) fn touched(&self, now: Timestamp) -> Option<Self> {
        let expires = self.expires?;
        let used_since = SESSION_LIFE.saturating_sub(expires.since(now));
        (used_since >= SESSION_TOUCH).then(|| Self {
            expires: Some(now.plus(SESSION_LIFE)),
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_session_slides_at_most_hourly_and_ends_after_its_life() {
        let start = Timestamp::from_millis(0);
        let session = SessionRecord {
            account: AccountId("a".into()),
            name: "a".into(),
            expires: Some(start.plus(SESSION_LIFE)),
        };
        assert_eq!(session.touched(start.plus(Duration::from_mins(1))), None);
        let later = start.plus(SESSION_TOUCH);
        let touched = session.touched(later).unwrap();
        assert_eq!(touched.expires, Some(later.plus(SESSION_LIFE)));
        assert!(
            !session.is_over(start.plus(SESSION_LIFE.saturating_sub(Duration::from_millis(1))))
        );
        assert!(session.is_over(start.plus(SESSION_LIFE)));
        let lasting = SessionRecord {
            expires: None,
            ..session
        };
        assert!(!lasting.is_over(Timestamp::from_millis(u64::MAX)));
        assert_eq!(lasting.touched(later), None);
    }
}
