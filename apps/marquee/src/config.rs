//! The settings of every role, nested as the roles are. `marquee.toml` in the repository lists them all.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use contracts_delivery::{ApplianceId, MAX_NAME_BYTES, is_plain_name};
use contracts_studio::{EncodingProfile, Screen};
use media_ffmpeg::ToolsConfig;
use platform_http::Trust;
use serde::{Deserialize, Serialize};
use studio_encode::LoudnessTarget;
use url::Url;

mod appliances;
mod delivery;

pub(crate) use appliances::ORIGIN;
pub(crate) use delivery::{
    EdgeSettings, OriginConfig, RouteSettings, SteeringConfig, UpstreamConfig,
};

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
    pub(crate) tls: TlsConfig,
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
            tls: TlsConfig::default(),
            steering: SteeringConfig::default(),
            edges: vec![edge("edge-1", 8401), edge("edge-2", 8402)],
            routes: Vec::new(),
        }
    }
}

impl Config {
    /// The settings of a file, or the defaults where none is named.
    ///
    /// # Errors
    /// When the file cannot be read or a setting is wrong, with the file, the setting and what to do.
    pub(crate) fn load(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let config: Self = platform_config::load(path)?;
        appliances::check(&config.edges, &config.routes)
            .with_context(|| format!("the configuration {} is wrong", path.display()))?;
        Ok(config)
    }

    /// Whom this process trusts when it connects by TLS.
    pub(crate) fn trust(&self) -> Result<Trust> {
        Trust::with(self.tls.ca_file.as_deref()).context("[tls] ca_file")
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

/// The address of a store in the data folder.
pub(crate) const EMBEDDED: &str = "embedded";

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

/// How this process connects by TLS.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// Authorities that are trusted beside the public ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
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

/// An address as a URL that ends with a slash.
pub(crate) fn address_url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}/")).expect("a socket address makes a valid URL")
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
            "ca_file",
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
