//! `marquee serve`: the configuration, the roles, and the end of the process.

use anyhow::{Result, bail};
use platform_http::Shutdown;
use platform_observe::{LogFormat, init_logs};

use crate::cli::Serve;
use crate::config::Config;
use crate::roles::{Composition, compose};
use crate::serve::{appliance, region, worker};

/// Runs until told to stop.
pub(crate) async fn run(serve: Serve) -> Result<()> {
    let composition = match compose(&serve.roles) {
        Ok(composition) => composition,
        Err(reason) => bail!("{reason}"),
    };
    let config = Config::load(serve.config.as_deref())?;
    let format = if config.server.log_json {
        LogFormat::Json
    } else {
        LogFormat::Text
    };
    if let Err(reason) = init_logs(format, &config.server.log) {
        bail!("{reason}");
    }
    let shutdown = Shutdown::new();
    stop_on_signal(shutdown.clone())?;
    match composition {
        Composition::Appliance => appliance::run(&config, &serve, shutdown).await,
        Composition::Worker => worker::run(&config, &serve, shutdown).await,
        Composition::Region {
            with_edges,
            with_studio,
        } => region::run(config, &serve, with_edges, with_studio, shutdown).await,
    }
}

/// Ctrl-C and a polite kill stop the service; a second one stops it at once.
fn stop_on_signal(shutdown: Shutdown) -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            if shutdown.is_cancelled() {
                std::process::exit(130);
            }
            shutdown.cancel();
        }
    });
    Ok(())
}
