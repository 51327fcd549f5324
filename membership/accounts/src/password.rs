//! Passwords: what they may be, and their hashes, computed a bounded number at a time.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use platform_entropy::Entropy;
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::AccountError;
use crate::limits::{
    ARGON2_LANES, ARGON2_MEMORY_KIB, ARGON2_PASSES, HASHES_ADMITTED, HASHES_AT_ONCE,
    MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS, SALT_BYTES,
};

/// A password in clear; does not print.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Four groups of five letters and digits, joined by hyphens: 100 random bits that a person can
    /// read out. `l`, `o` and the digits they are taken for are left out.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut bytes = [0_u8; 20];
        entropy.fill(&mut bytes);
        let characters: Vec<char> = bytes
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
            .collect();
        let groups: Vec<String> = characters
            .chunks(5)
            .map(|group| group.iter().collect())
            .collect();
        Self(groups.join("-"))
    }

    /// The text, to show to its owner once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Refuses what is too short to protect or too long to hash.
    pub(crate) fn check(&self) -> Result<(), AccountError> {
        let long_enough = self.0.chars().count() >= MIN_PASSWORD_CHARS;
        if long_enough && self.fits() {
            Ok(())
        } else {
            Err(AccountError::BadPassword)
        }
    }

    fn fits(&self) -> bool {
        self.0.len() <= MAX_PASSWORD_BYTES
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(withheld)")
    }
}

/// Computes and checks hashes off the reactor.
#[derive(Debug)]
pub(crate) struct Hasher {
    admitted: Semaphore,
    running: Semaphore,
    /// The hash checked when there is no account of the name, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Hasher {
    /// A hasher whose decoy is the hash of a password nobody knows.
    pub(crate) async fn new(entropy: &dyn Entropy) -> Result<Self, AccountError> {
        let decoy = Password::generate(entropy);
        let salt = salt(entropy)?;
        let decoy = off_the_reactor(move || hash(&decoy, &salt)).await?;
        Ok(Self {
            admitted: Semaphore::new(HASHES_ADMITTED),
            running: Semaphore::new(HASHES_AT_ONCE),
            decoy: decoy.into(),
        })
    }

    /// A password's hash in PHC text form.
    pub(crate) async fn hash(
        &self,
        password: &Password,
        entropy: &dyn Entropy,
    ) -> Result<String, AccountError> {
        let (password, salt) = (password.clone(), salt(entropy)?);
        self.bounded(move || hash(&password, &salt)).await
    }

    /// Whether `password` is the one behind `stored`. Without a stored hash the decoy is checked and
    /// the answer is no, after the same work.
    pub(crate) async fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<bool, AccountError> {
        if !password.fits() {
            return Ok(false);
        }
        let known = stored.is_some();
        let against = stored.map_or_else(|| Arc::clone(&self.decoy), Arc::from);
        let password = password.clone();
        let matches = self.bounded(move || verify(&password, &against)).await?;
        Ok(matches && known)
    }

    async fn bounded<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let _admitted = self
            .admitted
            .try_acquire()
            .map_err(|_| AccountError::Busy)?;
        let _running = self
            .running
            .acquire()
            .await
            .map_err(|_| AccountError::Busy)?;
        off_the_reactor(work).await
    }
}

async fn off_the_reactor<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
) -> Result<T, AccountError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AccountError::Hash(error.to_string()))?
}

fn salt(entropy: &dyn Entropy) -> Result<SaltString, AccountError> {
    let mut bytes = [0; SALT_BYTES];
    entropy.fill(&mut bytes);
    SaltString::encode_b64(&bytes).map_err(|error| AccountError::Hash(error.to_string()))
}

fn hash(password: &Password, salt: &SaltString) -> Result<String, AccountError> {
    let params = Params::new(ARGON2_MEMORY_KIB, ARGON2_PASSES, ARGON2_LANES, None)
        .map_err(|error| AccountError::Hash(error.to_string()))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2
        .hash_password(password.0.as_bytes(), salt)
        .map_err(|error| AccountError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &Password, stored: &str) -> Result<bool, AccountError> {
    let stored =
        PasswordHash::new(stored).map_err(|error| AccountError::Hash(error.to_string()))?;
    match Argon2::default().verify_password(password.0.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(error) => Err(AccountError::Hash(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use platform_entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_generated_password_is_readable_and_passwords_do_not_print() {
        let password = Password::generate(&*SeededEntropy::shared(1));
        let groups: Vec<&str> = password.expose().split('-').collect();
        assert_eq!(groups.len(), 4);
        assert!(groups.iter().all(|group| group.len() == 5));
        assert!(!password.expose().contains(['0', '1', 'l', 'o']));
        assert!(password.check().is_ok());
        assert_eq!(format!("{password:?}"), "Password(withheld)");
        assert!(matches!(
            Password::new("short").check(),
            Err(AccountError::BadPassword)
        ));
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_no_account_never_does() {
        let entropy = SeededEntropy::shared(2);
        let hasher = Hasher::new(&*entropy).await.unwrap();
        let right = Password::new("correct horse");
        let stored = hasher.hash(&right, &*entropy).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(hasher.verify(&right, Some(&stored)).await.unwrap());
        assert!(
            !hasher
                .verify(&Password::new("wrong horse"), Some(&stored))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(&right, None).await.unwrap());
        let endless = Password::new("x".repeat(MAX_PASSWORD_BYTES + 1));
        assert!(!hasher.verify(&endless, Some(&stored)).await.unwrap());
    }
}
