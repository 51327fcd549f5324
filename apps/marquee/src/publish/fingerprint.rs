//! A file's fingerprint: the BLAKE3 hash of its bytes.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;

/// Read at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// Hashes `file`, moving `bar`.
pub(crate) async fn of(file: &Path, bar: &ProgressBar) -> Result<String> {
    let (file, bar) = (file.to_owned(), bar.clone());
    tokio::task::spawn_blocking(move || {
        let mut reader = std::fs::File::open(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                return Ok(hasher.finalize().to_hex().to_string());
            }
            hasher.update(&buffer[..read]);
            bar.inc(read as u64);
        }
    })
    .await?
}
