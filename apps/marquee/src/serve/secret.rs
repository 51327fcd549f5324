//! The secret that appliances and the control plane share.

use std::path::Path;

use anyhow::{Context as _, Result};
use contracts_delivery::ClusterSecret;
use platform_entropy::{Entropy, random_id};

/// The file in the data folder that holds it.
pub(crate) const FILE: &str = "cluster.secret";

/// Reads the secret; makes one on the first start.
pub(crate) async fn read_or_make(data: &Path, entropy: &dyn Entropy) -> Result<ClusterSecret> {
    let path = data.join(FILE);
    if !path.exists() {
        let secret = format!("{}{}", random_id(entropy), random_id(entropy));
        platform_files::write_private(&path, secret)
            .await
            .context("cannot keep the cluster's secret")?;
    }
    read(&path).await
}

/// Reads the secret from a file.
pub(crate) async fn read(path: &Path) -> Result<ClusterSecret> {
    let text = tokio::fs::read_to_string(path).await.with_context(|| {
        format!(
            "cannot read the cluster's secret from {}; copy the service's cluster.secret there",
            path.display()
        )
    })?;
    ClusterSecret::new(text.trim())
        .with_context(|| format!("{} holds no usable secret", path.display()))
}
