//! The exchange between an appliance and the control plane: a report up, instructions down.

use std::net::IpAddr;

use async_trait::async_trait;
use data_objects::ContentHash;
use ipnet::IpNet;
use platform_clock::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{AccessEvent, ApplianceId, KeySet, Location, OriginError, Tier};

/// What an appliance says of itself every few seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplianceReport {
    /// Where it serves players. Ends with `/`.
    pub base_url: Url,
    /// Where it stands.
    pub tier: Tier,
    /// What it can send, in megabits a second; never zero.
    pub capacity_mbps: u32,
    /// When it started; a change says that it restarted.
    pub started_at: Timestamp,
    /// Responses being sent now.
    pub in_flight: u64,
    /// Bytes sent to players since it started.
    pub bytes_served: u64,
    /// Bytes its cache holds.
    pub cached_bytes: u64,
    /// The last withdrawal it has carried out.
    pub withdrawn_seq: u64,
    /// Most bytes its cache may hold; 0 when it stores nothing.
    #[serde(default)]
    pub cache_bytes: u64,
    /// Appliances of one tier that name the same site share the files of their clients.
    #[serde(default)]
    pub site: String,
    /// Appliances of one region are filled with what is watched there; empty where there is one alone.
    #[serde(default)]
    pub region: String,
    /// When it fetches what was placed on it.
    #[serde(default)]
    pub fill: FillHours,
    /// What changed of the whole files it holds.
    #[serde(default)]
    pub held: HeldFiles,
    /// The placement it carries out, by [`Placement::mark`]; 0 for none.
    #[serde(default)]
    pub placement: u64,
    /// Where it is on the earth, if its operator said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How it fares.
    #[serde(default)]
    pub vitals: Vitals,
    /// How long round trips to players took since the report before, by network; no more than
    /// [`RoundTrip::MAX`] are heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub round_trips: Vec<RoundTrip>,
}

/// How long round trips to players of one network took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTrip {
    /// [`Self::network_of`] the players.
    pub network: IpNet,
    /// The mean of what TCP measured on their connections (the smoothed time of RFC 6298), in microseconds.
    pub mean_us: u32,
    /// Of so many looks at a connection; never zero.
    pub samples: u32,
}

impl RoundTrip {
    /// Most networks of one report.
    pub const MAX: usize = 64;

    /// What is told of a player's address: as many bits as the finest prefixes have that networks take from one
    /// another, 24 of IPv4 and 48 of IPv6.
    pub fn network_of(client: IpAddr) -> IpNet {
        let client = client.to_canonical();
        let bits = if client.is_ipv4() { 24 } else { 48 };
        IpNet::new(client, bits).map_or_else(|_| client.into(), |network| network.trunc())
    }
}

/// An appliance's hours of fill, for its operators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillHours {
    /// The hour they begin with, by the clocks where it is.
    pub from: u8,
    /// The hour they end before.
    pub to: u8,
    /// Those clocks: a zone of the time zone database or an offset.
    pub time_zone: String,
    /// Most it fetches then, in megabits a second.
    pub rate_mbps: u32,
    /// Whether it is one of them now.
    pub open: bool,
}

/// How an appliance fares by its own account; all but the last count from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vitals {
    /// Answers begun.
    pub answers: u64,
    /// Of them those with a status of 500 or more: what failed here, and not what was asked for wrongly.
    pub failed_answers: u64,
    /// Blocks that could not be fetched from anywhere.
    pub failed_fills: u64,
    /// Blocks that the cache's disk did not take or give, or changed.
    pub failed_blocks: u64,
    /// Blocks being fetched now because somebody waits for them.
    pub waiting: u64,
}

/// A difference between the whole files an appliance holds and those it told of before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFiles {
    /// What was told before does not count: `added` begins anew.
    pub all: bool,
    /// Files that are there from end to end.
    pub added: Vec<ContentHash>,
    /// Files that are not any more.
    pub removed: Vec<ContentHash>,
}

/// The files an appliance should keep before anybody asks for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Another for other files; never 0.
    pub mark: u64,
    /// The most worth first.
    pub files: Vec<ContentHash>,
}

/// What the control plane answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportReply {
    /// The keys whose tokens it must accept.
    pub keys: KeySet,
    /// Files it must drop, release files among them.
    pub withdrawn: Vec<ContentHash>,
    /// The number of the last withdrawal in `withdrawn` (its own number again when there is none).
    pub withdrawn_seq: u64,
    /// Seconds until the next report; 0 when more withdrawals wait.
    pub next_report_s: u32,
    /// Whether what was told of files made sense; if not, the next report begins anew.
    #[serde(default)]
    pub held_understood: bool,
    /// What to keep from now on, when that is not what the report says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Whom to ask for a block before the origin, in that order: those that share its site, then the tier above.
    #[serde(default)]
    pub neighbours: Vec<Neighbour>,
}

/// Another appliance that may have what one lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Which.
    pub appliance: ApplianceId,
    /// Where it serves; the fill service is below. Ends with `/`.
    pub base_url: Url,
}

/// Why a report was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The control plane could not be reached; the next report may get through.
    #[error("the control plane cannot be reached: {0}")]
    Unreachable(String),
    /// The cluster secret is not the control plane's; a retry does not help.
    #[error("the control plane does not accept this cluster secret")]
    Forbidden,
    /// The report itself is at fault; a retry does not help.
    #[error("the control plane refused the report: {0}")]
    Refused(String),
    /// The control plane's store failed; a retry may help.
    #[error("the control plane failed: {0}")]
    Failed(String),
}

/// The control plane as an appliance sees it.
#[async_trait]
pub trait ControlPlane: Send + Sync {
    /// Takes a report and says what to do.
    async fn report(
        &self,
        appliance: &ApplianceId,
        report: ApplianceReport,
    ) -> Result<ReportReply, ControlError>;

    /// Takes what an appliance sent.
    async fn access(
        &self,
        appliance: &ApplianceId,
        events: Vec<AccessEvent>,
    ) -> Result<(), ControlError>;
}

/// One file that every appliance must drop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Its place in the log; rises by one.
    pub seq: u64,
    /// The file, which may be a release's own.
    pub file: ContentHash,
}

/// The origin's log of withdrawn files.
#[async_trait]
pub trait WithdrawalLog: Send + Sync {
    /// Entries after `seq` in order, at most `limit`.
    async fn withdrawals_since(
        &self,
        seq: u64,
        limit: usize,
    ) -> Result<Vec<Withdrawal>, OriginError>;
}
