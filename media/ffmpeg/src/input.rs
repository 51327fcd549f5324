//! A local media file, checked before a tool sees it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Protocols a tool may open: nothing that leaves the machine.
const PROTOCOLS: &str = "file,pipe";

/// Containers a tool may open. Left out on purpose: everything that names other files or generates
/// pictures itself (hls, dash, concat, image2, imf, lavfi, sdp, and the subtitle and text formats).
const FORMATS: &str = "mov,mp4,m4a,3gp,matroska,webm,mpegts,mpeg,mpegvideo,h264,hevc,avi,flv,live_flv,\
mxf,mxf_opatom,ogg,wav,w64,aiff,mp3,flac,aac,ac3,eac3,asf,asf_o,dv,gxf,yuv4mpegpipe,ivf,obu,nut";

/// Why a path is not a media input.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It does not exist or cannot be looked at.
    #[error("cannot open {path}: {source}")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder, a device, a pipe or a socket.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
}

/// An existing regular file under its absolute path, links resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaInput {
    path: PathBuf,
    bytes: u64,
}

impl MediaInput {
    /// Checks `path` on the calling thread: one look at the file system.
    ///
    /// # Errors
    /// [`InputError`] when it is not there or not a regular file.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let unreadable = |source| InputError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let absolute = path.canonicalize().map_err(unreadable)?;
        let metadata = absolute.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(InputError::NotAFile {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            path: absolute,
            bytes: metadata.len(),
        })
    }

    /// The absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's size when it was checked.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The arguments that make a tool open this file as a media container and nothing else.
    pub(crate) fn arguments(&self) -> [OsString; 6] {
        [
            "-protocol_whitelist".into(),
            PROTOCOLS.into(),
            "-format_whitelist".into(),
            FORMATS.into(),
            "-i".into(),
            file_url(&self.path),
        ]
    }

    /// The same for a file whose container the caller knows, so that nothing is guessed.
    pub(crate) fn arguments_as(&self, format: &str) -> [OsString; 6] {
        [
            "-protocol_whitelist".into(),
            PROTOCOLS.into(),
            "-f".into(),
            format.into(),
            "-i".into(),
            file_url(&self.path),
        ]
    }
}

/// The path behind the `file:` protocol: colons, dashes and line ends in it mean nothing any more.
pub(crate) fn file_url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_absent_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            MediaInput::open(folder.path()),
            Err(InputError::NotAFile { .. })
        ));
        let absent = folder.path().join("absent.mp4");
        assert!(matches!(
            MediaInput::open(&absent),
            Err(InputError::Unreadable { .. })
        ));
    }

    #[test]
    fn formats_that_name_other_files_are_not_on_the_list() {
        for format in [
            "hls", "concat", "dash", "image2", "lavfi", "sdp", "imf", "srt", "webvtt",
        ] {
            assert!(
                !FORMATS.split(',').any(|listed| listed == format),
                "{format}"
            );
        }
    }
}
