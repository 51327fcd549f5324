//! What can be wrong with a subtitle file.

use std::fmt;

use crate::limits::{MAX_BYTES, MAX_CUE_LINES, MAX_CUES, MAX_HOURS, MAX_LINE_BYTES, MAX_WARNINGS};

/// The file cannot be used; another attempt with the same bytes fails the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Larger than [`MAX_BYTES`].
    #[error(
        "{name} is {bytes} bytes and a subtitle file may be {MAX_BYTES}; is it the right file?"
    )]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// Control bytes where text should be.
    #[error("{name} is not text; upload an SRT, WebVTT, TTML or ASS file")]
    NotText {
        /// The file.
        name: String,
    },
    /// A line above [`MAX_LINE_BYTES`].
    #[error("{name}, line {line}: a line may be {MAX_LINE_BYTES} bytes long")]
    LongLine {
        /// The file.
        name: String,
        /// Counted from 1.
        line: usize,
    },
    /// More than [`MAX_CUES`].
    #[error("{name}, line {line}: a file may have {MAX_CUES} cues")]
    TooManyCues {
        /// The file.
        name: String,
        /// Where the first cue too many is, counted from 1.
        line: usize,
    },
    /// Named `.vtt` but without the signature WebVTT demands.
    #[error(
        "{name}, line 1: a WebVTT file begins with WEBVTT; add that line or name the file .srt"
    )]
    NoSignature {
        /// The file.
        name: String,
    },
    /// Nothing to show. Says why the first cue was left out, when there was one.
    #[error("{name} has no usable cue{}", first.as_ref().map(|why| format!("; {why}")).unwrap_or_default())]
    NoCues {
        /// The file.
        name: String,
        /// The first thing that was wrong.
        first: Option<Warning>,
    },
}

/// Something that was changed or left out on the way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line it is about, counted from 1; absent when it is about the whole file.
    pub line: Option<usize>,
    /// What it was.
    pub problem: Problem,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

/// What a [`Warning`] is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not UTF-8 and without a mark; read in the encoding that its bytes look most like.
    #[error("the file is not UTF-8 and was read as {0}; check its accents")]
    Guessed(&'static str),
    /// Bytes that mean nothing in its encoding.
    #[error("some characters could not be read and show as \u{fffd}")]
    Unreadable,
    /// A time that could not be read.
    #[error("the cue's times cannot be read; it was left out")]
    UnreadableTime,
    /// A time before the title's start.
    #[error("the cue has a negative time; it was left out")]
    NegativeTime,
    /// A time past [`MAX_HOURS`].
    #[error("the cue lies more than {MAX_HOURS} hours in; it was left out")]
    FarTime,
    /// It ends when or before it starts.
    #[error("the cue ends before it starts; it was left out")]
    Reversed,
    /// No text.
    #[error("the cue has no text; it was left out")]
    NoText,
    /// More lines than [`MAX_CUE_LINES`].
    #[error("the cue has more than {MAX_CUE_LINES} lines; the rest was left out")]
    ManyLines,
    /// One cue's text is longer than [`MAX_LINE_BYTES`].
    #[error("the cue's text is longer than {MAX_LINE_BYTES} bytes; it was left out")]
    LongText,
    /// Not well-formed XML.
    #[error("the XML is broken here, or nested too deep; what follows was left out")]
    BrokenXml,
    /// A reference to an entity that XML does not define.
    #[error("an entity of the file's own was left out")]
    UnknownEntity,
    /// A cue setting that is not one of WebVTT's.
    #[error("the cue setting {0:?} is unknown; it was left out")]
    UnknownSetting(String),
    /// A `STYLE` or `REGION` block, or a timestamp map.
    #[error("{0} was left out: how subtitles look and when they start is set by the player")]
    LeftOut(&'static str),
    /// Text that belongs to no cue.
    #[error("text outside a cue was left out")]
    Stray,
    /// Cues not in order of their start.
    #[error("cues were not in order of time and were sorted")]
    Unsorted,
    /// Cues after the picture's end.
    #[error("cues after the title's end: {dropped} left out, {shortened} shortened to it")]
    PastEnd {
        /// Those that started after it.
        dropped: usize,
        /// Those that only ended after it.
        shortened: usize,
    },
    /// Warnings past [`MAX_WARNINGS`].
    #[error("{0} more warnings")]
    More(usize),
}

/// Collects warnings up to [`MAX_WARNINGS`] and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<Warning>,
    more: usize,
}

impl Warnings {
    pub(crate) fn add(&mut self, line: impl Into<Option<usize>>, problem: Problem) {
        if self.kept.len() < MAX_WARNINGS {
            self.kept.push(Warning {
                line: line.into(),
                problem,
            });
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Warning> {
        if self.more > 0 {
            self.kept.push(Warning {
                line: None,
                problem: Problem::More(self.more),
            });
        }
        self.kept
    }
}
