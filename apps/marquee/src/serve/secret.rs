//! Secrets in the data folder: made on the first start, read by whoever may read the folder.

use std::path::Path;

use anyhow::{Context as _, Result};
use contracts_delivery::ClusterSecret;
use data_kv_grpc::SharedSecret;
use platform_entropy::{Entropy, random_id};

/// The file of the secret that appliances and the control plane share.
pub(crate) const FILE: &str = "cluster.secret";

/// The file of the secret that the key-value service and its clients share: an appliance does not have it.
const RECORDS_FILE: &str = "records.secret";

/// Reads the cluster's secret; makes one on the first start.
pub(crate) async fn read_or_make(data: &Path, entropy: &dyn Entropy) -> Result<ClusterSecret> {
    let path = data.join(FILE);
    make(&path, entropy).await?;
    read(&path).await
}

/// Reads the key-value service's secret; makes one on the first start.
pub(crate) async fn of_records(data: &Path, entropy: &dyn Entropy) -> Result<SharedSecret> {
    let path = data.join(RECORDS_FILE);
    make(&path, entropy).await?;
    let text = tokio::fs::read_to_string(&path)
        .await
        .with_context(|| format!("cannot read {}", path.display()))?;
    SharedSecret::new(text.trim())
        .with_context(|| format!("{} holds no usable secret", path.display()))
}

async fn make(path: &Path, entropy: &dyn Entropy) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let secret = format!("{}{}", random_id(entropy), random_id(entropy));
    platform_files::write_private(path, secret)
        .await
        .with_context(|| format!("cannot keep a secret in {}", path.display()))
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
