//! `marquee backup` and `marquee restore`.

use anyhow::{Context as _, Result};
use indicatif::{HumanBytes, HumanCount};
use reqwest::Method;

use crate::api::Api;
use crate::backup;
use crate::cli::{Backup, Restore};
use crate::serve::backups::{BackupMade, BackupRequest, PATH};

/// Asks the running service for a backup, and waits for it.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn make(backup: Backup) -> Result<()> {
    let folder = std::path::absolute(&backup.folder)
        .with_context(|| format!("cannot use {}", backup.folder.display()))?;
    let api = Api::connect(&backup.service)?;
    let request = api.request(Method::POST, PATH)?;
    let made: BackupMade = api.json(request.json(&BackupRequest { folder })).await?;
    if backup.service.json {
        println!("{}", serde_json::to_string(&made)?);
        return Ok(());
    }
    println!(
        "Backed up {} rows and {} files, {}, to {}",
        HumanCount(made.rows),
        HumanCount(made.files as u64),
        HumanBytes(made.bytes),
        made.folder.display()
    );
    Ok(())
}

/// Makes a data folder of a backup.
#[expect(
    clippy::print_stdout,
    reason = "the command's answer goes to standard output"
)]
pub(crate) async fn restore(restore: Restore) -> Result<()> {
    let restored = backup::restore(&restore.folder, &restore.data).await?;
    println!(
        "Restored {} rows and {} files, {}. Start it with: marquee serve --data {}",
        HumanCount(restored.rows),
        HumanCount(restored.files() as u64),
        HumanBytes(restored.bytes()),
        restore.data.display()
    );
    Ok(())
}
