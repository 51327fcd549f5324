//! The owner's credentials: made on the first start, the password told once.

use std::path::Path;

use anyhow::{Context as _, Result};
use membership_accounts::AccountService;
use platform_entropy::Entropy;

use crate::api::OWNER_TOKEN_FILE;

/// Makes the owner and the command line's token where they are missing. Gives the password on the first
/// start only.
pub(crate) async fn prepare(
    accounts: &AccountService,
    data: &Path,
    entropy: &dyn Entropy,
) -> Result<Option<String>> {
    let password = accounts.create_owner_if_absent(entropy).await?;
    let file = data.join(OWNER_TOKEN_FILE);
    let token = match accounts.owner_token(entropy).await? {
        Some(token) => Some(token),
        None if !file.exists() => Some(accounts.replace_owner_token(entropy).await?),
        None => None,
    };
    if let Some(token) = token {
        platform_files::write_private(&file, token.expose().to_owned())
            .await
            .context("cannot keep the owner's token")?;
    }
    Ok(password.map(|password| password.expose().to_owned()))
}
