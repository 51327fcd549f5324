//! The appliance's settings.

use std::path::PathBuf;

use contracts_delivery::{ApplianceId, Location, Tier, is_plain_name};
use delivery_fill::Window;
use platform_clock::TimeZone;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::certificate::TlsFiles;
use crate::limits::{MAX_CONNECTIONS, MAX_READ_AHEAD_BLOCKS, MAX_THREADS};

/// What an operator says of an appliance. Every setting has a default fit for a trial on one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EdgeConfig {
    /// Its name in the cluster: letters, digits and hyphens.
    pub id: ApplianceId,
    /// Where players reach it; ends with `/`.
    pub base_url: Url,
    /// The certificate it shows; without one it speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Speaks HTTP/2 with those that offer it; needs `tls`.
    pub http2: bool,
    /// Speaks HTTP/3 on the UDP port of the listeners' number, and says so in its answers; needs `tls`.
    pub http3: bool,
    /// Where it stands.
    pub tier: Tier,
    /// What it can send, in megabits a second.
    pub capacity_mbps: u32,
    /// Where the cache lies. Removing the folder while the appliance is stopped loses nothing.
    pub folder: PathBuf,
    /// Most bytes of film in the cache; 0 stores nothing and passes every block through.
    pub cache_bytes: u64,
    /// Blocks of 1 MiB fetched ahead of a player within its own request; at most 8.
    pub read_ahead_blocks: u32,
    /// Event loops that serve players; 0: one a core.
    pub threads: u32,
    /// What one play may be sent, in megabits a second; 0: as much as it takes.
    pub client_mbps: u32,
    /// Most responses at once; more are answered 503, and players go on to the next appliance.
    pub max_streams: u32,
    /// Most connections, or as many as the process may open files for. One more takes the place of those that nobody
    /// has asked on for longest.
    pub max_connections: u32,
    /// Appliances of one tier with one site share the files of their clients.
    pub site: String,
    /// Appliances of one region are filled with what is watched there; empty where there is one alone.
    pub region: String,
    /// Where it is on the earth, for maps and for who is near.
    pub location: Option<Location>,
    /// What its clocks show.
    pub time_zone: TimeZone,
    /// When it fetches the files that were placed on it, and how fast.
    pub fill: Window,
    /// Where it fills from; ends with `/`.
    pub origin_url: Url,
    /// Where it reports to; ends with `/`.
    pub control_url: Url,
}

impl Default for EdgeConfig {
    fn default() -> Self {
        let local = |port: u16| {
            Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a number makes a valid port")
        };
        Self {
            id: ApplianceId("edge-1".to_owned()),
            base_url: local(7101),
            tls: None,
            http2: false,
            http3: false,
            tier: Tier::Isp,
            capacity_mbps: 1_000,
            folder: PathBuf::from("data/edge"),
            cache_bytes: 20 << 30,
            read_ahead_blocks: 3,
            threads: 0,
            client_mbps: 400,
            max_streams: 2_000,
            max_connections: MAX_CONNECTIONS,
            site: String::new(),
            region: String::new(),
            location: None,
            time_zone: TimeZone::utc(),
            fill: Window::default(),
            origin_url: local(7000),
            control_url: local(7000),
        }
    }
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {what}")]
pub struct BadEdgeConfig {
    /// The setting's name.
    pub setting: &'static str,
    /// What it must be.
    pub what: &'static str,
}

impl EdgeConfig {
    /// Checks what types cannot say.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn validate(&self) -> Result<(), BadEdgeConfig> {
        let bad = |setting, what| Err(BadEdgeConfig { setting, what });
        let urls = [
            ("base_url", &self.base_url),
            ("origin_url", &self.origin_url),
            ("control_url", &self.control_url),
        ];
        for (setting, url) in urls {
            if !matches!(url.scheme(), "http" | "https") || !url.path().ends_with('/') {
                return bad(
                    setting,
                    "must be an http or https address that ends with a slash",
                );
            }
        }
        if self.tls.is_some() && self.base_url.scheme() != "https" {
            return bad(
                "base_url",
                "must begin with https, which `tls` makes it speak",
            );
        }
        for (setting, is_on) in [("http2", self.http2), ("http3", self.http3)] {
            if is_on && self.tls.is_none() {
                return bad(
                    setting,
                    "needs `tls`: name a certificate and its key, or switch it off",
                );
            }
        }
        if !self.region.is_empty() && !is_plain_name(&self.region) {
            return bad("region", "must be at most 64 letters, digits and hyphens");
        }
        if self.fill.hours.from.max(self.fill.hours.to) > 23 {
            return bad("fill", "must have hours from 0 to 23");
        }
        if self.capacity_mbps == 0 {
            return bad("capacity_mbps", "must not be 0");
        }
        if self.threads > MAX_THREADS {
            return bad("threads", "must not be over 256");
        }
        if self.max_streams == 0 {
            return bad("max_streams", "must not be 0");
        }
        if self.max_connections == 0 {
            return bad("max_connections", "must not be 0");
        }
        if self.read_ahead_blocks > MAX_READ_AHEAD_BLOCKS {
            return bad("read_ahead_blocks", "must not be over 8");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use delivery_fill::Hours;

    use super::*;

    #[test]
    fn defaults_are_valid_and_bad_settings_are_named() {
        let good = EdgeConfig::default();
        assert_eq!(good.validate(), Ok(()));
        let slash = Url::parse("http://host/x").unwrap();
        let setting = |config: EdgeConfig| config.validate().unwrap_err().setting;
        assert_eq!(
            setting(EdgeConfig {
                base_url: slash,
                ..good.clone()
            }),
            "base_url"
        );
        assert_eq!(
            setting(EdgeConfig {
                capacity_mbps: 0,
                ..good.clone()
            }),
            "capacity_mbps"
        );
        assert_eq!(
            setting(EdgeConfig {
                http2: true,
                ..good.clone()
            }),
            "http2"
        );
        assert_eq!(
            setting(EdgeConfig {
                region: "far away".to_owned(),
                ..good.clone()
            }),
            "region"
        );
        let late = Hours { from: 22, to: 24 };
        assert_eq!(
            setting(EdgeConfig {
                fill: Window {
                    hours: late,
                    ..good.fill
                },
                ..good.clone()
            }),
            "fill"
        );
        assert_eq!(
            setting(EdgeConfig {
                http3: true,
                ..good.clone()
            }),
            "http3"
        );
        assert_eq!(
            setting(EdgeConfig {
                read_ahead_blocks: 9,
                ..good
            }),
            "read_ahead_blocks"
        );
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(serde_json::from_str::<EdgeConfig>(r#"{"cache_byte": 1}"#).is_err());
        let config: EdgeConfig = serde_json::from_str(r#"{"cache_bytes": 1}"#).unwrap();
        assert_eq!(
            config,
            EdgeConfig {
                cache_bytes: 1,
                ..EdgeConfig::default()
            }
        );
    }
}
