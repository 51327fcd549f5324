//! Where the tools are, as the operator says it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Paths of the tools. A path that is not given is looked for in `folder`, then on `PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToolsConfig {
    /// The ffmpeg program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ffmpeg: Option<PathBuf>,
    /// The ffprobe program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ffprobe: Option<PathBuf>,
    /// The tesseract program, which reads text in pictures; without it subtitles are not moved off such
    /// text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tesseract: Option<PathBuf>,
    /// The folder that `./run` installs the pinned tools in; relative to the working folder.
    pub folder: PathBuf,
}

impl Default for ToolsConfig {
    fn default() -> Self {
        Self {
            ffmpeg: None,
            ffprobe: None,
            tesseract: None,
            folder: PathBuf::from(".tools/bin"),
        }
    }
}
