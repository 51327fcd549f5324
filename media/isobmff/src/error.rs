//! What can be wrong with a file, and where.

use std::io;

use crate::FourCc;

/// A box that cannot be used. Trying again with the same bytes does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("box `{kind}` at byte {offset}: {problem}")]
pub struct BoxError {
    /// The box, or the box that holds the fault.
    pub kind: FourCc,
    /// Where its header begins, counted from the start of the file or of the fragment.
    pub offset: u64,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The box claims more bytes than its parent has.
    #[error("its {size} bytes run past byte {end}, where what holds it ends")]
    Overrun {
        /// The size it claims.
        size: u64,
        /// Where its parent ends.
        end: u64,
    },
    /// The box's size is smaller than its own header.
    #[error("its size is smaller than its header")]
    Undersized,
    /// The fields run past the end of the box.
    #[error("it ends before its fields do")]
    Truncated,
    /// A box that must be inside is not.
    #[error("it lacks the box `{0}`")]
    Missing(FourCc),
    /// Valid, but nothing an encoder of ours or ordinary ffmpeg writes.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// Two statements contradict one another.
    #[error("{0}")]
    Inconsistent(&'static str),
    /// A count or a size passes a limit of this crate.
    #[error("{what} is {value}, and at most {limit} is read")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its value.
        value: u64,
        /// The limit.
        limit: u64,
    },
}

/// Why a track could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is not what it should be.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// There is no such track in the file.
    #[error("the file has no {0} track")]
    NoTrack(&'static str),
    /// The bytes could not be had; a retry may help.
    #[error("cannot read the file")]
    Io(#[from] io::Error),
}
