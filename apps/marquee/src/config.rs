//! The settings of every role, nested as the roles are. `marquee.toml` in the repository lists them all.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use contracts_delivery::{ApplianceId, Location, MAX_NAME_BYTES, Tier, is_plain_name};
use contracts_studio::{EncodingProfile, Screen};
use delivery_edge::{EdgeConfig, TlsFiles};
use delivery_fill::Window;
use media_ffmpeg::ToolsConfig;
use serde::{Deserialize, Serialize};
use studio_encode::LoudnessTarget;
use url::Url;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: ServerConfig,
    pub(crate) stores: StoresConfig,
    pub(crate) records: RecordsConfig,
    pub(crate) origin: OriginConfig,
    pub(crate) studio: StudioConfig,
    pub(crate) worker: WorkerConfig,
    pub(crate) tools: ToolsConfig,
    pub(crate) membership: MembershipConfig,
    pub(crate) upstream: UpstreamConfig,
    pub(crate) steering: SteeringConfig,
    pub(crate) edges: Vec<EdgeSettings>,
    pub(crate) routes: Vec<RouteSettings>,
}

impl Default for Config {
    fn default() -> Self {
        let edge = |id: &str, port: u16| EdgeSettings {
            id: ApplianceId(id.to_owned()),
            listen: loopback(port),
            ..EdgeSettings::default()
        };
        Self {
            server: ServerConfig::default(),
            stores: StoresConfig::default(),
            records: RecordsConfig::default(),
            origin: OriginConfig::default(),
            studio: StudioConfig::default(),
            worker: WorkerConfig::default(),
            tools: ToolsConfig::default(),
            membership: MembershipConfig::default(),
            upstream: UpstreamConfig::default(),
            steering: SteeringConfig::default(),
            edges: vec![edge("edge-1", 8401), edge("edge-2", 8402)],
            routes: Vec::new(),
        }
    }
}

/// The API's listener and the logs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerConfig {
    pub(crate) listen: SocketAddr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<Url>,
    pub(crate) log: String,
    pub(crate) log_json: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: loopback(8400),
            public_url: None,
            log: "warn".to_owned(),
            log_json: false,
        }
    }
}

/// Which engines keep what the service knows; the data folder's own where an address says `embedded`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StoresConfig {
    pub(crate) wide_rows: String,
    pub(crate) events: String,
    pub(crate) objects: String,
    pub(crate) cache: String,
}

impl Default for StoresConfig {
    fn default() -> Self {
        let embedded = || EMBEDDED.to_owned();
        Self {
            wide_rows: embedded(),
            events: embedded(),
            objects: embedded(),
            cache: embedded(),
        }
    }
}

/// The key-value service's listener.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RecordsConfig {
    /// Where other processes reach it; `None`: nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listen: Option<SocketAddr>,
}

/// What appliances are ranked by, beside what they report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SteeringConfig {
    /// A table of networks and where they are on the earth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) places: Option<PathBuf>,
}

/// The address of a store in the data folder.
pub(crate) const EMBEDDED: &str = "embedded";

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

/// How picture and sound of new titles are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encryption {
    /// In clear.
    None,
    /// By common encryption.
    Cbcs,
}

/// How much of the machine encoding may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct StudioConfig {
    /// Encoders at once; 0: one per core.
    pub(crate) encoders: usize,
    /// Whose ladder titles get.
    pub(crate) ladder: studio_journey::LadderChoice,
    /// What quality is judged for.
    pub(crate) screen: Screen,
    /// Which codecs every title gets.
    pub(crate) profile: EncodingProfile,
    /// Whether what is published is encrypted.
    pub(crate) encryption: Encryption,
    /// Whether every sound track is brought to one loudness.
    pub(crate) normalise_loudness: bool,
    /// That loudness, in LUFS.
    pub(crate) loudness_lufs: f64,
    /// The highest true peak it may have then, in dBTP.
    pub(crate) true_peak_dbtp: f64,
}

impl Default for StudioConfig {
    fn default() -> Self {
        Self {
            encoders: 0,
            ladder: studio_journey::LadderChoice::default(),
            screen: Screen::default(),
            profile: EncodingProfile::default(),
            encryption: Encryption::None,
            normalise_loudness: true,
            loudness_lufs: -24.0,
            true_peak_dbtp: -2.0,
        }
    }
}

impl StudioConfig {
    /// Whether what is published is encrypted.
    pub(crate) fn encrypted(&self) -> Result<bool> {
        let encrypted = self.encryption == Encryption::Cbcs;
        ensure!(
            !encrypted || self.profile.downloads().is_empty(),
            "in [studio], this profile publishes whole films in clear beside what encryption covers; choose another \
             profile, or encryption = \"none\""
        );
        Ok(encrypted)
    }

