//! The next whole thing in a segment of either format: a batch, or a frame. Pure.

use bytes::Bytes;

use crate::batch::{self, Flaw, Header};
use crate::segment::Format;
use crate::{Event, Offset, format_1};

/// What lies at a place of a segment.
#[derive(Debug, Clone)]
pub(crate) enum Span {
    Batch(Header),
    Frame(Box<Event>, usize),
}

impl Span {
    /// What `bytes` begin with. A batch's body need not be there; a frame is checked whole.
    pub(crate) fn at(format: Format, bytes: &Bytes) -> Result<Self, Flaw> {
        match format {
            Format::Two { .. } => batch::header(bytes).map(Self::Batch),
            Format::One => {
                let (event, length) = format_1::event(bytes)?;
                Ok(Self::Frame(Box::new(event), length))
            }
            Format::Newer(_) | Format::Torn => Err(Flaw::Damaged),
        }
    }

    pub(crate) fn base(&self) -> Offset {
        match self {
            Self::Batch(header) => header.base,
            Self::Frame(event, _) => event.offset,
        }
    }

    pub(crate) fn next(&self) -> Offset {
        match self {
            Self::Batch(header) => header.next(),
            Self::Frame(event, _) => event.offset.next(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Batch(header) => header.bytes(),
            Self::Frame(_, bytes) => *bytes,
        }
    }

    pub(crate) fn last_origin(&self) -> Option<Offset> {
        match self {
            Self::Batch(header) => header.last_origin,
            Self::Frame(..) => None,
        }
    }

    pub(crate) fn is_whole(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Batch(header) => batch::is_whole(header, bytes),
            Self::Frame(..) => true,
        }
    }

    pub(crate) fn events(&self, bytes: &Bytes) -> Result<Vec<Event>, Flaw> {
        match self {
            Self::Batch(header) => batch::events(header, bytes),
            Self::Frame(event, _) => Ok(vec![(**event).clone()]),
        }
    }
}
