//! Where clients are on the earth: the table of the configuration.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, Result};
use delivery_steering::{Places, SteeringService};

/// Reads the table and puts it to use.
///
/// # Errors
/// When it cannot be used, and why; the one before stays.
pub(crate) async fn begin(path: &Path, steering: &SteeringService) -> Result<()> {
    let table = path.to_owned();
    let places = tokio::task::spawn_blocking(move || read(&table)).await??;
    tracing::info!(networks = places.networks(), "places of clients are in use");
    steering.set_places(places);
    Ok(())
}

fn read(path: &Path) -> Result<Places> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Places::read(BufReader::new(file)).with_context(|| format!("in {}", path.display()))
}