    /// Where sound is brought to, if anywhere.
    pub(crate) fn loudness(&self) -> Result<Option<LoudnessTarget>> {
        let target = LoudnessTarget {
            integrated: self.loudness_lufs,
            true_peak: self.true_peak_dbtp,
        };
        ensure!(
            target.is_possible(),
            "in [studio], set loudness_lufs between -40 and -10 and true_peak_dbtp between -20 and 0"
        );
        Ok(self.normalise_loudness.then_some(target))
    }
}

/// A process that encodes for a studio elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WorkerConfig {
    pub(crate) id: String,
    /// Where its own folder for masters under way is; `worker` in the data folder when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<PathBuf>,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            id: "worker-1".to_owned(),
            folder: None,
        }
    }
}

impl WorkerConfig {
    /// The worker's own folder, named as it is. It is emptied at every start.
    ///
    /// # Errors
    /// When its name could lead to another folder.
    pub(crate) fn own_folder(&self, data: &Path) -> anyhow::Result<PathBuf> {
        if !is_plain_name(&self.id) {
            anyhow::bail!(
                "[worker] id is {:?}; it is 1 to {MAX_NAME_BYTES} letters, digits and hyphens",
                self.id
            );
        }
        let folder = self.folder.clone();
        Ok(folder.unwrap_or_else(|| data.join("worker")).join(&self.id))
    }
}

/// What an operator decides about viewers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MembershipConfig {
    pub(crate) max_streams: u32,
    pub(crate) max_height: u32,
    pub(crate) secure_cookie: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_territory: Option<String>,
}

impl Default for MembershipConfig {
    fn default() -> Self {
        Self {
            max_streams: 4,
            max_height: 2160,
            secure_cookie: false,
            default_territory: None,
        }
    }
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
    /// Appliances of one tier with one site share the files of their clients.
    pub(crate) site: String,
    /// Where it is on the earth: for the map, and for who is near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Location>,
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
            tier: own.tier,
            capacity_mbps: own.capacity_mbps,
            cache: None,
            cache_bytes: own.cache_bytes,
            read_ahead_blocks: own.read_ahead_blocks,
            threads: own.threads,
            client_mbps: own.client_mbps,
            max_streams: own.max_streams,
            site: own.site,
            location: own.location,
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
        data: &std::path::Path,
    ) -> EdgeConfig {
        EdgeConfig {
            id: self.id.clone(),
            base_url: self
                .base_url
                .clone()
                .unwrap_or_else(|| player_url(listening, self.tls.as_ref())),
            tls: self.tls.clone(),
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
            site: self.site.clone(),
            location: self.location,
            fill: self.fill,
            origin_url: with_slash(&upstream.origin),
            control_url: with_slash(&upstream.control),
        }
    }
}

/// An address as a URL that ends with a slash.
pub(crate) fn address_url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}/")).expect("a socket address makes a valid URL")
}

/// Where players reach a listener, with or without a certificate.
pub(crate) fn player_url(address: SocketAddr, tls: Option<&TlsFiles>) -> Url {
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

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn local(port: u16) -> Url {
    address_url(loopback(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_configuration_equals_the_defaults() {
        let sample = include_str!("../../../marquee.toml");
        let parsed: Config =
            platform_config::parse(sample, std::path::Path::new("marquee.toml")).unwrap();
        assert_eq!(parsed, Config::default());
    }

    #[test]
    fn a_worker_empties_no_folder_but_its_own() {
        let named = |id: &str, folder: Option<&str>| WorkerConfig {
            id: id.to_owned(),
            folder: folder.map(PathBuf::from),
        };
        let own = |config: WorkerConfig| config.own_folder(Path::new("/data")).ok();
        assert_eq!(own(named("w-1", None)), Some("/data/worker/w-1".into()));
        assert_eq!(own(named("w-1", Some("/tmp"))), Some("/tmp/w-1".into()));
        for bad in ["", "..", "a/b", "/", "a.b"] {
            assert_eq!(own(named(bad, Some("/tmp"))), None, "{bad:?}");
        }
    }

    #[test]
    fn the_sample_configuration_names_every_setting() {
        let sample = include_str!("../../../marquee.toml");
        let defaults = toml::Value::try_from(Config::default()).unwrap();
        let optional = [
            "public_url",
            "base_url",
            "tls",
            "ffmpeg",
            "ffprobe",
            "default_territory",
            "secret_file",
            "cache",
            "folder",
            "tesseract",
            "appliance",
            "prefixes",
            "mrt",
            "peer",
        ];
        for name in names(&defaults).iter().map(String::as_str).chain(optional) {
            assert!(
                sample.lines().any(|line| line
                    .trim_start_matches("# ")
                    .starts_with(&format!("{name} = "))
                    || line.contains(&format!("[{name}]"))),
                "{name} is not in marquee.toml"
            );
        }
    }

    fn names(value: &toml::Value) -> Vec<String> {
        match value {
            toml::Value::Table(table) => table
                .iter()
                .flat_map(|(name, value)| std::iter::once(name.clone()).chain(names(value)))
                .collect(),
            toml::Value::Array(items) => items.iter().flat_map(names).collect(),
            _ => Vec::new(),
        }
    }
}
