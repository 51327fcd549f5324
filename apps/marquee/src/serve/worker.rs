//! Encoders in a process of their own: no store, a studio to work for, a folder for masters.

use std::sync::Arc;

use anyhow::Result;
use media_ffmpeg::Tools;
use platform_entropy::{SystemEntropy, random_id};
use platform_http::Shutdown;
use studio_farm::Worker;
use tokio::task::JoinSet;

use super::secret;
use super::studio::encoders;
use crate::cli::Serve;
use crate::config::Config;

/// Encodes chunks of the studio at the upstream's control address until `shutdown`.
#[expect(clippy::print_stdout, reason = "the operator is told that it works")]
pub(crate) async fn run(config: &Config, serve: &Serve, shutdown: Shutdown) -> Result<()> {
    let upstream = &config.upstream;
    let secret_file = upstream
        .secret_file
        .clone()
        .unwrap_or_else(|| serve.data.join(secret::FILE));
    let secret = secret::read(&secret_file).await?;
    let tools = Arc::new(Tools::locate(&config.tools).await?);
    let id = &config.worker.id;
    let folder = config.worker.own_folder(&serve.data)?;
    // Another start is another worker: what the one before held is lost.
    let name = format!("{id}-{}", random_id(&*SystemEntropy::shared()));
    let trust = config.trust()?;
    let studio = (upstream.control.clone(), secret, &trust);
    let count = encoders(config.studio.encoders);
    let crew = Worker::crew(&name, count, studio, &tools, &folder)?;
    println!("worker {id} is ready with {count} encoders");
    let mut tasks = JoinSet::new();
    for worker in crew {
        let stop = shutdown.clone();
        tasks.spawn(async move { worker.work(stop).await });
    }
    while tasks.join_next().await.is_some() {}
    Ok(())
}
