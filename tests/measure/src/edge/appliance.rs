//! The appliance under measurement, in a process of its own: the real one, over a folder of films instead of an
//! origin, and over a control plane that writes what was sent into a file, as nginx does.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use contracts_delivery::{
    AccessEvent, ApplianceId, ApplianceReport, ByteRange, ControlError, ControlPlane, Extension,
    FileFacts, FileName, KeySet, ReportReply, SigningKey, Upstream, UpstreamError,
};
use data_objects::ContentHash;
use data_objects::tree::Outboard;
use delivery_edge::{Appliance, EdgeConfig, Listeners, TlsFiles, Upstreams};
use platform_clock::SystemClock;
use tokio_util::sync::CancellationToken;

/// The key that signs and is checked.
pub(super) fn key() -> SigningKey {
    SigningKey::new(1, [7; 32])
}

/// Serves `folder` at `address` until it is ended, by TLS when a folder with a certificate is named: words of the
/// command line.
pub(crate) async fn run(mut words: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut word = |what| words.next().with_context(|| format!("name {what}"));
    let address: SocketAddr = word("an address")?.parse()?;
    let films = PathBuf::from(word("the folder of films")?);
    let folder = PathBuf::from(word("the cache's folder")?);
    let log = std::fs::File::create(word("the file that says what was sent")?)?;
    let tls = words.next().map(|folder| {
        let file = |name| PathBuf::from(&folder).join(name);
        TlsFiles {
            certificate: file("edge.crt"),
            key: file("edge.key"),
        }
    });
    let scheme = if tls.is_some() { "https" } else { "http" };
    let config = EdgeConfig {
        base_url: format!("{scheme}://{address}/").parse()?,
        tls,
        folder,
        threads: 1,
        // The pace is kept, and is more than one core can send.
        capacity_mbps: 400_000,
        client_mbps: 400_000,
        ..EdgeConfig::default()
    };
    let plane = Arc::new(Plane { log: log.into() });
    let upstreams = Upstreams::origin(Arc::new(Folder { films }));
    let appliance = Appliance::open(config, SystemClock::shared(), upstreams, plane).await?;
    appliance.report().await?;
    let listeners = Listeners::bind(address, 1)?;
    let until = CancellationToken::new();
    let reports = appliance.clone();
    let also = until.clone();
    tokio::spawn(async move { reports.control_loop(also).await });
    Ok(appliance.serve(listeners, Router::new(), until).await?)
}

struct Plane {
    log: parking_lot::Mutex<std::fs::File>,
}

#[async_trait]
impl ControlPlane for Plane {
    async fn report(
        &self,
        _: &ApplianceId,
        report: ApplianceReport,
    ) -> Result<ReportReply, ControlError> {
        Ok(ReportReply {
            neighbours: Vec::new(),
            keys: KeySet { keys: vec![key()] },
            withdrawn: Vec::new(),
            withdrawn_seq: report.withdrawn_seq,
            next_report_s: 2,
            held_understood: true,
            placement: None,
        })
    }

    async fn access(&self, _: &ApplianceId, events: Vec<AccessEvent>) -> Result<(), ControlError> {
        let failed = |error: &dyn std::fmt::Display| ControlError::Failed(error.to_string());
        let text = serde_json::to_vec(&events).map_err(|error| failed(&error))?;
        self.log
            .lock()
            .write_all(&text)
            .map_err(|error| failed(&error))
    }
}

struct Folder {
    films: PathBuf,
}

impl Folder {
    fn all(&self, hash: ContentHash) -> Result<Vec<u8>, UpstreamError> {
        let names = [Extension::Mp4, Extension::Json].map(|extension| FileName { hash, extension });
        let read = |name: FileName| std::fs::read(self.films.join(name.to_string())).ok();
        names
            .into_iter()
            .find_map(read)
            .ok_or(UpstreamError::NotFound)
    }
}

#[async_trait]
impl Upstream for Folder {
    async fn facts(&self, file: ContentHash) -> Result<FileFacts, UpstreamError> {
        let all = self.all(file)?;
        let outboard = Outboard::compute(&all[..]).map_err(|_| UpstreamError::Down)?;
        Ok(FileFacts {
            bytes: all.len() as u64,
            outboard: outboard.to_bytes(),
        })
    }

    async fn read(&self, file: ContentHash, range: ByteRange) -> Result<Bytes, UpstreamError> {
        let all = Bytes::from(self.all(file)?);
        Ok(all.slice(range.start as usize..range.end as usize))
    }
}
