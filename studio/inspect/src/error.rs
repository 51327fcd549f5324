//! Why no title can be made of a file.

use media_ffmpeg::ToolError;

use crate::limits::{LONGEST_SIDE, LONGEST_TITLE, SHORTEST_SIDE};

/// The file itself cannot be used: uploading another one is what helps. One sentence for the person
/// who uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No bytes.
    #[error("the file is empty; upload it again")]
    Empty,
    /// Not a container that is accepted, whatever its name says.
    #[error(
        "this is not a video file, whatever its name says; upload MP4, MOV, MXF, Matroska, WebM, AVI or MPEG"
    )]
    NotMedia,
    /// A playlist or script.
    #[error("this is a {what}, which only names other files; upload the video file itself")]
    NamesOtherFiles {
        /// What it is.
        what: &'static str,
    },
    /// Only sound, or only a cover picture.
    #[error("the file has no picture; a title needs one")]
    NoVideo,
    /// A codec nothing here decodes.
    #[error(
        "the picture is in a format that cannot be decoded ({codec}); export it as H.264, HEVC or ProRes"
    )]
    UnknownCodec {
        /// What the file calls it.
        codec: String,
    },
    /// No length declared, and no frame to count.
    #[error("the file holds no frames; it was probably cut off while it was recorded")]
    NoDuration,
    /// Too large to encode.
    #[error("the picture is {width}x{height}; at most {LONGEST_SIDE} pixels a side can be used")]
    TooLarge {
        /// Pixels across, as shown or stored.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Too small to encode.
    #[error("the picture is {width}x{height}; at least {SHORTEST_SIDE} pixels a side are needed")]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// Longer than any title.
    #[error("the file says it is {} hours long; at most {} can be used", ms / 3_600_000, LONGEST_TITLE.as_secs() / 3600)]
    TooLong {
        /// Its length in milliseconds.
        ms: u64,
    },
    /// The index at the end of the file is missing.
    #[error("the file ends before its index; it was probably cut off in copying; upload it again")]
    NoIndex,
    /// The file ends in the middle.
    #[error("the file ends in the middle; it was probably cut off in copying; upload it again")]
    CutOff,
    /// Protected content.
    #[error("the file is encrypted; upload one without copy protection")]
    Encrypted,
    /// A container that is accepted, but not readable.
    #[error("the file is damaged and cannot be read; export it again and upload that")]
    Damaged,
}

/// Why an inspection ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The file's fault.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// The tool failed for another reason than the file.
    #[error("the file could not be inspected")]
    Tool(#[from] ToolError),
    /// The file could not be read; a retry may help.
    #[error("the uploaded file could not be read")]
    Read(#[from] std::io::Error),
}

impl InspectError {
    /// Whether inspecting the same file again can help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unusable(_) => false,
            Self::Tool(error) => error.is_transient(),
            Self::Read(_) => true,
        }
    }
}
