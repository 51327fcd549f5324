//! Why an encode failed.

use std::path::PathBuf;

use media_ffmpeg::ToolError;
use media_isobmff::ReadError;

/// Nothing is left at the output path when one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// ffmpeg failed.
    #[error("{what} could not be encoded: {source}")]
    Tool {
        /// Chunk and rung, or the sound track.
        what: String,
        /// How.
        source: ToolError,
    },
    /// The ledger does not add up: the chunk has more or fewer frames than planned. Reading the master
    /// gives another picture than the pass that planned it saw, so a retry gives the same.
    #[error(
        "{what} has {found} frames and {planned} are planned; the master may be damaged there; export it again"
    )]
    FrameCount {
        /// Chunk and rung.
        what: String,
        /// Frames planned.
        planned: u64,
        /// Frames made.
        found: u64,
    },
    /// Key frames are not at the segment starts, and nowhere else.
    #[error(
        "{what} does not have its key frames where its segments start; this build of ffmpeg cannot be used"
    )]
    KeyFrames {
        /// Chunk and rung.
        what: String,
    },
    /// The picture is too large or too fast for any level of H.264.
    #[error(
        "{width}x{height} at {frames_per_second:.2} frames a second is beyond every level of H.264"
    )]
    BeyondLevels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// Frames a second.
        frames_per_second: f64,
    },
    /// The chunk does not belong to the plan.
    #[error("{what} is not a chunk of the plan")]
    ForeignChunk {
        /// Chunk and rung.
        what: String,
    },
    /// What ffmpeg wrote cannot be read back; a retry may help.
    #[error("{path} cannot be read back after encoding: {source}")]
    Unreadable {
        /// The output.
        path: PathBuf,
        /// How.
        source: ReadError,
    },
    /// The disk failed; a retry may help.
    #[error("{path}: {source}")]
    Disk {
        /// The output.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl EncodeError {
    /// Whether the same encode can succeed with nothing else changed.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Tool { source, .. } => source.is_transient(),
            Self::Unreadable { .. } | Self::Disk { .. } => true,
            Self::FrameCount { .. }
            | Self::KeyFrames { .. }
            | Self::BeyondLevels { .. }
            | Self::ForeignChunk { .. } => false,
        }
    }

    /// Whether ffmpeg brought itself down on this input.
    pub fn is_crash(&self) -> bool {
        matches!(self, Self::Tool { source, .. } if source.is_crash())
    }

    /// Whether it failed for want of disk space: a retry helps once there is room.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            Self::Tool { source, .. } => source.is_out_of_space(),
            Self::Disk { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
