//! Why the tools cannot be used, and why one run of them failed.

use std::path::PathBuf;
use std::time::Duration;

use crate::sentence::plain_sentence;

/// The tools cannot be used at all; an operator has to act.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// Nowhere to be found.
    #[error(
        "{tool} is not in {folder} and not on PATH; run ./run once to install it, or set its path in the configuration"
    )]
    NotFound {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// The folder that was searched first.
        folder: PathBuf,
    },
    /// Found, but it does not run.
    #[error("{program} does not run as {tool}: {source}")]
    DoesNotRun {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// What was started.
        program: PathBuf,
        /// How it failed.
        source: ToolError,
    },
    /// It runs, but lacks an encoder that every title needs.
    #[error(
        "{program} (version {version}) has no {encoder} encoder; use a build of ffmpeg that has libx264 and aac"
    )]
    NoEncoder {
        /// What was started.
        program: PathBuf,
        /// The version it says it is.
        version: String,
        /// The encoder that is absent.
        encoder: &'static str,
    },
}

/// One run of a tool failed.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The program could not be started or confined.
    #[error("cannot start {program}: {source}")]
    NotStarted {
        /// What was to be started.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The tool ended by itself with an error; the same arguments will fail again.
    #[error("{tool} failed with status {status}: {}", plain_sentence(stderr_tail))]
    Failed {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// Its exit status.
        status: i32,
        /// The end of what it said.
        stderr_tail: String,
    },
    /// Something outside ended it: an operator, a shutdown, the kernel short of memory. A retry helps.
    #[error("{tool} was ended from outside by signal {signal}; trying again helps")]
    Killed {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// The signal; 15 when the tool caught one and did not say which.
        signal: i32,
    },
    /// It used all the CPU time it may; the same arguments will do so again.
    #[error("{tool} used all the {} s of CPU time it may use", limit.as_secs())]
    CpuLimit {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// It took too long by the clock on the wall; on a less busy machine a retry may help.
    #[error("{tool} took longer than the {} s it may take", limit.as_secs_f64())]
    TimedOut {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// It wrote more to standard output than is kept.
    #[error("{tool} wrote more than the {limit} bytes of output that are kept")]
    OutputTooLarge {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Its pipes or its end could not be read; a retry may help.
    #[error("lost contact with {tool}: {source}")]
    Lost {
        /// `ffmpeg` or `ffprobe`.
        tool: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ToolError {
    /// Whether running the same command again can help with nothing else changed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Killed { .. } | Self::TimedOut { .. } | Self::Lost { .. }
        )
    }

    /// Whether the tool said that the disk is full: a retry helps once there is room.
    pub fn is_out_of_space(&self) -> bool {
        matches!(self, Self::Failed { stderr_tail, .. } if stderr_tail.contains("No space left on device"))
    }

    /// Whether the tool brought itself down, by a signal such as that of a bad address.
    pub fn is_crash(&self) -> bool {
        matches!(self, Self::Failed { status, .. } if crate::child::is_crash(*status))
    }

    /// The end of what the tool said, where it said something.
    pub fn stderr_tail(&self) -> &str {
        match self {
            Self::Failed { stderr_tail, .. } => stderr_tail,
            _ => "",
        }
    }
}
