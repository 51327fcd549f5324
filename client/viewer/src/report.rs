//! What a play was like.

use serde::{Deserialize, Serialize};

/// The outcome of a play, as `marquee play` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlayReport {
    /// From the first request to the first picture, in seconds.
    pub startup_s: f64,
    /// How much of the title was shown, in seconds of the title.
    pub played_s: f64,
    /// How often the picture stood still for want of data.
    pub stalls: u32,
    /// For how long in all, in seconds.
    pub stalled_s: f64,
    /// The mean rate of the media fetched, picture and sound, in kilobits a second of the title.
    pub mean_kbps: f64,
    /// How often the picture's rendition changed.
    pub switches: u32,
    /// Who served segments, in the order they first did.
    pub appliances: Vec<String>,
}

/// A finished play: its report and how it came about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Play {
    /// The outcome.
    pub report: PlayReport,
    /// What was decided and what went wrong, in order of time.
    pub log: Vec<LogEntry>,
}

/// One entry of the decision log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEntry {
    /// Since the first request, in seconds.
    pub at_s: f64,
    /// How much was buffered, in seconds of the title.
    pub buffer_s: f64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What a log entry tells of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A rendition was chosen for a segment of the picture.
    Chose {
        /// The segment, counted from 0.
        segment: usize,
        /// The rendition's peak rate in kilobits a second.
        kbps: u64,
        /// What the network was expected to carry, in kilobits a second.
        estimate_kbps: u64,
        /// Why, in a few words.
        reason: &'static str,
    },
    /// An appliance failed; the next is tried.
    Failed {
        /// Which.
        appliance: String,
        /// Why.
        reason: String,
    },
    /// The session was renewed.
    Renewed,
}
