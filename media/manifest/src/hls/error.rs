//! Why a playlist could not be read.

/// A playlist that could not be read. A retry does not help: the text itself is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("playlist line {line}: {problem}")]
pub struct HlsError {
    /// The line at fault, counted from 1; the last line when the fault is in the whole.
    pub line: usize,
    /// What is wrong with it.
    pub problem: HlsProblem,
}

/// What is wrong with a playlist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HlsProblem {
    /// The first line is not `#EXTM3U`.
    #[error("a playlist begins with #EXTM3U")]
    NotAPlaylist,
    /// A multivariant playlist where a media playlist was expected, or the reverse.
    #[error("this is the other kind of playlist")]
    WrongKind,
    /// The playlist may still grow.
    #[error("only finished playlists (with #EXT-X-ENDLIST) are read")]
    NotFinished,
    /// A tag that changes what segments are and is not understood.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// A tag's value does not have its form.
    #[error("the value of {0} is malformed")]
    Malformed(&'static str),
    /// Something a tag must be joined by is absent.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Longer than a reader should accept.
    #[error("the playlist has more than a reader should accept")]
    TooLong,
}

impl HlsProblem {
    pub(super) const fn at(self, line: usize) -> HlsError {
        HlsError {
            line,
            problem: self,
        }
    }
}
