//! The name an account signs in with.

use std::fmt;
use std::str::FromStr;

use crate::AccountError;
use crate::limits::MAX_NAME_CHARS;

/// The owner's name.
pub const OWNER_NAME: &str = "owner";

/// A name as accounts are found by: trimmed and in lower case, so that `Ada` and `ada ` are one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountName(String);

impl AccountName {
    /// The owner's.
    pub fn owner() -> Self {
        Self(OWNER_NAME.to_owned())
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        let characters = text.chars().count();
        if characters == 0 || characters > MAX_NAME_CHARS || text.chars().any(char::is_control) {
            return Err(AccountError::BadName);
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_folded_name_folds_to_itself(text in "\\PC{0,70}") {
            if let Ok(name) = text.parse::<AccountName>() {
                prop_assert_eq!(name.as_str().parse::<AccountName>().unwrap(), name);
            }
        }
    }

    #[test]
    fn names_fold_and_tricks_are_refused() {
        assert_eq!("  Ada ".parse::<AccountName>().unwrap().as_str(), "ada");
        for bad in ["", "   ", "a\0b", &"x".repeat(MAX_NAME_CHARS + 1)] {
            assert!(
                matches!(bad.parse::<AccountName>(), Err(AccountError::BadName)),
                "{bad:?}"
            );
        }
    }
}
