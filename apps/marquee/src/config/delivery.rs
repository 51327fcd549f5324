//! The settings of delivery: the origin, steering, and the appliances.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use contracts_delivery::{ApplianceId, Location, Tier};
use delivery_edge::{EdgeConfig, TlsFiles};
use delivery_fill::Window;
use platform_clock::TimeZone;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{address_url, local, loopback};

/// The origin's listener: viewers' last resort, and the appliances' fill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OriginConfig {
    pub(crate) listen: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<Url>,
    /// The certificate it shows; without one it speaks plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsFiles>,
}

impl Default for OriginConfig {
    fn default() -> Self {
        Self {
            listen: loopback(8403),
            base_url: None,
            tls: None,
        }
    }
}

impl OriginConfig {
    /// Where viewers and appliances reach it, now that it is known where it listens.
    pub(crate) fn url(&self, listening: SocketAddr) -> Url {
        let named = self.base_url.as_ref().map(with_slash);
        named.unwrap_or_else(|| player_url(listening, self.tls.as_ref()))
    }
}

/// What appliances are ranked by, beside what they report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SteeringConfig {
    /// A table of networks and where they are on the earth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) places: Option<PathBuf>,
}

/// Where an appliance that runs alone fills from and reports to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UpstreamConfig {
    pub(crate) control: Url,
    pub(crate) origin: Url,
    /// The file that holds the cluster's secret; the data folder's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_file: Option<PathBuf>,
}

impl Default for UpstreamConfig {
    fn default() -> Self {
        Self {
            control: local(8400),
            origin: local(8403),
            secret_file: None,
        }
    }
}

/// One appliance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EdgeSettings {
    pub(crate) id: ApplianceId,
    pub(crate) listen: SocketAddr,
    /// Where players reach it; the listener's own address when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<Url>,
    /// The certificate it shows; without one it speaks plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsFiles>,
    /// Speaks HTTP/2 with those that offer it.
    pub(crate) http2: bool,
    /// Speaks HTTP/3 on the UDP port of the same number.
    pub(crate) http3: bool,
    pub(crate) tier: Tier,
    pub(crate) capacity_mbps: u32,
    /// The cache's folder; `edge/<id>` in the data folder when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache: Option<PathBuf>,
    pub(crate) cache_bytes: u64,
    pub(crate) read_ahead_blocks: u32,
    pub(crate) threads: u32,
    pub(crate) client_mbps: u32,
    pub(crate) max_streams: u32,
    pub(crate) max_connections: u32,
    /// Appliances of one tier with one site share the files of their clients.
    pub(crate) site: String,
    /// Appliances of one region are filled with what is watched there; empty where there is one alone.
    pub(crate) region: String,
    /// Where it is on the earth: for the map, and for who is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
    /// What its clocks show.
    pub(crate) time_zone: TimeZone,
    /// When it fetches what was placed on it, and how fast.
    pub(crate) fill: Window,
}

impl Default for EdgeSettings {
    fn default() -> Self {
        let own = EdgeConfig::default();
        Self {
            id: own.id,
            listen: loopback(8401),
            base_url: None,
            tls: None,
            http2: own.http2,
            http3: own.http3,
            tier: own.tier,
            capacity_mbps: own.capacity_mbps,
            cache: None,
            cache_bytes: own.cache_bytes,
            read_ahead_blocks: own.read_ahead_blocks,
            threads: own.threads,
            client_mbps: own.client_mbps,
            max_streams: own.max_streams,
            max_connections: own.max_connections,
            site: own.site,
            region: own.region,
            location: own.location,
            time_zone: own.time_zone,
            fill: own.fill,
        }
    }
}

/// The networks an appliance serves, as they were announced to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RouteSettings {
    pub(crate) appliance: ApplianceId,
    /// A list of prefixes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prefixes: Option<PathBuf>,
    /// A table dump and the updates after it.
    pub(crate) mrt: Vec<PathBuf>,
    /// The session of the dump that is meant; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) peer: Option<IpAddr>,
}

impl Default for RouteSettings {
    fn default() -> Self {
        Self {
            appliance: EdgeConfig::default().id,
            prefixes: None,
            mrt: Vec::new(),
            peer: None,
        }
    }
}

impl EdgeSettings {
    /// The appliance's own settings, now that it is known where it listens.
    pub(crate) fn appliance(
        &self,
        upstream: &UpstreamConfig,
        listening: SocketAddr,
        data: &Path,
    ) -> EdgeConfig {
        EdgeConfig {
            id: self.id.clone(),
            base_url: self
                .base_url
                .clone()
                .unwrap_or_else(|| player_url(listening, self.tls.as_ref())),
            tls: self.tls.clone(),
            http2: self.http2,
            http3: self.http3,
            tier: self.tier,
            capacity_mbps: self.capacity_mbps,
            folder: self
                .cache
                .clone()
                .unwrap_or_else(|| data.join("edge").join(&self.id.0)),
            cache_bytes: self.cache_bytes,
            read_ahead_blocks: self.read_ahead_blocks,
            threads: self.threads,
            client_mbps: self.client_mbps,
            max_streams: self.max_streams,
            max_connections: self.max_connections,
            site: self.site.clone(),
            region: self.region.clone(),
            location: self.location,
            time_zone: self.time_zone.clone(),
            fill: self.fill,
            origin_url: with_slash(&upstream.origin),
            control_url: with_slash(&upstream.control),
        }
    }
}

/// Where players reach a listener, with or without a certificate.
fn player_url(address: SocketAddr, tls: Option<&TlsFiles>) -> Url {
    let mut url = address_url(address);
    if tls.is_some() {
        url.set_scheme("https")
            .expect("both schemes name a host and a port");
    }
    url
}

fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
